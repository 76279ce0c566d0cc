package locale

import (
	"net/url"
	"regexp"
	"strings"
)

const maxLink = 500

// link returns the address raw in a form to which a message may link, with forbidden
// characters escaped. It returns "" for an address to which no message may link: one
// with another scheme than http or https, one that hides its host behind a user name,
// one longer than maxLink bytes, and one that clients turn into a mention of a person
// or a room.
func link(raw string) string { return linkUpTo(raw, maxLink) }

func linkUpTo(raw string, limit int) string {
	u, err := url.Parse(strings.TrimSpace(raw))
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.User != nil || strings.ContainsAny(u.Host, `"<>`) {
		return ""
	}
	u.RawQuery = inQuery.Replace(u.RawQuery)
	if strings.EqualFold(u.Hostname(), "matrix.to") || mentions(u.Fragment) {
		return ""
	}
	address := everybody.ReplaceAllString(u.String(), "%40$1")
	if len(address) > limit {
		return ""
	}
	return address
}

var everybody = regexp.MustCompile(`(?i)\B@(room)\b`)

// inQuery escapes characters that are not allowed in addresses. Package url escapes
// them everywhere except in the query.
var inQuery = strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E")

// mentions reports whether the fragment of a web client's address leads to a person, a
// room or an event: "/#/user/@…", "/#/room/…", "/#/@…".
func mentions(fragment string) bool {
	for _, start := range []string{"/user/", "/room/", "/@", "/!", "/#", "/$"} {
		if strings.HasPrefix(fragment, start) {
			return true
		}
	}
	return false
}
