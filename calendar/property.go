package calendar

import (
	"regexp"
	"strings"
)

// property is a parsed line of an iCalendar file: NAME;PARAM=value:value.
type property struct {
	name   string            // in upper case
	params map[string]string // by name in upper case, without quotes
	value  string            // raw
}

// dated are the properties whose value begins with a date. The date shows where the
// value begins when a time zone's name contains colons or an unclosed quote.
var dated = map[string]bool{
	"DTSTART": true, "DTEND": true, "RECURRENCE-ID": true, "RDATE": true, "EXDATE": true,
}

var (
	propertyName = regexp.MustCompile(`^[A-Za-z0-9-]+$`)
	dateFirst    = regexp.MustCompile(`^\s*(\d{8}|\d{4}-\d{2}-\d{2})`)
)

// parseProperty parses a line of an iCalendar file. It returns false if the line is no
// property; the caller ignores that line.
func parseProperty(line string) (property, bool) {
	end := strings.IndexAny(line, ";:")
	if end < 0 {
		return property{}, false
	}
	name := strings.ToUpper(strings.TrimSpace(line[:end]))
	if dot := strings.IndexByte(name, '.'); dot >= 0 { // a group, as in vCards
		name = name[dot+1:]
	}
	if !propertyName.MatchString(name) {
		return property{}, false
	}
	colon := valueAt(line, end, dated[name])
	if colon < 0 {
		return property{}, false
	}
	p := property{name: name, value: line[colon+1:]}
	if colon > end {
		p.params = parseParams(line[end+1 : colon])
	}
	if dated[name] {
		p.value = strings.Trim(p.value, "\" \t")
	}
	return p, true
}

// valueAt returns the index in line of the colon that separates the parameters of a
// property from its value, searching from the index from; -1 if there is none. isDated
// says that the value is a date, whose zone may hold colons too.
func valueAt(line string, from int, isDated bool) int {
	if isDated {
		for i := from; i < len(line); i++ {
			if line[i] == ':' && dateFirst.MatchString(line[i+1:min(len(line), i+20)]) {
				return i
			}
		}
	}
	quoted := false
	for i := from; i < len(line); i++ {
		switch line[i] {
		case '"':
			quoted = !quoted
		case ':':
			if !quoted {
				return i
			}
		}
	}
	if quoted { // an unclosed quote
		if i := strings.IndexByte(line[from:], ':'); i >= 0 {
			return from + i
		}
	}
	return -1
}

func parseParams(s string) map[string]string {
	params := map[string]string{}
	quotes := strings.Count(s, `"`)%2 == 0 // unbalanced quotes protect nothing
	start, quoted := 0, false
	add := func(part string) {
		if key, value, ok := strings.Cut(part, "="); ok {
			params[strings.ToUpper(strings.TrimSpace(key))] = strings.Trim(value, "\" \t")
		}
	}
	for i := range len(s) {
		switch {
		case s[i] == '"' && quotes:
			quoted = !quoted
		case s[i] == ';' && !quoted:
			add(s[start:i])
			start = i + 1
		}
	}
	add(s[start:])
	return params
}

// unescape undoes the escapes of a TEXT value (RFC 5545, 3.3.11). A backslash before
// any other character stays.
func unescape(s string) string {
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '\\' || i+1 == len(s) {
			b.WriteByte(s[i])
			continue
		}
		i++
		switch s[i] {
		case 'n', 'N':
			b.WriteByte('\n')
		case '\\', ',', ';', ':', '"':
			b.WriteByte(s[i])
		default:
			b.WriteByte('\\')
			b.WriteByte(s[i])
		}
	}
	return b.String()
}
