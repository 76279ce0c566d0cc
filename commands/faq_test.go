package commands_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/commands"
	"heraut/locale/localetest"
	"heraut/relay"
	"heraut/rooms"
	"heraut/storage"
)

const (
	experts chat.RoomID = "!experts:example.org"
	public  chat.RoomID = "!public:example.org"
	private chat.RoomID = "!private:example.org"
)

// faq is a bot in three rooms: the experts', a public and a private one.
type faq struct {
	*testing.T
	db      *storage.DB
	handler *commands.Handler
	said    int
}

func newFAQ(t *testing.T) *faq {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	audiences := map[chat.RoomID]chat.Audience{experts: {Clear: true}, private: {Clear: true}, public: {Clear: true, Public: true}}
	book := rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"})
	answerer := commands.NewAnswerer(commands.Parts{
		Catalogue: func() catalogue.State { return catalogue.State{} },
		FAQ: &relay.Knowledge{Store: db, Readers: func(_ context.Context, room chat.RoomID) (chat.Readers, error) {
			if a, ok := audiences[room]; ok {
				return chat.Readers{Least: a, Most: a}, nil
			}
			return chat.Readers{Most: chat.Everybody}, chat.ErrNotFound
		}},
		Admin: commands.Administration{Book: book, Journal: db},
	})
	return &faq{T: t, db: db, handler: commands.NewHandler(answerer, commands.HandlerOptions{Rooms: book, Choices: db})}
}

// answered asks a question in a room, and answers it in the experts' room.
func (f *faq) answered(origin chat.RoomID, question string, answers ...string) {
	f.Helper()
	ctx := f.Context()
	number, err := f.db.AddQuestion(ctx, relay.Question{
		Status: relay.Answered, Text: question, Origin: origin, Experts: experts, Asker: "@lou:example.org", AskerName: "Lou Martin", AnsweredAt: time.Now(),
		ShownAudience: chat.Everybody, Event: chat.EventID("$" + question),
	})
	if err != nil {
		f.Fatal(err)
	}
	for i, text := range answers {
		err := f.db.SaveMessage(ctx, relay.Message{
			Post: chat.PostKey(fmt.Sprint(number, "/", i)), Question: number, Role: relay.RoleAnswer, Room: origin, From: experts,
			Event: chat.EventID(fmt.Sprintf("$answer%d.%d", number, i)), Sender: "@sacha:example.org", Text: text,
		})
		if err != nil {
			f.Fatal(err)
		}
	}
}

// say handles a message, commits the result, and returns the answer's text.
func (f *faq) say(room chat.RoomID, level chat.Level, text string, replyTo chat.EventID) string {
	f.Helper()
	return f.sayIn(room, chat.Event{Level: level, Message: &chat.Message{Body: text, ReplyTo: replyTo}})
}

// sayIn is say for the event e, which lacks who sent it, when and where.
func (f *faq) sayIn(room chat.RoomID, e chat.Event) string {
	f.Helper()
	f.said++
	text := e.Message.Body
	e.ID, e.Room, e.Sender, e.At = chat.EventID(fmt.Sprintf("$said%d", f.said)), room, "@camille:example.org", time.Now()
	e.Direct = room == private
	result, err := f.handler.Handle(f.Context(), e)
	if err != nil {
		f.Fatal(err)
	}
	if result.Change != nil {
		if err := f.db.Do(f.Context(), result.Change); err != nil {
			f.Fatal(err)
		}
	}
	if len(result.Posts) != 1 {
		f.Fatalf("%q is answered with %v", text, result.Posts)
	}
	if err := localetest.Check(result.Posts[0].HTML); err != nil {
		f.Errorf("%q: %v", text, err)
	}
	return tag.ReplaceAllString(result.Posts[0].HTML, " ")
}

