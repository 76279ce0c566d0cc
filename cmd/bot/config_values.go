package main

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode"

	"heraut/filter"
	"heraut/schedule"
)

// A Secret is a password or a key. Printing it with %v, %s or %q, or encoding it as a
// value in JSON or YAML, gives "[secret]", so that it does not get into logs or
// messages. Two cases show the real value: a Secret in an unexported field that package
// fmt prints, and a Secret as a map key in JSON. string(s) is the real value.
type Secret string

// String returns "[secret]" instead of the secret.
func (Secret) String() string { return "[secret]" }

// GoString returns "[secret]" instead of the secret.
func (s Secret) GoString() string { return s.String() }

// MarshalText returns "[secret]" instead of the secret.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Rate is a limit of Count events within Per. The zero value sets no limit.
type Rate struct {
	Count int
	Per   time.Duration
}

var rateUnits = map[string]time.Duration{
	"s": time.Second, "m": time.Minute, "h": time.Hour, "d": 24 * time.Hour,
}

// UnmarshalText sets r to a rate such as "20/m" (units s, m, h, d), or to no limit for
// "0". The error, for any other text, is a French sentence.
func (r *Rate) UnmarshalText(text []byte) error {
	if string(text) == "0" {
		*r = Rate{}
		return nil
	}
	count, unit, _ := strings.Cut(string(text), "/")
	n, err := strconv.Atoi(count)
	per, known := rateUnits[unit]
	if err != nil || n < 1 || !known {
		return errors.New("un nombre par unité de temps est attendu, par exemple « 20/m » (unités : s, m, h, d), ou « 0 » pour ne rien limiter")
	}
	*r = Rate{n, per}
	return nil
}

// String returns the rate in the form that UnmarshalText reads; "0" for no limit.
func (r Rate) String() string {
	for unit, per := range rateUnits {
		if per == r.Per {
			return fmt.Sprintf("%d/%s", r.Count, unit)
		}
	}
	return "0"
}

// Percent is a part of a whole, from 0 to 100.
type Percent int

// UnmarshalText sets p to a whole percentage from "0%" to "100%". The error, for any
// other text, is a French sentence.
func (p *Percent) UnmarshalText(text []byte) error {
	number, percent := strings.CutSuffix(string(text), "%")
	n, err := strconv.Atoi(number)
	if err != nil || !percent || n < 0 || n > 100 {
		return errors.New("un pourcentage entier de 0% à 100% est attendu, par exemple « 20% »")
	}
	*p = Percent(n)
	return nil
}

// String returns the percentage in the form that UnmarshalText reads.
func (p Percent) String() string { return fmt.Sprintf("%d%%", int(p)) }

// Filter is the condition that a watch's items must meet; the zero value accepts all.
type Filter struct{ filter.Filter }

// UnmarshalText sets f to a filter in the language of package filter. The error
// explains the fault in French.
func (f *Filter) UnmarshalText(text []byte) error {
	parsed, err := filter.Parse(string(text))
	if err != nil {
		return explainFilter(err)
	}
	f.Filter = *parsed
	return nil
}

// Rhythm says when a watch announces its items; the zero value means at once.
type Rhythm struct{ schedule.Rhythm }

// UnmarshalText sets r to a rhythm such as "hebdo jeudi 11:00". The error, for any
// other text, is a French sentence with examples.
func (r *Rhythm) UnmarshalText(text []byte) (err error) {
	if r.Rhythm, err = schedule.ParseRhythm(string(text)); err != nil {
		return errors.New("un rythme est attendu : immediat, \"quotidien 09:00\" ou \"hebdo jeudi 11:00\"")
	}
	return nil
}

// Pattern is a text in which each * stands for any run of characters, even an empty
// one, such as "*.gouv.fr". It has to match the whole of a text; case matters.
type Pattern struct {
	text string
	re   *regexp.Regexp
}

// UnmarshalText sets p to the pattern in text. It never fails, since every text is a
// pattern.
func (p *Pattern) UnmarshalText(text []byte) error {
	*p = mustPattern(string(text))
	return nil
}

func (p Pattern) String() string { return p.text }

func mustPattern(text string) Pattern {
	quoted := strings.ReplaceAll(regexp.QuoteMeta(text), `\*`, `.*`)
	return Pattern{text, regexp.MustCompile(`(?s)\A` + quoted + `\z`)}
}

// Patterns is a list of patterns, of which a text has to match only one.
type Patterns []Pattern

// Match reports whether one of the patterns matches the whole of s; false if there are
// no patterns.
func (ps Patterns) Match(s string) bool {
	for _, p := range ps {
		if p.re.MatchString(s) {
			return true
		}
	}
	return false
}

