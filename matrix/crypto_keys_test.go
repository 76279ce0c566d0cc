package matrix

import (
	"encoding/json"
	"errors"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// TestKeysWithoutNetwork: while the bot stores the keys of a sync, it makes no
// network request, even for an unknown device; it still stores the room's key.
func TestKeysWithoutNetwork(t *testing.T) {
	t.Parallel()
	const room, sender = id.RoomID("!room:example.org"), id.UserID("@agent:example.org")
	ctx := t.Context()
	c := clientWithKeys(t)
	homeserver(t, c, func(w http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/keys/query") {
			t.Error("devices are asked for while the keys are stored")
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte("{}"))
	})

	// An unknown device, which does not state its keys, sends a room's key.
	device, err := olm.NewAccount()
	if err != nil {
		t.Fatal(err)
	}
	signing, identity, err := device.IdentityKeys()
	if err != nil {
		t.Fatal(err)
	}
	own := c.mach.GetAccount()
	if err := own.Internal.GenOneTimeKeys(1); err != nil {
		t.Fatal(err)
	}
	oneTime, err := own.Internal.OneTimeKeys()
	if err != nil {
		t.Fatal(err)
	}
	var session olm.Session
	for _, key := range oneTime {
		if session, err = device.NewOutboundSession(own.IdentityKey(), key); err != nil {
			t.Fatal(err)
		}
	}
	group, err := olm.NewOutboundGroupSession()
	if err != nil {
		t.Fatal(err)
	}
	plain, err := json.Marshal(map[string]any{
		"type": "m.room_key", "sender": sender, "keys": map[string]any{"ed25519": signing},
		"recipient": c.mx.UserID, "recipient_keys": map[string]any{"ed25519": own.SigningKey()},
		"content": map[string]any{
			"algorithm": id.AlgorithmMegolmV1, "room_id": room, "session_id": group.ID(), "session_key": group.Key(),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	kind, ciphertext, err := session.Encrypt(plain)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := json.Marshal(map[string]any{
		"type": "m.room.encrypted", "sender": sender, "content": map[string]any{
			"algorithm": id.AlgorithmOlmV1, "sender_key": identity,
			"ciphertext": map[id.IdentityKey]any{own.IdentityKey(): map[string]any{"type": kind, "body": string(ciphertext)}},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	evt := &event.Event{}
	if err := json.Unmarshal(sealed, evt); err != nil {
		t.Fatal(err)
	}
	answer := &mautrix.RespSync{}
	answer.ToDevice.Events = []*event.Event{evt}
	answer.DeviceOTKCount.SignedCurve25519 = 50
	if err := c.processKeys(ctx, answer); err != nil {
		t.Fatal(err)
	}
	if known, err := c.mach.CryptoStore.GetGroupSession(ctx, room, group.ID()); err != nil || known == nil {
		t.Errorf("the room's key was not stored: %v, %v", known, err)
	}
}

func TestDamagedKeys(t *testing.T) {
	t.Parallel()
	c := invitedClient(t)
	c.config.CryptoDB, c.pickleKey = filepath.Join(t.TempDir(), "crypto.db"), []byte("pickle")
	if err := os.WriteFile(c.config.CryptoDB, []byte(strings.Repeat("ceci n’est pas une base\n", 500)), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := c.openKeys(t.Context()); !errors.Is(err, ErrKeysDamaged) {
		t.Errorf("the keys are opened with %v", err)
	}
	if err := c.Close(); err != nil {
		t.Error(err)
	}
}

// clientWithKeys returns an invitedClient whose device has new keys, until the test ends.
func clientWithKeys(t *testing.T) *Client {
	t.Helper()
	c := invitedClient(t)
	c.config.CryptoDB, c.pickleKey = filepath.Join(t.TempDir(), "crypto.db"), []byte("pickle")
	c.mx.DeviceID = "HERAUT"
	if err := c.newKeys(t.Context()); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}
