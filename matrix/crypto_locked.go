package matrix

import (
	"context"
	"encoding/json"
	"fmt"
	"runtime/debug"
	"slices"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/chat"
	"heraut/queue"
)

const (
	// askForKeyAfter is how long the bot waits for a key before it requests it.
	askForKeyAfter = 3 * time.Second
	// lockedEvery is the time between two checks of the waiting messages.
	lockedEvery = 5 * time.Second
	// repairEvery is the shortest time between two repairs of the one-time keys.
	repairEvery = time.Hour
	// repairWithin bounds a repair, during which nothing is encrypted.
	repairWithin = time.Minute
	// asksAtOnce bounds the key requests of one check.
	asksAtOnce = 20
)

// watchLocked handles the received messages that cannot be decrypted yet, until ctx
// ends: it decrypts them when their key arrives and passes them to intake, asks for keys
// that do not arrive, and after UnreadableAfter tells the room, once a day. It also
// replaces one-time keys that the homeserver refused, and again asks for devices that
// are out of date. It logs errors and always returns nil.
func (c *Client) watchLocked(ctx context.Context, intake Intake) error {
	ticker := time.NewTicker(lockedEvery)
	defer ticker.Stop()
	if err := c.unlockKnown(ctx); err != nil && ctx.Err() == nil {
		c.log.Error().Err(err).Msg("Messages that wait for a key could not be looked at")
	}
	seen := map[chat.EventID]*lockedWait{}
	var repaired, asked time.Time
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-c.arrived.wake:
			for _, session := range c.arrived.take() {
				c.unlock(ctx, session, intake)
			}
		case <-c.badKeys:
			if time.Since(repaired) >= repairEvery {
				c.repairOneTimeKeys(ctx)
				repaired = time.Now()
			}
		case <-ticker.C:
			if time.Since(asked) >= devicesAgain {
				c.askOutdated(ctx)
				asked = time.Now()
			}
			if err := c.chaseKeys(ctx, seen, intake); err != nil && ctx.Err() == nil {
				c.log.Error().Err(err).Msg("Messages that wait for a key could not be looked at")
			}
		}
	}
}

// unlockKnown adds to c.arrived the keys of waiting messages that arrived before the
// last process ended, and the senders for whose devices messages wait, so that
// watchLocked decrypts these messages. It also counts the waiting messages in c.locked.
// watchLocked calls it once, at the start.
func (c *Client) unlockKnown(ctx context.Context) error {
	locked, err := c.store.LockedIndex(ctx)
	if err != nil {
		return err
	}
	c.locked.reset(locked)
	var sessions []string
	for _, l := range locked {
		if id.UserID(l.Session).Homeserver() != "" {
			c.arrived.add(l.Session)
		} else if !slices.Contains(sessions, l.Session) {
			sessions = append(sessions, l.Session)
		}
	}
	list, err := json.Marshal(sessions)
	if err != nil {
		return err
	}
	rows, err := c.keyDB.Query(ctx, `
		SELECT DISTINCT session_id FROM crypto_megolm_inbound_session
		WHERE session_id IN (SELECT value FROM json_each($1)) AND session IS NOT NULL`, string(list))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var session string
		if err := rows.Scan(&session); err != nil {
			return err
		}
		c.arrived.add(session)
	}
	return rows.Err()
}

// repairOneTimeKeys replaces the one-time keys of the bot's device on the homeserver by
// new ones; meanwhile nothing is encrypted or decrypted. It gives up after repairWithin,
// and only logs an error. It is needed when the homeserver refuses some, because it has
// others under their ids: messages to this device would then fail one after the other.
func (c *Client) repairOneTimeKeys(ctx context.Context) {
	c.log.Warn().Msg("The homeserver refused one-time keys: replacing all of them")
	limited, cancel := context.WithTimeout(ctx, repairWithin)
	defer cancel()
	c.machMu.Lock()
	defer c.machMu.Unlock()
	if err := c.mach.RepairOneTimeKeys(limited); err != nil && ctx.Err() == nil {
		c.log.Error().Err(err).Msg("The one-time keys could not be replaced")
	}
}

// lockedWait holds the progress of a message that waits for its key: since when it
// waits, whether the bot asked other devices for the key, and whether it told the room
// that it cannot read a message.
type lockedWait struct {
	since           time.Time
	asked, reported bool
}

// unlock decrypts the stored messages that waited for session, and passes them to
// intake. session is the id of a decryption key or, for messages that wait for the
// devices of their sender, the sender's user id. Of a message that can never be
// decrypted, intake gets only the ids. A message that still has to wait stays stored.
// unlock logs errors.
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
			if d.plain != nil && d.session != session { // the key has arrived, the sender's devices have not
				c.arrived.addAfter(session, d.session)
				if !c.devices.isAsking(evt.Sender) {
					c.arrived.add(d.session)
				}
			}
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

