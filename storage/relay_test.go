package storage

import (
	"errors"
	"reflect"
	"testing"
	"time"

	"heraut/chat"
	"heraut/relay"
)

// filled sets every field of v, which reveals a forgotten column.
func filled(t *testing.T, v reflect.Value) {
	t.Helper()
	for i := range v.NumField() {
		switch f := v.Field(i); f.Interface().(type) {
		case time.Time:
			f.Set(reflect.ValueOf(time.UnixMilli(int64(1000 + i))))
		case relay.Status:
			f.SetString(string(relay.Claimed))
		case relay.Role:
			f.SetString(string(relay.RoleAnswer))
		case chat.Audience, relay.Assignment:
			filled(t, f)
		default:
			switch f.Kind() {
			case reflect.String:
				f.SetString("field " + v.Type().Field(i).Name)
			case reflect.Bool:
				f.SetBool(true)
			case reflect.Int, reflect.Int64:
				f.SetInt(int64(100 + i))
			default:
				t.Fatalf("no value for %s", v.Type().Field(i).Name)
			}
		}
	}
}

func TestQuestionsAreKeptWhole(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	var q relay.Question
	filled(t, reflect.ValueOf(&q).Elem())
	number, err := db.AddQuestion(ctx, q)
	if err != nil {
		t.Fatal(err)
	}
	q.Number = number
	if got, err := db.Question(ctx, number); err != nil || got != q {
		t.Errorf("got %+v, %v; want %+v", got, err, q)
	}
	q.Text, q.Status, q.ClosedAt = "other", relay.Open, time.Time{}
	if err := db.SaveQuestion(ctx, q); err != nil {
		t.Fatal(err)
	}
	if got, err := db.QuestionBy(ctx, q.Event); err != nil || got != q {
		t.Errorf("got %+v, %v; want %+v", got, err, q)
	}
	for _, room := range []chat.RoomID{q.Origin, q.Experts} {
		if got, err := db.QuestionsIn(ctx, room); err != nil || len(got) != 1 {
			t.Errorf("in %s: %v, %v", room, got, err)
		}
		if serving, err := db.Serving(ctx, room); err != nil || !serving {
			t.Errorf("serving %s: %t, %v", room, serving, err)
		}
	}
	if got, err := db.QuestionsOf(ctx, q.Asker); err != nil || len(got) != 1 {
		t.Errorf("of the asker: %v, %v", got, err)
	}
	if _, err := db.Question(ctx, number+1); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("a number that was never given: %v", err)
	}
}

func TestMessagesAreKeptWhole(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	number, err := db.AddQuestion(ctx, relay.Question{Status: relay.Open})
	if err != nil {
		t.Fatal(err)
	}
	var m relay.Message
	filled(t, reflect.ValueOf(&m).Elem())
	m.Question = number
	if err := db.SaveMessage(ctx, m); err != nil {
		t.Fatal(err)
	}
	if got, err := db.MessageOf(ctx, m.Event); err != nil || got != m {
		t.Errorf("got %+v, %v; want %+v", got, err, m)
	}
	if got, err := db.MessagesOf(ctx, number); err != nil || len(got) != 1 || got[0] != m {
		t.Errorf("got %+v, %v; want %+v", got, err, m)
	}
	if got, err := db.SharedOf(ctx, m.Source); err != nil || len(got) != 1 || got[0] != m {
		t.Errorf("got %+v, %v; want %+v", got, err, m)
	}
	if got, err := db.SharedOf(ctx, ""); err != nil || len(got) != 0 {
		t.Errorf("without an answer: %+v, %v", got, err)
	}
	if err := db.RemoveMessage(ctx, m.Event); err != nil {
		t.Error(err)
	}
	if err := db.RemoveMessage(ctx, m.Event); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("the second time: %v", err)
	}
	r := relay.Reaction{Event: "$r", Question: number, Sender: "@a:b", Target: "$t", Key: "👍", Post: "p"}
	if err := db.SaveReaction(ctx, r); err != nil {
		t.Fatal(err)
	}
	if got, err := db.SameReactions(ctx, "$t", "👍"); err != nil || len(got) != 1 || got[0] != r {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := db.RemoveReaction(ctx, "$r"); err != nil || got != r {
		t.Errorf("got %+v, %v", got, err)
	}
}

// A question that repeats a purged one repeats none.
func TestPurgedQuestionHasNoDuplicates(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	first, err := db.AddQuestion(ctx, relay.Question{Status: relay.Solved, ClosedAt: time.UnixMilli(1000)})
	if err != nil {
		t.Fatal(err)
	}
	number, err := db.AddQuestion(ctx, relay.Question{Status: relay.Answered, SameAs: first})
	if err != nil {
		t.Fatal(err)
	}
	if n, err := db.PurgeQuestions(ctx, time.UnixMilli(2000)); err != nil || n != 1 {
		t.Fatalf("%d purged, %v", n, err)
	}
	if q, err := db.Question(ctx, number); err != nil || q.SameAs != 0 {
		t.Errorf("it repeats question %d, %v", q.SameAs, err)
	}
}

func TestRelaysAreKeptWhole(t *testing.T) {
	db := open(t)
	ctx := t.Context()
	want := relay.Relay{
		Name: "libre", From: []chat.RoomID{"!a", "!b"}, To: "!c", Themes: []string{"licences"}, MayWiden: true,
		By: "@camille:example.org", At: time.UnixMilli(1000),
	}
	if err := db.SaveRelay(ctx, want); err != nil {
		t.Fatal(err)
	}
	got, err := db.Relays(ctx)
	if err != nil || !reflect.DeepEqual(got, []relay.Relay{want}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if err := db.RemoveRelay(ctx, "libre"); err != nil {
		t.Error(err)
	}
	if err := db.RemoveRelay(ctx, "libre"); !errors.Is(err, chat.ErrNotFound) {
		t.Errorf("the second time: %v", err)
	}
}
