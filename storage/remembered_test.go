package storage

import (
	"context"
	"errors"
	"strconv"
	"testing"

	"heraut/chat"
	"heraut/commands"
	"heraut/relay"
)

var errUndo = errors.New("roll it back")

func relayNames(ctx context.Context, t *testing.T, db *DB) (names []string) {
	t.Helper()
	all, err := db.Relays(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range all {
		names = append(names, r.Name)
	}
	return names
}

// What is remembered of the relays is what was committed: a transaction sees its own
// change, others see it after the commit, and nobody sees one that was rolled back.
func TestRememberedRelays(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	want := func(ctx context.Context, names ...string) {
		t.Helper()
		if got := relayNames(ctx, t, db); len(got) != len(names) {
			t.Errorf("the relays are %q, want %q", got, names)
		}
	}
	want(ctx)
	err := db.Do(ctx, func(in context.Context) error {
		if err := db.SaveRelay(in, relay.Relay{Name: "undone"}); err != nil {
			return err
		}
		want(in, "undone")
		return errUndo
	})
	if !errors.Is(err, errUndo) {
		t.Fatal(err)
	}
	want(ctx)
	if err := db.Do(ctx, func(in context.Context) error {
		return db.SaveRelay(in, relay.Relay{Name: "one", By: camille, From: []chat.RoomID{salon}})
	}); err != nil {
		t.Fatal(err)
	}
	want(ctx, "one")
	all, err := db.Relays(ctx)
	if err != nil {
		t.Fatal(err)
	}
	all[0].Name, all[0].From[0] = "mine", "!mine:example.org"
	if all, err = db.Relays(ctx); err != nil || all[0].Name != "one" || all[0].From[0] != salon {
		t.Errorf("a caller changed what is remembered: %+v %v", all, err)
	}
	if err := db.Forget(ctx, camille); err != nil {
		t.Fatal(err)
	}
	if all, err = db.Relays(ctx); err != nil || all[0].By != "-" {
		t.Errorf("a forgotten person is remembered: %+v %v", all, err)
	}
	if err := db.RemoveRelay(ctx, "one"); err != nil {
		t.Fatal(err)
	}
	want(ctx)
}

// A value that was read before a change is not remembered after it.
func TestRememberedReadLate(t *testing.T) {
	var r remembered[int]
	read := func(value int, change bool) int {
		got, err := r.get(t.Context(), func(context.Context) (int, error) {
			if change {
				r.forget()
			}
			return value, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	if got := read(1, true); got != 1 {
		t.Errorf("the first read gives %d", got)
	}
	if got := read(2, false); got != 2 {
		t.Errorf("%d was remembered, though it had changed", got)
	}
	if got := read(3, false); got != 2 {
		t.Errorf("the value was read again: %d", got)
	}
}

// The rooms with open questions about a software follow the questions.
func TestSubjectsAreRemembered(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	count := func(room chat.RoomID, want int) {
		t.Helper()
		if all, err := db.SubjectsIn(ctx, room); err != nil || len(all) != want {
			t.Errorf("%s has %d questions (%v), want %d", room, len(all), err, want)
		}
	}
	const experts = chat.RoomID("!experts:example.org")
	count(salon, 0)
	q := relay.Question{Event: "$q", Origin: salon, Experts: experts, Asker: camille, Text: "gimp ?", Subject: "GIMP", AskedAt: noon, Status: relay.Open}
	number, err := db.AddQuestion(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	count(salon, 1)
	count(experts, 1)
	count("!other:example.org", 0)
	q.Number, q.ClosedAt = number, noon
	if err := db.SaveQuestion(ctx, q); err != nil {
		t.Fatal(err)
	}
	count(salon, 0)
}

// A list is found also by a process that did not store it, and if there are more askers
// than are remembered.
func TestAskersAreReadAtTheStart(t *testing.T) {
	db := open(t)
	mustSave(t, db, aList("$1", noon))
	db.askers = askers{} // as after a restart
	before := func(asker chat.UserID) error {
		_, err := db.ChoiceBefore(t.Context(), salon, asker, "$2", noon)
		return err
	}
	if err := before(camille); err != nil {
		t.Error(err)
	}
	if err := before("@dominique:example.org"); !errors.Is(err, commands.ErrNoChoice) {
		t.Error(err)
	}
	if _, err := db.db.Exec(t.Context(), "UPDATE choice SET asker = 'nobody else knows'"); err != nil {
		t.Fatal(err)
	}
	if err := before("nobody else knows"); !errors.Is(err, commands.ErrNoChoice) {
		t.Errorf("the database was asked for a person without a list: %v", err)
	}
	for i := range maxAskers + 1 {
		db.askers.add(salon, chat.UserID(strconv.Itoa(i)))
	}
	if err := before("nobody else knows"); err != nil {
		t.Errorf("with too many askers: %v", err)
	}
}

// The posts are counted again often enough.
func TestManyPostsAreNoticed(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	if many, err := db.many.now(ctx, db); err != nil || many {
		t.Fatal(many, err)
	}
	if _, err := db.db.Exec(ctx, `
		WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i <= $1)
		INSERT INTO outbox (post_key, cause, slot, kind, room_id, priority, state, txn, content)
		SELECT 'k' || i, '$c', 0, 'post', '!r:example.org', 0, 'waiting', 't' || i, '' FROM n`, few); err != nil {
		t.Fatal(err)
	}
	for range recount {
		if many, err := db.many.now(ctx, db); err != nil {
			t.Fatal(err)
		} else if many {
			return
		}
	}
	t.Error("the many posts were not noticed")
}
