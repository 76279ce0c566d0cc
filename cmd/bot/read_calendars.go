package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"heraut/calendar"
	"heraut/catalogue"
	"heraut/fetch"
)

// calendarEntry is an event of a calendar in the JSON of «bot read»; doc/contracts.md
// documents it.
type calendarEntry struct {
	Start     string `json:"start"` // RFC 3339 in the time of Paris; a date for an all-day event
	End       string `json:"end"`   // the same; the last day of an all-day event; empty if there is none
	Title     string `json:"title"`
	Location  string `json:"location"`
	URL       string `json:"url"`
	Cancelled bool   `json:"cancelled"`
	Text      string `json:"text"` // the description
}

// calendarReading is the JSON that «bot read» prints for a calendar: its events by
// start, with the cancelled ones in a list of their own.
type calendarReading struct {
	Kind      string              `json:"kind"`
	Title     string              `json:"title"`
	Entries   []calendarEntry     `json:"entries"`
	Cancelled []calendarEntry     `json:"cancelled"`
	Dropped   []catalogue.Dropped `json:"dropped"`
}

// calendarMaxBytes bounds the size of a calendar.
const calendarMaxBytes = 8 << 20

// isCalendar reports whether data that begin with start are an iCalendar file: the
// first 2048 bytes hold BEGIN:VCALENDAR, in capitals or not.
func isCalendar(start []byte) bool {
	head := strings.ToUpper(string(start[:min(len(start), 2048)]))
	return strings.Contains(head, "BEGIN:VCALENDAR")
}

// calendarWindow returns the days of the options as a period: from is the midnight at
// which the day of --from begins, by default today, and to the midnight at which the
// day of --to ends, by default the same day a year after from. The error is a
// usageError for an option that is not a day.
func (in readInput) calendarWindow() (from, to time.Time, err error) {
	y, m, d := in.now.In(in.zone).Date()
	from = time.Date(y, m, d, 0, 0, 0, 0, in.zone)
	to = from.AddDate(1, 0, 0)
	for _, option := range []struct {
		name, value string
		day         *time.Time
	}{{"--from", in.command.From, &from}, {"--to", in.command.To, &to}} {
		if option.value == "" {
			continue
		}
		if *option.day, err = time.ParseInLocation(time.DateOnly, option.value, in.zone); err != nil {
			return from, to, usageError{fmt.Errorf("%s %s : un jour est attendu, par exemple 2026-09-01", option.name, option.value)}
		}
		if option.name == "--from" && in.command.To == "" {
			to = from.AddDate(1, 0, 0)
		}
	}
	return from, to.AddDate(0, 0, 1), nil
}

// readCalendar reads the events of a calendar within the days of the options. The
// result has only its field Calendar set. The error means that an option is wrong or
// that the data are no calendar, or larger than calendarMaxBytes (fetch.ErrTooLarge).
func readCalendar(in readInput) (reading, error) {
	from, to, err := in.calendarWindow()
	if err != nil {
		return reading{}, err
	}
	data, err := readAtMost(in.body, calendarMaxBytes)
	if err != nil {
		return reading{}, err
	}
	c, err := calendar.Read(data, in.zone)
	if err != nil {
		return reading{}, err
	}
	r := calendarReading{Kind: "calendar", Title: c.Name, Entries: []calendarEntry{}, Cancelled: []calendarEntry{}, Dropped: []catalogue.Dropped{}}
	for _, e := range c.Between(from, to) {
		if e.Cancelled {
			r.Cancelled = append(r.Cancelled, entryOfEvent(e))
			continue
		}
		r.Entries = append(r.Entries, entryOfEvent(e))
	}
	return reading{Calendar: &r}, nil
}

// readAtMost returns all bytes of r. If there are more than limit, it returns none and
// fetch.ErrTooLarge. Other errors are those of r.
func readAtMost(r io.Reader, limit int64) ([]byte, error) {
	data, err := io.ReadAll(io.LimitReader(r, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > limit:
		return nil, fetch.ErrTooLarge
	}
	return data, nil
}

func entryOfEvent(e calendar.Event) calendarEntry {
	entry := calendarEntry{
		Start: e.Start.Format(time.RFC3339), Title: e.Title, Location: e.Location, URL: e.URL, Cancelled: e.Cancelled, Text: e.Text,
	}
	switch {
	case e.AllDay:
		entry.Start, entry.End = e.Start.Format(time.DateOnly), e.LastDay().Format(time.DateOnly)
	case e.End.After(e.Start):
		entry.End = e.End.Format(time.RFC3339)
	}
	return entry
}

// encode writes what «bot read» found to w as JSON: r.Calendar if it is set, otherwise
// r.
func (r *reading) encode(w io.Writer) error {
	if r.Calendar != nil {
		return json.NewEncoder(w).Encode(r.Calendar)
	}
	return json.NewEncoder(w).Encode(r)
}

// print writes the events of a calendar that «bot read» found to w as text; of the
// cancelled ones only their number.
func (r *calendarReading) print(w io.Writer) error {
	var b strings.Builder
	fmt.Fprint(&b, "Calendrier.\n")
	if r.Title != "" {
		fmt.Fprintf(&b, "Titre : %s\n", r.Title)
	}
	fmt.Fprintf(&b, "Événements : %d. Annulés : %d.\n", len(r.Entries), len(r.Cancelled))
	for _, e := range r.Entries {
		place := ""
		if e.Location != "" {
			place = ", " + e.Location
		}
		fmt.Fprintf(&b, "%s  %s%s\n", e.Start, e.Title, place)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
