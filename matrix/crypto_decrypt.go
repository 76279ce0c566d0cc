package matrix

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"

	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/crypto/olm"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// decrypted is the result of decrypting an event: its clear form; or the error and the
// name of the missing key for which the event has to wait; or an error alone, if it can
// never be decrypted. A clear form together with a name waits for the devices of its
// sender.
type decrypted struct {
	plain *event.Event
	// session, if not empty, names what the event waits for: the missing key, or the
	// sender whose devices the bot is requesting (waitsFor). The bot keeps the event
	// until then.
	session string
	err     error
}

// decryptAll decrypts the events of a room that are encrypted and that the bot handles
// (answerable), and returns the results by event; the map lacks the others. A readable
// event whose sender's devices are being requested has session set too, so that it
// waits for them. decryptAll works in one transaction of the key database, since a
// commit after each event would take most of the time. The error is that of this
// transaction.
func (c *Client) decryptAll(ctx context.Context, events []*event.Event) (map[*event.Event]decrypted, error) {
	all := map[*event.Event]decrypted{}
	for _, evt := range events {
		if evt.Type.Type == event.EventEncrypted.Type && c.answerable(evt) {
			all[evt] = decrypted{}
		}
	}
	if len(all) == 0 {
		return all, nil
	}
	c.machMu.Lock() // lock order: machMu before the database, as in encrypt
	defer c.machMu.Unlock()
	err := c.keyTxn(ctx, func(ctx context.Context) {
		for _, evt := range events {
			if _, ok := all[evt]; ok {
				all[evt] = c.decrypt(ctx, evt)
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("store what was noted of keys: %w", err)
	}
	for _, evt := range events {
		if d, ok := all[evt]; ok && d.plain != nil && c.waitsForDevices(evt, d.plain) {
			d.session = waitsFor(evt.Sender)
			all[evt] = d
		}
	}
	return all, nil
}

// waitsForDevices reports whether a message, evt as it came and plain as decrypted, has
// to wait because the bot is asking for the devices of its sender. Without them it
// cannot decide how far to trust the message. At the first message from a device that
// the bot does not know, it starts such a request.
func (c *Client) waitsForDevices(evt, plain *event.Event) bool {
	if unknownDevice(plain.Mautrix.TrustState) && c.devices.firstFrom(evt.Sender, evt.Content.AsEncrypted().SenderKey) {
		c.askDevices([]id.UserID{evt.Sender})
	}
	return c.devices.isAsking(evt.Sender)
}

// waitsFor returns the name under which a message of user waits for its sender's
// devices: the user id, in the place of the id of a decryption key.
func waitsFor(user id.UserID) string { return user.String() }

// keyTxn runs do in one transaction of the key database, crypto.db; the error is the
// database's, and do then changed nothing there. The caller holds the lock on the
// encryption keys.
func (c *Client) keyTxn(ctx context.Context, do func(ctx context.Context)) error {
	return c.keyDB.DoTxn(ctx, nil, func(ctx context.Context) error {
		do(ctx)
		return nil
	})
}

// hasRelation reports whether the decrypted event evt states its relation to another
// event (reply, edit, thread) inside the encrypted part; false if it has none, or only
// one outside.
func hasRelation(evt *event.Event) bool {
	_, ok := evt.Content.Raw["m.relates_to"].(map[string]any)
	return ok
}

func unknownDevice(trust id.TrustState) bool {
	return trust == id.TrustStateUnknownDevice || trust == id.TrustStateForwarded
}

// decrypt decrypts one event. On success only d.plain is set. If both d.session and
// d.err are set, the event's key may still arrive. If d.err alone is set, also after a
// panic, the event can never be decrypted. If the event states its relation to another
// event outside of the ciphertext and none inside, d.plain gets the outer one. The
// caller holds the lock on the encryption keys.
func (c *Client) decrypt(ctx context.Context, evt *event.Event) (d decrypted) {
	defer func() {
		if p := recover(); p != nil {
			d = decrypted{err: fmt.Errorf("panic: %v\n%s", p, debug.Stack())}
		}
	}()
	evt.Type.Class = event.MessageEventType
	if err := evt.Content.ParseRaw(evt.Type); err != nil && evt.Content.Parsed == nil {
		return decrypted{err: fmt.Errorf("read an encrypted event: %w", err)}
	}
	// mautrix copies a relation outside the ciphertext into a message that has none
	// inside; afterwards only Raw distinguishes the two (hasRelation).
	sealed := evt.Content.AsEncrypted()
	outer := sealed.RelatesTo
	sealed.RelatesTo = nil
	plain, err := c.mach.DecryptMegolmEvent(ctx, evt)
	sealed.RelatesTo = outer
	if err == nil && outer != nil && !hasRelation(plain) {
		if content, ok := plain.Content.Parsed.(event.Relatable); ok {
			content.SetRelatesTo(outer)
		}
	}
	if errors.Is(err, crypto.ErrNoSessionFound) || errors.Is(err, olm.ErrUnknownMessageIndex) ||
		errors.Is(err, crypto.ErrGroupSessionWithheld) { // the key can still arrive, even after a refusal
		return decrypted{session: string(evt.Content.AsEncrypted().SessionID), err: err}
	}
	return decrypted{plain: plain, err: err}
}
