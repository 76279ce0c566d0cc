package matrix_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/matrix"
	"heraut/queue"
	"heraut/testkit"
)

// TestKeysAreAskedOfTheSendingDevice: the bot asks for a missing key the device that the
// message names, and all devices of a sender for one of the messages that name none.
func TestKeysAreAskedOfTheSendingDevice(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	proxy := testkit.NewProxy(t, hs.URL)
	bot := startBot(t, hs, matrix.Config{}, queue.Config{})
	flooder := hs.Person(t, "flooder", testkit.ClientOptions{Encrypted: true})
	sealed := bot.invited(t, flooder, testkit.Room{Encrypted: true})
	bot.through(t, proxy)
	const each = 3
	for n := range 2 * each {
		content := map[string]any{
			"algorithm": id.AlgorithmMegolmV1, "ciphertext": strings.Repeat("QUJD", 30), "sender_key": "abc", "session_id": fmt.Sprintf("%043d", n),
		}
		if n < each {
			content["device_id"] = "SENDING"
		}
		if _, err := flooder.SendMessageEvent(t.Context(), sealed, event.EventEncrypted, content, mautrix.ReqSendEvent{DontEncrypt: true}); err != nil {
			t.Fatal(err)
		}
	}
	asked := func(r *testkit.Request) bool { return strings.Contains(r.Path, "/sendToDevice/m.room_key_request/") }
	proxy.Await(t, 2*each, asked)
	named, all := 0, 0
	for _, r := range proxy.Requests(asked) {
		switch {
		case bytes.Contains(r.Body, []byte(`"SENDING":`)):
			named++
		case bytes.Contains(r.Body, fmt.Appendf(nil, `%q:{"*":`, flooder.UserID)):
			all++
		}
	}
	if named != each || all != 1 {
		t.Errorf("the key was asked of the device that was named %d times, and of all %d times; want %d and 1", named, all, each)
	}
}
