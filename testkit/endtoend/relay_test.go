package endtoend

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

var update = flag.Bool("update", false, "write what is seen now into testdata")

// relayed is a room of askers and a room of experts, with the bot between them.
type relayed struct {
	testing.TB
	bot           *testkit.Bot
	me            id.UserID
	asker, expert *testkit.Client // the people whose views the test reads
	other         *testkit.Client // another expert
	asks, answers id.RoomID
	third         id.RoomID // a room besides these, with the name thirdName; empty: there is none
	thirdName     string
	restarts      bool // the bot restarts before each step
	seen          map[id.EventID]bool
}

// newRelayed makes the rooms, with people who have display names.
func newRelayed(t *testing.T, hs *testkit.Homeserver, asks, answers testkit.Room, mayWiden bool) *relayed {
	t.Helper()
	return newRelayedAt(t, hs, hs.URL, asks, answers, mayWiden)
}

// newRelayedAt is newRelayed for a bot that reaches the homeserver at url. The bot's
// operator is the other expert. set holds further settings.
func newRelayedAt(t *testing.T, hs *testkit.Homeserver, url string, asks, answers testkit.Room, mayWiden bool, set ...map[string]any) *relayed {
	t.Helper()
	account := hs.Account(t, "heraut")
	r := &relayed{TB: t, me: account.UserID, seen: map[id.EventID]bool{}}
	person := func(name string) *testkit.Client {
		p := hs.Person(t, strings.ToLower(name), encrypted)
		if err := p.SetDisplayName(t.Context(), name); err != nil {
			t.Fatal(err)
		}
		return p
	}
	r.asker, r.expert, r.other = person("Camille"), person("Bruno"), person("Dora")
	asks.Alias, asks.Name, answers.Alias, answers.Name = "bluehats", "Bluehats", "experts", "Experts"
	answers.Invite = []id.UserID{r.other.UserID}
	from := "#bluehats:" + hs.Name
	if asks.Direct {
		from, asks.Alias, asks.Invite = "direct", "", []id.UserID{r.me}
	}
	r.asks, r.answers = r.asker.Room(t, asks), r.expert.Room(t, answers)
	r.other.Join(t, r.answers.String())
	if !asks.Direct {
		r.asker.Invite(t, r.asks, r.me)
	}
	r.expert.Invite(t, r.answers, r.me)
	settings := map[string]any{
		// Reactions come at any time after what they are on: transcripts leave them out.
		"reactions": map[string]any{"carried": false, "choices": false},
		"relays": []map[string]any{{
			"name": "libre", "from": []string{from}, "to": "#experts:" + hs.Name, "may_widen": mayWiden,
		}},
	}
	for _, more := range set {
		maps.Copy(settings, more)
	}
	r.bot = testkit.StartBot(t, testkit.BotConfig{Homeserver: url, Account: account, Operators: []id.UserID{r.other.UserID}, Set: settings})
	r.sees(r.asks, "Bonjour")
	r.sees(r.answers, "Bonjour")
	r.expert.AwaitMember(t, r.answers, r.other.UserID, event.MembershipJoin)
	return r
}

// viewer returns the person whose view of a room the test reads.
func (r *relayed) viewer(room id.RoomID) *testkit.Client {
	if room == r.asks {
		return r.asker
	}
	return r.expert
}

// sees waits for an act of the bot that no call has returned yet: a message or an
// edit that contains the text, a reaction, or "(deletion)".
func (r *relayed) sees(room id.RoomID, text string) *event.Event {
	r.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	evt, err := r.viewer(room).Wait(ctx, room, func(evt *event.Event) bool {
		return evt.Sender == r.me && evt.StateKey == nil && !r.seen[evt.ID] && strings.Contains(spaces.Replace(act(evt)), text)
	})
	if err != nil {
		r.Fatal(err)
	}
	r.seen[evt.ID] = true
	return evt
}

var spaces = strings.NewReplacer("\u00a0", " ", "\u202f", " ")

// act describes an event, without the person or event that it concerns.
func act(evt *event.Event) string {
	switch evt.Type {
	case event.EventMessage:
		return testkit.Body(evt)
	case event.EventReaction:
		return evt.Content.AsReaction().RelatesTo.GetAnnotationKey()
	case event.EventRedaction:
		return "(deletion)"
	}
	return ""
}

// step restarts the bot if restarts is set.
func (r *relayed) step() {
	r.Helper()
	if r.restarts {
		r.bot.Restart(r)
	}
}

