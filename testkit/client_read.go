package testkit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

// awaitTimeout bounds how long tests wait for an expected event.
const awaitTimeout = time.Minute

// Events returns the events that the client has seen in a room, in the order of
// arrival, state and receipts included.
func (c *Client) Events(room id.RoomID) []*event.Event {
	events, _ := c.snapshot(room)
	return events
}

// snapshot returns the events of a room that the client has seen so far, and a channel
// that closes when the client sees more events, in this room or another.
func (c *Client) snapshot(room id.RoomID) ([]*event.Event, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if seen := c.rooms[room]; seen != nil {
		return slices.Clone(seen.events), c.changed
	}
	return nil, c.changed
}

// Wait returns the first event of a room for which match returns true, seen already or
// in the future. It sets no time limit itself: the error wraps the cause of ctx, or
// says that the client has stopped.
func (c *Client) Wait(ctx context.Context, room id.RoomID, match func(*event.Event) bool) (*event.Event, error) {
	return c.waitFor(ctx, room, func(events []*event.Event) *event.Event {
		if i := slices.IndexFunc(events, match); i >= 0 {
			return events[i]
		}
		return nil
	})
}

// waitFor calls find with the events that the client has seen in a room, again after
// each new one, until find returns an event, and returns that event. The error wraps
// the cause of ctx, or says that the client has stopped, and lists the events seen.
func (c *Client) waitFor(
	ctx context.Context, room id.RoomID, find func([]*event.Event) *event.Event,
) (*event.Event, error) {
	for {
		events, changed := c.snapshot(room)
		if found := find(events); found != nil {
			return found, nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, fmt.Errorf("wait for an event in %s: %w; seen:\n%s", room, context.Cause(ctx), Transcript(events))
		case <-c.stopped:
			return nil, fmt.Errorf("wait for an event in %s: the client has stopped; seen:\n%s", room, Transcript(events))
		}
	}
}

// Await returns the first event of a room for which match returns true, seen already or
// within half a minute; otherwise it ends the test. To check that an event does not
// come, send and await another one that comes after it.
func (c *Client) Await(t testing.TB, room id.RoomID, match func(*event.Event) bool) *event.Event {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), awaitTimeout)
	defer cancel()
	evt, err := c.Wait(ctx, room, match)
	if err != nil {
		t.Fatal(err)
	}
	return evt
}

// AwaitEvent waits until the client has seen and decrypted the event with that id, and
// returns it. It ends the test if that takes longer than half a minute.
func (c *Client) AwaitEvent(t testing.TB, room id.RoomID, eventID id.EventID) *event.Event {
	t.Helper()
	return c.Await(t, room, func(evt *event.Event) bool {
		return evt.ID == eventID && evt.Type != event.EventEncrypted
	})
}

// AwaitMember waits until the latest membership event of a user in a room has this
// membership. It ends the test if that takes longer than half a minute.
func (c *Client) AwaitMember(t testing.TB, room id.RoomID, user id.UserID, membership event.Membership) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), awaitTimeout)
	defer cancel()
	if err := c.waitMember(ctx, room, user, membership); err != nil {
		t.Fatalf("%s is not in the state %q: %v", user, membership, err)
	}
}

// waitMember waits until the latest membership event of a user in a room has this
// membership. It sets no time limit itself: the error wraps the cause of ctx, or says
// that the client has stopped.
func (c *Client) waitMember(ctx context.Context, room id.RoomID, user id.UserID, membership event.Membership) error {
	_, err := c.waitFor(ctx, room, func(events []*event.Event) *event.Event {
		for _, evt := range slices.Backward(events) {
			if evt.Type == event.StateMember && evt.GetStateKey() == string(user) {
				if evt.Content.AsMember().Membership == membership {
					return evt
				}
				return nil
			}
		}
		return nil
	})
	return err
}

// Edits returns those of the events that edit the message of, whoever sent them.
func Edits(events []*event.Event, of id.EventID) []*event.Event {
	var edits []*event.Event
	for _, evt := range events {
		if evt.Type == event.EventMessage && evt.Content.AsMessage().OptionalGetRelatesTo().GetReplaceID() == of {
			edits = append(edits, evt)
		}
	}
	return edits
}

// Body returns the plain text of a message, or the new text of an edit; empty for other
// events, undecrypted ones included.
func Body(evt *event.Event) string {
	if evt.Type != event.EventMessage {
		return ""
	}
	content := evt.Content.AsMessage()
	if content.NewContent != nil {
		return content.NewContent.Body
	}
	return content.Body
}

