package calendar

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// windowsZones maps Windows names of time zones to IANA names, with the cities that
// Windows displays. The mapping comes from the Unicode CLDR (windowsZones.xml).
//
//go:embed windows_zones.tsv
var windowsZones string

type namedZones struct {
	windows map[string]string // IANA name, by folded Windows name
	cities  map[string]string // IANA name, by folded city
}

var knownZones = sync.OnceValue(func() namedZones {
	z := namedZones{map[string]string{}, map[string]string{}}
	for line := range strings.Lines(windowsZones) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		z.windows[folded(fields[0])] = fields[1]
		// Outlook writes a winter and a summer name for the same zone.
		z.windows[folded(strings.Replace(fields[0], "Standard", "Daylight", 1))] = fields[1]
		for city := range strings.SplitSeq(fields[2], ",") {
			if city = folded(city); city != "" && z.cities[city] == "" {
				z.cities[city] = fields[1]
			}
		}
	}
	// French and German Windows display translated names.
	for city, zone := range map[string]string{
		"bruxelles": "Europe/Paris", "copenhague": "Europe/Paris", "kopenhagen": "Europe/Paris",
		"brussel": "Europe/Paris", "amsterdam": "Europe/Berlin", "berne": "Europe/Berlin",
		"rom": "Europe/Berlin", "wien": "Europe/Berlin", "vienne": "Europe/Berlin",
		"londres": "Europe/London", "lisbonne": "Europe/London", "dublin": "Europe/London",
		"athenes": "Europe/Bucharest", "bucarest": "Europe/Bucharest",
		"varsovie": "Europe/Warsaw", "moscou": "Europe/Moscow", "le caire": "Africa/Cairo",
		"temps universel coordonne": "UTC", "coordinated universal time": "UTC",
	} {
		z.cities[city] = zone
	}
	return z
})

// abbreviations are names that the IANA list lacks, or that mean something else there
// than in calendars.
var abbreviations = map[string]string{
	"z": "UTC", "utc": "UTC", "gmt": "UTC", "cest": "Europe/Paris", "met dst": "Europe/Paris",
	"bst": "Europe/London", "edt": "America/New_York", "cdt": "America/Chicago",
	"pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
}

