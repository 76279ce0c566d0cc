package matrix_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestGapInAFlood: the bot stores a bounded number of events that it cannot decrypt,
// and none of the further ones. It reads a gap among those back to the last sync, in
// few requests, since the other rooms wait meanwhile.
func TestGapInAFlood(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	flooder := hs.Person(t, "flooder", testkit.ClientOptions{Encrypted: true})
	clear, sealed := bot.invited(t, flooder, testkit.Room{}), bot.invited(t, flooder, testkit.Room{Encrypted: true})
	bot.through(t, proxy)
	flood := func(count int) {
		for n := range count {
			_, err := flooder.SendMessageEvent(t.Context(), sealed, event.EventEncrypted, map[string]any{
				"algorithm": id.AlgorithmMegolmV1, "ciphertext": strings.Repeat("QUJD", 30), "device_id": "X", "sender_key": "abc", "session_id": fmt.Sprintf("%043d", n),
			}, mautrix.ReqSendEvent{DontEncrypt: true})
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	flood(140) // of which 100 are kept
	hears(t, bot, flooder.Say(t, clear, "avant"))
	pages := testkit.On(http.MethodGet, `/messages$`)
	read := func() int { return len(proxy.Requests(pages)) }

	before, held, release := read(), make(chan struct{}, 1), make(chan struct{})
	remove := proxy.Add(testkit.Rule{Times: 1, Match: testkit.Syncs, Do: func(x *testkit.Exchange) {
		held <- struct{}{}
		select {
		case <-release:
		case <-t.Context().Done():
		}
		x.Deliver(x.Forward())
	}})
	flooder.Say(t, clear, "pendant") // ends the sync that waits
	<-held
	flood(60) // more than a sync brings
	remove()
	close(release)
	hears(t, bot, flooder.Say(t, clear, "après"))
	if n := read() - before; n < 1 || n > 3 {
		t.Errorf("the running bot read %d pages of a gap of 60 events", n)
	}

	before = read()
	bot.end()
	flood(60)
	bot.start(t)
	hears(t, bot, flooder.Say(t, clear, "au retour"))
	if n := read() - before; n < 1 || n > 10 {
		t.Errorf("the restarted bot read %d pages of a gap of 60 events", n)
	}
}
