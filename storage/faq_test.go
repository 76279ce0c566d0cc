package storage

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"testing"
	"time"

	"heraut/chat"
	"heraut/relay"
)

func TestEntriesAreKeptWhole(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	want := relay.Entry{
		Question: "Comment sauvegarder ?", Answer: "Avec Borg.", Audience: chat.Audience{Public: true},
		KeptAt: time.UnixMilli(1000), Event: "$answer",
	}
	number, err := db.SaveEntry(ctx, want)
	if err != nil {
		t.Fatal(err)
	}
	want.Number = number
	if got, err := db.EntryOf(ctx, "$answer"); err != nil || got != want {
		t.Errorf("got %+v, %v; want %+v", got, err, want)
	}
	want.Answer = "Avec Restic."
	if again, err := db.SaveEntry(ctx, want); err != nil || again != number {
		t.Errorf("kept again as %d, %v; want %d", again, err, number)
	}
	if got, err := db.Entries(ctx); err != nil || !reflect.DeepEqual(got, []relay.Entry{want}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if found := lookup(t, db, "borg"); len(found) != 0 {
		t.Errorf("the former answer is found: %v", found)
	}
	if found := lookup(t, db, "restic"); len(found) != 1 || !found[0].Kept || found[0].Number != number {
		t.Errorf("got %+v", found)
	}
	if err := db.RemoveEntry(ctx, number); err != nil {
		t.Error(err)
	}
	if err := db.RemoveEntry(ctx, number); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("the second time: %v", err)
	}
	if found := lookup(t, db, "restic"); len(found) != 0 {
		t.Errorf("what was removed is found: %v", found)
	}
}

// What is marked stays with an entry when it is rewritten.
func TestEntriesAreMarked(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	at := func(hours int64) time.Time { return time.UnixMilli(8_640_000_000 + hours*3600_000) }
	e := relay.Entry{Question: "Comment ?", Answer: "Avec Borg.", KeptAt: at(0), Event: "$answer"}
	var err error
	if e.Number, err = db.SaveEntry(ctx, e); err != nil {
		t.Fatal(err)
	}
	one := []int64{e.Number, 99}
	for _, do := range []func() error{
		func() error { return db.MarkShown(ctx, one, at(1)) },
		func() error { return db.MarkShown(ctx, one, at(24)) }, // not even a day later
		func() error { return db.MarkHelped(ctx, one) },
		func() error { return db.MarkHelped(ctx, nil) },
		func() error { return db.MarkHelped(ctx, one) },
		func() error { return db.MarkListed(ctx, one, at(2)) },
		func() error { return db.ConfirmEntry(ctx, e.Number, at(3)) },
		func() error {
			again := e
			again.Number = 0
			_, err := db.SaveEntry(ctx, again)
			return err
		},
	} {
		if err := do(); err != nil {
			t.Fatal(err)
		}
	}
	e.Helped, e.ShownAt, e.ListedAt, e.ConfirmedAt = 2, at(1), at(2), at(0)
	if got, err := db.Entry(ctx, e.Number); err != nil || got != e {
		t.Errorf("got %+v, %v; want %+v", got, err, e)
	}
	if err := db.MarkShown(ctx, one, at(25)); err != nil {
		t.Fatal(err)
	}
	e.ShownAt = at(25)
	if got, err := db.Entry(ctx, e.Number); err != nil || got != e || got.ActiveAt() != at(25) {
		t.Errorf("got %+v, %v; want %+v", got, err, e)
	}
	if err := db.ConfirmEntry(ctx, 99, at(0)); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("an entry that is not there is confirmed: %v", err)
	}
	if found := lookup(t, db, "borg"); len(found) != 1 || found[0].Helped != 2 {
		t.Errorf("found %+v", found)
	}
}