// folded returns the name of a time zone in a form for comparison: lower case, and
// without the differences of accents, underscores and spaces between its spellings.
func folded(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.NewReplacer("&", "and", "é", "e", "è", "e", "_", " ", `\,`, ",").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// zones is an index of the time zones that one calendar names, by its own definitions
// or by their usual names.
type zones struct {
	own     map[string]*time.Location // defined by the calendar, by folded name
	resting *time.Location            // the zone of times without one
	cache   map[string]*time.Location // by name as written; nil for an unknown name
}

// newZones returns the time zones that the VCALENDAR component calendar defines. local
// is the readers' zone, which serves for times without a zone unless the calendar names
// one for them (X-WR-TIMEZONE).
func newZones(calendar *component, local *time.Location) *zones {
	z := &zones{own: map[string]*time.Location{}, resting: local, cache: map[string]*time.Location{}}
	b := newBudget()
	for i, c := range calendar.children {
		if c.name != "VTIMEZONE" || i >= maxZones {
			continue
		}
		name := c.text("TZID")
		if name == "" {
			continue
		}
		if loc := ianaZone(c.text("X-LIC-LOCATION")); loc != nil {
			z.own[folded(name)] = loc
		} else if loc := definedZone(name, c, b); loc != nil {
			z.own[folded(name)] = loc
		}
	}
	if name := calendar.text("X-WR-TIMEZONE"); name != "" {
		z.resting = z.named(name)
	}
	return z
}

// maxZones bounds the number of zones read from a calendar.
const maxZones = 500

// named returns the time zone with that name in the calendar. An unknown name gives the
// zone for times without one, so that no event is lost. It keeps the answers of find in
// z.cache.
func (z *zones) named(name string) *time.Location {
	loc, ok := z.cache[name]
	if !ok {
		loc = z.find(name)
		z.cache[name] = loc
	}
	if loc == nil {
		return z.resting // not cached: the zones of one event share the cache (parseEvent)
	}
	return loc
}

// find returns the time zone that a name means, by the first of these that fits: an
// IANA name, a zone defined in the calendar, a Windows name, an IANA name behind a
// vendor's prefix, cities, an offset; nil if none fits.
func (z *zones) find(name string) *time.Location {
	name = strings.TrimSpace(name)
	if loc := ianaZone(name); loc != nil {
		return loc
	}
	if loc := z.own[folded(name)]; loc != nil {
		return loc
	}
	known := knownZones()
	if iana := known.windows[folded(name)]; iana != "" {
		return ianaZone(iana)
	}
	// Vendors put a prefix before the IANA name: /citadel.org/20210210_1/Europe/Paris.
	for rest := name; ; {
		slash := strings.IndexByte(rest, '/')
		if slash < 0 {
			break
		}
		rest = rest[slash+1:]
		if loc := ianaZone(rest); loc != nil {
			return loc
		}
	}
	if loc := shownZone(name); loc != nil {
		return loc
	}
	return offsetZone(name)
}

// ianaZone returns the zone with that IANA name, in upper or lower case, or with one of
// the names in abbreviations; nil if there is none.
func ianaZone(name string) *time.Location {
	if name == "" || len(name) > 60 || strings.EqualFold(name, "local") {
		return nil
	}
	if iana := abbreviations[folded(name)]; iana != "" {
		name = iana
	}
	for _, spelled := range []string{name, titled(name)} {
		if loc, err := time.LoadLocation(spelled); err == nil {
			return loc
		}
	}
	return nil
}

// titled returns an IANA name of a time zone in its usual spelling: europe/paris and
// EUROPE/PARIS become Europe/Paris.
func titled(name string) string {
	upper := true
	return strings.Map(func(r rune) rune {
		defer func() { upper = r == '/' || r == '_' || r == '-' }()
		if upper {
			return []rune(strings.ToUpper(string(r)))[0]
		}
		return []rune(strings.ToLower(string(r)))[0]
	}, strings.ReplaceAll(name, " ", "_"))
}

var shownPrefix = regexp.MustCompile(`^\s*\((?:UTC|GMT)[^)]*\)\s*`)

// shownZone returns the time zone of most of the cities in a name as Windows and
// Exchange display it: (UTC+01:00) Brussels, Copenhagen, Madrid, Paris. It returns nil
// if no city is known.
func shownZone(name string) *time.Location {
	known, votes, best := knownZones(), map[string]int{}, ""
	for city := range strings.SplitSeq(shownPrefix.ReplaceAllString(name, ""), ",") {
		iana := known.cities[folded(city)]
		if iana == "" {
			continue
		}
		votes[iana]++
		if best == "" || votes[iana] > votes[best] {
			best = iana
		}
	}
	return ianaZone(best)
}

var offsetName = regexp.MustCompile(`(?i)(?:^|\b|\()(?:UTC|GMT)?\s*([+-])\s*(\d{1,2})(?::?(\d{2}))?\b`)

// offsetZone returns a zone with the fixed offset that a name states, such as UTC+02:00
// or GMT -0500; nil if it states none, or one of 15 hours or more.
func offsetZone(name string) *time.Location {
	m := offsetName.FindStringSubmatch(name)
	if m == nil {
		return nil
	}
	hours, _ := strconv.Atoi(m[2])
	minutes, _ := strconv.Atoi(m[3])
	if hours > 14 || minutes > 59 {
		return nil
	}
	seconds := hours*3600 + minutes*60
	if m[1] == "-" {
		seconds = -seconds
	}
	return time.FixedZone(name, seconds)
}