// History reads a whole room from the server, oldest event first, decrypted if the
// client has the key. It ends the test on an error.
func (c *Client) History(t testing.TB, room id.RoomID) []*event.Event {
	t.Helper()
	events, err := c.ReadHistory(t.Context(), room)
	if err != nil {
		t.Fatalf("read the history of %s: %v", room, err)
	}
	return events
}

// ReadHistory reads all events of a room from the homeserver, oldest first, decrypted
// if the client has the key. It returns errors; tests use History, which ends the test
// instead.
func (c *Client) ReadHistory(ctx context.Context, room id.RoomID) ([]*event.Event, error) {
	var events []*event.Event
	for from := ""; ; {
		page, err := c.Messages(ctx, room, from, "", mautrix.DirectionBackward, nil, 500)
		if err != nil {
			return nil, err
		}
		for _, evt := range page.Chunk {
			events = append(events, c.read(ctx, room, evt))
		}
		if page.End == "" || page.End == from || len(page.Chunk) == 0 {
			slices.Reverse(events)
			return events, nil
		}
		from = page.End
	}
}

// read parses evt, an event of a room that did not come from sync, and decrypts it if
// the client has the key. Otherwise it returns the event itself, still encrypted. It
// sets the room and the class of type in evt.
func (c *Client) read(ctx context.Context, room id.RoomID, evt *event.Event) *event.Event {
	evt.RoomID = room
	evt.Type.Class = event.MessageEventType
	if evt.StateKey != nil {
		evt.Type.Class = event.StateEventType
	}
	_ = evt.Content.ParseRaw(evt.Type) // unknown types and redacted events stay raw
	if evt.Type != event.EventEncrypted || c.Crypto == nil {
		return evt
	}
	c.keys.Lock()
	defer c.keys.Unlock()
	if decrypted, err := c.Crypto.Decrypt(ctx, evt); err == nil {
		return decrypted
	}
	return evt
}

// Devices lists the devices of the client's account. It ends the test on an error.
func (c *Client) Devices(t testing.TB) []mautrix.RespDeviceInfo {
	t.Helper()
	resp, err := c.GetDevicesInfo(t.Context())
	if err != nil {
		t.Fatalf("list devices: %v", err)
	}
	return resp.Devices
}

// DeviceTrust returns the trust in each of a user's devices, freshly read from the
// server: id.TrustStateCrossSignedTOFU or above for a device that its owner has signed.
// The client must be Encrypted. It ends the test on an error.
func (c *Client) DeviceTrust(t testing.TB, user id.UserID) map[id.DeviceID]id.TrustState {
	c.keys.Lock()
	defer c.keys.Unlock()
	t.Helper()
	devices, err := c.Machine().FetchKeys(t.Context(), []id.UserID{user}, true)
	if err != nil {
		t.Fatalf("read the devices of %s: %v", user, err)
	}
	trust := make(map[id.DeviceID]id.TrustState)
	for deviceID, device := range devices[user] {
		trust[deviceID], err = c.Machine().ResolveTrustContext(t.Context(), device)
		if err != nil {
			t.Fatalf("resolve the trust in %s of %s: %v", deviceID, user, err)
		}
	}
	return trust
}

// AwaitDevice waits until the client knows a device of a user: the device can read only
// messages that the client sends after that. It ends the test if that takes longer than
// half a minute. The client must be Encrypted.
func (c *Client) AwaitDevice(t testing.TB, user id.UserID, device id.DeviceID) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), awaitTimeout)
	defer cancel()
	ticker := time.NewTicker(20 * time.Millisecond)
	defer ticker.Stop()
	for {
		c.keys.Lock()
		known, err := c.Machine().CryptoStore.GetDevice(ctx, user, device)
		c.keys.Unlock()
		if err == nil && known != nil && !known.Deleted {
			return
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			t.Fatalf("the device %s of %s is not known: %v", device, user, err)
		}
	}
}

// Transcript formats events for the messages of tests: a line for each, with its id, its
// sender, its type and, in quotes, the text of a message.
func Transcript(events []*event.Event) string {
	var text strings.Builder
	for _, evt := range events {
		fmt.Fprintf(&text, "  %s %s %s %q\n", evt.ID, evt.Sender, evt.Type.Type, Body(evt))
	}
	return text.String()
}
