package matrix_test

import (
	"strings"
	"testing"

	"maunium.net/go/mautrix/event"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestLargePosts: the homeserver takes a very large post and its edit, in a clear and
// in an encrypted room.
func TestLargePosts(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	owner := hs.Person(t, "owner", testkit.ClientOptions{Encrypted: true})
	long := strings.Repeat("<p>漢字 &amp; «suite»</p>", 10_000)
	for name, encrypted := range map[string]bool{"clear": false, "sealed": true} {
		room := bot.invited(t, owner, testkit.Room{Encrypted: encrypted})
		in := chat.RoomID(room)
		bot.post(t, chat.Cause("large/"+name), chat.Post{Room: in, HTML: "<p>Premier.</p>" + long, Lang: "fr"})
		says := func(start string) func(*event.Event) bool {
			return func(evt *event.Event) bool {
				content, ok := evt.Content.Parsed.(*event.MessageEventContent)
				return ok && evt.Sender == bot.account.UserID && strings.HasPrefix(content.Body, start)
			}
		}
		first := owner.Await(t, room, says("Premier."))
		bot.post(t, chat.Cause("edit/"+name), chat.Post{Room: in, HTML: "<p>Second.</p>" + long, Lang: "fr", Edits: chat.Target{Event: chat.EventID(first.ID)}})
		owner.Await(t, room, says("* Second."))
	}
}
