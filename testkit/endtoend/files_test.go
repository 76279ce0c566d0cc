package endtoend

import (
	"bytes"
	"maps"
	"math/rand/v2"
	"net/http"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// carriesFiles lets files go along.
var carriesFiles = map[string]any{"questions": map[string]any{"files": map[string]any{"carry": true, "max_mib": 4}}}

// content returns bytes that no server compresses.
func content(size int) []byte {
	b := make([]byte, size)
	draw := rand.New(rand.NewPCG(1, uint64(size)))
	for i := range b {
		b[i] = byte(draw.UintN(256))
	}
	return b
}

// attach sends a document in a thread, as clients do.
func (r *relayed) attach(c *testkit.Client, room id.RoomID, root id.EventID, name string, body []byte, sealed bool) id.EventID {
	r.Helper()
	sent, err := c.SendFile(r.Context(), room, name, "application/pdf", body, sealed, testkit.InThread(root))
	if err != nil {
		r.Fatal(err)
	}
	return sent
}

// seesFile waits for a file of the bot, and checks what is in it and how it is protected.
func (r *relayed) seesFile(room id.RoomID, name string, body []byte, sealed bool) *event.Event {
	r.Helper()
	for {
		evt := r.sees(room, name)
		m := evt.Content.AsMessage()
		if m.MsgType != event.MsgFile {
			continue // the message that announces it
		}
		got, err := r.viewer(room).ReadFile(r.Context(), evt)
		if err != nil || !bytes.Equal(got, body) {
			r.Fatalf("%d bytes of the file came out, %v", len(got), err)
		}
		if (m.File != nil) != sealed || m.FileName != name || m.Info == nil || m.Info.MimeType != "application/pdf" || m.Info.Size != len(body) {
			r.Errorf("the file is sent as %+v", m)
		}
		if m.OptionalGetRelatesTo().GetThreadParent() == "" {
			r.Error("the file is in no thread")
		}
		return evt
	}
}

// TestFiles carries documents both ways between rooms of the same kind. The bot restarts
// before each step, and its log holds nothing of them.
func TestFiles(t *testing.T) {
	t.Parallel()
	for _, sealed := range []bool{false, true} {
		name := map[bool]string{false: "files", true: "files-encrypted"}[sealed]
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			room := testkit.Room{Encrypted: sealed}
			hs := testkit.StartHomeserver(t)
			r := newRelayedAt(t, hs, hs.URL, room, room, false, maps.Clone(carriesFiles))
			r.restarts = true
			r.fileStory(sealed)
			r.golden(name)
			for _, text := range []string{"statuts", "avis", "trop-grand", "mxc://"} {
				if strings.Contains(r.bot.Log(), text) {
					t.Errorf("the log holds %q", text)
				}
			}
		})
	}
}

func (r *relayed) fileStory(sealed bool) {
	t := r.TB
	statutes, opinion := content(3<<20), content(1000)
	question := r.asker.Say(t, r.asks, "!question Quelle licence ?")
	root := r.sees(r.answers, "Question n° 1").ID
	r.sees(r.asks, "posée")

	r.step()
	asked := r.attach(r.asker, r.asks, question, "statuts.pdf", statutes, sealed)
	r.seesFile(r.answers, "statuts.pdf", statutes, sealed)

	r.step()
	r.attach(r.expert, r.answers, root, "avis.pdf", opinion, sealed)
	copied := r.seesFile(r.asks, "avis.pdf", opinion, sealed)
	r.sees(r.answers, "répondue")
	r.sees(r.asks, "répondue")

	r.step()
	r.asker.Say(t, r.asks, "Merci pour l’avis.", testkit.ReplyingTo(copied.ID))
	r.sees(r.answers, "Merci pour l’avis.")

	r.step()
	r.attach(r.asker, r.asks, question, "trop-grand.pdf", content(4<<20+1), sealed)
	r.sees(r.answers, "« trop-grand.pdf ». Elle n’est pas transmise")

	r.step()
	r.asker.Redact(t, r.asks, asked)
	r.sees(r.answers, "(deletion)")
	r.sees(r.answers, "(deletion)")
	r.step()
}

// TestFileOpenedWhileItWaits: the homeserver delays the copy of a file while its
// destination is opened to the public. The file does not go, and its author is told.
func TestFileOpenedWhileItWaits(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	sealed := testkit.Room{Encrypted: true}
	r := newRelayedAt(t, hs, proxy.URL, sealed, sealed, false, maps.Clone(carriesFiles))
	r.asker.Say(t, r.asks, "!question Une première ?")
	root := r.sees(r.answers, "Une première ?").ID
	r.sees(r.asks, "posée")

	release := proxy.Add(testkit.Rule{Name: "put off", Match: func(q *testkit.Request) bool {
		return q.Method == http.MethodPost && strings.HasSuffix(q.Path, "/upload")
	}, Do: testkit.RateLimited(testkit.RetryAfter{Body: time.Second})})
	r.attach(r.expert, r.answers, root, "reserve.pdf", content(5000), true)
	r.sees(r.asks, "« reserve.pdf ». Je la transmets à la suite")
	open(t, r.asker, r.asks)
	r.expert.Say(t, r.answers, "Une autre.", testkit.InThread(root))
	r.sees(r.answers, "Cette réponse n’est pas transmise") // the bot knows of the opening
	release()
	r.sees(r.answers, "Le fichier joint n’est pas transmis")
	for _, evt := range r.asker.Events(r.asks) {
		if evt.Sender == r.me && evt.Content.AsMessage().MsgType == event.MsgFile {
			t.Error("the file was sent")
		}
	}
}
