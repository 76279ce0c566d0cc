package testkit

import (
	"context"
	"errors"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

const syncRetry = 200 * time.Millisecond

// syncUntil reads events from the homeserver until ctx ends or the client is logged
// out, and then closes c.stopped. It goes on after the homeserver restarts.
func (c *Client) syncUntil(ctx context.Context) {
	defer close(c.stopped)
	for ctx.Err() == nil {
		err := c.SyncWithContext(ctx)
		if errors.Is(err, mautrix.MUnknownToken) {
			return // logged out: Wait reports that the client has stopped
		}
		select {
		case <-ctx.Done():
		case <-time.After(syncRetry):
		}
	}
}

// clientSyncer is mautrix's handler of a client's sync responses. Tests see the events
// of a response only after all of it is processed: a test that sees a new member can
// then encrypt for them.
type clientSyncer struct {
	*mautrix.DefaultSyncer
	client *Client
}

func (s *clientSyncer) ProcessResponse(ctx context.Context, resp *mautrix.RespSync, since string) error {
	s.client.mu.Lock()
	s.client.syncing = true
	s.client.mu.Unlock()
	s.client.keys.Lock()
	err := s.DefaultSyncer.ProcessResponse(ctx, resp, since)
	s.client.keys.Unlock()
	s.client.mu.Lock()
	s.client.syncing = false
	s.client.show()
	s.client.mu.Unlock()
	return err
}

// OnFailedSync returns how long the client waits after a failed sync: syncRetry, since
// tests must be fast. For a client that is logged out it returns err, which ends the
// sync.
func (s *clientSyncer) OnFailedSync(_ *mautrix.RespSync, err error) (time.Duration, error) {
	if errors.Is(err, mautrix.MUnknownToken) {
		return 0, err
	}
	return syncRetry, nil
}

// collect keeps an event in c.arrived until show makes it visible to tests, which is at
// once outside of a sync response: an event that could be decrypted only later comes
// then. It ignores events without a room.
func (c *Client) collect(_ context.Context, evt *event.Event) {
	if evt.RoomID == "" {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.arrived = append(c.arrived, evt)
	if !c.syncing {
		c.show()
	}
}

// show makes the events in c.arrived visible to tests, each in its room, where a
// decrypted event replaces its encrypted form, and wakes those that wait. The caller
// holds the client's lock c.mu.
func (c *Client) show() {
	for _, evt := range c.arrived {
		room := c.rooms[evt.RoomID]
		if room == nil {
			room = &timeline{byID: make(map[id.EventID]int)}
			c.rooms[evt.RoomID] = room
		}
		place, known := room.byID[evt.ID]
		switch {
		case !known:
			if evt.ID != "" { // receipts and invitations have none
				room.byID[evt.ID] = len(room.events)
			}
			room.events = append(room.events, evt)
		case evt.Mautrix.EventSource&event.SourceDecrypted != 0:
			room.events[place] = evt
		}
	}
	c.arrived = nil
	close(c.changed)
	c.changed = make(chan struct{})
}