func TestFAQ(t *testing.T) {
	f := newFAQ(t)
	f.answered(private, "Quelle licence choisir pour un schéma ?", "Etalab 2.0 convient.", "Plutôt MIT.")
	f.answered(public, "Comment publier nos scripts ?", "Sur une forge.")
	steps := []struct {
		room    chat.RoomID
		level   chat.Level
		say     string
		replyTo chat.EventID
		want    string
		not     string
	}{
		{room: public, say: "!faq licence", want: "Aucune réponse gardée"},
		{room: public, say: "!garder", replyTo: "$answer1.0", want: "dans le salon des experts"},
		{room: experts, say: "!garder", want: "dans le salon des experts"},
		{room: experts, say: "!garder", replyTo: "$nothing", want: "dans le salon des experts"},
		{room: experts, say: "!garder pour tous", replyTo: "$answer1.0", want: "exploitants"},
		{room: experts, say: "!garder", replyTo: "$answer1.0", want: "Gardée dans la FAQ"},
		{room: experts, say: "!garder", replyTo: "$answer1.0", want: "déjà gardée"},
		{room: private, say: "!faq licence schéma", want: "Etalab 2.0", not: "MIT"},
		{room: public, say: "!faq licence schéma", want: "Aucune réponse gardée"}, // the question comes from a private room
		{room: "!unknown:example.org", say: "!faq licence schéma", want: "Aucune réponse gardée"},
		{room: experts, level: chat.LevelOperator, say: "!garder pour tous", replyTo: "$answer1.0", want: "dans tous les salons"},
		{room: public, say: "!faq licence schéma", want: "Etalab 2.0"},
		{room: experts, say: "!garder", replyTo: "$answer2.0", want: "Gardée dans la FAQ"},
		{room: public, say: "!faq publier des scripts", want: "n° 2", not: "licence"},
		{room: public, say: "!faq zzz", want: "Aucune réponse gardée"},
		{room: public, say: "!faq", want: "Exemple"},
		{room: public, say: "!faq retirer 1", want: "exploitants"},
		{room: public, level: chat.LevelOperator, say: "!faq retirer 1", want: "message direct"},
		{room: private, level: chat.LevelOperator, say: "!faq retirer x", want: "Aucune réponse gardée"},
		{room: private, level: chat.LevelOperator, say: "!faq retirer n° 1", want: "Retirée"},
		{room: private, level: chat.LevelOperator, say: "!faq retirer 1", want: "Aucune réponse gardée"},
		{room: private, say: "!faq licence schéma", want: "Aucune réponse gardée"},
	}
	for _, step := range steps {
		got := f.say(step.room, step.level, step.say, step.replyTo)
		if !strings.Contains(got, step.want) || step.not != "" && strings.Contains(got, step.not) {
			t.Errorf("%s, %q: %q, want %q and not %q", step.room, step.say, got, step.want, step.not)
		}
	}
}

// In an encrypted room, the homeserver chooses no answer for the FAQ: an author whose
// client leaves the relation in clear gives the question's number.
func TestKeepByNumber(t *testing.T) {
	f := newFAQ(t)
	f.answered(private, "Quelle licence choisir ?", "Etalab 2.0 convient.")
	f.answered(private, "Où publier ?", "Sur une forge.", "Sur la nôtre.")
	say := func(text string, relation chat.Message) string {
		f.Helper()
		relation.Body = text
		return f.sayIn(experts, chat.Event{Trust: chat.TrustMember, Level: chat.LevelOperator, Message: &relation})
	}
	for _, step := range []struct {
		say      string
		relation chat.Message
		want     string
	}{
		{"!garder pour tous", chat.Message{ReplyTo: "$answer1.0"}, "garder 12"},
		{"!garder", chat.Message{Thread: "$answer1.0"}, "garder 12"},
		{"!garder 9", chat.Message{ReplyTo: "$answer1.0"}, "dans le salon des experts"},
		{"!garder 2", chat.Message{}, "dans le salon des experts"}, // it has two answers
		{"!garder n° 1", chat.Message{ReplyTo: "$answer2.0"}, "Quelle licence choisir"},
		{"!garder 1 pour tous", chat.Message{}, "dans tous les salons"},
		{"!garder", chat.Message{ReplyTo: "$answer2.1", RelationEncrypted: true}, "Où publier"},
	} {
		if got := say(step.say, step.relation); !strings.Contains(got, step.want) {
			t.Errorf("%q: %q, want %q", step.say, got, step.want)
		}
	}
	if got := f.say(public, chat.LevelMember, "!garder 1", ""); !strings.Contains(got, "dans le salon des experts") {
		t.Errorf("from the asker's room: %q", got)
	}
}

// The log of changes names added and removed entries by number alone: their text
// must disappear with them.
func TestFAQIsLogged(t *testing.T) {
	f := newFAQ(t)
	f.answered(public, "Comment publier nos scripts ?", "Sur une forge.")
	for _, step := range []struct {
		room  chat.RoomID
		level chat.Level
		say   string
	}{
		{experts, chat.LevelMember, "!garder"}, {experts, chat.LevelOperator, "!garder pour tous"},
		{private, chat.LevelOperator, "!faq retirer 1"}, {private, chat.LevelOperator, "!faq retirer 1"},
	} {
		f.say(step.room, step.level, step.say, "$answer1.0")
	}
	changes, err := f.db.Changes(t.Context(), 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range changes {
		if c.By == "" || c.At.IsZero() {
			t.Errorf("nobody did it, or never: %+v", c)
		}
		got = append(got, fmt.Sprintf("%s %s: %q, %q", c.Room, c.What, c.Before, c.After))
	}
	want := []string{
		`!private:example.org faq: "n° 1", ""`, `!experts:example.org faq: "", "n° 1, tous"`, `!experts:example.org faq: "", "n° 1"`,
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q", got)
	}
}

// Entries of the FAQ name nobody.
func TestKeptAnswersHaveNoNames(t *testing.T) {
	f := newFAQ(t)
	f.answered(public, "Comment publier, demande Lou Martin ?", "Lou Martin : @lou:example.org peut prendre une forge.")
	f.say(experts, chat.LevelMember, "!garder", "$answer1.0")
	all, err := f.db.Entries(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatal(all, err)
	}
	if said := fmt.Sprintf("%+v", all[0]); strings.Contains(said, "@") || strings.Contains(said, "Lou") || !strings.Contains(said, "une forge") {
		t.Errorf("a name was kept: %s", said)
	}
}
