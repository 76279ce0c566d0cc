package thanks_test

import (
	"context"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	_ "time/tzdata"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/locale/localetest"
	"heraut/queue"
	"heraut/rooms"
	"heraut/schedule"
	"heraut/storage"
	"heraut/thanks"
)

const (
	salon  chat.RoomID = "!salon:example.org"
	direct chat.RoomID = "!direct:example.org"

	camille   chat.UserID = "@camille:example.org"
	dominique chat.UserID = "@dominique:example.org"
	claude    chat.UserID = "@claude:example.org"
)

type keeper struct {
	*testing.T
	db       *storage.DB
	register *thanks.Register
	zone     *time.Location
	n        int
}

func newKeeper(t *testing.T) *keeper {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return &keeper{T: t, db: db, zone: zone, register: thanks.NewRegister(thanks.Options{
		Store: db, Queue: queue.NewOutbox(db), Zone: zone, Log: zerolog.Nop(),
		Rooms: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"}),
		Quiet: func(chat.RoomID) schedule.Quiet { return schedule.NewQuiet(zone) },
	})}
}

func (k *keeper) at(s string) time.Time {
	k.Helper()
	t, err := time.ParseInLocation("2006-01-02 15:04", s, k.zone)
	if err != nil {
		k.Fatal(err)
	}
	return t
}

func (k *keeper) give(at string, from, to chat.UserID, where chat.RoomID) {
	k.Helper()
	k.n++
	t := thanks.Thanks{
		Cause: chat.EventID(strings.Repeat("$", k.n)), Room: salon, From: from, To: to,
		Name: strings.TrimPrefix(strings.Split(string(to), ":")[0], "@"), Reason: "son aide", At: k.at(at),
	}
	if err := k.db.Do(k.Context(), func(ctx context.Context) error { return k.register.Give(ctx, t, where) }); err != nil {
		k.Fatal(err)
	}
}

var tag = regexp.MustCompile(`<[^>]*>`)

func (k *keeper) said() (all []string) {
	k.Helper()
	for {
		seq, _, err := k.db.NextPost(k.Context(), time.Now(), nil)
		if err != nil {
			return all
		}
		row, err := k.db.StartPost(k.Context(), seq, time.Now())
		if err != nil {
			k.Fatal(err)
		}
		if err := localetest.Check(row.Post.HTML); err != nil {
			k.Errorf("%s: %v", row.Post.HTML, err)
		}
		all = append(all, string(row.Post.Room)+" "+strings.Join(strings.Fields(tag.ReplaceAllString(row.Post.HTML, " ")), " "))
		row.State, row.EventID = queue.Sent, chat.EventID("$sent"+string(row.Key))
		if err := k.db.UpdatePost(k.Context(), row, time.Now()); err != nil {
			k.Fatal(err)
		}
	}
}

// The bot asks a person for consent once, however often others thank them.
func TestConsentIsAskedOnce(t *testing.T) {
	k := newKeeper(t)
	k.give("2026-10-05 10:00", camille, dominique, direct)
	k.give("2026-10-06 10:00", camille, dominique, direct)
	k.give("2026-10-06 11:00", claude, dominique, direct)
	if got := k.said(); len(got) != 1 || !strings.Contains(got[0], "!merci oui") {
		t.Errorf("%q", got)
	}
	month, err := k.register.MonthOf(t.Context(), salon, k.at("2026-10-10 10:00"))
	if err != nil || month.Total != 3 || month.Unnamed != 3 || len(month.Items) != 0 {
		t.Errorf("%+v, %v", month, err)
	}
	// A person whom the bot cannot ask may agree later.
	k.give("2026-10-07 10:00", camille, claude, "")
	if got := k.said(); len(got) != 0 {
		t.Errorf("%q", got)
	}
	if c, err := k.db.ConsentOf(t.Context(), claude); err != nil || c != thanks.Unasked {
		t.Errorf("%q, %v", c, err)
	}
	if err := k.db.SaveConsent(t.Context(), claude, thanks.Agreed, time.Now()); err != nil {
		t.Fatal(err)
	}
	if month, err = k.register.MonthOf(t.Context(), salon, k.at("2026-10-10 10:00")); err != nil || len(month.Items) != 1 || month.Items[0].Name != "claude" {
		t.Errorf("%+v, %v", month, err)
	}
}

