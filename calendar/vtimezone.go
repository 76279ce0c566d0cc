package calendar

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"slices"
	"strconv"
	"time"
)

// The years to which the rules of a VTIMEZONE apply.
const (
	zoneFirstYear = 1970
	zoneLastYear  = 2100
)

// transition is a change of a time zone's offset from UTC, such as the start of summer
// time, at a point in time in Unix seconds.
type transition struct {
	at       int64
	offset   int // seconds east of UTC, from then on
	daylight bool
}

// definedZone returns the time zone, called name, that the VTIMEZONE component c of a
// calendar defines; nil if it defines nothing usable. b limits the time that its rules
// take. definedZone writes the zone in the TZif format (RFC 8536) first, the only form
// that Go loads.
func definedZone(name string, c *component, b *budget) *time.Location {
	var all []transition
	for _, child := range c.children {
		if child.name == "STANDARD" || child.name == "DAYLIGHT" {
			all = append(all, observances(child, b)...)
		}
	}
	if len(all) == 0 {
		return nil
	}
	slices.SortStableFunc(all, func(a, b transition) int { return int(min(1, max(-1, a.at-b.at))) })
	loc, err := time.LoadLocationFromTZData(name, zoneData(all))
	if err != nil {
		return nil
	}
	return loc
}

// observances returns the changes of offset that c, a STANDARD or DAYLIGHT component,
// describes: the part of a time zone's definition for winter or summer time. It is nil
// if the start or the offset is unreadable.
func observances(c *component, b *budget) []transition {
	from, okFrom := parseOffset(c.get("TZOFFSETFROM"))
	to, okTo := parseOffset(c.get("TZOFFSETTO"))
	start, err := parseMoment(c.get("DTSTART"), nil, &zones{resting: time.UTC})
	if !okTo || err != nil {
		return nil
	}
	if !okFrom {
		from = to
	}
	at := func(wall time.Time) transition {
		return transition{wall.Unix() - int64(from), to, c.name == "DAYLIGHT"}
	}
	all := []transition{at(start.wall)}
	for _, p := range c.props {
		switch p.name {
		case "RDATE":
			for _, day := range parsePeriods(p, &zones{resting: time.UTC}) {
				all = append(all, at(day.start.wall))
			}
		case "RRULE":
			rule, ok := parseRule(p.value)
			if !ok || rule.options.Freq > monthly {
				continue
			}
			first := start.wall
			if first.Year() < zoneFirstYear { // Exchange begins in 1601
				first = first.AddDate(zoneFirstYear-first.Year(), 0, 0)
			}
			last := time.Date(zoneLastYear, 1, 1, 0, 0, 0, 0, time.UTC)
			for _, wall := range rule.between(first, rule.end(start, time.UTC), first, last, b) {
				all = append(all, at(wall))
			}
		}
	}
	return all
}

var offset = regexp.MustCompile(`^\s*([+-]?)(\d{2}):?(\d{2})(?::?(\d{2}))?\s*$`)

// parseOffset parses a UTC offset such as +0200 or -05:00 and returns it in seconds; ok
// is false for other text and for a day or more.
func parseOffset(s string) (seconds int, ok bool) {
	m := offset.FindStringSubmatch(s)
	if m == nil {
		return 0, false
	}
	for i, unit := range []int{3600, 60, 1} {
		n, _ := strconv.Atoi(m[i+2])
		seconds += n * unit
	}
	if seconds >= 24*3600 {
		return 0, false
	}
	if m[1] == "-" {
		seconds = -seconds
	}
	return seconds, true
}

// zoneData returns the changes of offset, sorted by time, in the TZif format, version
// 2 (RFC 8536).
func zoneData(all []transition) []byte {
	types := [][2]int{} // offset, and 1 in summer
	indexOf := func(t transition) byte {
		kind := [2]int{t.offset, 0}
		if t.daylight {
			kind[1] = 1
		}
		i := slices.Index(types, kind)
		if i < 0 && len(types) < 250 {
			types, i = append(types, kind), len(types)
		}
		return byte(max(i, 0))
	}
	// Go uses the first type without summer time for the time before the first
	// transition.
	indexes := make([]byte, len(all))
	for i, t := range all {
		indexes[i] = indexOf(t)
	}
	var b bytes.Buffer
	header := func(times, kinds, chars uint32) {
		b.WriteString("TZif2")
		b.Write(make([]byte, 15))
		for _, n := range []uint32{0, 0, 0, times, kinds, chars} {
			_ = binary.Write(&b, binary.BigEndian, n) // writing to memory cannot fail
		}
	}
	header(0, 1, 1) // the block for version 1: empty
	b.Write(make([]byte, 6+1))
	header(uint32(len(all)), uint32(len(types)), 1)
	for _, t := range all {
		_ = binary.Write(&b, binary.BigEndian, t.at)
	}
	b.Write(indexes)
	for _, kind := range types {
		_ = binary.Write(&b, binary.BigEndian, int32(kind[0]))
		b.Write([]byte{byte(kind[1]), 0})
	}
	b.WriteByte(0) // the only abbreviation, empty
	b.WriteString("\n\n")
	return b.Bytes()
}
