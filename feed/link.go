package feed

import (
	"net/url"
	"regexp"
	"strings"
)

var (
	badEscape   = regexp.MustCompile(`%([^0-9A-Fa-f]|.[^0-9A-Fa-f]|.?$)`)
	ampersand   = strings.NewReplacer("&amp;", "&", "&#38;", "&", "&#038;", "&")
	blankInLink = strings.NewReplacer("\t", "", "\n", "", "\r", "")
)

// maxAddress is the longest accepted address, in bytes.
const maxAddress = 4096

// absolute resolves a link as written in a feed against the address base. It returns an
// empty string unless the result begins with http, and for more than maxAddress bytes.
func absolute(base, link string) string {
	if link = strings.TrimSpace(link); link == "" || len(link) > maxAddress {
		return ""
	}
	// Spaces are common, a "%" that begins no escape stands for itself, and some feeds
	// escape twice.
	link = ampersand.Replace(strings.ReplaceAll(blankInLink.Replace(link), " ", "%20"))
	link = badEscape.ReplaceAllString(link, "%25$1")
	from, err := url.Parse(base)
	if err != nil {
		return ""
	}
	u, err := from.Parse(link)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return ""
	}
	return u.String()
}

// isWebAddress reports whether s begins with http:// or https://, in upper or lower
// case.
func isWebAddress(s string) bool {
	scheme, _, ok := strings.Cut(s, "://")
	return ok && (strings.EqualFold(scheme, "http") || strings.EqualFold(scheme, "https"))
}

func sameHost(a, b string) bool {
	u, err := url.Parse(a)
	if err != nil {
		return false
	}
	v, err := url.Parse(b)
	return err == nil && strings.EqualFold(u.Host, v.Host)
}

func withoutScheme(address string) string {
	_, rest, _ := strings.Cut(address, "://")
	return strings.TrimSuffix(rest, "/")
}
