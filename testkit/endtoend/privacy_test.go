package endtoend

import (
	"bytes"
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	_ "github.com/mattn/go-sqlite3" // to look into bot.db
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestNothingSaidRemains: people send marked texts in every way; the test then
// searches the places that must not contain them, or the user ids.
func TestNothingSaidRemains(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	operator := hs.Person(t, "operator", encrypted)
	stranger := hs.Person(t, "stranger", encrypted)
	bot := testkit.StartBot(t, testkit.BotConfig{
		Homeserver: hs.URL, Account: account, Operators: []id.UserID{operator.UserID},
		Set: map[string]any{"log.format": "json", "limits.person": "200/m"},
	})
	marks := 0
	mark := func() string {
		marks++
		return fmt.Sprintf("zqmarque%dzq", marks)
	}
	for name, kind := range map[string]testkit.Room{
		"clear": {}, "encrypted": {Encrypted: true}, "direct": {Direct: true, Encrypted: true},
	} {
		t.Run(name, func(t *testing.T) {
			kind.Name = mark()
			room := invited(t, operator, me, kind)
			answered := func(text string, manners ...testkit.Manner) (command, answer id.EventID) {
				t.Helper()
				command = operator.Say(t, room, text, manners...)
				return command, operator.AwaitAnswer(t, room, me, command).ID
			}
			// In a direct message every line is answered, and read in order.
			say := func(text string) { operator.Say(t, room, text) }
			if kind.Direct {
				say = func(text string) { answered(text) }
			}
			// Commands, conversation, and lines that are neither.
			say(mark() + " n’est pas une commande")
			answered("!sill " + mark())
			answered("!depot " + mark())
			answered("!salon langue " + mark())
			answered("!aide " + mark())
			say("!" + mark() + " inconnue")
			answered(mark(), testkit.Mentioning(me))
			answered("!bot journal " + mark())
			answered("!relais ajouter " + mark())
			_, question := answered("!bot quitter !" + mark() + ":" + hs.Name)
			operator.React(t, room, question, "✅")
			// Edited, deleted, in a thread, as a reply, and from a stranger.
			command, answer := answered("!sill " + mark())
			text := mark()
			operator.Edit(t, room, command, "!sill "+text)
			operator.Await(t, room, func(evt *event.Event) bool {
				return len(testkit.Edits([]*event.Event{evt}, answer)) == 1 && strings.Contains(testkit.Body(evt), text)
			})
			operator.Redact(t, room, command)
			answered("!sill "+mark(), testkit.InThread(answer))
			answered("!sill "+mark(), testkit.ReplyingTo(answer))
			if !kind.Direct {
				operator.Invite(t, room, stranger.UserID)
				stranger.Join(t, room.String())
				refused := stranger.Say(t, room, "!salon role "+mark())
				stranger.AwaitAnswer(t, room, me, refused)
			}
			answered("!aide")
		})
	}

	// The bot keeps a question and its answer until the purge, but nowhere else.
	const kept = "zqgarde"
	asks, answers := invited(t, operator, me, testkit.Room{}), invited(t, operator, me, testkit.Room{Encrypted: true})
	opened := operator.Say(t, answers, fmt.Sprintf("!relais ajouter essai de %s vers %s", asks, answers))
	mustSay(t, operator.AwaitAnswer(t, answers, me, opened), "essai")
	question := operator.Say(t, asks, "!question "+kept+"1 ?")
	carried := func(room id.RoomID, text string) *event.Event {
		t.Helper()
		return operator.Await(t, room, func(evt *event.Event) bool {
			return evt.Sender == me && evt.Type == event.EventMessage && strings.Contains(body(evt), text)
		})
	}
	root := carried(answers, kept+"1")
	operator.Say(t, answers, kept+"2", testkit.InThread(root.ID))
	carried(asks, kept+"2")
	operator.Say(t, asks, kept+"3", testkit.InThread(question))
	carried(answers, kept+"3")
	operator.AwaitAnswer(t, asks, me, operator.Say(t, asks, "!aide"))

	metrics := get(t, bot.URL+"/metrics")
	db := filepath.Join(bot.Dir, "data", "bot.db")
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) { //nolint:forbidigo // a poll of the database: nothing announces the end
		if _, texts := doneWithText(t, db, "outbox"); texts == 0 {
			break // sync has shown every post
		}
	}
	bot.Stop()
	look := func(where, content string, what ...string) {
		t.Helper()
		for _, text := range what {
			if at := strings.Index(content, text); at >= 0 {
				t.Errorf("%s has %q: …%q…", where, text, content[max(0, at-80):min(len(content), at+80)])
			}
		}
	}
	people := []string{string(operator.UserID), string(stranger.UserID), "@operator", "@stranger"}
	look("the log", bot.Log(), append(people, "zqmarque", kept, account.Password)...)
	look("the metrics", metrics, append(people, "zqmarque", kept, "heraut.test")...)
	nothingDoneHasText(t, db)
	searched := 0
	for _, name := range []string{"bot.db", "bot.db-wal", "bot.db-shm"} {
		content, err := os.ReadFile(filepath.Join(bot.Dir, "data", name))
		if os.IsNotExist(err) {
			continue
		} else if err != nil {
			t.Fatal(err)
		}
		searched += len(content)
		for n := 1; n <= marks; n++ {
			text := fmt.Sprintf("zqmarque%dzq", n)
			if bytes.Contains(content, []byte(text)) && !named(t, operator, me, text) {
				look(name, string(content), text)
			}
		}
	}
	if searched < 10_000 || marks < 40 {
		t.Errorf("%d marks were looked for in %d bytes", marks, searched)
	}
}

// nothingDoneHasText searches handled events and sent posts for texts.
func nothingDoneHasText(t *testing.T, file string) {
	t.Helper()
	for _, table := range []string{"inbox", "outbox"} {
		if done, texts := doneWithText(t, file, table); done < 20 || texts > 0 {
			t.Errorf("%s: %d of %d rows that are done have a text", table, texts, done)
		}
	}
}

// doneWithText returns how many rows of a table are done, and how many of those have a
// text.
func doneWithText(t *testing.T, file, table string) (done, texts int) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+file+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	err = db.QueryRowContext(t.Context(), "SELECT COUNT(*), COUNT(NULLIF(content, '')) FROM "+table+" WHERE done_at > 0").Scan(&done, &texts)
	if err != nil {
		t.Fatal(err)
	}
	return done, texts
}

// named reports whether a mark is the name of a room: the bot stores room names,
// since it shows rooms by name.
func named(t *testing.T, c *testkit.Client, _ id.UserID, text string) bool {
	t.Helper()
	joined, err := c.JoinedRooms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, room := range joined.JoinedRooms {
		var name event.RoomNameEventContent
		if c.StateEvent(t.Context(), room, event.StateRoomName, "", &name) == nil && name.Name == text {
			return true
		}
	}
	return false
}

func get(t *testing.T, url string) string {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
