package agenda_test

import (
	"fmt"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // so that the tests need none of the machine's

	"heraut/chat"
	"heraut/schedule"
)

const salon chat.RoomID = "!salon:example.org"

// The first reading of a calendar announces nothing; later changes are announced
// once each.
func TestChanges(t *testing.T) {
	b := newBot(t, "2026-09-07 09:00")
	old := event("a", "2026-09-20 10:00", "Ancien", "LOCATION:Salle 1")
	b.calendar.publish(old)
	b.expect()
	b.calendar.publish(old, event("b", "2026-09-21 14:00", "Atelier", "LOCATION:Rennes", "URL:https://exemple.fr/b", "DTEND;TZID=Europe/Paris:20260921T160000"))
	b.later(time.Hour).expect("À l’agenda : Atelier lundi 21 septembre 2026 à 14:00 (jusqu’à 16:00) Lieu : Rennes")
	b.later(time.Hour).expect()
	b.calendar.publish(old, event("b", "2026-09-22 15:00", "Atelier", "LOCATION:Rennes"))
	b.later(time.Hour).expect("Déplacé : Atelier lundi 21 septembre 2026 à 14:00 (jusqu’à 16:00) → mardi 22 septembre 2026 à 15:00 Lieu : Rennes")
	b.calendar.publish(old, event("b", "2026-09-22 15:00", "Atelier", "LOCATION:Brest"))
	b.later(time.Hour).expect("Déplacé : Atelier mardi 22 septembre 2026 à 15:00 Lieu : Rennes → Brest")
	b.calendar.publish(old, event("b", "2026-09-22 15:00", "Atelier", "LOCATION:Brest", "STATUS:CANCELLED"))
	b.later(time.Hour).expect("Annulé : Atelier mardi 22 septembre 2026 à 15:00")
	b.later(time.Hour).expect()
	b.calendar.publish(old, event("b", "2026-09-22 15:00", "Atelier", "LOCATION:Brest"))
	b.later(time.Hour).expect("Maintenu, finalement : Atelier")
	// Calendars cancel a removed event only after a second reading.
	b.calendar.publish(old)
	b.later(time.Hour).expect()
	b.later(time.Hour).expect("Annulé : Atelier mardi 22 septembre 2026 à 15:00")
	b.later(time.Hour).expect()
	// Past events are not announced.
	b.calendar.publish(old, event("c", "2026-09-01 10:00", "Passé"), event("d", "2026-09-06", "Hier"), event("e", b.now.Format(time.DateOnly), "Ce jour"))
	b.later(time.Hour).expect("À l’agenda : Ce jour lundi 7 septembre 2026")
	// A change of the title alone is not announced.
	b.calendar.publish(event("a", "2026-09-20 10:00", "Ancien renommé", "LOCATION:Salle 1"), event("e", "2026-09-07", "Ce jour"))
	b.later(time.Hour).expect()
}

// A series is announced once, however far its occurrences reach.
func TestSeries(t *testing.T) {
	b := newBot(t, "2026-09-07 09:00")
	b.calendar.publish(event("z", "2026-09-30 10:00", "Autre"))
	b.expect()
	weekly := "RRULE:FREQ=WEEKLY;BYDAY=MO"
	b.calendar.publish(event("z", "2026-09-30 10:00", "Autre"), event("s", "2026-09-14 10:00", "Point", weekly))
	b.later(time.Hour).expect("À l’agenda : Point lundi 14 septembre 2026 à 10:00, puis 56 autres dates")
	for range 30 {
		b.later(24 * time.Hour).expect()
	}
	b.calendar.publish(event("z2", "2026-12-30 10:00", "Autre"), event("s", "2026-09-14 10:00", "Point", weekly, "EXDATE;TZID=Europe/Paris:20261019T100000"))
	b.later(time.Hour).expect("À l’agenda : Autre")
	b.later(time.Hour).expect("Annulé : Point lundi 19 octobre 2026 à 10:00")
	b.calendar.publish(event("z2", "2026-12-30 10:00", "Autre"), event("s", "2026-09-14 11:00", "Point", weekly))
	b.later(time.Hour).expect("Déplacé : Point lundi 12 octobre 2026 à 10:00 → lundi 12 octobre 2026 à 11:00",
		"Maintenu, finalement : Point lundi 19 octobre 2026 à 11:00")
	b.later(time.Hour).expect()
	b.calendar.publish(event("z2", "2026-12-30 10:00", "Autre"), event("s", "2026-09-15 11:00", "Point", "RRULE:FREQ=WEEKLY;BYDAY=TU"))
	b.later(time.Hour).expect("Déplacé : Point lundi 12 octobre 2026 à 11:00 → mardi 13 octobre 2026 à 11:00")
	for range 5 {
		b.later(24 * time.Hour).expect()
	}
}

