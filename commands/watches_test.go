package commands_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/announce"
	"heraut/catalogue"
	"heraut/chat"
	"heraut/commands"
	"heraut/fetch"
	"heraut/locale/localetest"
	"heraut/queue"
	"heraut/rooms"
	"heraut/sources"
	"heraut/storage"
)

// watchers runs commands that change the watches of rooms.
type watchers struct {
	*testing.T
	db        *storage.DB
	announcer *announce.Announcer
	handler   *commands.Handler
	said      int
}

// newWatchers declares the source depots, which nobody reads. The bot may reach only
// the allowed private hosts.
func newWatchers(t *testing.T, allowed ...string) *watchers {
	t.Helper()
	db, err := storage.Open(t.Context(), filepath.Join(t.TempDir(), "bot.db"))
	if err != nil {
		t.Fatal(err)
	}
	guard, err := fetch.NewGuard(allowed)
	if err != nil {
		t.Fatal(err)
	}
	getter := fetch.New(fetch.Options{UserAgent: "test", MaxBytes: sources.FeedMaxBytes, Guard: guard})
	t.Cleanup(func() {
		getter.Close()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	book := rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"})
	book.Declare(english, rooms.Settings{Language: "en"})
	announcer := announce.NewAnnouncer(announce.Options{
		Store: db, Queue: queue.NewOutbox(db), Rooms: book, Zone: time.UTC, Feeds: getter,
		Log: zerolog.Nop(),
	})
	settings := sources.Settings{Name: "depots", Kind: sources.RepositoryList, Location: "absent.json", Every: time.Hour}
	source, err := sources.New(settings, getter, nil)
	if err != nil {
		t.Fatal(err)
	}
	announcer.AddSource(settings, source)
	answerer := commands.NewAnswerer(commands.Parts{
		Catalogue: func() catalogue.State { return catalogue.State{} }, Watches: announcer,
		Admin: commands.Administration{Book: book, Journal: db, Rooms: db},
	})
	return &watchers{T: t, db: db, announcer: announcer, handler: commands.NewHandler(answerer, commands.HandlerOptions{Rooms: book, Choices: db})}
}

var tag = regexp.MustCompile(`<[^>]*>`)

// say handles a message, commits the result, and returns the answer's text.
func (w *watchers) say(room chat.RoomID, level chat.Level, text string, edits chat.EventID) string {
	w.Helper()
	w.said++
	e := chat.Event{
		ID: chat.EventID(fmt.Sprintf("$%d", w.said)), Room: room, Sender: "@camille:example.org", At: time.Now(), Level: level,
		Message: &chat.Message{Body: text, Edits: edits},
	}
	result, err := w.handler.Handle(w.Context(), e)
	if err == nil && result.Later != nil {
		result, err = result.Later(w.Context())
	}
	if err != nil {
		w.Fatalf("%s: %v", text, err)
	}
	if result.Change != nil {
		if err := w.db.Do(w.Context(), result.Change); err != nil {
			w.Fatalf("%s: %v", text, err)
		}
	}
	if len(result.Posts) != 1 {
		w.Fatalf("%s: %d answers", text, len(result.Posts))
	}
	html := result.Posts[0].HTML
	if err := localetest.Check(html); err != nil {
		w.Errorf("%s: %v", text, err)
	}
	return strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(tag.ReplaceAllString(html, " "))
}

func (w *watchers) must(text, want string) {
	w.Helper()
	if got := w.say(salon, chat.LevelModerator, text, ""); !strings.Contains(got, want) {
		w.Errorf("%s: got %q, want %q in it", text, got, want)
	}
}

func (w *watchers) watches(room chat.RoomID) (all []string) {
	w.Helper()
	watches, err := w.db.WatchesIn(w.Context(), room)
	if err != nil {
		w.Fatal(err)
	}
	for _, watch := range watches {
		text := watch.Source + "|" + watch.Filter + "|" + watch.Rhythm
		if watch.Paused {
			text += "|paused"
		}
		all = append(all, text)
	}
	return all
}

func (w *watchers) mustWatch(want ...string) {
	w.Helper()
	if got := w.watches(salon); strings.Join(got, "\n") != strings.Join(want, "\n") {
		w.Errorf("the room watches %q, want %q", got, want)
	}
}

func TestWatchesOfARoom(t *testing.T) {
	w := newWatchers(t)
	w.must("!veille", "ne suit rien")
	w.must("!veille ajouter depots langage:go,python -fork hebdo jeudi 11h", "C’est noté")
	w.must("!veille add Dépots", "dès la parution")
	w.mustWatch("depots|langage:go,python -fork|hebdo jeudi 11:00", "depots||immediat")
	w.must("!veille", "hebdo jeudi 11:00")
	w.must("!veille ajouter depots quotidien 9h", "Nouveau rythme")
	w.mustWatch("depots|langage:go,python -fork|hebdo jeudi 11:00", "depots||quotidien 09:00")
	w.must("!veille ajouter depots quotidien 9h", "suit déjà")
	w.must("!veille ajouter depots immediat", "dès la parution")
	w.must("!veille pause 2", "Pour reprendre :  !veille reprendre 2")
	w.mustWatch("depots|langage:go,python -fork|hebdo jeudi 11:00", "depots||immediat|paused")
	w.must("!veille", "en pause")
	w.must("!watch resume 2", "De nouveau")
	w.must("!veille retirer 1", "Retirée")
	w.mustWatch("depots||immediat")
	w.must("!veille tester 1", "« depots » : cette source n’a pas encore été lue")
	w.must("!veille tester 1 nom:carte", "« depots », filtre  nom:carte  : cette source n’a pas encore été lue")
	w.must("!veille tester depots langage:go", "n’a pas encore été lue")
	if got := w.watches(direct); got != nil {
		t.Errorf("another room watches %q", got)
	}
	changes, err := w.db.Changes(t.Context(), 2)
	if err != nil || len(changes) != 2 {
		t.Fatal(changes, err)
	}
	for i, want := range []rooms.Change{
		{Before: "depots langage:go,python -fork hebdo jeudi 11:00"},
		{Before: "depots immediat (pause)", After: "depots immediat"},
	} {
		want.At, want.By, want.Room, want.What = changes[i].At, camille, salon, rooms.Watch
		if changes[i] != want || time.Since(want.At) > time.Minute {
			t.Errorf("the log has %+v, want %+v", changes[i], want)
		}
	}
	w.say(english, chat.LevelModerator, "!watch add depots language:go weekly thursday 11:00", "")
	if got := w.say(english, chat.LevelMember, "!watch", ""); !strings.Contains(got, "weekly thursday 11:00") {
		t.Errorf("in English: %q", got)
	}
}

func TestWatchesAreRefused(t *testing.T) {
	w := newWatchers(t)
	w.announcer.Declare(salon, []announce.Watch{{Room: salon, Source: "depots", Filter: "nom:declare", Rhythm: "immediat"}})
	for text, want := range map[string]string{
		"!veille ajouter bluehats":                              "Je ne connais pas la source « bluehats »",
		"!veille ajouter depots langag:go":                      "« langag » n’est pas un champ",
		"!veille ajouter depots hebdo jeudo 11:00":              "« hebdo jeudo 11:00 » n’est pas un rythme",
		"!veille ajouter depots langage:go jeudi 11:00":         "« 11:00 » n’est pas un rythme",
		"!veille ajouter depots nom:declare":                    "suit déjà",
		"!veille ajouter depots nom:declare quotidien 9h":       "fixée par la configuration",
		"!veille ajouter depots " + strings.Repeat("mot ", 100): "trop longue",
		"!veille retirer 1":                                     "fixée par la configuration",
		"!veille pause 2":                                       "n’est pas le numéro",
		"!veille pause un":                                      "n’est pas le numéro",
		"!veille flux code.gouv.fr":                             "n’est pas l’adresse d’un flux",
		"!veille flux http://127.0.0.1:9/feed":                  "n’est pas celle d’un serveur web public",
		"!veille tester 7":                                      "n’est pas le numéro",
		"!veille tester bluehats":                               "Je ne connais pas la source",
		"!veille tester https://example.org/feed":               "Je ne connais pas la source",
		"!veille ajouter":                                       "suivre une source",
	} {
		w.must(text, want)
	}
	for _, command := range []string{"ajouter depots", "flux https://example.org/feed", "pause 1", "reprendre 1", "retirer 1"} {
		if got := w.say(salon, chat.LevelMember, "!veille "+command, ""); !strings.Contains(got, "Seuls les modérateurs") {
			t.Errorf("a member is answered %q", got)
		}
		if got := w.say(english, chat.LevelMember, "!watch "+command, ""); !strings.Contains(got, "Only moderators") {
			t.Errorf("a member is answered %q", got)
		}
		if got := w.say(salon, chat.LevelModerator, "!veille "+command, "$0"); !strings.Contains(got, "nouveau message") {
			t.Errorf("an edit is answered %q", got)
		}
	}
	w.mustWatch()
	if got := w.say(salon, chat.LevelMember, "!veille", ""); !strings.Contains(got, "nom:declare") {
		t.Errorf("a member sees %q", got)
	}
}

func TestFeedIsTriedFirst(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/feed":
			rw.Header().Set("Content-Type", "application/rss+xml")
			fmt.Fprint(rw, `<rss version="2.0"><channel><title>Lettre &lt;b&gt;</title>
				<item><guid>1</guid><title>Une</title><pubDate>Mon, 07 Sep 2026 10:00:00 GMT</pubDate></item></channel></rss>`)
		default:
			http.NotFound(rw, r)
		}
	}))
	t.Cleanup(server.Close)
	page := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, _ *http.Request) {
		rw.Header().Set("Content-Type", "text/html")
		fmt.Fprint(rw, "<!doctype html><title>Accueil</title>")
	}))
	t.Cleanup(page.Close)
	w := newWatchers(t, "127.0.0.1")
	w.must("!veille flux "+server.URL+"/absent", "code 404")
	w.must("!veille flux "+page.URL+"/page", "page web")
	w.mustWatch()
	w.must("!veille flux "+server.URL+"/feed quotidien 9:00", "1 article, le dernier, du 7 septembre 2026 : Une")
	w.must("!veille ajouter "+server.URL+"/feed nom:deux", "ce salon suit  Lettre , filtre  nom:deux")
	w.mustWatch(server.URL+"/feed||quotidien 09:00", server.URL+"/feed|nom:deux|immediat")
	w.must("!veille ajouter "+server.URL+"/feed", "suit déjà")
}

