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
	"heraut/testkit/contest"
)

// attack is the set-up for measuring how much one person can slow down the bot for
// others: the bot behind a proxy, and an attacker who shares rooms with it.
type attack struct {
	*contest.Bot
	hs    *testkit.Homeserver
	size  starveSize
	proxy *testkit.Proxy
	dead  *httptest.Server // a server that never answers
	end   chan struct{}

	account testkit.Account
	client  *testkit.Client
	rooms   []id.RoomID // clear rooms, for feeds
	sealed  id.RoomID   // an encrypted room, for the flood

	feeds, events, devices atomic.Int64 // what the attack did so far
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
	a.Bot = &contest.Bot{Bot: b, Account: account}
	if err := a.Launch(ctx); err != nil {
		return nil, err
	}
	return a, a.addAttacker(ctx)
}

// addAttacker makes the attacker's account with its devices, and its rooms with the
// bot, waits for the bot's greeting in each, without a time limit of its own, and
// stores them in a. Its client has no encryption keys: with some, it would itself query
// each of the devices.
func (a *attack) addAttacker(ctx context.Context) (err error) {
	if a.account, err = a.hs.CreateAccount(ctx, "mallory", "password of an attacker"); err != nil {
		return err
	}
	if a.client, err = a.hs.Login(ctx, a.account, testkit.ClientOptions{}); err != nil {
		return err
	}
	const rooms = 12 // the bot handles 8 rooms at once
	for n := range rooms + 1 {
		roomID, err := a.client.MakeRoom(ctx, testkit.Room{Encrypted: n == rooms, Invite: []id.UserID{a.User()}})
		if err != nil {
			return err
		}
		if _, err := a.client.Wait(ctx, roomID, func(evt *event.Event) bool {
			return evt.Sender == a.User() && evt.Type != event.StateMember // the greeting
		}); err != nil {
			return err
		}
		a.rooms = append(a.rooms, roomID)
	}
	a.rooms, a.sealed = a.rooms[:rooms], a.rooms[rooms]
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(4)
	for range a.size.devices {
		g.Go(func() error { return a.addDevice(ctx) })
	}
	return g.Wait()
}

func (a *attack) close() {
	close(a.end)
	a.dead.Close()
	if a.Bot != nil {
		a.Stop()
	}
	if a.client != nil {
		a.client.Close()
	}
	if a.proxy != nil {
		a.proxy.Close()
	}
}

// storm runs one attack for a fixed time and counts in a what the attack did. If the
// homeserver is slow, it sends fewer commands than planned. It adds rules to the proxy,
// and removes them at the end.
func (a *attack) storm(ctx context.Context) error {
	attacker := []byte(a.account.UserID)
	removeSlow := a.proxy.Add(testkit.Rule{Name: "slow devices", Match: func(r *testkit.Request) bool {
		return strings.HasSuffix(r.Path, "/keys/query") && bytes.Contains(r.Body, attacker)
	}, Do: testkit.Delay(a.size.slow)})
	defer removeSlow()
	f := &flood{attack: a, start: time.Now()}
	removeFlood := a.proxy.Add(testkit.Rule{
		Name: "flood", Match: testkit.On(http.MethodGet, "/_matrix/client/v3/sync"), Do: testkit.Rewrite(f.join),
	})
	defer removeFlood()
	return spread(ctx, a.size.lasts, a.size.feeds, func(n int) error {
		err := a.requestFeed(ctx, n)
		if err == nil {
			a.feeds.Add(1)
		}
		return err
	})
}

// settle ends an attack. It closes the connections of the server that never answers,
// and waits until the bot has answered the attacker's last commands and no delayed
// request for devices is under way. The error is that of ctx or of a command.
func (a *attack) settle(ctx context.Context) error {
	a.dead.CloseClientConnections()
	for n, roomID := range a.rooms {
		if _, err := (contest.Room{ID: roomID, Person: a.client, With: a.Bot}).TimeAnswer(ctx, n); err != nil {
			return err
		}
	}
	ticker := time.NewTicker(100 * time.Millisecond)
	defer ticker.Stop()
	for len(a.proxy.Requests(func(r *testkit.Request) bool { return r.Rule == "slow devices" && r.Done.IsZero() })) > 0 {
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