// A broken answer leaves the agenda unchanged, and the operators hear of it once.
func TestBrokenAnswers(t *testing.T) {
	for name, broken := range map[string]struct {
		status int
		body   string
	}{
		"nothing":           {200, ""},
		"a web page":        {200, "<!DOCTYPE html><html><body>Connexion</body></html>"},
		"cut short":         {200, "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\n"},
		"an empty calendar": {200, "BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"},
		"an error":          {500, "oops"},
		"gone":              {404, ""},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBot(t, "2026-09-07 09:00")
			var all []string
			for i := range 3 {
				all = append(all, event(fmt.Sprint(i), fmt.Sprintf("2026-09-2%d 10:00", i), fmt.Sprint("Atelier ", i)))
			}
			b.calendar.publish(all...)
			b.expect()
			b.calendar.serve(broken.status, broken.body)
			for range 40 {
				b.later(time.Hour).expect()
			}
			events, err := b.calendars.In(t.Context(), salon, b.now, b.now.AddDate(0, 1, 0))
			if err != nil || len(events) != 3 {
				t.Errorf("%d events, %v", len(events), err)
			}
			b.calendar.publish(all...)
			for range 10 {
				b.later(time.Hour).expect()
			}
			if want := 2; name != "an empty calendar" && len(b.notices) != want {
				t.Errorf("%d notices", len(b.notices))
			}
		})
	}
}

// Calendars do not rely on UIDs that change at each reading.
func TestRandomUIDs(t *testing.T) {
	b := newBot(t, "2026-09-07 09:00")
	n := 0
	list := func(events ...string) {
		var all []string
		for _, e := range events {
			n++
			start, title, _ := strings.Cut(e, "|")
			all = append(all, event(fmt.Sprint("uid", n), start, title))
		}
		b.calendar.publish(all...)
	}
	list("2026-09-20 10:00|A", "2026-09-21 10:00|B", "2026-09-22 10:00|C")
	b.expect()
	list("2026-09-20 10:00|A", "2026-09-21 10:00|B", "2026-09-22 10:00|C")
	b.later(time.Hour).expect()
	list("2026-09-20 10:00|A", "2026-09-21 18:00|B", "2026-09-22 10:00|C", "2026-09-23 10:00|D")
	b.later(time.Hour).expect("Déplacé : B lundi 21 septembre 2026 à 10:00 → lundi 21 septembre 2026 à 18:00", "À l’agenda : D")
	list("2026-09-20 10:00|A", "2026-09-21 18:00|B", "2026-09-23 10:00|D")
	b.later(time.Hour).expect()
	list("2026-09-20 10:00|A", "2026-09-21 18:00|B", "2026-09-23 10:00|D")
	b.later(time.Hour).expect("Annulé : C")
}

// An endless series whose UID changes at each reading stays one series.
func TestRandomUIDsOfSeries(t *testing.T) {
	b := newBot(t, "2026-09-07 09:00")
	for n := range 40 {
		b.calendar.publish(event(fmt.Sprint("uid", n), "2026-09-08 10:00", "Point", "RRULE:FREQ=WEEKLY"), event(fmt.Sprint("z", n), "2027-03-01 10:00", "Bilan"))
		b.expect()
		b.later(24 * time.Hour)
	}
}

// Changes found in quiet hours are announced when these end, in their final state.
func TestQuietHours(t *testing.T) {
	b := newBot(t, "2026-09-07 19:00")
	b.quiet = schedule.NewQuiet(b.zone)
	keep := event("k", "2026-12-24 10:00", "Autre")
	b.calendar.publish(keep)
	b.expect()
	b.at("2026-09-07 21:00")
	b.calendar.publish(keep, event("a", "2026-09-20 10:00", "A"), event("b", "2026-09-20 10:00", "B"))
	b.expect()
	b.at("2026-09-07 22:00")
	b.calendar.publish(keep, event("a", "2026-09-20 12:00", "A"), event("b", "2026-09-20 10:00", "B", "STATUS:CANCELLED"))
	b.expect()
	b.at("2026-09-08 08:00")
	b.expect("À l’agenda : A dimanche 20 septembre 2026 à 12:00")
	b.at("2026-09-08 20:30")
	b.calendar.publish(keep, event("a", "2026-09-20 14:00", "A"))
	b.expect()
	b.at("2026-09-08 21:30")
	b.calendar.publish(keep, event("a", "2026-09-20 12:00", "A"))
	b.expect()
	b.at("2026-09-09 08:00")
	b.expect()
}

func TestReminders(t *testing.T) {
	tests := map[string]struct {
		start, remind, quiet string
		want                 []string // expected times, to the hour
	}{
		"the day before":            {"2026-09-16 14:00", "veille", "aucun", []string{"2026-09-15 09:00"}},
		"an hour before":            {"2026-09-16 14:00", "1h", "aucun", []string{"2026-09-16 13:00"}},
		"both":                      {"2026-09-16 14:00", "veille,1h", "aucun", []string{"2026-09-15 09:00", "2026-09-16 13:00"}},
		"a day has no hour":         {"2026-09-16", "veille,1h", "aucun", []string{"2026-09-15 09:00"}},
		"days":                      {"2026-09-16 14:00", "3j", "aucun", []string{"2026-09-13 09:00"}},
		"after the weekend":         {"2026-09-14 14:00", "veille", "20:00-08:00 weekends feries", []string{"2026-09-14 08:00"}},
		"before the weekend":        {"2026-09-13 14:00", "1h", "20:00-08:00 weekends feries", []string{"2026-09-11 19:00"}},
		"in the evening":            {"2026-09-16 22:00", "1h", "20:00-08:00 weekends feries", []string{"2026-09-16 19:00"}},
		"before the holiday":        {"2026-11-11 10:00", "1h", "20:00-08:00 weekends feries", []string{"2026-11-10 19:00"}},
		"over the change of clocks": {"2026-10-26 10:00", "veille,1h", "aucun", []string{"2026-10-25 09:00", "2026-10-26 09:00"}},
		"never":                     {"2026-09-16 14:00", "", "aucun", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			b := newBot(t, "2026-09-07 09:00")
			b.quiet, _ = schedule.ParseQuiet(test.quiet, b.zone)
			b.watches[0].Remind = test.remind
			b.calendar.publish(event("a", test.start, "Atelier"))
			b.expect()
			day, _ := time.ParseInLocation(time.DateOnly, test.start[:10], b.zone)
			b.now = day.AddDate(0, 0, -6)
			var got []string
			for ; b.now.Before(day.AddDate(0, 0, 2)); b.later(time.Hour) {
				for _, said := range b.round() {
					if !strings.HasPrefix(said, "Rappel") {
						t.Errorf("said %s", said)
					}
					got = append(got, b.now.Format("2006-01-02 15:04"))
				}
			}
			if strings.Join(got, ", ") != strings.Join(test.want, ", ") {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

// A weekly watch lists the events of the coming week by date, and announces at once
// only the changes that cannot wait.
func TestWeekly(t *testing.T) {
	b := newBot(t, "2026-10-15 09:00") // a Thursday
	b.watches[0].Rhythm = "hebdo jeudi 11:00"
	late := event("late", "2026-11-20 10:00", "Plus tard")
	b.calendar.publish(late, event("b", "2026-10-26 10:00", "Deuxième"), event("a", "2026-10-23 10:00", "Premier"))
	b.expect()
	b.at("2026-10-15 11:00")
	b.expect()
	b.at("2026-10-22 10:00")
	b.expect()
	b.at("2026-10-22 11:00")
	b.expect("Au programme ces prochains jours vendredi 23 octobre 2026 à 10:00 : Premier lundi 26 octobre 2026 à 10:00 : Deuxième")
	b.at("2026-10-22 12:00")
	b.calendar.publish(late, event("b", "2026-10-27 10:00", "Deuxième"), event("a", "2026-10-23 10:00", "Premier"),
		event("c", "2026-10-24 10:00", "Bientôt"), event("d", "2026-11-10 10:00", "Dans un mois"))
	b.expect("À l’agenda : Bientôt", "Déplacé : Deuxième")
	b.at("2026-10-29 12:00")
	b.expect()
	b.at("2026-11-05 12:00")
	b.expect("Au programme ces prochains jours mardi 10 novembre 2026 à 10:00 : Dans un mois")
}

// A round with many changes posts one message, and the filter leaves out unmatched
// ones.
func TestManyAndFilter(t *testing.T) {
	b := newBot(t, "2026-09-07 09:00")
	keep := event("k", "2026-12-24 10:00", "Autre")
	b.calendar.publish(keep)
	b.expect()
	all := []string{keep}
	for i := range 20 {
		all = append(all, event(fmt.Sprint(i), fmt.Sprintf("2026-10-%02d 10:00", i+1), fmt.Sprint("Atelier ", i), "LOCATION:1 rue X\\, 35000 Rennes"))
	}
	b.calendar.publish(all...)
	b.later(time.Hour).expect("L’agenda a changé Nouveau : jeudi 1er octobre 2026 à 10:00 : Atelier 0…et 5 autres")
	b.watches[0].Filter = "region:bretagne -concert"
	b.calendar.publish(append(all, event("x", "2026-11-02 10:00", "Concert", "LOCATION:35000 Rennes"),
		event("y", "2026-11-03 10:00", "À Paris", "LOCATION:75011 Paris"), event("z", "2026-11-04 10:00", "À Brest", "LOCATION:29200 Brest"))...)
	b.later(time.Hour).expect("À l’agenda : À Brest")
}

// Within quiet hours an event moves, is cancelled and takes place after all: the room
// then hears of the move.
func TestMovedCancelledRestored(t *testing.T) {
	b := newBot(t, "2026-09-07 09:00")
	other := event("z", "2026-12-20 10:00", "Autre")
	b.calendar.publish(other, event("a", "2026-09-20 10:00", "Atelier"), event("b", "2026-09-21 10:00", "Réunion"))
	b.expect()
	b.quiet, _ = schedule.ParseQuiet("19:00-08:00", b.zone)
	b.at("2026-09-07 20:00")
	b.calendar.publish(other, event("a", "2026-09-20 14:00", "Atelier"), event("b", "2026-09-21 10:00", "Réunion", "STATUS:CANCELLED"))
	b.expect()
	b.calendar.publish(other, event("a", "2026-09-20 14:00", "Atelier", "STATUS:CANCELLED"), event("b", "2026-09-21 10:00", "Réunion"))
	b.later(time.Hour).expect()
	b.calendar.publish(other, event("a", "2026-09-20 14:00", "Atelier"), event("b", "2026-09-21 10:00", "Réunion"))
	b.later(time.Hour).expect()
	b.at("2026-09-08 09:00")
	b.expect("Déplacé : Atelier dimanche 20 septembre 2026 à 10:00 → dimanche 20 septembre 2026 à 14:00")
	b.later(time.Hour).expect()
}
