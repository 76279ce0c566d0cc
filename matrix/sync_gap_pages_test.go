package matrix

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"testing"

	"github.com/rs/zerolog"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// TestPagesOfAGap: events that the bot may not see can fill whole pages; the bot
// reads past them, and gives up only after several empty pages.
func TestPagesOfAGap(t *testing.T) {
	message := func(id string) string {
		return fmt.Sprintf(`{"type":"m.room.message","event_id":"%s","sender":"@a:example.org","origin_server_ts":1,"content":{}}`, id)
	}
	for name, test := range map[string]struct {
		pages    map[string]string // by token: the events, newest first, and the next token
		want     []string
		requests int
	}{
		"the start of the room": {map[string]string{"a": `"chunk":[` + message("$2") + `],"end":"b"`, "b": `"chunk":[` + message("$1") + `]`}, []string{"$1", "$2"}, 2},
		"an empty page between": {map[string]string{"a": `"chunk":[],"end":"b"`, "b": `"chunk":[` + message("$1") + `]`}, []string{"$1"}, 2},
		"the same token":        {map[string]string{"a": `"chunk":[` + message("$1") + `],"end":"a"`}, []string{"$1"}, 1},
		"nothing, for ever":     {map[string]string{"a": `"chunk":[],"end":"b"`, "b": `"chunk":[],"end":"c"`, "c": `"chunk":[],"end":"a"`}, nil, emptyPages},
	} {
		t.Run(name, func(t *testing.T) {
			requests := 0
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				requests++
				fmt.Fprintf(w, `{"start":"x",%s}`, test.pages[r.URL.Query().Get("from")])
			}))
			t.Cleanup(server.Close)
			c, err := New(Config{Homeserver: server.URL}, nil, zerolog.Nop())
			if err != nil {
				t.Fatal(err)
			}
			events, whole, err := c.readBack(t.Context(), id.RoomID("!room:example.org"), "a", "", gapLimit, func(*event.Event) (bool, error) { return false, nil })
			if err != nil || !whole {
				t.Fatal(whole, err)
			}
			var got []string
			for _, evt := range events {
				got = append(got, evt.ID.String())
			}
			if !slices.Equal(got, test.want) || requests != test.requests {
				t.Errorf("got %q in %d requests, want %q in %d", got, requests, test.want, test.requests)
			}
		})
	}
}
