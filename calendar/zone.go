package calendar

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// windowsZones maps Windows names of time zones to those of the IANA, with the
// cities by which Windows shows them. The mapping is that of the Unicode CLDR
// (windowsZones.xml).
//
//go:embed windows_zones.tsv
var windowsZones string

type namedZones struct {
	windows map[string]string // by the Windows name, folded
	cities  map[string]string // by the city, folded
}

var knownZones = sync.OnceValue(func() namedZones {
	z := namedZones{map[string]string{}, map[string]string{}}
	for line := range strings.Lines(windowsZones) {
		fields := strings.Split(strings.TrimRight(line, "\n"), "\t")
		z.windows[folded(fields[0])] = fields[1]
		// In winter time and summer time Outlook writes the same zone's name.
		z.windows[folded(strings.Replace(fields[0], "Standard", "Daylight", 1))] = fields[1]
		for city := range strings.SplitSeq(fields[2], ",") {
			if city = folded(city); city != "" && z.cities[city] == "" {
				z.cities[city] = fields[1]
			}
		}
	}
	// French and German Windows show translated names.
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

// abbreviations are names that the IANA's list lacks or that mean there what
// nobody means in a calendar.
var abbreviations = map[string]string{
	"z": "UTC", "utc": "UTC", "gmt": "UTC", "cest": "Europe/Paris", "met dst": "Europe/Paris",
	"bst": "Europe/London", "edt": "America/New_York", "cdt": "America/Chicago",
	"pst": "America/Los_Angeles", "pdt": "America/Los_Angeles",
}

// folded is a name in small letters, without marks that vary.
func folded(s string) string {
	s = strings.ToLower(strings.TrimSpace(s))
	s = strings.NewReplacer("&", "and", "é", "e", "è", "e", "_", " ", `\,`, ",").Replace(s)
	return strings.Join(strings.Fields(s), " ")
}

// zones resolves the names of time zones that one calendar uses.
type zones struct {
	own     map[string]*time.Location // defined by the calendar, by folded name
	resting *time.Location            // that of times without a zone
	cache   map[string]*time.Location
}

// newZones reads the VTIMEZONEs of a calendar. local is the zone of those who
// read: times without a zone are in the calendar's X-WR-TIMEZONE, or else there.
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

// maxZones bounds how many zones of a calendar are read.
const maxZones = 500

// named returns the zone that a calendar calls name. An unknown name stands for
// the zone of times without one, so that no event is lost.
func (z *zones) named(name string) *time.Location {
	if loc, ok := z.cache[name]; ok {
		return loc
	}
	loc := z.find(name)
	if loc == nil {
		loc = z.resting
	}
	z.cache[name] = loc
	return loc
}

// find tries what a name may be, the surest first.
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
	// Vendors put a prefix before the IANA's name: /citadel.org/20210210_1/Europe/Paris.
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

// ianaZone returns the zone of the IANA's list that has that name; nil if none has.
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

// titled writes europe/paris and EUROPE/PARIS as the IANA does.
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

// shownZone finds a zone by the cities in the name that Windows and Exchange
// show: (UTC+01:00) Brussels, Copenhagen, Madrid, Paris. The zone of most of the
// cities wins.
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

// offsetZone reads a fixed offset in a name: UTC+02:00, GMT -0500.
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
