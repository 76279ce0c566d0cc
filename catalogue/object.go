package catalogue

import (
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"heraut/text"
)

// object is a decoded JSON object of which nothing is certain: a field may be
// absent, null, a string where an object was expected, and the other way round.
// Each accessor takes a field's known names and uses the first that says
// something.
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

// sub returns the nested object, or nil, which is an empty one.
func (o object) sub(keys ...string) object {
	for _, k := range keys {
		if s := asObject(o[k]); s != nil {
			return s
		}
	}
	return nil
}

// list returns the nested list; a lone value counts as a list of one.
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

// text returns a name-like text, cleaned.
func (o object) text(keys ...string) string {
	for _, k := range keys {
		if s := clean(rawText(o[k]), maxName); s != "" {
			return s
		}
	}
	return ""
}

// rawText finds the text in a string, a number, or an object that holds one by
// language or under a usual name.
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

// localized returns a description, in French where it is a bare string.
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

// or fills what is empty in l from m.
func (l Localized) or(m Localized) Localized {
	if l.FR == "" {
		l.FR = m.FR
	}
	if l.EN == "" {
		l.EN = m.EN
	}
	return l
}

// without empties what is the same in m.
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

// flag reports a true boolean, or a word that means so.
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

// time reads milliseconds since 1970, an ISO 8601 time or a date.
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
	if ms, err := strconv.ParseFloat(s, 64); err == nil {
		// A bare year or any other small number is no time.
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