func lookup(t *testing.T, db *DB, word string) []relay.Candidate {
	t.Helper()
	found, err := db.Lookup(t.Context(), []string{word}, 10)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// ask stores a question and two answers, each with a word of its own.
func ask(t *testing.T, db *DB, n int, closed time.Time) relay.Question {
	t.Helper()
	ctx := t.Context()
	q := relay.Question{
		Status: relay.Answered, Text: fmt.Sprintf("Où est zyquestion%d ?", n), Asker: chat.UserID(fmt.Sprintf("@zyasker%d:example.org", n)),
		Event: chat.EventID(fmt.Sprint("$q", n)), Origin: "!origin", AnsweredAt: time.UnixMilli(2000), ClosedAt: closed,
	}
	if !closed.IsZero() {
		q.Status = relay.Solved
	}
	var err error
	if q.Number, err = db.AddQuestion(ctx, q); err != nil {
		t.Fatal(err)
	}
	for i := range 2 {
		err := db.SaveMessage(ctx, relay.Message{
			Post: chat.PostKey(fmt.Sprintf("p%d/%d", n, i)), Question: q.Number, Role: relay.RoleAnswer,
			Event: chat.EventID(fmt.Sprintf("$a%d/%d", n, i)), Sender: chat.UserID(fmt.Sprintf("@zyexpert%d:example.org", n)),
			Text: fmt.Sprintf("zyanswer%dx%d", n, i), At: time.UnixMilli(int64(1000 + i)),
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return q
}

// The index follows every change of a question and its answers.
func TestAnsweredQuestionsAreFound(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	q := ask(t, db, 1, time.Time{})
	for _, word := range []string{"zyquestion1", "zyanswer1x0", "zyanswer1x1"} {
		found := lookup(t, db, word)
		if len(found) != 1 || found[0].Number != q.Number || found[0].Kept || found[0].Origin != "!origin" ||
			found[0].Question != q.Text || found[0].Answer != "zyanswer1x0\nzyanswer1x1" {
			t.Errorf("%s finds %+v", word, found)
		}
	}
	if holding, all, err := db.Spread(ctx, []string{"zyquestion1", "nowhere"}); err != nil || all != 1 || holding["zyquestion1"] != 1 || holding["nowhere"] != 0 {
		t.Errorf("spread: %v of %d, %v", holding, all, err)
	}
	if err := db.RemoveMessage(ctx, "$a1/0"); err != nil {
		t.Fatal(err)
	}
	if found := lookup(t, db, "zyanswer1x0"); len(found) != 0 {
		t.Errorf("a deleted answer finds %+v", found)
	}
	q.Text = "Où est zyautre2 ?"
	if err := db.SaveQuestion(ctx, q); err != nil {
		t.Fatal(err)
	}
	if a, b := lookup(t, db, "zyquestion1"), lookup(t, db, "zyautre2"); len(a) != 0 || len(b) != 1 {
		t.Errorf("the former text finds %v, the present one %v", a, b)
	}
	if err := db.RemoveMessage(ctx, "$a1/1"); err != nil {
		t.Fatal(err)
	}
	if found := lookup(t, db, "zyautre2"); len(found) != 0 {
		t.Errorf("without an answer, it finds %+v", found)
	}
}

// An answer edited into a note is no answer any more.
func TestNotesAreNotFound(t *testing.T) {
	db := open(t)
	q := ask(t, db, 1, time.Time{})
	for i := range 2 {
		if err := db.SaveMessage(t.Context(), relay.Message{
			Post: chat.PostKey(fmt.Sprint("p1/", i)), Question: q.Number, Role: relay.RoleNote, Event: chat.EventID(fmt.Sprint("$a1/", i)),
		}); err != nil {
			t.Fatal(err)
		}
	}
	if found := lookup(t, db, "zyquestion1"); len(found) != 0 {
		t.Errorf("without an answer, it finds %+v", found)
	}
	if err := db.RefreshWords(t.Context()); err != nil {
		t.Error(err)
	}
}

// Another version of the bot may have indexed other words.
func TestWordsAreReadAnew(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	ask(t, db, 1, time.Time{})
	if _, err := db.SaveEntry(ctx, relay.Entry{Question: "zykept1", Answer: "zykept2"}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.db.Exec(ctx, "UPDATE known_words SET question = 'otherwise', answer = ''"); err != nil {
		t.Fatal(err)
	}
	if err := db.RefreshWords(ctx); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"zyquestion1", "zyanswer1x1", "zykept1", "zykept2"} {
		if found := lookup(t, db, word); len(found) != 1 {
			t.Errorf("%s finds %v", word, found)
		}
	}
	if found := lookup(t, db, "otherwise"); len(found) != 0 {
		t.Errorf("the former words find %v", found)
	}
}

// A purge leaves no trace of old closed questions in the files, and keeps the others.
func TestPurgedQuestionsLeaveNoTrace(t *testing.T) {
	ctx := t.Context()
	file := filepath.Join(t.TempDir(), "bot.db")
	db, err := Open(ctx, file)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	for n := range 40 {
		closed := time.UnixMilli(5000)
		if n >= 20 {
			closed = time.UnixMilli(9000)
		}
		ask(t, db, n, closed)
	}
	ask(t, db, 40, time.Time{})
	for number, active := range []int64{5000, 9000} {
		_, err := db.AddQuestion(ctx, relay.Question{Status: relay.Consent, Text: fmt.Sprintf("zyconsent%d ?", number), ActiveAt: time.UnixMilli(active)})
		if err != nil {
			t.Fatal(err)
		}
	}
	entry, err := db.SaveEntry(ctx, relay.Entry{Question: "zykept", Answer: "zykept", Event: "$a3/0"})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := db.PurgeQuestions(ctx, time.UnixMilli(6000)); err != nil || n != 21 {
		t.Fatalf("%d forgotten, %v", n, err)
	}
	data := readState(t, file)
	if bytes.Contains(data, []byte("zyconsent0")) || !bytes.Contains(data, []byte("zyconsent1")) {
		t.Error("of two questions that wait for consent, not the older one alone is forgotten")
	}
	for n := range 41 {
		for _, word := range []string{"zyquestion", "zyasker", "zyexpert", "zyanswer"} {
			marker := fmt.Sprintf("%s%d", word, n)
			// The next character distinguishes a number from a longer one that begins
			// with it.
			kept := bytes.Contains(data, []byte(marker+" ")) || bytes.Contains(data, []byte(marker+":")) || bytes.Contains(data, []byte(marker+"x"))
			if want := n >= 20; kept != want {
				t.Errorf("%s is in the file: %t, want %t", marker, kept, want)
			}
		}
	}
	if found := lookup(t, db, "zykept"); len(found) != 1 || found[0].Number != entry {
		t.Errorf("the kept answer: %+v", found)
	}
	if _, err := db.EntryOf(ctx, "$a3/0"); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("which answer was kept is still known: %v", err)
	}
}

// readState returns the contents of all the database's files.
func readState(t *testing.T, file string) []byte {
	t.Helper()
	var all []byte
	for _, suffix := range []string{"", "-wal"} {
		data, err := os.ReadFile(file + suffix)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
		all = append(all, data...)
	}
	return all
}

var _ interface {
	relay.FAQ
	relay.Library
	relay.Retention
} = (*DB)(nil)
