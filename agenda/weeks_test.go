package agenda_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/agenda"
	"heraut/announce"
	"heraut/chat"
	"heraut/fetch"
	"heraut/queue"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/storage"
)

const (
	// childDir and childURL pass the child process its directory and the calendar's
	// address.
	childDir = "HERAUT_TEST_AGENDA_DIR"
	childURL = "HERAUT_TEST_AGENDA_URL"
	hourForm = "2006-01-02 15:04"
)

// The thirteen weeks span the clock change of 25 October and two holidays.
const weeksBegin, weeksEnd = "2026-09-07 00:00", "2026-12-07 00:00"

// readClock returns the time of the last round that the child process began.
func readClock(dir string, zone *time.Location) time.Time {
	text, err := os.ReadFile(filepath.Join(dir, "clock"))
	if err != nil {
		text = []byte(weeksBegin)
	}
	t, _ := time.ParseInLocation(hourForm, string(text), zone)
	return t
}

// TestThirteenWeeksProcess is the child process that TestThirteenWeeks kills: it
// runs Calendars hour by hour, from the time in its clock file.
func TestThirteenWeeksProcess(t *testing.T) {
	dir := os.Getenv(childDir)
	if dir == "" {
		t.Skip("TestThirteenWeeks starts it")
	}
	zone := paris(t)
	db, err := storage.Open(t.Context(), filepath.Join(dir, "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	box := queue.NewOutbox(db)
	getter := fetch.New(fetch.Options{UserAgent: "test"})
	defer getter.Close()
	calendars := agenda.NewCalendars(agenda.Options{
		Store: db, Queue: box, Rooms: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"}), Zone: zone,
		Quiet: func(chat.RoomID) schedule.Quiet { return schedule.NewQuiet(zone) },
		Declared: func() []announce.Watch {
			return []announce.Watch{{Room: salon, Source: "agenda", Rhythm: "immediat", Remind: "veille,1h"}}
		},
		Report: func(string, time.Time, error) {},
		Operators: func(ctx context.Context, n announce.Notice) error {
			cause := chat.EventID(fmt.Sprint("notice ", n.Works, n.Since.Unix()))
			return box.Post(ctx, chat.Cause(cause), chat.Post{Room: "!operators:example.org", HTML: fmt.Sprintf("<p>La source marche : %t</p>", n.Works), Lang: "fr"})
		},
		Log: zerolog.Nop(),
	}, []agenda.Settings{{Name: "agenda", Location: os.Getenv(childURL), Every: time.Hour, Getter: getter}})
	end, _ := time.ParseInLocation(hourForm, weeksEnd, zone)
	for now := readClock(dir, zone); now.Before(end); now = now.Add(time.Hour) {
		tmp := filepath.Join(dir, "clock.new")
		if err := os.WriteFile(tmp, []byte(now.Format(hourForm)), 0o600); err != nil {
			t.Fatal(err)
		}
		if err := os.Rename(tmp, filepath.Join(dir, "clock")); err != nil {
			t.Fatal(err)
		}
		if err := calendars.Round(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		if now.Hour() == 21 { // the simulation skips the nights, all of which are quiet hours
			now = time.Date(now.Year(), now.Month(), now.Day()+1, 5, 0, 0, 0, zone)
		}
	}
	if err := os.WriteFile(filepath.Join(dir, "done"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
}

// calendarAt returns the site's answer at a time.
func calendarAt(now time.Time, zone *time.Location, request int) (status int, body string) {
	since := func(s string) bool {
		t, _ := time.ParseInLocation(hourForm, s, zone)
		return !now.Before(t)
	}
	if since("2026-10-28 12:00") && !since("2026-11-01 12:00") {
		switch request % 4 {
		case 0:
			return http.StatusInternalServerError, "oops"
		case 1:
			return http.StatusOK, ""
		case 2:
			return http.StatusOK, "<!DOCTYPE html><html><body>Maintenance</body></html>"
		}
		return http.StatusOK, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n"
	}
	n := 0
	uid := func(name string) string {
		if n++; since("2026-10-06 00:00") { // the site generates new UIDs at each build
			return fmt.Sprintf("%d-%d", request, n)
		}
		return name
	}
	all := []string{
		event(uid("point"), "2026-09-07 10:00", "Point", "RRULE:FREQ=WEEKLY;UNTIL=20261130T090000Z"),
		event(uid("forum"), "2026-11-11 10:00", "Forum"),
		event(uid("far"), "2027-03-01 10:00", "Bilan"),
	}
	switch {
	case since("2026-10-13 10:30"):
		all = append(all, event(uid("atelier"), "2026-10-15 16:00", "Atelier", "LOCATION:Rennes", "STATUS:CANCELLED"))
	case since("2026-09-30 11:00"):
		all = append(all, event(uid("atelier"), "2026-10-15 16:00", "Atelier", "LOCATION:Rennes"))
	case since("2026-09-15 14:00"):
		all = append(all, event(uid("atelier"), "2026-10-08 14:00", "Atelier", "LOCATION:Rennes"))
	}
	if since("2026-10-29 00:00") {
		all = append(all, event(uid("jour"), "2026-11-20", "Journée"))
	}
	if !since("2026-11-17 09:30") {
		all = append(all, event(uid("fin"), "2026-12-02 10:00", "Bouclage"))
	}
	return http.StatusOK, "BEGIN:VCALENDAR\r\n" + strings.Join(all, "") + "END:VCALENDAR\r\n"
}

// The test runs thirteen weeks against a real server and kills the process ten
// times: rooms hear of each new, moved and cancelled event and get each reminder
// once, through the clock change, new UIDs at each reading, an outage and holidays.
func TestThirteenWeeks(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes some seconds")
	}
	t.Parallel()
	zone, dir, requests := paris(t), t.TempDir(), 0
	site := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		requests++
		status, body := calendarAt(readClock(dir, zone), zone, requests)
		w.WriteHeader(status)
		fmt.Fprint(w, body)
	}))
	defer site.Close()
	begin, _ := time.ParseInLocation(hourForm, weeksBegin, zone)
	kills := 0
	for !exists(filepath.Join(dir, "done")) {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestThirteenWeeksProcess$")
		cmd.Env = append(os.Environ(), childDir+"="+dir, childURL+"="+site.URL)
		var output strings.Builder
		cmd.Stdout, cmd.Stderr = &output, &output
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		until := begin.AddDate(0, 0, 8*(kills+1)) // the ten kills are eight days apart
		for running := true; running; {
			select {
			case err := <-ended:
				if err != nil && !strings.Contains(err.Error(), "killed") {
					t.Fatalf("%v\n%s", err, output.String())
				}
				running = false
			case <-time.After(time.Duration(1+rand.IntN(5)) * time.Millisecond):
				if kills < 10 && readClock(dir, zone).After(until) {
					kills++
					_ = cmd.Process.Kill()
					<-ended //nolint:errcheck // it was killed
					running = false
				}
			}
		}
	}
	if kills != 10 {
		t.Errorf("killed %d times", kills)
	}
	db, err := storage.Open(t.Context(), filepath.Join(dir, "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	got := sent(t, db, time.Now())
	want := []string{
		"La source marche : false", "La source marche : true",
		"À l’agenda : Atelier jeudi 8 octobre 2026 à 14:00 Lieu : Rennes",
		"Déplacé : Atelier jeudi 8 octobre 2026 à 14:00 → jeudi 15 octobre 2026 à 16:00 Lieu : Rennes",
		"Annulé : Atelier jeudi 15 octobre 2026 à 16:00",
		"À l’agenda : Journée vendredi 20 novembre 2026",
		"Annulé : Bouclage mercredi 2 décembre 2026 à 10:00",
		"Rappel, demain : Forum mercredi 11 novembre 2026 à 10:00",
		"Rappel, demain : Forum mercredi 11 novembre 2026 à 10:00",
		"Rappel, demain : Journée vendredi 20 novembre 2026",
	}
	months := map[time.Month]string{9: "septembre", 10: "octobre", 11: "novembre"}
	for monday := begin; monday.Month() < 12; monday = monday.AddDate(0, 0, 7) {
		reminder := fmt.Sprintf("Rappel, aujourd’hui : Point lundi %d %s 2026 à 10:00", monday.Day(), months[monday.Month()])
		want = append(want, reminder)
		if !monday.Equal(begin) { // the room hears of the first one too late for a reminder the day before
			want = append(want, reminder)
		}
	}
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("got %d\n%s\nwant %d\n%s", len(got), strings.Join(got, "\n"), len(want), strings.Join(want, "\n"))
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}
