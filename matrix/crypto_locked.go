package matrix

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

const (
	// askForKeyAfter is what a key gets to arrive by itself.
	askForKeyAfter = 3 * time.Second
	lockedEvery    = 5 * time.Second
	// repairEvery bounds how often the one-time keys are repaired.
	repairEvery = time.Hour
	// repairWithin bounds how long a repair takes: nothing is encrypted meanwhile.
	repairWithin = time.Minute
)

// watchLocked reads kept messages again when their key arrives, asks for keys
// that do not, and, after a fair wait, has the room told once a day.
func (c *Client) watchLocked(ctx context.Context, intake Intake) error {
	ticker := time.NewTicker(lockedEvery)
	defer ticker.Stop()
	c.unlock(ctx, "", intake) // keys may have come before the last end
	seen := map[chat.EventID]*lockedWait{}
	var repaired time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case session := <-c.unlocked:
			c.unlock(ctx, session.String(), intake)
		case <-c.badKeys:
			if time.Since(repaired) >= repairEvery {
				c.repairOneTimeKeys(ctx)
				repaired = time.Now()
			}
		case <-ticker.C:
			c.unlock(ctx, "", intake)
			if err := c.chaseKeys(ctx, seen, intake); err != nil && ctx.Err() == nil {
				c.log.Error().Err(err).Msg("Messages that wait for a key could not be looked at")
			}
		}
	}
}

// repairOneTimeKeys takes the device's one-time keys off the homeserver and
// publishes new ones: a homeserver that refuses some holds others under their
// ids, and messages to this device would fail one after the other.
func (c *Client) repairOneTimeKeys(ctx context.Context) {
	c.log.Warn().Msg("The homeserver refused one-time keys: replacing all of them")
	ctx, cancel := context.WithTimeout(ctx, repairWithin)
	defer cancel()
	c.machMu.Lock()
	defer c.machMu.Unlock()
	if err := c.mach.RepairOneTimeKeys(ctx); err != nil && ctx.Err() == nil {
		c.log.Error().Err(err).Msg("The one-time keys could not be replaced")
	}
}

// lockedWait is how far the waiting for a message's key has gone.
type lockedWait struct {
	since       time.Time
	asked, told bool
}

// unlock reads the messages that waited for the session ("": for any).
func (c *Client) unlock(ctx context.Context, session string, intake Intake) {
	locked, err := c.store.Locked(ctx, session)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Error().Err(err).Msg("Messages that wait for a key could not be read")
		}
		return
	}
	events := make([]*event.Event, 0, len(locked))
	for _, a := range locked {
		evt, err := lockedEvent(a)
		if err != nil {
			c.log.Error().Err(err).Str("event", string(a.ID)).Msg("A kept message is damaged")
			continue
		}
		events = append(events, evt)
	}
	read, err := c.decryptAll(ctx, events)
	if err != nil {
		if ctx.Err() == nil {
			c.log.Error().Err(err).Msg("Messages that wait for a key could not be decrypted")
		}
		return
	}
	for _, evt := range events {
		d := read[evt]
		if d.session != "" {
			continue
		}
		if ctx.Err() != nil {
			return
		}
		if d.err != nil {
			c.log.Warn().Err(d.err).Str("event", evt.ID.String()).Msg("A kept message cannot be decrypted and never will be")
		}
		if err := intake.Unlock(ctx, c.keptEvent(ctx, evt, d)); err != nil && ctx.Err() == nil {
			c.log.Error().Err(err).Str("event", evt.ID.String()).Msg("A kept message could not be handed on")
		}
	}
}

// keptEvent is what a kept message says; one that cannot be understood, whatever is
// wrong with it, says nothing, and is handled as such.
func (c *Client) keptEvent(ctx context.Context, evt *event.Event, d decrypted) (e chat.Event) {
	nothing := chat.Event{ID: chat.EventID(evt.ID), Room: chat.RoomID(evt.RoomID)}
	defer func() {
		if p := recover(); p != nil {
			c.log.Error().Str("event", evt.ID.String()).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("A kept message could not be understood")
			e = nothing
		}
	}()
	if d.err != nil || d.plain == nil { // from a bot
		return nothing
	}
	if understood := c.hear(ctx, evt.RoomID, d.plain, c.rooms.get(evt.RoomID).IsDirect()); understood != nil {
		return *understood
	}
	return nothing
}

func lockedEvent(a queue.Arrival) (*event.Event, error) {
	evt := &event.Event{}
	if err := json.Unmarshal(a.Raw, evt); err != nil {
		return nil, err
	}
	evt.RoomID = id.RoomID(a.Room)
	return evt, nil
}

// chaseKeys asks for the keys of what waits, and tells a room that waits too long.
func (c *Client) chaseKeys(ctx context.Context, seen map[chat.EventID]*lockedWait, intake Intake) error {
	locked, err := c.store.Locked(ctx, "")
	if err != nil {
		return err
	}
	now := time.Now()
	waiting := map[chat.EventID]bool{}
	asked := map[string]bool{} // sessions
	for _, a := range locked {
		if w := seen[a.ID]; w != nil && w.asked {
			asked[a.Session] = true
		}
	}
	for _, a := range locked {
		waiting[a.ID] = true
		w := seen[a.ID]
		if w == nil {
			w = &lockedWait{since: now}
			seen[a.ID] = w
		}
		if !w.asked && now.Sub(w.since) >= askForKeyAfter {
			w.asked = true
			if !asked[a.Session] {
				asked[a.Session] = true
				c.askForKey(ctx, a)
			}
		}
		if !w.told && now.Sub(w.since) >= c.config.UnreadableAfter {
			w.told = true
			if err := c.tellUnreadable(ctx, a, now, intake); err != nil {
				return err
			}
		}
	}
	for id := range seen {
		if !waiting[id] {
			delete(seen, id)
		}
	}
	return nil
}

func (c *Client) askForKey(ctx context.Context, a queue.Arrival) {
	evt, err := lockedEvent(a)
	if err != nil {
		return
	}
	if err := evt.Content.ParseRaw(evt.Type); err != nil && evt.Content.Parsed == nil {
		return
	}
	content := evt.Content.AsEncrypted()
	err = c.mach.SendRoomKeyRequest(ctx, evt.RoomID, content.SenderKey, content.SessionID, "", map[id.UserID][]id.DeviceID{
		evt.Sender:  {"*"},
		c.mx.UserID: {"*"},
	})
	if err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Msg("A key could not be asked for")
	}
}

// tellUnreadable makes an event whose id names the room and the day: it is
// handled once.
func (c *Client) tellUnreadable(ctx context.Context, a queue.Arrival, now time.Time, intake Intake) error {
	room := c.rooms.get(id.RoomID(a.Room))
	e := &chat.Event{
		ID:   chat.EventID("unreadable/" + string(a.Room) + "/" + now.Format(time.DateOnly)),
		Room: a.Room, At: now, Direct: room.IsDirect(), Unreadable: &chat.Unreadable{Target: a.ID},
	}
	return intake.Accept(ctx, queue.Batch{
		Received: now, Arrivals: []queue.Arrival{{ID: e.ID, Room: e.Room, At: now, Event: e}},
	})
}
