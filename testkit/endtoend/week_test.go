package endtoend

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// calendarSite publishes a calendar.
type calendarSite struct {
	*httptest.Server
	body  atomic.Value
	reads atomic.Int64
}

func newCalendarSite(t *testing.T) *calendarSite {
	t.Helper()
	s := &calendarSite{}
	s.publish()
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.reads.Add(1)
		fmt.Fprint(w, s.body.Load())
	}))
	t.Cleanup(s.Close)
	return s
}

// publish replaces the published events: "uid|start in UTC|title" and further lines.
func (s *calendarSite) publish(events ...string) {
	var b strings.Builder
	for _, e := range events {
		f := strings.Split(e, "|")
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nUID:%s\r\nDTSTART:%s\r\nSUMMARY:%s\r\n%s\r\nEND:VEVENT\r\n", f[0], f[1], f[2], strings.Join(f[3:], "\r\n"))
	}
	s.body.Store("BEGIN:VCALENDAR\r\nX-WR-CALNAME:Agenda BlueHats\r\n" + b.String() + "END:VCALENDAR\r\n")
}

// awaitRead waits until the bot has read the published calendar.
func (s *calendarSite) awaitRead(t *testing.T) {
	t.Helper()
	until, deadline := s.reads.Load()+2, time.Now().Add(time.Minute)
	for s.reads.Load() < until {
		if time.Now().After(deadline) {
			t.Fatal("the calendar is not read any more")
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// TestWeek: a room watches a calendar, opens a video conference and thanks a person,
// whom the bot asks before it names them.
func TestWeek(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	moderator := hs.Person(t, "moderator", testkit.ClientOptions{})
	member := hs.Person(t, "member", testkit.ClientOptions{})
	room := moderator.Room(t, testkit.Room{Alias: "bluehats", Public: true})
	member.Join(t, room.String())
	calendar := newCalendarSite(t)
	day := time.Now().AddDate(0, 0, 20).UTC().Format("20060102")
	far := "far|" + time.Now().AddDate(0, 0, 200).UTC().Format("20060102") + "T080000Z|Bilan"
	calendar.publish(far)
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account,
		Set: map[string]any{
			"quiet":   map[string]any{"nights": "", "weekends": false, "holidays": false},
			"sources": []map[string]any{{"name": "agenda", "kind": "calendar", "url": calendar.URL, "every": "1s"}},
			"visio":   []map[string]any{{"name": "webconf", "kind": "jitsi", "url": "https://webconf.example.org"}},
			"rooms":   []map[string]any{{"room": "#bluehats:" + hs.Name}},
		},
	})
	moderator.AwaitMember(t, room, me, event.MembershipJoin)
	direct := invited(t, member, me, testkit.Room{Direct: true})
	ask := func(who *testkit.Client, where id.RoomID, text string, want ...string) string {
		t.Helper()
		got := body(who.AwaitAnswer(t, where, me, who.Say(t, where, text)))
		for _, part := range want {
			if !strings.Contains(strings.ReplaceAll(got, "\u00a0", " "), part) {
				t.Errorf("%s: got %q, want %q in it", text, got, part)
			}
		}
		return got
	}
	told := func(client *testkit.Client, where id.RoomID, want string) {
		t.Helper()
		client.Await(t, where, func(evt *event.Event) bool {
			return evt.Sender == me && evt.Type == event.EventMessage && strings.Contains(strings.ReplaceAll(body(evt), "\u00a0", " "), want)
		})
	}

	ask(member, room, "!agenda ajouter agenda", "Seuls les modérateurs")
	ask(moderator, room, "!agenda ajouter agenda region:bretagne rappel:bientôt", "n’est pas un rappel")
	ask(moderator, room, "!agenda ajouter agenda rappel:veille,1h", "C’est noté", "veille,1h")
	ask(moderator, room, "!veille", "dès la parution")
	calendar.awaitRead(t) // the events of the first reading are not announced
	calendar.publish(far, "a|"+day+"T080000Z|Atelier|LOCATION:35000 Rennes")
	told(member, room, "À l’agenda : Atelier")
	bot.Kill()
	bot.Start(t)
	calendar.publish(far, "a|"+day+"T130000Z|Atelier|LOCATION:35000 Rennes")
	told(member, room, "Déplacé : Atelier")
	ask(member, room, "!agenda atelier region:bretagne", "Atelier", "Rennes")
	ask(member, room, "!agenda region:corse", "Rien à l’agenda")
	ask(moderator, room, "!veille derniers 1", "Atelier", "Rennes")
	calendar.publish(far, "a|"+day+"T130000Z|Atelier|STATUS:CANCELLED")
	told(member, room, "Annulé : Atelier")

	link := regexp.MustCompile(`https://webconf\.example\.org/[A-Za-z0-9]{10,}`)
	root := moderator.Say(t, room, "On se parle ?")
	in := body(moderator.AwaitAnswer(t, room, me, moderator.Say(t, room, "!visio point d’équipe à 23:59", testkit.InThread(root))))
	if !link.MatchString(in) || !strings.Contains(in, "23:59") || !strings.Contains(in, "point d’équipe") {
		t.Errorf("got %q", in)
	}

	thanks := "!merci " + member.UserID.String() + " pour la relecture"
	ask(moderator, room, thanks, "Merci à member", "la relecture")
	told(member, direct, "On vous a dit merci")
	ask(moderator, room, thanks, "déjà remercié")
	if got := ask(moderator, room, "!merci", "1 merci"); strings.Contains(got, "member") {
		t.Errorf("somebody is named without their consent: %q", got)
	}
	ask(member, room, "!merci oui", "message direct")
	ask(member, direct, "!merci oui", "C’est noté")
	ask(moderator, room, "!merci", "member", "la relecture")
	ask(moderator, room, "!merci exporter", "- **member** : la relecture")
	ask(member, direct, "!mes-donnees", "la relecture")
	ask(member, direct, "!merci non", "aucune liste")
	if got := ask(moderator, room, "!merci", "1 merci"); strings.Contains(got, "relecture") {
		t.Errorf("somebody is named after they refused: %q", got)
	}
	ask(member, direct, "!oublie-moi")
	ask(member, direct, "!oui")
	ask(moderator, room, "!merci", "Personne n’a encore été remercié")
}
