package matrix

import (
	"encoding/json"
	"net/http"
	"testing"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/id"
)

// TestKeysOfOtherDevices: the bot claims one-time keys of two devices, and one of them
// gets a session meanwhile, for another room. A room's key is shared all the same: mautrix
// sees only the key that it still needs.
func TestKeysOfOtherDevices(t *testing.T) {
	t.Parallel()
	const room, agent = id.RoomID("!room:example.org"), id.UserID("@agent:example.org")
	ctx := t.Context()
	c := clientWithKeys(t)
	homeserver(t, c, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{}"))
	})
	devices, claimed := map[id.DeviceID]*id.Device{}, map[id.DeviceID]any{}
	for _, name := range []id.DeviceID{"READY", "NEW"} {
		account, err := olm.NewAccount()
		if err != nil {
			t.Fatal(err)
		}
		signing, identity, err := account.IdentityKeys()
		if err != nil {
			t.Fatal(err)
		}
		devices[name] = &id.Device{UserID: agent, DeviceID: name, IdentityKey: identity, SigningKey: signing}
		claimed[name] = map[string]any{"signed_curve25519:AAAA": map[string]any{"key": identity}}
		if name == "NEW" {
			continue
		}
		session, err := c.mach.GetAccount().Internal.NewOutboundSession(identity, identity)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.mach.CryptoStore.AddSession(ctx, identity, &crypto.OlmSession{Internal: session}); err != nil {
			t.Fatal(err)
		}
	}
	if err := c.mach.CryptoStore.PutDevices(ctx, agent, devices); err != nil {
		t.Fatal(err)
	}
	answer, err := json.Marshal(map[string]any{"one_time_keys": map[id.UserID]any{agent: claimed}})
	if err != nil {
		t.Fatal(err)
	}
	if err := c.mach.ShareGroupSession(withAnswers(ctx, answers{claim: answer}), room, []id.UserID{agent}); err != nil {
		t.Error(err)
	}
}