// lower returns the patterns in small letters.
func (ps Patterns) lower() Patterns {
	lower := make(Patterns, len(ps))
	for i, p := range ps {
		lower[i] = mustPattern(strings.ToLower(p.text))
	}
	return lower
}

var days = regexp.MustCompile(`^([0-9]+)d(.*)$`)

// parseDuration parses a duration as Go writes it, with days of 24 hours before it if
// need be: "15m", "1h30m", "7d", "1d12h". The error is a French sentence, also for a
// negative or too long duration.
func parseDuration(s string) (time.Duration, error) {
	wrong := errors.New("une durée est attendue, par exemple « 15m », « 2h » ou « 7d » (unités : s, m, h, d)")
	var whole time.Duration
	rest := s
	if m := days.FindStringSubmatch(s); m != nil {
		n, err := strconv.Atoi(m[1])
		if err != nil || n > math.MaxInt64/int(24*time.Hour) {
			return 0, wrong
		}
		whole, rest = time.Duration(n)*24*time.Hour, m[2]
		if rest == "" {
			return whole, nil
		}
	}
	d, err := time.ParseDuration(rest)
	if err != nil || d < 0 || whole+d < 0 {
		return 0, wrong
	}
	return whole + d, nil
}

var (
	serverName = regexp.MustCompile(`^([A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?$`)
	localpart  = regexp.MustCompile(`^[!-9;-~]+$`) // printable ASCII without the colon, since old accounts go beyond today's grammar
	newRoomID  = regexp.MustCompile(`^![A-Za-z0-9_-]+$`)
)

// validID reports whether s has the form of a Matrix id: the character sigil, a
// printable name without spaces and ":server", in 255 bytes at most.
func validID(sigil byte, s string) bool {
	if len(s) > 255 || s == "" || s[0] != sigil {
		return false
	}
	name, server, _ := strings.Cut(s[1:], ":")
	return name != "" && !strings.ContainsFunc(name, unprintable) && serverName.MatchString(server)
}

func unprintable(r rune) bool { return !unicode.IsGraphic(r) || unicode.IsSpace(r) }

func validUser(s string) bool {
	return validID('@', s) && localpart.MatchString(s[1:strings.IndexByte(s, ':')])
}

// validRoom reports whether s has the form of a room id or alias: "!abc:server",
// "#name:server" or, for room version 12, an id without a server; of at most 255 bytes.
func validRoom(s string) bool {
	return validID('!', s) || validID('#', s) || len(s) <= 255 && newRoomID.MatchString(s)
}

var notLocalpart = regexp.MustCompile(`[^a-z0-9_\-./=]`)

// loginName returns the login name for s, an operator's entry. A full user id and a
// localpart stay as they are; an e-mail address becomes the localpart that Tchap
// derives from it. The error is a French sentence: s has none of these forms.
func loginName(s string) (string, error) {
	at := strings.LastIndexByte(s, '@')
	switch {
	case strings.HasPrefix(s, "@"):
		if !validUser(s) {
			return "", fmt.Errorf("« %s » n’est pas un identifiant complet ; écrivez par exemple \"@heraut:example.org\"", s)
		}
		return s, nil
	case at > 0 && at < len(s)-1:
		return notLocalpart.ReplaceAllString(strings.ReplaceAll(strings.ToLower(s), "@", "-"), ""), nil
	case at < 0 && localpart.MatchString(s):
		return s, nil
	}
	return "", fmt.Errorf("« %s » n’est ni un identifiant (\"@heraut:example.org\"), ni sa partie locale (heraut), ni une adresse mail", s)
}

// Size is a number of bytes.
type Size int64

var sizeUnits = []struct {
	name  string
	bytes int64
}{{"GiB", 1 << 30}, {"MiB", 1 << 20}, {"KiB", 1 << 10}, {"B", 1}}

// UnmarshalText sets s to a size: a whole number with its unit (B, KiB, MiB, GiB), such
// as "256KiB". The error, for any other text, is a French sentence.
func (s *Size) UnmarshalText(text []byte) error {
	for _, unit := range sizeUnits {
		number, ok := strings.CutSuffix(string(text), unit.name)
		if !ok {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(number), 10, 32)
		if err != nil || n < 0 {
			break
		}
		*s = Size(n * unit.bytes)
		return nil
	}
	return errors.New("une taille est attendue, par exemple « 256KiB » (unités : B, KiB, MiB, GiB)")
}

// String returns the size in the form that UnmarshalText reads, in the largest unit
// that gives a whole number.
func (s Size) String() string {
	for _, unit := range sizeUnits {
		if s != 0 && int64(s)%unit.bytes == 0 {
			return fmt.Sprintf("%d%s", int64(s)/unit.bytes, unit.name)
		}
	}
	return "0B"
}
