package main

import (
	"encoding/json"
	"path/filepath"
	"strings"
	"testing"
)

const someCalendar = "BEGIN:VCALENDAR\r\nX-WR-CALNAME:Agenda\r\n" +
	"BEGIN:VEVENT\r\nUID:a\r\nSUMMARY:Point\r\nLOCATION:Rennes\r\nURL:https://exemple.fr/a\r\nDESCRIPTION:Ordre du jour\r\n" +
	"DTSTART;TZID=Europe/Paris:20261019T100000\r\nDTEND;TZID=Europe/Paris:20261019T110000\r\nRRULE:FREQ=WEEKLY;COUNT=2\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:b\r\nSUMMARY:Vacances\r\nDTSTART;VALUE=DATE:20261024\r\nDTEND;VALUE=DATE:20261027\r\nEND:VEVENT\r\n" +
	"BEGIN:VEVENT\r\nUID:c\r\nSUMMARY:Annulé\r\nSTATUS:CANCELLED\r\nDTSTART:20261020T080000Z\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"

func TestReadCalendar(t *testing.T) {
	path := filepath.Join(t.TempDir(), "agenda.ics")
	write(t, path, someCalendar)
	for _, args := range [][]string{{"--as", "calendar"}, {}} {
		stdout, stderr, status := bot(t, "", append([]string{"read", path, "--from", "2026-10-19", "--to", "2026-10-26", "--json"}, args...)...)
		var r calendarReading
		if err := json.Unmarshal([]byte(stdout), &r); err != nil || status != 0 {
			t.Fatalf("%v, %d: %s", err, status, stderr)
		}
		want := []calendarEntry{
			{"2026-10-19T10:00:00+02:00", "2026-10-19T11:00:00+02:00", "Point", "Rennes", "https://exemple.fr/a", false, "Ordre du jour"},
			{"2026-10-24", "2026-10-26", "Vacances", "", "", false, ""},
			{"2026-10-26T10:00:00+01:00", "2026-10-26T11:00:00+01:00", "Point", "Rennes", "https://exemple.fr/a", false, "Ordre du jour"},
		}
		if len(r.Entries) != 3 || r.Entries[0] != want[0] || r.Entries[1] != want[1] || r.Entries[2] != want[2] ||
			len(r.Cancelled) != 1 || r.Kind != "calendar" || r.Title != "Agenda" {
			t.Errorf("got %s", stdout)
		}
	}
	stdout, _, status := bot(t, "", "read", path, "--from", "2026-10-19", "--to", "2026-10-20")
	if status != 0 || !strings.Contains(stdout, "Événements : 1. Annulés : 1.") || !strings.Contains(stdout, "Point, Rennes") {
		t.Errorf("%d: %s", status, stdout)
	}
	if _, stderr, status := bot(t, "", "read", path, "--from", "lundi"); status == 0 || !strings.Contains(stderr, "--from") {
		t.Errorf("%d: %s", status, stderr)
	}
	for name, text := range map[string]string{"empty": "", "cut": someCalendar[:200], "page": "<!DOCTYPE html><html></html>"} {
		bad := filepath.Join(t.TempDir(), name)
		write(t, bad, text)
		if stdout, _, status := bot(t, "", "read", bad, "--as", "calendar", "--json"); status != 1 || stdout != "" {
			t.Errorf("%s: status %d: %s", name, status, stdout)
		}
	}
}

// TestReadTooMuch reads a calendar and a webhook's body that are a byte too long, and as
// long as they may be.
func TestReadTooMuch(t *testing.T) {
	for name, test := range map[string]struct {
		text string // spaces between its two parts make it as long as wanted
		rest string
		max  int
	}{
		"calendar": {someCalendar, "", calendarMaxBytes},
		"webhook":  {`{"text":"Fait"`, "}", maxWebhook},
	} {
		for _, more := range []int{0, 1} {
			path := filepath.Join(t.TempDir(), name)
			write(t, path, test.text+strings.Repeat(" ", test.max-len(test.text)-len(test.rest)+more)+test.rest)
			stdout, stderr, status := bot(t, "", "read", path, "--as", name, "--json")
			if refused := strings.Contains(stderr, "plus gros que ce qui est accepté"); status != more || refused != (more == 1) || refused != (stdout == "") {
				t.Errorf("%s, %d byte too long: status %d, %q, %.200q", name, more, status, stderr, stdout)
			}
		}
	}
}
