package webhook

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"

	"heraut/text"
)

var (
	// tellingTitle, tellingBody, tellingState and tellingLink list the field names
	// that most tools use.
	tellingTitle = []string{"title", "subject", "summary", "name", "alertname", "alert_name", "check_name", "event_name", "headline", "event", "action", "type"}
	tellingBody  = []string{"message", "text", "msg", "description", "body", "content", "details", "detail", "reason"}
	tellingState = []string{"status", "state", "level", "severity", "result", "outcome", "priority"}
	tellingLink  = []string{"html_url", "web_url", "url", "link", "permalink", "target_url"}

	// private matches the names of fields that must not appear in a post: secrets,
	// and links that trigger an action.
	private = regexp.MustCompile(`(?i)token|secret|passw|api_?key|signature|authoriz|cookie|unsubscribe|callback|response_url|signing|webhook_?url|private_?key|^auth`)
)

// telling returns a note about o, a JSON object of unknown format. Its title, state,
// text and link come from fields with usual names for these; what o lacks of them,
// except the link, comes from an object directly within o. Other short fields of o
// become facts, at most eight, except those that may hold secrets.
func (r *reader) telling(o object) *note {
	n := &note{title: o.first(tellingTitle...), state: o.first(tellingState...), body: o.first(tellingBody...)}
	for _, key := range tellingLink {
		if to := o.str(key); address(to) != "" && !isAPI.MatchString(to) {
			n.link = to
			break
		}
	}
	for _, key := range o.keys() {
		value := o.str(key)
		if value == "" || value == n.title || value == n.body || value == n.link || value == n.state || private.MatchString(key) || len(n.facts) >= 8 {
			continue
		}
		if isAPI.MatchString(value) || inText.MatchString(value) && address(inText.FindString(value)) == "" {
			continue
		}
		if len(value) <= 200 && !strings.Contains(value, "\n") {
			n.facts = append(n.facts, fact{key, value})
		}
	}
	for _, key := range o.keys() { // one level down, for envelopes such as data or payload
		inner := o.obj(key)
		if n.title == "" {
			n.title = inner.first(tellingTitle...)
		}
		if n.body == "" {
			n.body = inner.first(tellingBody...)
		}
		if n.state == "" {
			n.state = inner.first(tellingState...)
		}
	}
	return n
}

// unknown returns a message about a JSON value of unknown format: the fields that
// usually matter, and the beginning of the JSON itself.
func (r *reader) unknown(value any) Message {
	n := &note{}
	if o, ok := value.(map[string]any); ok {
		n = r.telling(o)
	} else if len(r.all) > 0 {
		n = r.telling(r.all[0])
	}
	if n.title == "" {
		n.title = word(r.lang, "json")
	}
	n.code = excerpt(value)
	return Message{Notes: []Note{{Head: n.head(r.lang), Rest: n.rest(r.lang)}}}
}

const (
	maxExcerpt = 600
	maxShown   = 120 // characters of a value
)

// excerpt returns the beginning of a JSON value as indented text of at most maxExcerpt
// bytes, with a line «…» after it if it is cut. It leaves out empty fields, addresses
// of APIs, fields that may hold secrets, and all but the first five values of an array,
// and shortens texts to maxShown characters. It returns "" if nothing remains.
func excerpt(value any) string {
	shown := pruned(value, 0)
	if shown == nil {
		return ""
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(shown); err != nil {
		return ""
	}
	s := strings.TrimSpace(b.String())
	if len(s) <= maxExcerpt {
		return s
	}
	cut := text.TruncateBytes(s, maxExcerpt)
	if i := strings.LastIndexByte(cut, '\n'); i > 0 {
		cut = cut[:i]
	}
	return cut + "\n…"
}

func pruned(value any, depth int) any {
	switch x := value.(type) {
	case map[string]any:
		if depth > 4 {
			return "…"
		}
		kept := map[string]any{}
		for key, v := range x {
			if p := pruned(v, depth+1); p != nil && !private.MatchString(key) {
				kept[key] = p
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return kept
	case []any:
		if depth > 4 {
			return "…"
		}
		var kept []any
		for _, v := range x[:min(len(x), 5)] {
			if p := pruned(v, depth+1); p != nil {
				kept = append(kept, p)
			}
		}
		if len(kept) == 0 {
			return nil
		}
		return slices.Clip(kept)
	case string:
		if x == "" || isAPI.MatchString(x) {
			return nil
		}
		x = inText.ReplaceAllStringFunc(x, func(raw string) string {
			if to := address(raw); to != "" {
				return to
			}
			return "…"
		})
		if r := []rune(x); len(r) > maxShown {
			return string(r[:maxShown]) + "…"
		}
		return x
	}
	return value
}
