package fetch

import (
	"net/url"
	"regexp"
	"strings"
)

// mask replaces a secret.
const mask = "xxxxx"

var (
	// secretName matches the names of parameters whose value grants access.
	secretName = regexp.MustCompile(`(?i)token|secret|passw|pwd|auth|signature|credential|session|jwt|^(api|private|access|feed|rss)?[_-]?keys?$|apikey|^(sig|sid|pass|pat|code|hash|hmac|uuid)$`)
	// secretValue matches values that may be random.
	secretValue = regexp.MustCompile(`^[A-Za-z0-9_.~-]{20,}$`)
	letter      = regexp.MustCompile(`[A-Za-z]`)
	digit       = regexp.MustCompile(`[0-9]`)
)

// Redacted returns the location without the secrets that a URL may carry, for logs and
// messages. A mask replaces the password, and each parameter of the query or the
// fragment whose name or value looks like a secret.
func Redacted(location string) string { return Masked(location, mask) }

// Masked returns the location with the text with in place of each secret that Redacted
// finds.
func Masked(location, with string) string {
	address, fragment, hasFragment := strings.Cut(location, "#")
	address, query, hasQuery := strings.Cut(address, "?")
	address = withoutPassword(address, with)
	if hasQuery {
		address += "?" + redactedQuery(query, with)
	}
	if hasFragment {
		address += "#" + redactedQuery(fragment, with)
	}
	return address
}

// withoutPassword returns an address with the text with in place of its password or, if
// it has none, of a user name that looks like a secret. It shows only the part after
// the user of an address that cannot be parsed.
func withoutPassword(address, with string) string {
	u, err := url.Parse(address)
	switch at := strings.LastIndexByte(address, '@'); {
	case at < 0 || err == nil && u.User == nil:
		return address
	case err != nil:
		return "…" + address[at:]
	}
	if _, ok := u.User.Password(); ok {
		u.User = url.UserPassword(u.User.Username(), with)
	} else if isDrawn(u.User.Username()) {
		u.User = url.User(with)
	} else {
		return address
	}
	return u.String()
}

// redactedQuery returns a query with the text with in place of each value, or lone name,
// that looks like a secret. The order and the spelling of the other parameters stay; a
// query without a secret stays as it is.
func redactedQuery(query, with string) string {
	parts := strings.FieldsFunc(query, func(r rune) bool { return r == '&' || r == ';' })
	if len(parts) == 0 {
		return query
	}
	separator := "&"
	if !strings.Contains(query, "&") && strings.Contains(query, ";") {
		separator = ";"
	}
	hidden := false
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
			parts[i], hidden = name+"="+with, true
		case !hasValue && isDrawn(plainName):
			parts[i], hidden = with, true
		}
	}
	if !hidden {
		return query
	}
	return strings.Join(parts, separator)
}

// isDrawn reports whether a value looks like a random secret: it has at least 20
// characters, all letters, digits or signs that a URL need not escape; among them at
// least one letter and four digits; and no two dots in a row.
func isDrawn(value string) bool {
	return secretValue.MatchString(value) && letter.MatchString(value) && len(digit.FindAllString(value, 4)) > 3 && !strings.Contains(value, "..")
}
