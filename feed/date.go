package feed

import (
	"regexp"
	"strconv"
	"strings"
	"time"

	"heraut/text"
)

// maxDate is the longest accepted date, in bytes.
const maxDate = 100

var (
	// 2026-09-01, 20260901, 2026-09-01T08:00:00.5+02:00, 2026-09-01 08:00:00 UTC
	isoDate = regexp.MustCompile(`^(\d{4})(-?)(\d{1,2})-?(\d{1,2})(?:(?:T|\s|,)\s*(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?)?\s*(z|utc|gmt|[a-z]{3,5}|[+-]\d{2}:?\d{2}|[+-]\d{2})?$`)
	// 08:00, 08:00:00, 8h30
	clockTime  = regexp.MustCompile(`^(\d{1,2})[:h](\d{2})?(?::(\d{2})(?:[.,]\d+)?)?$`)
	zoneOffset = regexp.MustCompile(`^(?:utc|gmt)?([+-])(\d{1,2}):?(\d{2})?$`)
	dayNumber  = regexp.MustCompile(`^(\d{1,2})(?:er|st|nd|rd|th)?$`)
	inBrackets = regexp.MustCompile(`\([^()]*\)`)
)

// The names of months and days, folded. A word of three or more letters is accepted as
// an abbreviation if it begins one name only.
var (
	months = [12][]string{
		{"janvier", "january"}, {"fevrier", "february"}, {"mars", "march"}, {"avril", "april"}, {"mai", "may"}, {"juin", "june"},
		{"juillet", "july"}, {"aout", "august"}, {"septembre", "september"}, {"octobre", "october"}, {"novembre", "november"}, {"decembre", "december"},
	}
	weekdays = strings.Fields("lundi mardi mercredi jeudi vendredi samedi dimanche monday tuesday wednesday thursday friday saturday sunday")
	filler   = setOf("le a at the of de du on")
)

// zones maps the zone names of feeds to their offsets in hours (RFC 822 defines the
// American ones).
var zones = map[string]float64{
	"z": 0, "ut": 0, "utc": 0, "gmt": 0, "wet": 0,
	"cet": 1, "met": 1, "bst": 1, "west": 1, "cest": 2, "mest": 2, "eet": 2, "eest": 3, "msk": 3,
	"est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "akst": -9, "akdt": -8, "hst": -10,
	"ast": -4, "adt": -3, "nst": -3.5, "ndt": -2.5, "ist": 5.5, "jst": 9, "kst": 9, "aest": 10, "aedt": 11, "nzst": 12, "nzdt": 13,
}

// ParseDate parses the date said as feeds write it: RFC 822, ISO 8601 and their common
// deviations, with the names of months and days in French or English. Without a zone it
// is in UTC. It returns false for other text, for more than maxDate bytes, for years
// outside 1900 to 9999, and for 1 January 1970, which programs write for an unknown
// date.
func ParseDate(said string) (time.Time, bool) {
	if len(said) > maxDate {
		return time.Time{}, false
	}
	s := strings.ReplaceAll(strings.TrimSpace(text.Fold(inBrackets.ReplaceAllString(said, " "))), "\u2212", "-")
	t, ok := isoTime(s)
	if !ok {
		t, ok = wordsTime(s)
	}
	if !ok || t.Year() < 1900 || t.Year() > 9999 || t.UTC().Truncate(24*time.Hour).Equal(time.Unix(0, 0)) {
		return time.Time{}, false
	}
	return t, true
}

func isoTime(s string) (time.Time, bool) {
	m := isoDate.FindStringSubmatch(strings.ReplaceAll(s, "t", "T"))
	if m == nil {
		m = isoDate.FindStringSubmatch(s)
	}
	if m == nil || m[2] == "" && (len(m[3]) != 2 || len(m[4]) != 2) {
		return time.Time{}, false
	}
	d := civil{year: numberOrZero(m[1]), month: numberOrZero(m[3]), day: numberOrZero(m[4]), hour: numberOrZero(m[5]), minute: numberOrZero(m[6]), second: numberOrZero(m[7])}
	if m[8] != "" && !d.setZone(m[8]) {
		return time.Time{}, false
	}
	return d.time()
}

// wordsTime parses s, a folded date whose month is a word: «Tue, 01 Sep 2026 08:00
// +0200», «September 1, 2026», «mardi 1er septembre 2026 à 8h00». It returns false if
// the day, the month or the year is missing, if a word is unknown, or if the date does
// not exist.
func wordsTime(s string) (time.Time, bool) {
	var w wordsReader
	for _, part := range strings.FieldsFunc(s, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' || r == '\u00a0' || r == '/' }) {
		part = strings.Trim(part, ".")
		if part == "" || w.clock(part) || w.date(part) || filler[part] {
			continue
		}
		w.words = append(w.words, part)
	}
	if !w.hasYear || w.day == 0 || w.wrongZone || !w.takeWords(w.words) {
		return time.Time{}, false
	}
	return w.time()
}

// wordsReader holds the parts read so far of a date whose month is a word, such as «1er
// septembre 2026 à 8h00».
type wordsReader struct {
	civil
	words             []string // the month, and perhaps the day's name and the zone
	hasClock, hasYear bool
	wrongZone         bool // an offset that no zone has
}

