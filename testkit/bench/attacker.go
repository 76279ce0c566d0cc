package main

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// requestFeed sends the bot the n-th command to watch a feed, at the address of a
// server that never answers. n also selects the room. It does not wait for an answer.
func (a *attack) requestFeed(ctx context.Context, n int) error {
	_, err := a.client.SendEvent(ctx, a.rooms[n%len(a.rooms)], event.EventMessage, &event.MessageEventContent{
		MsgType: event.MsgText, Body: fmt.Sprintf("!veille flux %s/%d", a.dead.URL, n),
	})
	return err
}

// addDevice logs in to the attacker's account with a new device and publishes its keys,
// which it then forgets.
func (a *attack) addDevice(ctx context.Context) error {
	client, err := mautrix.NewClient(a.hs.URL, "", "")
	if err != nil {
		return err
	}
	_, err = client.Login(ctx, &mautrix.ReqLogin{
		Type:             mautrix.AuthTypePassword,
		Identifier:       mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: string(a.account.UserID)},
		Password:         a.account.Password,
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

// flood holds how many of an attack's events and changes of devices its method join has
// added to the bot's sync responses; it adds them evenly over the attack's length. It
// is safe for concurrent use.
type flood struct {
	*attack
	start time.Time

	mu              sync.Mutex
	events, devices int // added so far
}

// mostPerSync is the number of one room's events in a sync response: the limit of the
// bot's filter, which a homeserver observes.
const mostPerSync = 50

// join adds the attack's events and changes of devices that are due by now to resp, a
// sync response on its way to the bot, and counts them: at most mostPerSync events and
// one change of devices; the others go with later responses. It leaves a response that
// is no success or no JSON as it is.
func (f *flood) join(resp *testkit.Response) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if resp.Status != http.StatusOK {
		return
	}
	var sync struct {
		Rooms       map[string]map[id.RoomID]any `json:"rooms,omitempty"`
		DeviceLists map[string][]id.UserID       `json:"device_lists,omitempty"`
	}
	all := map[string]any{}
	if json.Unmarshal(resp.Body, &all) != nil || json.Unmarshal(resp.Body, &sync) != nil {
		return
	}
	events := min(f.due(f.size.events)-f.events, mostPerSync)
	if joined := sync.Rooms["join"]; events > 0 && joined[f.sealed] == nil { // else with the next one
		joined = maps.Clone(joined)
		if joined == nil {
			joined = map[id.RoomID]any{}
		}
		joined[f.sealed] = map[string]any{"timeline": map[string]any{"events": f.undecryptable(events)}}
		if sync.Rooms == nil {
			sync.Rooms = map[string]map[id.RoomID]any{}
		}
		sync.Rooms["join"] = joined
		all["rooms"] = sync.Rooms
		f.attack.events.Add(int64(events))
	}
	if devices := f.due(f.size.devices) - f.devices; devices > 0 {
		if sync.DeviceLists == nil {
			sync.DeviceLists = map[string][]id.UserID{}
		}
		sync.DeviceLists["changed"] = append(sync.DeviceLists["changed"], f.account.UserID)
		all["device_lists"] = sync.DeviceLists
		f.devices++ // one change announces one device
		f.attack.devices.Add(1)
	}
	if body, err := json.Marshal(all); err == nil {
		resp.Body = body
		resp.Header.Del("Content-Length")
	}
}

// due returns how many of count things the attack should have done by now, if it
// spreads them evenly over its length.
func (f *flood) due(count int) int {
	return min(count, int(time.Since(f.start)*time.Duration(count)/f.size.lasts))
}

// undecryptable returns count encrypted events that nobody can decrypt, each under
// another key, and counts them in f.events.
func (f *flood) undecryptable(count int) (events []map[string]any) {
	for range count {
		f.events++
		name := fmt.Sprintf("%020d%023d", f.start.UnixNano(), f.events)
		events = append(events, map[string]any{
			"type": event.EventEncrypted.Type, "event_id": "$" + name, "sender": f.account.UserID,
			"origin_server_ts": time.Now().UnixMilli(), "unsigned": map[string]any{"age": 10},
			"content": map[string]any{
				"algorithm": id.AlgorithmMegolmV1, "ciphertext": strings.Repeat("QUJD", 200), "device_id": "NONE",
				"sender_key": "none", "session_id": name,
			},
		})
	}
	return events
}

// spread calls do with the numbers from 0 to count-1, evenly over lasts, at most 4 at
// once, and waits for their end. It leaves out those that it cannot start before lasts
// is over. It stops at the first error of do, which it returns, and when ctx ends.
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
