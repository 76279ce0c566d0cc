package sources

import (
	"net/url"
	"regexp"
	"strings"

	"heraut/fetch"
)

var (
	markdownLink = regexp.MustCompile(`^\[[^\]]*\]\(([^)\s]+)\)$`)
	// The feed scheme, as some sites write it: feed://host/path, feed:https://…
	feedScheme = regexp.MustCompile(`(?i)^feed:(?:(https?://.*)|(//.*))$`)
)

// FeedAddress returns the address of a feed as a member typed it, without the
// characters that people and clients put around it. It keeps the scheme of feed://,
// which may stand for https or http. ok is false if the text is no http, https or feed
// URL with a host.
func FeedAddress(typed string) (address string, ok bool) {
	typed = strings.TrimSpace(typed)
	if m := markdownLink.FindStringSubmatch(typed); m != nil {
		typed = m[1]
	}
	typed = strings.TrimRight(strings.Trim(typed, "<>«»“”\"'` \u00a0"), ".,;")
	if m := feedScheme.FindStringSubmatch(typed); m != nil {
		if m[1] != "" {
			typed = m[1]
		} else {
			typed = "feed:" + m[2]
		}
	}
	u, err := url.Parse(typed)
	if err != nil || u.Host == "" {
		return typed, false
	}
	switch strings.ToLower(u.Scheme) {
	case "http", "https", "feed":
		return typed, true
	}
	return typed, false
}

// Shown returns a source's name or address for a message, without the secrets that an
// address may hold.
func Shown(source string) string { return fetch.Redacted(source) }

// IsFeedAddress reports whether a source is named by the address of a feed that a room
// added, rather than by a name in the configuration.
func IsFeedAddress(source string) bool {
	return strings.Contains(source, "://") && !IsCalendarAddress(source)
}

// CalendarPrefix begins the source of a watch on a calendar that a room added, before
// the calendar's address.
const CalendarPrefix = "calendar:"

// IsCalendarAddress reports whether a source is named by the address of a calendar
// that a room added, rather than by a name in the configuration.
func IsCalendarAddress(source string) bool { return strings.HasPrefix(source, CalendarPrefix) }