func TestLimits(t *testing.T) {
	k := newKeeper(t)
	now := k.at("2026-10-05 12:00")
	check := func(from, to chat.UserID, at time.Time, want thanks.Refusal) {
		t.Helper()
		if got, err := k.register.Check(t.Context(), from, to, at); err != nil || got != want {
			t.Errorf("%s to %s: %q, %v, want %q", from, to, got, err, want)
		}
	}
	check(camille, camille, now, thanks.Oneself)
	check(camille, dominique, now, thanks.Fine)
	k.give("2026-10-05 10:00", camille, dominique, "")
	check(camille, dominique, now, thanks.Twice)
	check(dominique, camille, now, thanks.Fine)
	check(camille, dominique, now.AddDate(0, 0, 1), thanks.Fine)
	for i := range 9 {
		k.give("2026-10-05 11:00", camille, chat.UserID(strings.Repeat("x", i+1)), "")
	}
	check(camille, claude, now, thanks.TooMany)
	// When two concurrent commands pass the check, Give stores only one.
	k.give("2026-10-05 11:30", camille, dominique, "")
	if _, pair, err := k.db.GivenSince(t.Context(), camille, dominique, k.at("2026-10-05 00:00")); err != nil || pair != 1 {
		t.Errorf("%d, %v", pair, err)
	}
}

// The monthly list comes once, on the first of the next month or after its quiet
// hours, and names only people who agreed.
func TestMonthly(t *testing.T) {
	k := newKeeper(t)
	if err := k.db.Do(t.Context(), k.register.SetMonthly(salon, true, k.at("2026-10-05 10:00"))); err != nil {
		t.Fatal(err)
	}
	k.give("2026-10-05 10:00", camille, dominique, "")
	k.give("2026-10-05 10:00", camille, claude, "")
	if err := k.db.SaveConsent(t.Context(), dominique, thanks.Agreed, time.Now()); err != nil {
		t.Fatal(err)
	}
	var told []string
	for now := k.at("2026-10-30 00:00"); now.Before(k.at("2026-11-05 00:00")); now = now.Add(time.Hour) {
		if err := k.register.Round(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		for _, said := range k.said() {
			told = append(told, now.Format("2006-01-02 15:04"))
			if !strings.Contains(said, "dominique") || strings.Contains(said, "claude") {
				t.Errorf("said %s", said)
			}
		}
	}
	// 1 November is a Sunday and a holiday.
	if !slices.Equal(told, []string{"2026-11-02 08:00"}) {
		t.Errorf("told at %v", told)
	}
	if err := k.db.Do(t.Context(), k.register.SetMonthly(salon, false, time.Now())); err != nil {
		t.Fatal(err)
	}
	k.give("2026-11-05 10:00", camille, dominique, "")
	if err := k.register.Round(t.Context(), k.at("2026-12-02 10:00")); err != nil || len(k.said()) != 0 {
		t.Errorf("a room that does not want it is told: %v", err)
	}
}

// Forgetting a person erases their thanks.
func TestForget(t *testing.T) {
	k := newKeeper(t)
	k.give("2026-10-05 10:00", camille, dominique, direct)
	k.give("2026-10-05 10:00", dominique, claude, "")
	data, err := k.db.DataOf(t.Context(), dominique)
	if err != nil || len(data) != 3 {
		t.Errorf("%+v, %v", data, err)
	}
	if err := k.db.Forget(t.Context(), dominique); err != nil {
		t.Fatal(err)
	}
	if data, err := k.db.DataOf(t.Context(), dominique); err != nil || len(data) != 0 {
		t.Errorf("%+v, %v", data, err)
	}
	month, err := k.register.MonthOf(t.Context(), salon, k.at("2026-10-10 10:00"))
	if err != nil || month.Total != 1 {
		t.Errorf("%+v, %v", month, err)
	}
}
