package fetch

import (
	"net/url"
	"regexp"
	"strings"
)

// mask replaces a secret.
const mask = "xxxxx"

var (
	// secretName is the name of a parameter that lets in whoever knows its value.
	secretName = regexp.MustCompile(`(?i)token|secret|passw|pwd|auth|signature|credential|session|jwt|^(api|private|access|feed|rss)?[_-]?keys?$|apikey|^(sig|sid|pass|pat|code|hash|hmac|uuid)$`)
	// secretValue looks as if it were drawn by lot.
	secretValue = regexp.MustCompile(`^[A-Za-z0-9_.~-]{20,}$`)
	letter      = regexp.MustCompile(`[A-Za-z]`)
	digit       = regexp.MustCompile(`[0-9]`)
)

// Redacted returns the location without the secrets that a URL may carry, for logs
// and messages: the password, and in the query what is named like a secret or
// looks like one.
func Redacted(location string) string {
	address, fragment, hasFragment := strings.Cut(location, "#")
	address, query, hasQuery := strings.Cut(address, "?")
	address = withoutPassword(address)
	if hasQuery {
		address += "?" + redactedQuery(query)
	}
	if hasFragment {
		address += "#" + redactedQuery(fragment)
	}
	return address
}

func withoutPassword(address string) string {
	u, err := url.Parse(address)
	switch at := strings.LastIndexByte(address, '@'); {
	case at < 0 || err == nil && u.User == nil:
		return address
	case err != nil:
		return "…" + address[at:]
	}
	return u.Redacted()
}

// redactedQuery keeps the order and the writing of what it does not mask.
func redactedQuery(query string) string {
	parts := strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' })
	if len(parts) == 0 {
		return query
	}
	separator := "&"
	if !strings.Contains(query, "&") && strings.Contains(query, ";") {
		separator = ";"
	}
	for i, part := range parts {
		name, value, hasValue := strings.Cut(part, "=")
		plainName, err := url.QueryUnescape(name)
		if err != nil {
			plainName = name
		}
		plainValue, err := url.QueryUnescape(value)
		if err != nil {
			plainValue = value
		}
		switch {
		case hasValue && value != "" && (secretName.MatchString(plainName) || isDrawn(plainValue)):
			parts[i] = name + "=" + mask
		case !hasValue && isDrawn(plainName):
			parts[i] = mask
		}
	}
	return strings.Join(parts, separator)
}

// isDrawn reports whether a value holds letters and digits at random, as far as
// that can be told.
func isDrawn(value string) bool {
	return secretValue.MatchString(value) && letter.MatchString(value) && len(digit.FindAllString(value, 4)) > 3 && !strings.Contains(value, "..")
}
