package matrix

import (
	"net/url"
	"strings"

	"maunium.net/go/mautrix/id"
)

// markdownLink returns the user to whom the Markdown link at the start of a text points,
// and the text after it; ok is false if there is no such link, or it points to no user.
// Some mobile clients write mentions in this form.
func markdownLink(text string) (user id.UserID, after string, ok bool) {
	m := markdown.FindStringSubmatch(text)
	if m == nil {
		return "", "", false
	}
	user = linkedUser(m[2])
	return user, text[len(m[0]):], user != ""
}

// linkedUser returns the user to whom an address points; empty if it points to none.
// It recognises matrix.to (/#/@user), the form of web clients such as Tchap's
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
