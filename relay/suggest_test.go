package relay_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/locale/localetest"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/storage"
)

// Only rooms whose members might have read a question where it was asked get it as a
// suggestion.
func TestSuggestionsStayWithTheirAudience(t *testing.T) {
	audiences := map[chat.RoomID]chat.Audience{
		"!sealed": {}, "!sealed2": {}, "!private": {Clear: true}, "!externals": {Clear: true, Externals: true},
		"!public": {Clear: true, Public: true}, "!widest": chat.Everybody,
	}
	tests := map[string]struct {
		asked    chat.RoomID
		audience chat.Audience
		kept     bool // the question is an FAQ entry
		may      []chat.RoomID
		not      []chat.RoomID
	}{
		"asked in an encrypted room":        {asked: "!sealed", may: []chat.RoomID{"!sealed"}, not: []chat.RoomID{"!sealed2", "!private", "!externals", "!public", "!unknown"}},
		"asked in a private room":           {asked: "!private", audience: chat.Everybody, may: []chat.RoomID{"!private"}, not: []chat.RoomID{"!sealed", "!externals", "!public", "!unknown"}},
		"asked in a public room":            {asked: "!public", audience: chat.Everybody, may: []chat.RoomID{"!sealed", "!private", "!public"}, not: []chat.RoomID{"!externals", "!unknown"}},
		"asked when the room was encrypted": {asked: "!public", audience: chat.Audience{}, may: []chat.RoomID{"!public"}, not: []chat.RoomID{"!sealed", "!private", "!widest"}},
		"asked in a private room now gone":  {asked: "!gone", audience: chat.Audience{Clear: true}, not: []chat.RoomID{"!sealed", "!private", "!public", "!unknown"}},
		"asked in a public room now gone":   {asked: "!gone", audience: chat.Audience{Clear: true, Public: true}, may: []chat.RoomID{"!sealed", "!private", "!public"}, not: []chat.RoomID{"!externals", "!unknown"}},
		"kept for all":                      {kept: true, audience: chat.Everybody, may: []chat.RoomID{"!sealed", "!private", "!public", "!widest", "!unknown"}},
		"kept for private rooms":            {kept: true, audience: chat.Audience{Clear: true}, may: []chat.RoomID{"!sealed", "!private"}, not: []chat.RoomID{"!public", "!unknown"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			db := open(t)
			k := &relay.Knowledge{Store: db, Readers: readersOf(audiences)}
			if test.kept {
				if _, err := db.SaveEntry(t.Context(), relay.Entry{Question: "Quelle licence pour un schéma ?", Answer: "Etalab.", Audience: test.audience}); err != nil {
					t.Fatal(err)
				}
			} else {
				number, err := db.AddQuestion(t.Context(), relay.Question{
					Status: relay.Answered, Text: "Quelle licence pour un schéma ?", Origin: test.asked, ShownAudience: test.audience,
				})
				if err != nil {
					t.Fatal(err)
				}
				if err := db.SaveMessage(t.Context(), relay.Message{Post: "p", Question: number, Role: relay.RoleAnswer, Event: "$a", Text: "Etalab."}); err != nil {
					t.Fatal(err)
				}
			}
			for i, room := range append(test.may, test.not...) {
				found, err := k.Suggest(t.Context(), room, "licence de schéma")
				if err != nil {
					t.Fatal(err)
				}
				if want := i < len(test.may); (len(found) == 1) != want {
					t.Errorf("in %s: %v, want it shown: %t", room, found, want)
				}
			}
		})
	}
}

func readersOf(known map[chat.RoomID]chat.Audience) func(context.Context, chat.RoomID) (chat.Readers, error) {
	return func(_ context.Context, room chat.RoomID) (chat.Readers, error) {
		if a, ok := known[room]; ok {
			return chat.Readers{Least: a, Most: a}, nil
		}
		return chat.Readers{Most: chat.Everybody}, chat.ErrNotFound
	}
}

func TestSuggestionsNameSoftwareToo(t *testing.T) {
	db := open(t)
	k := &relay.Knowledge{Store: db, Readers: readersOf(nil)}
	c := catalogue.New([]catalogue.Software{
		{ID: "1", Name: "LimeSurvey", Description: catalogue.Localized{FR: "Créer des questionnaires en ligne"}, Keywords: []string{"sondage"}},
		{ID: "2", Name: "Framadate", Keywords: []string{"sondage"}},
		{ID: "3", Name: "Vieux sondages", Keywords: []string{"sondage"}, Withdrawn: &catalogue.Withdrawal{}},
	}, time.Now())
	suggest := relay.Suggestions(k, func() catalogue.State { return catalogue.State{Catalogue: c} })
	for i := range 3 {
		if _, err := db.SaveEntry(t.Context(), relay.Entry{
			Question: fmt.Sprintf("Quel outil de sondage <%d> ?", i), Answer: "LimeSurvey & co.", Audience: chat.Everybody,
		}); err != nil {
			t.Fatal(err)
		}
		said, err := suggest(t.Context(), "!room", "Comment faire un sondage ?", "fr")
		if err != nil || len(said) != 3 {
			t.Fatalf("%d suggestions: %v, %v", len(said), said, err)
		}
		all := ""
		for _, s := range said {
			all += s.HTML
		}
		if n := strings.Count(all, "Au SILL"); n != 2-i {
			t.Errorf("with %d kept answers, %d entries: %v", i+1, n, said)
		}
		if strings.Contains(all, "Vieux") || !strings.Contains(all, "&lt;0&gt;") {
			t.Errorf("got %v", said)
		}
		if err := errors.Join(localetest.Tags(all)...); err != nil {
			t.Error(err)
		}
	}
	if said, err := suggest(t.Context(), "!room", "Où est la cantine ?", "fr"); err != nil || len(said) != 0 {
		t.Errorf("nothing resembles that: %v, %v", said, err)
	}
}

