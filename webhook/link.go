package webhook

import (
	"net/url"
	"regexp"
	"strings"
	"unicode"

	"heraut/locale"
)

// maxLink is the largest length of a link's address: those of Prometheus hold a
// whole query.
const maxLink = 1500

var (
	// secretName matches the names of parameters that hold a secret.
	secretName = regexp.MustCompile(`(?i)^(.*token|.*secret|.*password|passwd|pwd|api_?key|apikey|access_?key.*|sig|signature|auth|authorization|jwt|session(_?id)?|x-amz-(signature|credential|security-token)|awsaccesskeyid)$`)
	// vagueName matches the names of parameters that hold a secret if the value is
	// long.
	vagueName = regexp.MustCompile(`(?i)^(key|code|id_?hash|hash|s|t|k)$`)
	// unsubscribe matches links that would end one person's subscription.
	unsubscribe = regexp.MustCompile(`(?i)unsubscribe|opt-?out|desabonne|désabonne|list-manage|manage_subscription`)
	// isAPI matches addresses for programs rather than people.
	isAPI = regexp.MustCompile(`(?i)^https?://api\.|^https?://[^/]+/(api/v?\d|rest/api/)`)
	// hookAddress matches addresses that let everybody who knows them post.
	hookAddress = regexp.MustCompile(`(?i)^(hooks\.slack\.com/|discord(app)?\.com/api/webhooks/|[^/]+/hooks/[a-z0-9]{20,}|[^/]+/h/[a-z0-9_-]{20,}|[^/]*\.?webhook\.office\.com/)`)
)

// address returns raw in the form that a link may have: absolute, http or https,
// without secret parameters. It returns "" if raw must not become a link: it is no such
// address, is longer than maxLink, ends a subscription, or is the address of a hook.
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

// everybody matches the mention that rings all members in old clients, wherever it
// stands.
var everybody = regexp.MustCompile(`(?i)@(room)`)

// noAddress reports whether r cannot occur in a web address: white space, control
// characters, quotes and the like.
func noAddress(r rune) bool {
	return unicode.IsSpace(r) || unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || strings.ContainsRune("<>\"`\\", r)
}

// cleaned removes the secrets from the web addresses in the text s, and returns the
// text. It replaces an address that must not appear at all by a placeholder in the
// language lang.
func cleaned(lang, s string) string {
	return inText.ReplaceAllStringFunc(s, func(raw string) string {
		to := trimAddress(raw)
		if a := address(to); a != "" {
			return a + raw[len(to):]
		}
		return word(lang, "link-removed") + raw[len(to):]
	})
}

// withoutSecrets returns the query string of a URL without the parameters that may hold
// secrets. The other parameters keep their spelling.
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

// trimAddress returns s, an address found in a text, without the punctuation that
// follows it in a sentence, such as a full stop or an unpaired closing bracket.
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
