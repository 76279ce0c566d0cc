package main

import (
	"net/url"
	"strings"

	"heraut/fetch"
)

// leftOut stands in exported settings in place of each secret. A configuration with it
// is refused.
const leftOut = "SECRET-A-REMPLIR"

// secretText is a text of the configuration that may hold a secret beside other things.
// masked returns such a text with leftOut in place of each secret; the same text if it
// has none.
type secretText struct {
	text   *string
	masked func(string) string
}

// holdsSecret reports whether the text holds a secret.
func (s secretText) holdsSecret() bool { return s.masked(*s.text) != *s.text }

// secretTexts returns the texts of c, other than those of the type Secret, that may hold
// a secret: addresses and codes. They point into c.
func (c *Config) secretTexts() []secretText {
	texts := []secretText{{&c.Catalogue.SILL.URL, maskedAddress}, {&c.Alert.Webhook.URL, maskedHook}}
	for i := range c.Catalogues {
		texts = append(texts, secretText{&c.Catalogues[i].URL, maskedAddress})
	}
	for i := range c.Sources {
		texts = append(texts, secretText{&c.Sources[i].URL, maskedAddress})
	}
	for i := range c.Visio {
		texts = append(texts, secretText{&c.Visio[i].URL, maskedAddress}, secretText{&c.Visio[i].PIN, maskedCode})
	}
	return texts
}

// maskSecrets replaces the secrets of secretTexts by leftOut.
func (c *Config) maskSecrets() {
	for _, s := range c.secretTexts() {
		*s.text = s.masked(*s.text)
	}
}

// maskedAddress masks the secrets that fetch.Redacted finds in an address. It cannot
// find one in the path.
func maskedAddress(address string) string { return fetch.Masked(address, leftOut) }

// maskedCode masks a code as a whole.
func maskedCode(code string) string {
	if code == "" {
		return ""
	}
	return leftOut
}

// maskedHook masks everything behind the host of an address that takes messages, since
// the path is the secret for most services (ntfy, Mattermost, healthchecks), and its
// user.
func maskedHook(address string) string {
	u, err := url.Parse(address)
	switch {
	case address == "":
		return ""
	case err != nil:
		return leftOut
	case u.User == nil && strings.Trim(u.Path, "/") == "" && u.RawQuery == "" && u.Fragment == "":
		return address
	}
	return u.Scheme + "://" + u.Host + "/" + leftOut
}