// With «Cela répond» a question closes, and the experts never see it. With «non», or
// without a choice in time, it goes to the experts.
func TestWhatIsSuggestedMayAnswer(t *testing.T) {
	const origin, experts chat.RoomID = "!origin", "!experts"
	tests := map[string]struct {
		answer string // a reaction; empty: none
		later  bool
		want   relay.Status
		asked  bool
	}{
		"it answers":             {answer: "✅", want: relay.Satisfied},
		"it answers, and later":  {answer: "✅", later: true, want: relay.Satisfied},
		"it does not":            {answer: "❌", want: relay.Open, asked: true},
		"nobody says, not yet":   {want: relay.Proposed},
		"nobody says, and later": {later: true, want: relay.Open, asked: true},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			ctx := t.Context()
			db := open(t)
			box := queue.NewOutbox(db)
			room := func(_ context.Context, room chat.RoomID) (chat.Room, error) {
				return chat.Room{ID: room, Joined: true, RoomFacts: chat.RoomFacts{Version: "11", JoinRule: "invite"}}, nil
			}
			ours := func(string) bool { return true }
			knowledge := &relay.Knowledge{Store: db, Readers: relay.ReadersOf(room, ours)}
			carrier := relay.NewCarrier(relay.Options{
				Store: db, Queue: box, Book: rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"}), Log: zerolog.Nop(),
				Room: room, Ours: ours,
				Suggest: relay.Suggestions(knowledge, func() catalogue.State { return catalogue.State{} }),
			})
			if _, err := db.SaveEntry(ctx, relay.Entry{Question: "Quelle licence ?", Answer: "Etalab.", Audience: chat.Everybody}); err != nil {
				t.Fatal(err)
			}
			if err := db.SaveRelay(ctx, relay.Relay{Name: "libre", From: []chat.RoomID{origin}, To: experts, By: "@op:example.org"}); err != nil {
				t.Fatal(err)
			}
			commit := func(change func(context.Context) error, err error) {
				t.Helper()
				if err == nil && change != nil {
					err = box.Do(ctx, change)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			now := time.Now()
			commit(carrier.Ask(ctx, chat.Event{
				ID: "$q", Room: origin, Sender: "@lou:example.org", At: now, Message: &chat.Message{Body: "!question Quelle licence choisir ?"},
			}, "Quelle licence choisir ?"))
			shown := sent(t, db)
			if len(shown) != 1 || shown[0].Room != origin || !strings.Contains(shown[0].HTML, "Etalab.") {
				t.Fatalf("the asker is shown %+v", shown)
			}
			if test.answer != "" {
				result, done, err := carrier.React(ctx, chat.Event{
					ID: "$r", Room: origin, Sender: "@lou:example.org", At: now, Reaction: &chat.Reaction{Target: "$sent0", Key: test.answer},
				})
				if !done {
					t.Error("the reaction is none on the suggestions")
				}
				commit(result.Change, err)
			}
			if test.later {
				now = now.Add(time.Hour)
			}
			commit(nil, carrier.Round(ctx, now))
			asked := slices.ContainsFunc(sent(t, db), func(p chat.Post) bool { return p.Room == experts })
			q, err := db.QuestionBy(ctx, "$q")
			if err != nil || q.Status != test.want || asked != test.asked {
				t.Errorf("%s, %v, and the experts were asked: %t; want %s, %t", q.Status, err, asked, test.want, test.asked)
			}
		})
	}
}

// sent sends all waiting posts and returns them; the n-th becomes the event $sent<n>.
func sent(t *testing.T, db *storage.DB) (posts []chat.Post) {
	t.Helper()
	for {
		seq, _, err := db.NextPost(t.Context(), time.Now(), nil)
		if errors.Is(err, chat.ErrNotFound) {
			return posts
		}
		row, err := db.StartPost(t.Context(), seq, time.Now())
		if err != nil {
			t.Fatal(err)
		}
		row.State, row.EventID = queue.Sent, chat.EventID(fmt.Sprint("$sent", len(posts)))
		posts = append(posts, row.Post)
		if err := db.UpdatePost(t.Context(), row, time.Now()); err != nil {
			t.Fatal(err)
		}
	}
}
