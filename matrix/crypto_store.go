package matrix

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"sync"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"
	"maunium.net/go/mautrix/sqlstatestore"
)

// keyStore is mautrix's key store, except that it stores a user's devices as a
// whole. mautrix marks the user as up to date after the first of several writes, so
// a crash in between leaves a verified device unverified for good. Here the devices
// count as out of date until settle, so the next process requests them again.
type keyStore struct {
	*crypto.SQLCryptoStore
	state *sqlstatestore.SQLStateStore

	mu         sync.Mutex
	taken      []id.UserID // users whose devices were stored since the last settle
	incomplete bool        // one of those writes failed
}

// PutDevices stores a user's devices in place of the earlier ones; they count as out of
// date until settle. If the set of devices changes, it deletes the outbound keys of the
// user's rooms in the same transaction: with the old key, a removed device could read on
// and a new one nothing. It records an error for settle.
func (s *keyStore) PutDevices(ctx context.Context, user id.UserID, devices map[id.DeviceID]*id.Device) error {
	err := s.noted(s.DB.DoTxn(ctx, nil, func(ctx context.Context) error {
		before, err := s.GetDevices(ctx, user)
		if err != nil {
			return err
		}
		if err := s.SQLCryptoStore.PutDevices(ctx, user, devices); err != nil {
			return err
		}
		if !maps.EqualFunc(before, devices, func(_, _ *id.Device) bool { return true }) {
			if err := s.rotate(ctx, user); err != nil {
				return err
			}
		}
		return s.MarkTrackedUsersOutdated(ctx, []id.UserID{user})
	}))
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken = append(s.taken, user)
	return err
}

func (s *keyStore) rotate(ctx context.Context, user id.UserID) error {
	rooms, err := s.state.FindSharedRooms(ctx, user)
	if err != nil {
		return err
	}
	for _, room := range rooms {
		if err := s.RemoveOutboundGroupSession(ctx, room); err != nil {
			return err
		}
	}
	return nil
}

// PutCrossSigningKey stores one of a user's cross-signing keys; usage says which, such
// as the master key. It records an error, so that the next settle removes no mark.
func (s *keyStore) PutCrossSigningKey(ctx context.Context, user id.UserID, usage id.CrossSigningUsage, key id.Ed25519) error {
	return s.noted(s.SQLCryptoStore.PutCrossSigningKey(ctx, user, usage, key))
}

// PutSignature stores that the key signerKey signed the key signedKey, such as an
// account's key a device's. It records an error, so that the next settle removes no
// mark.
func (s *keyStore) PutSignature(
	ctx context.Context, signed id.UserID, signedKey id.Ed25519, signer id.UserID, signerKey id.Ed25519, signature string,
) error {
	return s.noted(s.SQLCryptoStore.PutSignature(ctx, signed, signedKey, signer, signerKey, signature))
}

// noted returns err unchanged. If err is not nil, it also records that a user's devices
// are not stored completely, for the next settle: mautrix itself only logs the errors
// of these writes.
func (s *keyStore) noted(err error) error {
	if err != nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.incomplete = true
	}
	return err
}

// settle removes the mark «out of date» from the users whose devices PutDevices stored
// since the last settle. If any write failed since then, the marks stay, and the bot
// asks for these users' devices again. The caller holds the lock on the encryption keys,
// so that no write is under way.
func (s *keyStore) settle(ctx context.Context) error {
	s.mu.Lock()
	taken, incomplete := s.taken, s.incomplete
	s.taken, s.incomplete = nil, false
	s.mu.Unlock()
	if len(taken) == 0 || incomplete {
		return nil
	}
	users, err := json.Marshal(taken)
	if err != nil {
		return err
	}
	_, err = s.DB.Exec(ctx, "UPDATE crypto_tracked_user SET devices_outdated=false WHERE user_id IN (SELECT value FROM json_each($1))", string(users))
	if err != nil {
		return fmt.Errorf("note that devices are known: %w", err)
	}
	return nil
}
