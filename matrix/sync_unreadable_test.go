package matrix_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"

	"maunium.net/go/mautrix/event"

	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestUnreadableEvents makes the homeserver pass on malformed events, as one does
// that does not validate the events of other servers and devices: the bot hears the
// rest.
func TestUnreadableEvents(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	room := bot.invited(t, owner, testkit.Room{})
	bot.end()
	const many = 60 // more than a sync brings
	for i := range many {
		owner.Say(t, room, fmt.Sprint(i))
	}
	spoil := testkit.Rewrite(func(r *testkit.Response) {
		var answer map[string]any
		if json.Unmarshal(r.Body, &answer) != nil {
			return
		}
		if answer["next_batch"] != nil {
			answer["to_device"] = map[string]any{"events": []any{}}
		}
		addWrong(answer)
		r.Body, _ = json.Marshal(answer)
	})
	proxy.Add(testkit.Rule{Name: "spoiled", Match: testkit.Syncs, Do: spoil})
	pages := testkit.On(http.MethodGet, `/messages$`)
	proxy.Add(testkit.Rule{Name: "spoiled", Match: pages, Do: spoil})
	bot.matrix.Homeserver = proxy.URL
	bot.start(t)
	for i := range many {
		e := bot.next(t)
		if e.Joined != nil { // again, since the bot ended right after
			e = bot.next(t)
		}
		if e.Message == nil || e.Message.Body != fmt.Sprint(i) {
			t.Fatalf("message %d is %+v", i, e)
		}
	}
	hears(t, bot, owner.Say(t, room, "là"))
	for _, r := range append(proxy.Requests(testkit.Syncs), proxy.Requests(pages)...) {
		var events struct {
			Chunk []event.Event `json:"chunk"`
			Rooms struct {
				Join map[string]struct {
					Timeline struct{ Events []event.Event }
				}
			} `json:"rooms"`
			ToDevice struct{ Events []event.Event } `json:"to_device"`
		}
		if r.Rule == "spoiled" && r.Status == http.StatusOK && json.Unmarshal(r.Response, &events) == nil {
			t.Errorf("%s was readable as it was", r.Path)
		}
	}
	if len(proxy.Requests(pages)) == 0 {
		t.Error("no page of history was read")
	}
}

// addWrong puts two malformed events at the start of each list: one whose content is
// a number, and one that redacts a number.
func addWrong(answer map[string]any) {
	for name, value := range answer {
		switch value := value.(type) {
		case map[string]any:
			addWrong(value)
		case []any:
			if name == "events" || name == "chunk" {
				answer[name] = append([]any{
					map[string]any{"type": "x", "sender": "@a:example.org", "content": 5},
					map[string]any{"type": "m.room.message", "event_id": "$x", "sender": "@a:example.org", "redacts": 7, "content": map[string]any{}},
				}, value...)
			}
		}
	}
}

// TestForgottenFilter: the bot uploads its sync filter again to a homeserver that
// has lost it, for example after a restore.
func TestForgottenFilter(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{})
	room := bot.invited(t, owner, testkit.Room{})
	bot.through(t, proxy)
	hears(t, bot, owner.Say(t, room, "avant"))
	forgets := proxy.Add(testkit.Rule{Do: testkit.MatrixError(http.StatusNotFound, "M_NOT_FOUND"), Match: testkit.Syncs})
	proxy.Add(testkit.Rule{Times: 1, Match: testkit.On(http.MethodPost, `/filter$`), Do: func(x *testkit.Exchange) {
		forgets()
		x.Deliver(x.Forward())
	}})
	hears(t, bot, owner.Say(t, room, "encore"))
	hears(t, bot, owner.Say(t, room, "après"))
}
