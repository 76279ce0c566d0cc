package calendar

import (
	"bytes"
	"strings"
)

// component is one part of an iCalendar file between a BEGIN line and its END: its
// properties and the components inside it.
type component struct {
	name     string // in upper case
	props    []property
	children []*component
}

// get returns the raw value of the component's first property with that name, in upper
// case; empty if there is none.
func (c *component) get(name string) string {
	if p := c.find(name); p != nil {
		return p.value
	}
	return ""
}

// text returns the value of the component's first property with that name, in upper
// case, without escapes and surrounding spaces; empty if there is none.
func (c *component) text(name string) string { return strings.TrimSpace(unescape(c.get(name))) }

func (c *component) find(name string) *property {
	for i := range c.props {
		if c.props[i].name == name {
			return &c.props[i]
		}
	}
	return nil
}

// maxDepth is the deepest nesting of components: an alarm in an event in a calendar is
// three deep.
const maxDepth = 8

// parseComponents returns the VCALENDAR components of a file. The error is ErrEmpty,
// ErrHTML, ErrFormat, also for too deep a nesting, or ErrTruncated if a component does
// not end.
func parseComponents(data []byte) ([]*component, error) {
	data = decode(data)
	if len(bytes.TrimSpace(data)) == 0 {
		return nil, ErrEmpty
	}
	root := &component{}
	open := []*component{root} // the innermost is the last
	begun := false
	for _, line := range unfold(data) {
		p, ok := parseProperty(line)
		if !ok {
			continue
		}
		name := strings.ToUpper(strings.TrimSpace(p.value))
		innermost := open[len(open)-1]
		switch {
		case p.name == "BEGIN" && (begun || name == "VCALENDAR"):
			begun = true
			open = closeBefore(open, name)
			if len(open) > maxDepth {
				return nil, ErrFormat
			}
			c := &component{name: name}
			parent := open[len(open)-1]
			parent.children = append(parent.children, c)
			open = append(open, c)
		case p.name == "END":
			open = closeUntil(open, name)
		case len(open) > 1:
			innermost.props = append(innermost.props, p)
		}
	}
	switch {
	case !begun && looksLikeHTML(data):
		return nil, ErrHTML
	case !begun:
		return nil, ErrFormat
	case len(open) > 1:
		return nil, ErrTruncated
	}
	var calendars []*component
	for _, c := range root.children {
		if c.name == "VCALENDAR" {
			calendars = append(calendars, c)
		}
	}
	return calendars, nil
}

// closeBefore returns open, the open components from the outermost on, without those
// that cannot contain a component of that name: an event without END ends where the
// next one begins.
func closeBefore(open []*component, name string) []*component {
	switch name {
	case "VCALENDAR":
		return open[:1]
	case "VEVENT", "VTODO", "VJOURNAL", "VFREEBUSY", "VTIMEZONE":
		for i, c := range open {
			if c.name == "VCALENDAR" {
				return open[:i+1]
			}
		}
	}
	return open
}

// closeUntil returns open, the open components from the outermost on, without the
// innermost one of that name and everything inside it. It returns all of them if none
// has the name.
func closeUntil(open []*component, name string) []*component {
	for i := len(open) - 1; i > 0; i-- {
		if open[i].name == name {
			return open[:i]
		}
	}
	return open
}

func looksLikeHTML(data []byte) bool {
	start := bytes.ToLower(data[:min(len(data), 1024)])
	return bytes.Contains(start, []byte("<html")) || bytes.Contains(start, []byte("<!doctype html"))
}
