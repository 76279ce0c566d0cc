package catalogue

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"heraut/text"
)

// object is a decoded JSON object from an untrusted source: any field may be absent,
// null, or of another type than its format says. Each accessor takes the names of a
// field in the different formats, and returns the first usable value.
type object map[string]any

func asObject(v any) object {
	m, _ := v.(map[string]any)
	return m
}

func (o object) has(keys ...string) bool {
	for _, k := range keys {
		if o[k] != nil {
			return true
		}
	}
	return false
}

// sub returns the object in the first of the fields that holds one. It returns nil if
// none does, on which all methods work and find nothing.
func (o object) sub(keys ...string) object {
	for _, k := range keys {
		if s := asObject(o[k]); s != nil {
			return s
		}
	}
	return nil
}

// list returns the list in the first of the fields that holds one. A single value
// counts as a list of one; nil if there is none.
func (o object) list(keys ...string) []any {
	for _, k := range keys {
		switch v := o[k].(type) {
		case nil:
		case []any:
			if len(v) > 0 {
				return v
			}
		default:
			return []any{v}
		}
	}
	return nil
}

// text returns the text in the first of the fields that holds one, cleaned and cut to
// maxName characters; empty if none does.
func (o object) text(keys ...string) string {
	for _, k := range keys {
		if s := clean(rawText(o[k]), maxName); s != "" {
			return s
		}
	}
	return ""
}

// rawText returns the text that a decoded JSON value stands for: a string itself, a
// number as written, or an object's text for French, English, "name", "label" or
// "value". It is empty if there is none.
func rawText(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case json.Number:
		return v.String()
	case map[string]any:
		for _, k := range []string{"fr", "en", "name", "label", "value"} {
			if s, ok := v[k].(string); ok && strings.TrimSpace(s) != "" {
				return s
			}
		}
	}
	return ""
}

// localized returns a text in French and English: for each language, from the first of
// the fields that holds one. A plain string counts as French.
func (o object) localized(keys ...string) Localized {
	var l Localized
	for _, k := range keys {
		switch v := o[k].(type) {
		case string:
			l = l.or(Localized{FR: description(v)})
		case map[string]any:
			l = l.or(Localized{FR: description(rawText(v["fr"])), EN: description(rawText(v["en"]))})
		}
	}
	return l
}

// or returns a copy of l in which each missing language has the text of m.
func (l Localized) or(m Localized) Localized {
	if l.FR == "" {
		l.FR = m.FR
	}
	if l.EN == "" {
		l.EN = m.EN
	}
	return l
}

// without returns a copy of l without the texts that m has too, in the same language.
func (l Localized) without(m Localized) Localized {
	if l.FR == m.FR {
		l.FR = ""
	}
	if l.EN == m.EN {
		l.EN = ""
	}
	return l
}

func (o object) link(keys ...string) string {
	for _, k := range keys {
		if s := link(rawText(o[k])); s != "" {
			return s
		}
	}
	return ""
}

// flag reports whether a field says yes. It looks at the fields in order, up to and
// including the first that holds a boolean: true there, or a word such as «oui» in a
// field before, means yes. It is false if no field says yes.
func (o object) flag(keys ...string) bool {
	for _, k := range keys {
		switch v := o[k].(type) {
		case bool:
			return v
		case string:
			switch text.Fold(strings.TrimSpace(v)) {
			case "oui", "yes", "true", "1":
				return true
			}
		}
	}
	return false
}

func (o object) count(key string) int {
	n, err := strconv.Atoi(rawText(o[key]))
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// time returns the time in the first of the fields that holds one, in UTC; zero if
// there is none. It accepts milliseconds since 1970 (from 1e10, as smaller numbers are
// years or versions), times such as 2024-05-03T10:00:00, with or without an offset such
// as Z or +02:00, and dates such as 2024-05-03, of the years 1970 to 2200.
func (o object) time(keys ...string) time.Time {
	for _, k := range keys {
		if t := parseTime(rawText(o[k])); !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

func parseTime(s string) time.Time {
	s = strings.TrimSpace(s)
	var t time.Time
	if s == "" {
		return t
	}
	var ms float64
	err := strconv.ErrSyntax
	if strings.IndexByte(s, '-') < 1 { // no date
		ms, err = strconv.ParseFloat(s, 64)
	}
	if err == nil {
		// A small number is a year or a version, not milliseconds.
		if ms < 1e10 || ms > 1e13 {
			return time.Time{}
		}
		t = time.UnixMilli(int64(ms))
	} else {
		for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
			if t, err = time.Parse(layout, s); err == nil {
				break
			}
		}
	}
	if t.Year() < 1970 || t.Year() > 2200 {
		return time.Time{}
	}
	return t.UTC()
}