// clock stores part in w and returns true if part belongs to a time of day, such as
// «8h00», «pm» or an offset after the time. It returns false for any other part. If the
// offset is one that no time zone has, it sets w.wrongZone.
func (w *wordsReader) clock(part string) bool {
	m := clockTime.FindStringSubmatch(part)
	switch {
	case m != nil && !w.hasClock:
		w.hour, w.minute, w.second = numberOrZero(m[1]), numberOrZero(m[2]), numberOrZero(m[3])
		w.hasClock = true
	case w.hasClock && zoneOffset.MatchString(part):
		w.wrongZone = !w.setZone(part) || w.wrongZone
	case part == "pm" && w.hasClock && w.hour < 12:
		w.hour += 12
	case part == "am" && w.hasClock && w.hour == 12:
		w.hour = 0
	case part == "pm", part == "am":
	default:
		return false
	}
	return true
}

// date stores part in w if it is the day, the year or a whole date such as
// «01-Sep-2026», whose month it adds to w.words; otherwise it returns false.
func (w *wordsReader) date(part string) bool {
	switch {
	case dayNumber.MatchString(part) && w.day == 0:
		w.day = numberOrZero(dayNumber.FindStringSubmatch(part)[1])
	case len(part) == 4 && isNumber(part) && !w.hasYear:
		w.year, w.hasYear = numberOrZero(part), true
	case len(part) == 2 && isNumber(part) && !w.hasYear:
		w.year, w.hasYear = shortYear(numberOrZero(part)), true
	case isDashed(part) && w.day == 0: // 01-Sep-2026
		pieces := strings.Split(part, "-")
		w.day, w.year, w.hasYear = numberOrZero(pieces[0]), numberOrZero(pieces[2]), true
		if len(pieces[2]) == 2 {
			w.year = shortYear(w.year)
		}
		w.words = append(w.words, pieces[1])
	default:
		return false
	}
	return true
}

// takeWords stores in d the words of a date that are no numbers: the month and the time
// zone; the day of the week is ignored. It returns false for any other word, and if
// there is no month.
func (d *civil) takeWords(words []string) bool {
	for i := len(words) - 1; i >= 0; i-- {
		word := strings.Trim(words[i], ".")
		month := monthNamed(word)
		switch {
		case month > 0 && d.month == 0:
			d.month = month
		case isWeekday(word):
		case d.setZone(word):
		default:
			return false
		}
	}
	return d.month > 0
}

// civil is a date and a time of day with an offset from UTC, as a feed writes them;
// not yet checked.
type civil struct {
	year, month, day, hour, minute, second int
	zone                                   *time.Location // nil: UTC
}

// setZone stores in d the offset from UTC that s, in lower case, states: the name of a
// zone, or the offset itself such as +0200. It returns false for other text and for
// more than 15 hours.
func (d *civil) setZone(s string) bool {
	if hours, ok := zones[s]; ok {
		d.zone = time.FixedZone("", int(hours*3600))
		return true
	}
	m := zoneOffset.FindStringSubmatch(s)
	if m == nil {
		return false
	}
	digits := m[2] + m[3]
	if len(m[2]) == 1 && len(m[3]) == 2 {
		digits = "0" + digits
	}
	offset := numberOrZero(digits[:min(2, len(digits))]) * 3600
	if m[3] != "" {
		offset += numberOrZero(m[3]) * 60
	}
	if m[1] == "-" {
		offset = -offset
	}
	if offset < -15*3600 || offset > 15*3600 {
		return false
	}
	d.zone = time.FixedZone("", offset)
	return true
}

// time returns the point in time; false if the date or the time of day does not exist,
// such as 30 February or 25:00. It sets d.zone to UTC if that is nil.
func (d *civil) time() (time.Time, bool) {
	if d.zone == nil {
		d.zone = time.UTC
	}
	t := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, d.second, 0, d.zone)
	day := time.Date(d.year, time.Month(d.month), d.day, 0, 0, 0, 0, time.UTC)
	exists := day.Day() == d.day && int(day.Month()) == d.month
	return t, exists && d.hour <= 24 && d.minute < 60 && d.second <= 60 && (d.hour < 24 || d.minute == 0)
}

// monthNamed returns the month, 1 to 12, whose French or English name begins with word,
// a folded text of at least three letters; 0 if none does, or several do.
func monthNamed(word string) int {
	if len(word) < 3 {
		return 0
	}
	found := 0
	for i, names := range months {
		for _, name := range names {
			if strings.HasPrefix(name, word) {
				if found > 0 && found != i+1 {
					return 0
				}
				found = i + 1
			}
		}
	}
	if word == "sept" {
		return 9
	}
	return found
}

func isWeekday(word string) bool {
	for _, name := range weekdays {
		if len(word) >= 3 && strings.HasPrefix(name, word) {
			return true
		}
	}
	return false
}

func isDashed(s string) bool {
	pieces := strings.Split(s, "-")
	return len(pieces) == 3 && isNumber(pieces[0]) && isNumber(pieces[2]) && monthNamed(pieces[1]) > 0
}

// shortYear returns the full year for a year of two or three digits, by the rule of
// RFC 2822: 49 is 2049, 50 is 1950.
func shortYear(year int) int {
	if year < 50 {
		return year + 2000
	}
	return year + 1900
}

func isNumber(s string) bool {
	_, err := strconv.ParseUint(s, 10, 32)
	return err == nil
}

// numberOrZero returns the number that a text of digits stands for; 0 for any other text.
func numberOrZero(s string) int {
	n, err := strconv.Atoi(s)
	if err != nil {
		return 0
	}
	return n
}
