package endtoend

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// zoneAfterNine returns a time zone in which the monthly list is due now: on the first
// of a month it comes from nine o'clock on.
func zoneAfterNine(t *testing.T, now time.Time) *time.Location {
	t.Helper()
	for _, name := range []string{"Europe/Paris", "Pacific/Pago_Pago", "Pacific/Kiritimati"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		if here := now.In(zone); here.Day() > 1 || here.Hour() >= 9 {
			return zone
		}
	}
	t.Fatal("it is before nine on the first of the month everywhere")
	return nil
}

// TestMonthlyThanks: a room that asked for it gets last month's thanks once, which name
// only those who agreed, across a kill. Rooms that did not ask get nothing.
func TestMonthlyThanks(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	moderator := hs.Person(t, "moderator", encrypted)
	agrees := hs.Person(t, "dominique", encrypted)
	refuses := hs.Person(t, "claude", encrypted)
	room := moderator.Room(t, testkit.Room{Alias: "bluehats", Encrypted: true, Public: true, Invite: []id.UserID{me}})
	quiet := moderator.Room(t, testkit.Room{Alias: "autre", Encrypted: true, Public: true, Invite: []id.UserID{me}})
	zone := zoneAfterNine(t, time.Now())
	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account, Set: map[string]any{
		"timezone": zone.String(),
		"quiet":    map[string]any{"nights": "", "weekends": false, "holidays": false},
	}})
	for _, where := range []id.RoomID{room, quiet} {
		moderator.AwaitMember(t, where, me, event.MembershipJoin)
		agrees.Join(t, where.String())
		refuses.Join(t, where.String())
	}
	ask := func(who *testkit.Client, where id.RoomID, text, want string) {
		t.Helper()
		mustSay(t, who.AwaitAnswer(t, where, me, who.Say(t, where, text)), want)
	}
	for person, answer := range map[*testkit.Client]string{agrees: "!merci oui", refuses: "!merci non"} {
		direct := invited(t, person, me, testkit.Room{Direct: true, Encrypted: true})
		ask(person, direct, answer, "")
	}
	ask(agrees, room, "!merci mensuel", "modérateurs")
	ask(moderator, room, "!merci mensuel", "mois")
	ask(moderator, room, "!merci "+agrees.UserID.String()+" pour la relecture", "la relecture")
	ask(moderator, room, "!merci "+refuses.UserID.String()+" pour le correctif", "le correctif")
	ask(agrees, quiet, "!merci "+moderator.UserID.String()+" pour l’accueil", "l’accueil")

	// A month passes: what was said and told now was so in the month before.
	bot.Stop()
	here := time.Now().In(zone)
	last := time.Date(here.Year(), here.Month()-1, 15, 12, 0, 0, 0, zone)
	db, err := sql.Open("sqlite3", "file:"+filepath.Join(bot.Dir, "data", "bot.db")+"?_busy_timeout=5000")
	if err != nil {
		t.Fatal(err)
	}
	for _, change := range []struct {
		query string
		value any
		rows  int64
	}{
		{"UPDATE thanks SET given_at = ?", last.UnixMilli(), 3},
		{"UPDATE thanks_monthly SET month = ?", last.AddDate(0, -1, 0).Format("2006-01"), 1},
	} {
		result, err := db.Exec(change.query, change.value)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := result.RowsAffected(); err != nil || n != change.rows {
			t.Fatalf("%s: %d rows, %v", change.query, n, err)
		}
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	isList := func(evt *event.Event) bool {
		return evt.Sender == me && evt.Type == event.EventMessage && strings.Contains(body(evt), "Les mercis du mois")
	}
	bot.Start(t)
	list := moderator.Await(t, room, isList)
	mustSay(t, list, "dominique", "la relecture", "1\u00a0merci")
	if text := body(list); strings.Contains(text, "claude") || strings.Contains(text, "le correctif") || strings.Contains(text, "l’accueil") {
		t.Errorf("the list says %q", text)
	}
	bot.Kill()
	bot.Start(t)
	ask(moderator, room, "!merci", "Personne") // the rounds of the start are over
	ask(moderator, quiet, "!merci", "Personne")
	for _, where := range []id.RoomID{room, quiet} {
		lists := 0
		for _, evt := range moderator.Events(where) {
			if isList(evt) {
				lists++
			}
		}
		if want := map[id.RoomID]int{room: 1}[where]; lists != want {
			t.Errorf("%d lists in %s, want %d", lists, where, want)
		}
	}
}
