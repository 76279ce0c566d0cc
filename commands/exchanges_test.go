package commands_test

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/agenda"
	"heraut/announce"
	"heraut/chat"
	"heraut/commands"
	"heraut/fetch"
	"heraut/matrix"
	"heraut/queue"
	"heraut/schedule"
	"heraut/visio"
	"heraut/webhook"
)

// A roomSection is a section of doc/exchanges-room.md: what people say in a room, each line after
// who says it.
type roomSection struct{ title, lines string }

var roomSections = []roomSection{
	{"The agenda", `
member !agenda
member !agenda semaine
member !agenda région:bretagne
member !agenda poterie
member !agenda ajouter agenda-bluehats`},
	{"Video conferences", `
member !visio point d’équipe
member !visio point d’équipe à 14:30
member !visio à 25:00`},
	{"Thanks", `
member !merci @dominique:example.org pour la relecture du guide
member !merci @dominique:example.org pour tout
member !merci
dominique !merci oui
member !merci
member !merci exporter
member !merci mensuel
moderator !merci mensuel`},
	{"Webhooks", `
member !webhook
moderator !webhook
moderator !webhook creer supervision
moderator !webhook
moderator !webhook pause supervision
moderator !webhook reprendre supervision
moderator !webhook retirer supervision`},
}

// posted lists bodies that tools post to a webhook.
var posted = []struct{ tool, body string }{
	{"Alertmanager", `{"version":"4","status":"firing","receiver":"r","groupLabels":{},"commonLabels":{},"alerts":[{"status":"firing","labels":{"alertname":"Disque plein","instance":"srv1","severity":"critical"},"annotations":{"summary":"Il reste 2 % sur /var"},"startsAt":"2026-11-30T13:00:00Z","generatorURL":"https://prometheus.example.org/graph","fingerprint":"f"}]}`},
	{"GitLab", `{"object_kind":"pipeline","object_attributes":{"id":5,"ref":"main","status":"failed","duration":90},"user":{"name":"Léa"},"project":{"path_with_namespace":"equipe/app","web_url":"https://gitlab.example.org/equipe/app"},"commit":{"message":"Corrige le calcul"},"builds":[{"stage":"test","name":"unit","status":"failed","failure_reason":"script_failure"}]}`},
	{"A script, in Slack's format", `{"username":"sauvegarde","text":"Sauvegarde *terminée* : 3 bases <!channel>, <https://sauvegarde.example.org/7|le rapport>"}`},
	{"An unknown tool", `{"event":"backup.finished","status":"ok","size":"3 Go","token":"secret"}`},
}

const roomHead = `# Exchanges in a room

The agenda, video conferences, thanks and webhooks, as text without formatting. Written by
` + "`make exchanges`" + `; a test fails when the page is stale. The other exchanges are in
[exchanges.md](exchanges.md). The clock of this room shows 1 January 2000.
`

// TestRoomExchanges compares doc/exchanges-room.md with what the bot says now.
func TestRoomExchanges(t *testing.T) {
	fixed, err := url.Parse("https://visio.example.org/equipe")
	if err != nil {
		t.Fatal(err)
	}
	calendar, err := filepath.Abs(filepath.Join("testdata", "agenda.ics"))
	if err != nil {
		t.Fatal(err)
	}
	var page strings.Builder
	page.WriteString(roomHead)
	var calendars *agenda.Calendars
	add := func(k *talk, p *commands.Parts) {
		allParts(k, p)
		box := queue.NewOutbox(k.db)
		call, err := visio.New(visio.Settings{Kind: visio.Link, URL: fixed, Phone: "+33 1 00 00 00 00", PIN: "1234"})
		if err != nil {
			t.Fatal(err)
		}
		p.Visio = visio.NewMeetings(visio.Options{
			Store: k.db, Queue: box, Rooms: k.book, Zone: time.UTC, Chosen: func(chat.RoomID) string { return "" },
			Named: map[string]visio.Provider{"equipe": call}, Default: "equipe", Log: zerolog.Nop(),
		})
		calendars = agenda.NewCalendars(agenda.Options{
			Store: k.db, Queue: box, Rooms: k.book, Zone: time.UTC, Log: zerolog.Nop(),
			Quiet:    func(chat.RoomID) schedule.Quiet { return schedule.NewQuiet(time.UTC) },
			Declared: func() []announce.Watch { return nil }, Report: func(string, time.Time, error) {},
		}, []agenda.Settings{{Name: "agenda-bluehats", Location: calendar, Every: time.Hour, Getter: fetch.New(fetch.Options{})}})
		p.Agenda = calendars
	}
	talkingWith(t, commands.Limits{}, add, func(t *testing.T, k *talk) {
		k.in(chat.Room{ID: direct, Direct: true, InvitedBy: camille, Members: 2})
		if err := calendars.Round(t.Context(), time.Now()); err != nil {
			t.Fatal(err)
		}
		for _, s := range roomSections {
			fmt.Fprintf(&page, "\n## %s\n", s.title)
			for line := range strings.Lines(strings.TrimSpace(s.lines)) {
				who, typed, _ := strings.Cut(strings.TrimSpace(line), " ")
				e := said(map[string]chat.Level{"moderator": chat.LevelModerator}[who], salon, typed)
				if who == "dominique" {
					e.Room, e.Sender = direct, dominique
				}
				answer := matrix.PlainText(k.answer(k.happen(e)).HTML, "fr")
				fmt.Fprintf(&page, "\n**%s** (%s)\n\n```text\n%s\n```\n", typed, who, answer)
			}
		}
	})
	page.WriteString("\n## What tools post to a webhook\n")
	for _, p := range posted {
		m, err := webhook.Read(webhook.Body{Type: "application/json", Data: []byte(p.body)}, "fr", time.UTC)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&page, "\n**%s**\n\n```json\n%s\n```\n\n```text\n%s\n```\n", p.tool, p.body, matrix.PlainText(m.HTML(), "fr"))
	}
	file := filepath.Join("..", "doc", "exchanges-room.md")
	if *update {
		if err := os.WriteFile(file, []byte(page.String()), 0o600); err != nil {
			t.Fatal(err)
		}
		return
	}
	if old, err := os.ReadFile(file); err != nil || string(old) != page.String() {
		t.Errorf("doc/exchanges-room.md is stale (%v): run make exchanges and read the difference", err)
	}
}
