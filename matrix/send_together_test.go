package matrix_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestAnswersTogether: answers to different people are under way together. Only the
// first asks whether the room is encrypted and shares its key, and the people read all
// of them.
func TestAnswersTogether(t *testing.T) {
	t.Parallel()
	for name, encrypted := range map[string]bool{"clear": false, "encrypted": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			hs := testkit.StartHomeserver(t)
			bot := startBot(t, hs, matrix.Config{}, queue.Config{})
			agent := hs.Person(t, "agent", testkit.ClientOptions{Encrypted: true, CrossSigned: true})
			room := bot.invited(t, agent, testkit.Room{Encrypted: encrypted})
			proxy := testkit.NewProxy(t, hs.URL)
			bot.through(t, proxy)
			sends := func(r *testkit.Request) bool {
				return r.Method == http.MethodPut && strings.Contains(r.Path, "/send/")
			}
			proxy.Add(testkit.Rule{Name: "slow", Do: testkit.Delay(2 * time.Second), Match: sends})
			err := bot.box.Do(t.Context(), func(ctx context.Context) error {
				for n := range 3 {
					err := bot.box.Post(ctx, chat.Cause(fmt.Sprint("answer ", n)), chat.Post{
						Room: chat.RoomID(room), HTML: fmt.Sprint("réponse ", n), Lang: "fr", For: chat.UserID(fmt.Sprintf("@%d:example.org", n)),
					})
					if err != nil {
						return err
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for n := range 3 {
				agent.Await(t, room, says(fmt.Sprint("réponse ", n)))
			}
			sent := proxy.Requests(sends)
			if len(sent) != 3 || sent[2].At.Sub(sent[0].At) > 2*time.Second {
				t.Errorf("%d sends, the last one %s after the first", len(sent), sent[len(sent)-1].At.Sub(sent[0].At))
			}
			asked := proxy.Requests(func(r *testkit.Request) bool {
				return r.Method == http.MethodGet && strings.Contains(r.Path, "/state/m.room.encryption")
			})
			shared := proxy.Requests(func(r *testkit.Request) bool { return strings.Contains(r.Path, "/sendToDevice/m.room.encrypted/") })
			if len(asked) != 1 || len(shared) > 1 {
				t.Errorf("the bot asked %d times whether the room is encrypted, and shared its key %d times", len(asked), len(shared))
			}
		})
	}
}