// keptEvent returns the chat event in evt, a message that had waited for its key and
// whose decryption has the result d. If it cannot be decrypted or read, or the bot
// ignores it, the event holds the ids of event and room alone.
func (c *Client) keptEvent(ctx context.Context, evt *event.Event, d decrypted) (e chat.Event) {
	nothing := chat.Event{ID: chat.EventID(evt.ID), Room: chat.RoomID(evt.RoomID)}
	defer func() {
		if p := recover(); p != nil {
			c.log.Error().Str("event", evt.ID.String()).Str("panic", fmt.Sprint(p)).Bytes("stack", debug.Stack()).Msg("A kept message could not be understood")
			e = nothing
		}
	}()
	if d.err != nil || d.plain == nil { // a nil plain: the sender is a bot
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

// chaseKeys asks other devices, once, for the keys of messages that have waited for
// askForKeyAfter, at most asksAtOnce keys a call, and tells the rooms of messages that
// have waited for UnreadableAfter. seen holds the progress of each message between
// calls: chaseKeys adds new messages and deletes those that wait no more. It also wakes
// messages that wait for devices which nobody is requesting any more, and counts the
// waiting messages anew in c.locked. The error is that of the store or of intake.
func (c *Client) chaseKeys(ctx context.Context, seen map[chat.EventID]*lockedWait, intake Intake) error {
	locked, err := c.store.LockedIndex(ctx)
	if err != nil {
		return err
	}
	c.locked.reset(locked)
	now := time.Now()
	waiting := map[chat.EventID]bool{}
	asked := map[string]bool{} // sessions
	for _, l := range locked {
		if w := seen[l.ID]; w != nil && w.asked {
			asked[l.Session] = true
		}
	}
	left := asksAtOnce
	everywhere := map[id.UserID]bool{}
	for _, l := range locked {
		if id.UserID(l.Session).Homeserver() != "" {
			if !c.devices.isAsking(id.UserID(l.Session)) {
				c.arrived.add(l.Session)
			}
			continue
		}
		waiting[l.ID] = true
		w := seen[l.ID]
		if w == nil {
			w = &lockedWait{since: now}
			seen[l.ID] = w
		}
		if !w.asked && now.Sub(w.since) >= askForKeyAfter && (asked[l.Session] || left > 0) {
			w.asked = true
			if !asked[l.Session] {
				asked[l.Session] = true
				left--
				c.askForKey(ctx, l, everywhere)
			}
		}
		if !w.reported && now.Sub(w.since) >= c.config.UnreadableAfter {
			w.reported = true
			if err := c.tellUnreadable(ctx, l, now, intake); err != nil {
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

// askForKey asks the device that sent the waiting message l, and the account's own
// devices, for the message's key. It does not wait for an answer, and only logs an
// error. If the message does not name its device, it asks all devices of the sender,
// but only once for each sender; everywhere holds the senders for whom it did so.
// Otherwise the requests to all devices of a person who floods rooms would block the
// keys of others.
func (c *Client) askForKey(ctx context.Context, l queue.Locked, everywhere map[id.UserID]bool) {
	kept, err := c.store.Locked(ctx, l.Session)
	if err != nil || len(kept) == 0 {
		return
	}
	evt, err := lockedEvent(kept[0])
	if err != nil {
		return
	}
	if err := evt.Content.ParseRaw(evt.Type); err != nil && evt.Content.Parsed == nil {
		return
	}
	content := evt.Content.AsEncrypted()
	device := content.DeviceID //nolint:staticcheck // deprecated, but clients still send it, and the request needs no trust in it
	devices := map[id.UserID][]id.DeviceID{c.mx.UserID: {"*"}}
	switch {
	case device != "":
		devices[evt.Sender] = []id.DeviceID{device}
	case !everywhere[evt.Sender]:
		everywhere[evt.Sender] = true
		devices[evt.Sender] = []id.DeviceID{"*"}
	}
	err = c.mach.SendRoomKeyRequest(ctx, evt.RoomID, content.SenderKey, content.SessionID, "", devices)
	if err != nil && ctx.Err() == nil {
		c.log.Warn().Err(err).Msg("A key could not be asked for")
	}
}

// tellUnreadable passes to intake an event, with now as its time, that makes the bot
// say in a room that it cannot read the waiting message a. The event's id consists of
// room and day, so that this happens at most once a day. The error is that of intake.
func (c *Client) tellUnreadable(ctx context.Context, a queue.Locked, now time.Time, intake Intake) error {
	room := c.rooms.get(id.RoomID(a.Room))
	e := &chat.Event{
		ID:   chat.EventID("unreadable/" + string(a.Room) + "/" + now.Format(time.DateOnly)),
		Room: a.Room, At: now, Direct: room.IsDirect(), Unreadable: &chat.Unreadable{Target: a.ID},
	}
	return intake.Accept(ctx, queue.Batch{
		Received: now, Arrivals: []queue.Arrival{{ID: e.ID, Room: e.Room, At: now, Event: e}},
	})
}
