package commons

import (
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"time"

	"heraut/catalogue"
	"heraut/text"
)

// element is an object of an untrusted file: any field may be absent, or of another
// type. The accessors return empty values then.
type element map[string]any

func asElement(v any) element {
	m, _ := v.(map[string]any)
	return m
}

func (e element) sub(key string) element { return asElement(e[key]) }

func (e element) list(key string) []any {
	switch v := e[key].(type) {
	case []any:
		return v
	case nil:
		return nil
	default:
		return []any{v}
	}
}

// text returns the value of the first of the keys that holds a number or a text that
// is not blank; empty if none does.
func (e element) text(keys ...string) string {
	for _, key := range keys {
		switch v := e[key].(type) {
		case string:
			if v = strings.TrimSpace(v); v != "" {
				return v
			}
		case fmt.Stringer: // a json.Number
			return v.String()
		}
	}
	return ""
}

// texts returns the texts in the list under key. For an object in the list, that is
// its name, or else its address.
func (e element) texts(key string) []string {
	var out []string
	for _, v := range e.list(key) {
		s := element{"text": v}.text("text")
		if o := asElement(v); o != nil {
			s = o.text("name", "url")
		}
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// draft is an entry of a catalogue on the way from the published format to
// catalogue.Software: its fields in the SILL's format, and those that the SILL's
// format lacks.
type draft struct {
	id     string // within its catalogue
	fields map[string]any
	// languages are texts by language; the others than fr and en serve where both lack.
	languages map[string]string
	code      string
	page      string // its page, as the element gives it
	contacts  []string
	phase     string
	abandoned bool
	// gone is true for an element that its catalogue does not list any more, since
	// goneSince, which may be zero.
	gone      bool
	goneSince time.Time
	fromState bool
}

// entry converts the draft into the bot's form of an entry, whose id begins with the
// name of the catalogue s. ok is false if the draft has no name or no id, so that it
// cannot be used. It changes the draft: its description and code go into its fields,
// and its id is cleaned.
func (d *draft) entry(s *Settings) (out catalogue.Software, ok bool) {
	d.fields["description"] = d.description(s.Language)
	d.fields["codeRepositoryUrl"] = d.code
	out, ok = catalogue.Entry(d.fields)
	d.id = catalogue.CleanText(d.id, 200)
	if !ok || d.id == "" {
		return out, false
	}
	out.ID, out.Catalogue = s.Name+":"+d.id, s.Label
	out.Home = s.page(d, out.Name)
	out.Phase = text.Fold(catalogue.CleanText(d.phase, 40))
	out.FromState = d.fromState
	for _, c := range d.contacts {
		if out.Contact = contact(c); out.Contact != "" {
			break
		}
	}
	out.Withdrawn = nil
	switch {
	case d.gone:
		out.Withdrawn = &catalogue.Withdrawal{Time: d.goneSince}
	case d.abandoned:
		out.Withdrawn = &catalogue.Withdrawal{Abandoned: true}
	}
	return out, true
}

// description returns the draft's description in French and English. If it has neither,
// the result has a text in another language in place of the English one: the text in
// the catalogue's language or, if there is none, the text whose language code comes
// first.
func (d *draft) description(language string) map[string]any {
	out := map[string]any{"fr": d.languages["fr"], "en": d.languages["en"]}
	if d.languages["fr"] != "" || d.languages["en"] != "" {
		return out
	}
	codes := make([]string, 0, len(d.languages))
	for code := range d.languages {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	for _, code := range append([]string{language}, codes...) {
		if d.languages[code] != "" {
			out["en"] = d.languages[code]
			break
		}
	}
	return out
}

// page returns the web address of the page of the entry d, whose name is name. It makes
// the address from the pattern Settings.Link, or takes the address in the entry if
// there is no pattern. The result is empty if that is no http or https URL.
func (s *Settings) page(d *draft, name string) string {
	if s.Link == "" {
		return catalogue.CleanLink(d.page)
	}
	slug := strings.Join(text.Words(name), "-")
	replaced := strings.NewReplacer("{id}", url.PathEscape(d.id), "{name}", url.PathEscape(name), "{slug}", url.PathEscape(slug)).Replace(s.Link)
	return catalogue.CleanLink(replaced)
}

// contact returns s, without «mailto:», if it is a mail address or a web address;
// otherwise "".
func contact(s string) string {
	s = strings.TrimPrefix(catalogue.CleanText(s, 200), "mailto:")
	user, host, mail := strings.Cut(s, "@")
	if mail && user != "" && strings.Contains(host, ".") && !strings.ContainsAny(s, " /<>\"'(),;:\\") {
		return s
	}
	return catalogue.CleanLink(s)
}

// parseList reads the elements of a JSON list in r, which may stand under the key
// within, and turns each into an entry of the catalogue s by means of read. It drops
// and reports elements that isOne does not recognise, and those without name or id. If
// isOne refuses more than half of them, the error wraps catalogue.ErrUnknownList; other
// errors are those of catalogue.Elements.
func parseList(r io.Reader, s *Settings, within string, isOne func(element) bool, read func(element) draft) (list, error) {
	var l list
	var foreign map[string]any
	index, strange := -1, 0
	err := catalogue.Elements(r, within, func(v any) error {
		index++
		e := asElement(v)
		if e == nil || !isOne(e) {
			if strange++; foreign == nil {
				foreign = e
			}
			l.drop(index, "is no element of the kind "+string(s.Kind))
			return nil
		}
		d := read(e)
		l.add(index, &d, s)
		return nil
	})
	switch {
	case err != nil:
		return list{}, err
	case strange*2 > index+1:
		return list{}, catalogue.FieldsError(foreign)
	}
	return l, nil
}

// maxEntries bounds a catalogue. The largest known one has some thousands.
const maxEntries = 50_000

func (l *list) add(index int, d *draft, s *Settings) {
	out, ok := d.entry(s)
	switch {
	case !ok:
		l.drop(index, "has no name or no id")
	case len(l.entries) >= maxEntries:
		l.drop(index, fmt.Sprintf("is beyond the first %d", maxEntries))
	default:
		l.entries = append(l.entries, out)
	}
}

// maxDropped bounds the reported elements that are left out.
const maxDropped = 1000

func (l *list) drop(index int, reason string) {
	if len(l.dropped) < maxDropped {
		l.dropped = append(l.dropped, catalogue.Dropped{Index: index, Reason: reason})
	}
}

// inLanguage returns a map with the text as its only value, under the language of the
// catalogue.
func (s *Settings) inLanguage(text string) map[string]string {
	return map[string]string{s.Language: text}
}

// identifier returns an external identifier of a software, such as a Wikidata item, in
// the SILL's format: source names the register, value is the id there, address its
// page. It returns nil if value is empty.
func identifier(source, value, address string) any {
	if value == "" {
		return nil
	}
	return map[string]any{
		"@type": "PropertyValue", "value": value, "url": address,
		"subjectOf": map[string]any{"@type": "Website", "name": source, "additionalType": source},
	}
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }
