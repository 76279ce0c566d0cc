package webhook

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
)

// object is a decoded JSON object. Its methods never fail: a missing value, null or
// a value of another type reads as the zero value, since tools change their formats.
type object map[string]any

// at returns the value at path, which leads through nested objects; a number indexes an
// array. It is nil if there is no value.
func (o object) at(path ...string) any {
	var v any = map[string]any(o)
	for _, key := range path {
		switch x := v.(type) {
		case map[string]any:
			v = x[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(x) {
				return nil
			}
			v = x[i]
		default:
			return nil
		}
	}
	return v
}

// str returns the text at path, without surrounding spaces: of a string, a number or a
// boolean. It is empty for anything else.
func (o object) str(path ...string) string { return textOf(o.at(path...)) }

// first returns the first text under one of the keys that is not empty; "" if there is
// none. Each key is a single key, not a path.
func (o object) first(keys ...string) string {
	for _, key := range keys {
		if s := o.str(key); s != "" {
			return s
		}
	}
	return ""
}

// obj returns the object at path; empty if there is none.
func (o object) obj(path ...string) object {
	m, _ := o.at(path...).(map[string]any)
	return m
}

// list returns the array at path; a single object counts as an array of one. It is nil
// if there is neither.
func (o object) list(path ...string) []any {
	switch x := o.at(path...).(type) {
	case []any:
		return x
	case map[string]any:
		return []any{x}
	}
	return nil
}

// objects returns the objects in the array at path, without its other values; a single
// object counts as an array of one.
func (o object) objects(path ...string) []object { return objectsOf(o.list(path...)) }

func objectsOf(list []any) (all []object) {
	for _, v := range list {
		if m, ok := v.(map[string]any); ok {
			all = append(all, m)
		}
	}
	return all
}

// has reports whether o has every one of the keys, whatever their values; null counts.
func (o object) has(keys ...string) bool {
	for _, key := range keys {
		if _, ok := o[key]; !ok {
			return false
		}
	}
	return true
}

// keys returns the keys of the object in alphabetical order.
func (o object) keys() []string {
	keys := make([]string, 0, len(o))
	for key := range o {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}

// textOf returns the text of a scalar, without surrounding spaces; "" for null, arrays
// and objects.
func textOf(v any) string {
	switch x := v.(type) {
	case string:
		return strings.TrimSpace(x)
	case json.Number:
		return x.String()
	case bool:
		return strconv.FormatBool(x)
	}
	return ""
}

// names returns the texts of an array: its strings, numbers and booleans and, for each
// object, the text under the first of the keys that has one. It leaves out empty texts.
func names(list []any, keys ...string) (all []string) {
	for _, v := range list {
		s := textOf(v)
		if m, ok := v.(map[string]any); ok {
			s = object(m).first(keys...)
		}
		if s != "" {
			all = append(all, s)
		}
	}
	return all
}

// timeOf parses a time in one of the formats that tools use; a time without a zone is
// in UTC. It returns the zero time if the text is unreadable, or if its year is before
// 1990: tools write such times for «never».
func timeOf(s string) time.Time {
	for _, layout := range []string{
		time.RFC3339Nano, "2006-01-02 15:04:05 UTC", "2006-01-02 15:04:05 MST", "2006-01-02 15:04:05 -0700",
		"2006-01-02T15:04:05.999-0700", "2006-01-02 15:04:05", "2006-01-02T15:04Z07:00", "2006-01-02T15:04-0700",
	} {
		if t, err := time.Parse(layout, s); err == nil {
			if t.Year() < 1990 {
				return time.Time{}
			}
			return t
		}
	}
	return time.Time{}
}

// firstLine returns the first line of s that is not blank, without surrounding spaces;
// "" if there is none.
func firstLine(s string) string {
	for line := range strings.Lines(s) {
		if line = strings.TrimSpace(line); line != "" {
			return line
		}
	}
	return ""
}

// person returns the display name of the person o in a tool's data, or else their
// login; "" if o has neither.
func person(o object) string {
	return cmp.Or(o.first("displayName", "display_name", "name", "full_name", "login", "username", "summary", "nickname"))
}
