package storage

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"heraut/chat"
	"heraut/commands"
)

const (
	salon   = chat.RoomID("!salon:example.org")
	camille = chat.UserID("@camille:example.org")
)

var noon = time.UnixMilli(1_788_000_000_000)

func mustSave(t *testing.T, db *DB, c commands.Choice) {
	t.Helper()
	if err := db.SaveChoice(t.Context(), c); err != nil {
		t.Fatal(err)
	}
}

func aList(cause chat.EventID, at time.Time) commands.Choice {
	return commands.Choice{
		Cause: cause, Room: salon, Asker: camille, Thread: "$root",
		Command: "sill", IDs: []string{"51", "74"}, At: at,
	}
}

func TestChoiceBefore(t *testing.T) {
	tests := map[string]struct {
		saved   []commands.Choice
		room    chat.RoomID
		asker   chat.UserID
		message chat.EventID
		since   time.Time
		want    chat.EventID // its cause; empty for none
	}{
		"none":         {nil, salon, camille, "$2", noon, ""},
		"awaiting":     {[]commands.Choice{aList("$1", noon)}, salon, camille, "$2", noon, "$1"},
		"too old":      {[]commands.Choice{aList("$1", noon)}, salon, camille, "$2", noon.Add(1e6), ""},
		"another room": {[]commands.Choice{aList("$1", noon)}, "!other:example.org", camille, "$2", noon, ""},
		"another asker": {
			[]commands.Choice{aList("$1", noon)}, salon, "@dominique:example.org", "$2", noon, "",
		},
		"the latest": {
			[]commands.Choice{aList("$2", noon.Add(time.Minute)), aList("$1", noon)}, salon, camille, "$3", noon, "$2",
		},
		"another message came": {
			[]commands.Choice{after(aList("$1", noon), "$2")}, salon, camille, "$3", noon, "",
		},
		"that message, however late": {
			[]commands.Choice{after(aList("$1", noon), "$2")}, salon, camille, "$2", noon.Add(time.Hour), "$1",
		},
		"no list any more": {
			[]commands.Choice{aList("$1", noon), {Cause: "$1", Room: salon}}, salon, camille, "$2", noon, "",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			for _, c := range test.saved {
				mustSave(t, db, c)
			}
			got, err := db.ChoiceBefore(t.Context(), test.room, test.asker, test.message, test.since)
			if test.want == "" {
				if !errors.Is(err, commands.ErrNoChoice) {
					t.Errorf("got %v, %v", got, err)
				}
				return
			}
			if err != nil || got.Cause != test.want {
				t.Errorf("got %v, %v; want the list of %s", got, err, test.want)
			}
		})
	}
}

func after(c commands.Choice, next chat.EventID) commands.Choice {
	c.Next = next
	return c
}

func TestSaveChoiceReplaces(t *testing.T) {
	db := open(t)
	mustSave(t, db, aList("$1", noon))
	edited := commands.Choice{
		Cause: "$1", Room: salon, Asker: camille, Command: "sill utilisateurs", IDs: []string{"9"}, At: noon.Add(time.Second),
	}
	mustSave(t, db, edited)
	want := edited
	want.Thread = "$root" // an edit carries no thread
	got, err := db.ChoiceBefore(t.Context(), salon, camille, "$2", noon)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v, %v\nwant %+v", got, err, want)
	}
}

func TestChoiceOfFindsThePostedList(t *testing.T) {
	db := open(t)
	mustSave(t, db, aList("$1", noon))
	row := `INSERT INTO outbox (post_key, cause, slot, kind, room_id, priority, state, txn, content, event_id)
		VALUES ($1, $2, $3, 'post', $4, 0, 'sent', $1, '', $5)`
	for slot, event := range []string{"$list", "$more"} {
		if _, err := db.db.Exec(t.Context(), row, chat.KeyOf("$1", slot), "$1", slot, salon, event); err != nil {
			t.Fatal(err)
		}
	}
	tests := map[string]struct {
		room  chat.RoomID
		event chat.EventID
		found bool
	}{
		"the list":                  {salon, "$list", true},
		"another post":              {salon, "$more", false},
		"from another room":         {"!other:example.org", "$list", false},
		"not ours":                  {salon, "$elsewhere", false},
		"not sent":                  {salon, "", false},
		"the command, not the list": {salon, "$1", false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := db.ChoiceOf(t.Context(), test.room, test.event)
			switch {
			case test.found && (err != nil || !reflect.DeepEqual(got, aList("$1", noon))):
				t.Errorf("got %+v, %v", got, err)
			case !test.found && !errors.Is(err, commands.ErrNoChoice):
				t.Errorf("got %+v, %v", got, err)
			}
		})
	}
}

func TestOldChoicesAreForgotten(t *testing.T) {
	db := open(t)
	mustSave(t, db, aList("$1", noon))
	if _, err := db.db.Exec(t.Context(), "UPDATE choice SET saved_at = saved_at - $1", (keepChoices + time.Hour).Milliseconds()); err != nil {
		t.Fatal(err)
	}
	mustSave(t, db, aList("$9", noon.Add(-time.Hour)))
	must(t, db.PurgeQueue(t.Context(), time.Now(), time.Now()))
	got, err := db.ChoiceBefore(t.Context(), salon, camille, "$2", time.Time{})
	if err != nil || got.Cause != "$9" {
		t.Errorf("got %v, %v", got, err)
	}
}