// transcript describes the events that a person saw in a room, in order, with the
// numbers of the events.
func (r *relayed) transcript(room id.RoomID) string {
	numbers := map[id.EventID]int{}
	names := map[id.UserID]string{r.me: "Héraut", r.asker.UserID: "Camille", r.expert.UserID: "Bruno", r.other.UserID: "Dora"}
	var b strings.Builder
	for _, evt := range r.viewer(room).Events(room) {
		if evt.StateKey != nil || act(evt) == "" {
			continue
		}
		numbers[evt.ID] = len(numbers) + 1
		fmt.Fprintf(&b, "%d %s", numbers[evt.ID], names[evt.Sender])
		switch evt.Type {
		case event.EventReaction:
			fmt.Fprintf(&b, " réagit à %d : %s\n", numbers[evt.Content.AsReaction().RelatesTo.EventID], act(evt))
			continue
		case event.EventRedaction:
			target := evt.Redacts
			if target == "" {
				target = evt.Content.AsRedaction().Redacts
			}
			fmt.Fprintf(&b, " supprime %d\n", numbers[target])
			continue
		}
		content := evt.Content.AsMessage()
		relation := content.OptionalGetRelatesTo()
		switch {
		case relation.GetReplaceID() != "":
			fmt.Fprintf(&b, " modifie %d", numbers[relation.GetReplaceID()])
		case relation.GetThreadParent() != "":
			fmt.Fprintf(&b, " (fil %d)", numbers[relation.GetThreadParent()])
		case relation.GetReplyTo() != "":
			fmt.Fprintf(&b, " (répond à %d)", numbers[relation.GetReplyTo()])
		}
		if content.Mentions != nil && len(content.Mentions.UserIDs) > 0 {
			fmt.Fprintf(&b, " [%s à %s]", content.MsgType, names[content.Mentions.UserIDs[0]])
		}
		fmt.Fprintf(&b, " : %s\n", strings.ReplaceAll(links.ReplaceAllString(testkit.Body(evt), "(lien)"), "\n", "\n    "))
	}
	return b.String()
}

// links matches the links to messages, which differ in each run.
var links = regexp.MustCompile(`\(https://matrix\.to/[^)]*\)`)

// golden compares both rooms' transcripts with testdata/relay/name.txt.
func (r *relayed) golden(name string) {
	r.Helper()
	got := "# Bluehats, vu par Camille\n\n" + r.transcript(r.asks) + "\n# Experts, vu par Bruno\n\n" + r.transcript(r.answers)
	if r.third != "" {
		got += "\n# " + r.thirdName + ", vu par Bruno\n\n" + r.transcript(r.third)
	}
	path := filepath.Join("testdata", "relay", name+".txt")
	if *update {
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			r.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(got), 0o600); err != nil {
			r.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil || got != string(want) {
		r.Errorf("%v\n%s\nwant\n%s\nRun with -update and read the difference.", err, got, want)
	}
}

// TestRelay plays questions between real rooms. Their transcripts are in
// testdata/relay. The bot restarts before each step; the whole stories are also played
// without restarts.
func TestRelay(t *testing.T) {
	t.Parallel()
	private, secret, public := testkit.Room{}, testkit.Room{Encrypted: true}, testkit.Room{Public: true}
	for name, test := range map[string]struct {
		asks, answers testkit.Room
		widen         bool
		play          func(r *relayed)
		also          bool // also without restarts
	}{
		"clear":     {private, private, false, (*relayed).wholeStory, true},
		"encrypted": {secret, secret, false, (*relayed).wholeStory, true},
		"consent":   {private, public, true, (*relayed).withConsent, false},
		"quoted":    {private, private, false, func(r *relayed) { r.quotedStory(false) }, false},

		"quoted-encrypted": {secret, secret, false, func(r *relayed) { r.quotedStory(true) }, false},

		"handed":           {private, private, false, func(r *relayed) { r.handedStory(false) }, false},
		"handed-encrypted": {secret, secret, false, func(r *relayed) { r.handedStory(true) }, false},

		"assigned":           {private, private, false, (*relayed).assignedStory, false},
		"assigned-encrypted": {secret, secret, false, (*relayed).assignedStory, false},

		"joined":           {private, private, false, func(r *relayed) { r.joinedStory(false) }, false},
		"joined-encrypted": {secret, secret, false, func(r *relayed) { r.joinedStory(true) }, false},

		"direct": {testkit.Room{Direct: true, Encrypted: true}, secret, false, (*relayed).wholeStory, false},
	} {
		for _, restarts := range []bool{true, false} {
			if !restarts && !test.also {
				continue
			}
			title := name
			if restarts {
				title += ", restarted"
			}
			t.Run(title, func(t *testing.T) {
				t.Parallel()
				r := newRelayed(t, testkit.StartHomeserver(t), test.asks, test.answers, test.widen)
				r.restarts = restarts
				test.play(r)
				r.golden(name)
			})
		}
	}
}
