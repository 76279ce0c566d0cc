package calendar

import (
	"bytes"
	"strings"
	"time"
)

// maxEvents bounds the number of events read from one file.
const maxEvents = 20_000

// Read reads an iCalendar file, or the JSON of the Agenda du Libre. It returns times in
// local; a time without a zone is in the zone that the file names, or else in local. It
// skips unreadable events, and those beyond maxEvents. The error wraps ErrEmpty,
// ErrHTML, ErrFormat or ErrTruncated.
func Read(data []byte, local *time.Location) (*Calendar, error) {
	if start := bytes.TrimSpace(decode(data)); len(start) > 0 && (start[0] == '[' || start[0] == '{') {
		return readJSON(start, local)
	}
	components, err := parseComponents(data)
	if err != nil {
		return nil, err
	}
	calendar := &Calendar{local: local}
	var all []*vevent
	for _, c := range components {
		if calendar.Name == "" {
			calendar.Name = oneLine(c.text("X-WR-CALNAME"))
		}
		z := newZones(c, local)
		cancelled := strings.EqualFold(c.text("METHOD"), "CANCEL")
		for _, child := range c.children {
			if child.name != "VEVENT" || len(all) >= maxEvents {
				continue
			}
			if v, ok := parseEvent(child, z, cancelled); ok {
				all = append(all, v)
			}
		}
	}
	calendar.series = group(all)
	return calendar, nil
}