// A person waits for one slow answer at a time, and delays nobody else.
func TestSlowCommandsWaitTheirTurn(t *testing.T) {
	w := newWatchers(t, "127.0.0.1")
	handle := func(user chat.UserID, id chat.EventID) queue.Result {
		t.Helper()
		result, err := w.handler.Handle(t.Context(), chat.Event{
			ID: id, Room: salon, Sender: user, At: time.Now(), Level: chat.LevelModerator,
			Message: &chat.Message{Body: "!veille flux http://127.0.0.1:9/feed"},
		})
		if err != nil {
			t.Fatal(err)
		}
		return result
	}
	first := handle(camille, "$1")
	if first.Later == nil {
		t.Fatal("the room's worker tries the feed")
	}
	if again := handle(camille, "$1"); again.Later == nil {
		t.Error("a command that is handled again is refused")
	}
	if second := handle(camille, "$2"); second.Later != nil || len(second.Posts) != 1 || !strings.Contains(second.Posts[0].HTML, "Je m’occupe déjà") {
		t.Errorf("a second one at a time: %+v", second)
	}
	if other := handle(dominique, "$3"); other.Later == nil {
		t.Error("somebody else has to wait")
	}
	if _, err := first.Later(t.Context()); err != nil {
		t.Fatal(err)
	}
	if next := handle(camille, "$4"); next.Later == nil {
		t.Error("the next one is refused")
	}
}
