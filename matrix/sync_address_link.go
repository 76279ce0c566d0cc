package matrix

import (
	"net/url"
	"strings"

	"maunium.net/go/mautrix/id"
)

// markdownLink returns the user that a text starts with a Markdown link to, as
// some mobile clients write mentions, and what follows the link.
func markdownLink(text string) (user id.UserID, after string, ok bool) {
	m := markdown.FindStringSubmatch(text)
	if m == nil {
		return "", "", false
	}
	user = linkedUser(m[2])
	return user, text[len(m[0]):], user != ""
}

// linkedUser returns the user that an address is a link to; "" if it is none. It
// knows matrix.to (/#/@user), the web clients' form, Tchap's among them
// (/#/user/@user), and matrix: URIs (matrix:u/user).
func linkedUser(address string) id.UserID {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil {
		return ""
	}
	if u.Scheme == "matrix" {
		if parsed, err := id.ParseMatrixURI(address); err == nil {
			return parsed.UserID()
		}
		return ""
	}
	if u.Scheme != "https" && u.Scheme != "http" {
		return ""
	}
	fragment := strings.TrimPrefix(strings.TrimPrefix(u.Fragment, "/"), "user/")
	fragment, _, _ = strings.Cut(fragment, "?")
	fragment, _, _ = strings.Cut(fragment, "/")
	if !strings.HasPrefix(fragment, "@") || !strings.Contains(fragment, ":") {
		return ""
	}
	return id.UserID(fragment)
}
