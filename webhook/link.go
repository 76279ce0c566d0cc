package webhook

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"heraut/locale"
)

// maxLink is how long the address of a link may be: those of Prometheus hold a
// whole query.
const maxLink = 1500

var (
	// secretName names the parameters that hold a secret.
	secretName = regexp.MustCompile(`(?i)^(.*token|.*secret|.*password|passwd|pwd|api_?key|apikey|access_?key.*|sig|signature|auth|authorization|jwt|session(_?id)?|x-amz-(signature|credential|security-token)|awsaccesskeyid)$`)
	// vagueName names parameters that hold a secret when they are long.
	vagueName = regexp.MustCompile(`(?i)^(key|code|id_?hash|hash|s|t|k)$`)
	// unsubscribe tells the links that would end what one person subscribed to.
	unsubscribe = regexp.MustCompile(`(?i)unsubscribe|opt-?out|desabonne|désabonne|list-manage|manage_subscription`)
	// isAPI tells the addresses that programs read.
	isAPI = regexp.MustCompile(`(?i)^https?://api\.|^https?://[^/]+/(api/v?\d|rest/api/)`)
	// hookAddress tells the addresses that post somewhere by themselves.
	hookAddress = regexp.MustCompile(`(?i)^(hooks\.slack\.com/|discord(app)?\.com/api/webhooks/|[^/]+/hooks/[a-z0-9]{20,}|[^/]+/h/[a-z0-9_-]{20,}|[^/]*\.?webhook\.office\.com/)`)
)

// address is raw as a link may have it: absolute, http or https, without the
// parameters that hold secrets. "" if there is to be no link.
func address(raw string) string {
	raw = strings.TrimSpace(raw)
	if strings.ContainsFunc(raw, noAddress) {
		return ""
	}
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" || unsubscribe.MatchString(u.Path+"?"+u.RawQuery) || hookAddress.MatchString(u.Host+u.Path) {
		return ""
	}
	u.RawQuery = withoutSecrets(u.RawQuery)
	if strings.Contains(u.Fragment, "=") && secretIn(u.Fragment) {
		u.Fragment, u.RawFragment = "", ""
	}
	return everybody.ReplaceAllString(locale.Link(u.String(), maxLink), "%40$1")
}

// everybody is what rings all members on old clients, wherever it stands.
var everybody = regexp.MustCompile(`(?i)@(room)`)

// noAddress tells the characters that no address holds.
func noAddress(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("<>\"`\\", r)
}

// cleaned is a text whose addresses have no secrets.
func cleaned(lang, s string) string {
	return inText.ReplaceAllStringFunc(s, func(raw string) string {
		to := trimAddress(raw)
		if a := address(to); a != "" {
			return a + raw[len(to):]
		}
		return word(lang, "link-removed") + raw[len(to):]
	})
}

// withoutSecrets keeps the rest of a query as it is written.
func withoutSecrets(query string) string {
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if part != "" && !secretIn(part) {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

func secretIn(part string) bool {
	for pair := range strings.SplitSeq(part, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if i := strings.LastIndex(name, "?"); i >= 0 {
			name = name[i+1:]
		}
		if value != "" && (secretName.MatchString(name) || vagueName.MatchString(name) && len(value) >= 16) {
			return true
		}
	}
	return false
}

// inText finds addresses in a text.
var inText = regexp.MustCompile("https?://[^\\s<>\"'`|\\\\^{}]+")

// trimAddress cuts off what follows an address in a sentence.
func trimAddress(s string) string {
	for {
		end := strings.TrimRight(s, ".,;:!?…*_~»")
		for _, pair := range []string{"()", "[]"} {
			if strings.HasSuffix(end, pair[1:]) && strings.Count(end, pair[:1]) < strings.Count(end, pair[1:]) {
				end = end[:len(end)-1]
			}
		}
		if end == s {
			return s
		}
		s = end
	}
}
