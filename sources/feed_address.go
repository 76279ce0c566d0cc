package sources

import (
	"net/url"
	"regexp"
	"strings"

	"heraut/fetch"
)

var (
	markdownLink = regexp.MustCompile(`^\[[^\]]*\]\(([^)\s]+)\)$`)
	// A feed's own scheme, as some sites write it: feed://host/path, feed:https://…
	feedScheme = regexp.MustCompile(`(?i)^feed:(?:(https?://.*)|(//.*))$`)
)

// FeedAddress returns the address that somebody typed for a feed: without the
// signs that people and clients put around it. Of feed://, it is not known whether
// it stands for https or http: that stays.
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

// Shown returns the name of a source, or an address, without the secrets that it may
// hold.
func Shown(source string) string { return fetch.Redacted(source) }

// IsFeedAddress tells a feed that a room gave from a source's name.
func IsFeedAddress(source string) bool {
	return strings.Contains(source, "://") && !IsCalendarAddress(source)
}

// CalendarPrefix begins the source of a watch of a calendar that a room gave: the
// calendar's address follows.
const CalendarPrefix = "calendar:"

// IsCalendarAddress tells a calendar that a room gave from other sources.
func IsCalendarAddress(source string) bool { return strings.HasPrefix(source, CalendarPrefix) }
