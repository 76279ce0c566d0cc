package main

import (
	"bytes"
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// attack is a bot behind a proxy, and two people: one shares rooms with the bot and
// tries to slow it down for others, the other does the same without it.
type attack struct {
	*bot
	hs    *testkit.Homeserver
	size  starveSize
	proxy *testkit.Proxy
	dead  *httptest.Server // a server that never answers
	end   chan struct{}

	real, decoy *target
	witness     *testkit.Client // the other member of the decoy's rooms
}

// target is an attacker and their rooms.
type target struct {
	account testkit.Account
	client  *testkit.Client
	rooms   []id.RoomID // clear rooms, for feeds
	sealed  id.RoomID   // an encrypted room, for the flood

	feeds, events, devices atomic.Int64 // what the attacks did so far
}

func newAttack(ctx context.Context, s *stage, dir string) (_ *attack, err error) {
	program, err := testkit.BuiltBot(ctx)
	if err != nil {
		return nil, err
	}
	a := &attack{hs: s.hs, size: s.plan.starve, end: make(chan struct{})}
	a.dead = httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-a.end:
		case <-r.Context().Done():
		}
	}))
	defer func() {
		if err != nil {
			a.close()
		}
	}()
	if a.proxy, err = testkit.StartProxy(s.hs.URL, 1); err != nil {
		return nil, err
	}
	account, err := s.hs.CreateAccount(ctx, "starved", "password of the bot")
	if err != nil {
		return nil, err
	}
	// The default limits would stop most of the attack.
	b, err := testkit.PrepareBot(ctx, program, dir, testkit.BotConfig{
		Homeserver: a.proxy.URL, Account: account, SILL: s.catalogue.URL,
		Set: map[string]any{"limits.person": "100000/m", "limits.room": "100000/m", "fetch.allow_private": []string{"127.0.0.1"}},
	})
	if err != nil {
		return nil, err
	}
	a.bot = &bot{b, account}
	if err := a.start(ctx); err != nil {
		return nil, err
	}
	witness, err := s.hs.CreateAccount(ctx, "witness", "password of a witness")
	if err != nil {
		return nil, err
	}
	if a.witness, err = s.hs.Login(ctx, witness, testkit.ClientOptions{}); err != nil {
		return nil, err
	}
	if a.real, err = a.newTarget(ctx, "mallory", a.user(), nil); err != nil {
		return nil, err
	}
	a.decoy, err = a.newTarget(ctx, "trudy", a.witness.UserID, a.witness)
	return a, err
}

// newTarget makes an attacker, and rooms with the user, who joins by themselves if
// joiner is nil. The attacker's client has no encryption keys: with some, it would
// itself query each of the devices to come.
func (a *attack) newTarget(ctx context.Context, name string, user id.UserID, joiner *testkit.Client) (*target, error) {
	account, err := a.hs.CreateAccount(ctx, name, "password of somebody")
	if err != nil {
		return nil, err
	}
	t := &target{account: account}
	if t.client, err = a.hs.Login(ctx, t.account, testkit.ClientOptions{}); err != nil {
		return nil, err
	}
	const rooms = 12 // the bot handles 8 rooms at once
	for n := range rooms + 1 {
		roomID, err := t.client.MakeRoom(ctx, testkit.Room{Encrypted: n == rooms, Invite: []id.UserID{user}})
		if err != nil {
			return t, err
		}
		if joiner != nil {
			if _, err := joiner.JoinRoomByID(ctx, roomID); err != nil {
				return t, err
			}
		} else if _, err := t.client.Wait(ctx, roomID, func(evt *event.Event) bool {
			return evt.Sender == user && evt.Type != event.StateMember // the greeting
		}); err != nil {
			return t, err
		}
		t.rooms = append(t.rooms, roomID)
	}
	t.rooms, t.sealed = t.rooms[:rooms], t.rooms[rooms]
	return t, nil
}

func (a *attack) close() {
	close(a.end)
	a.dead.Close()
	if a.bot != nil {
		a.stop()
	}
	for _, t := range []*target{a.real, a.decoy} {
		if t != nil && t.client != nil {
			t.client.Close()
		}
	}
	if a.witness != nil {
		a.witness.Close()
	}
	if a.proxy != nil {
		a.proxy.Close()
	}
}

// storm runs one attack. It ends on time: what a slow homeserver did not take until
// then is left out.
func (a *attack) storm(ctx context.Context, t *target) error {
	attacker := []byte(t.account.UserID)
	remove := a.proxy.Add(testkit.Rule{Name: "slow devices", Match: func(r *testkit.Request) bool {
		return strings.HasSuffix(r.Path, "/keys/query") && bytes.Contains(r.Body, attacker)
	}, Do: testkit.Delay(a.size.slow)})
	defer remove()
	g, ctx := errgroup.WithContext(ctx)
	for _, part := range []struct {
		count int
		done  *atomic.Int64
		do    func(ctx context.Context, a *attack, n int) error
	}{
		{a.size.feeds, &t.feeds, t.requestFeed},
		{a.size.events, &t.events, t.flood},
		{a.size.devices, &t.devices, t.addDevice},
	} {
		g.Go(func() error {
			return spread(ctx, a.size.lasts, part.count, func(n int) error {
				err := part.do(ctx, a, n)
				if err == nil {
					part.done.Add(1)
				}
				return err
			})
		})
	}
	return g.Wait()
}

// settle ends an attack: it waits until the bot has answered the attacker's last commands, with the dead
// server closing its connections.
func (a *attack) settle(ctx context.Context) error {
	a.dead.CloseClientConnections()
	for n, roomID := range a.real.rooms {
		if _, err := (room{roomID, a.real.client, a.bot}).timeAnswer(ctx, n); err != nil {
			return err
		}
	}
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for len(a.proxy.Requests(func(r *testkit.Request) bool { return r.Rule != "" && r.Done.IsZero() })) > 0 {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
