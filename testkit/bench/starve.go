package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// starveSize sets how much one person does to slow down the others, spread over
// lasts.
type starveSize struct {
	calm    int // commands of the other person before the attack
	feeds   int // feeds that never answer
	events  int // events that nobody can decrypt
	devices int // devices of the attacker; each query for them takes slow
	slow    time.Duration
	lasts   time.Duration
}

// measureStarvation measures one person's commands while another one requests dead
// feeds, floods a room with undecryptable events, and adds devices whose query is
// slow. The echo bot runs on the same homeserver at the same time, without the slow
// query: it shows how much the homeserver itself slows down.
func measureStarvation(ctx context.Context, s *stage) (_ []figure, err error) {
	dir, err := os.MkdirTemp("", "heraut-bench-starve-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s.bot.stop()
	a, err := newAttack(ctx, s, dir)
	if err != nil {
		return nil, err
	}
	defer a.close()
	s.other.stop()
	if err := s.other.start(ctx); err != nil {
		return nil, err
	}
	person, err := s.person(ctx)
	if err != nil {
		return nil, err
	}
	defer person.Close()
	var rooms [2]room
	for i, with := range []contestant{a.bot, s.other} {
		if rooms[i], err = newRoom(ctx, person, with, true); err != nil {
			return nil, err
		}
	}
	calm := 0
	before, err := askWhile(ctx, rooms, func() bool { calm++; return calm <= s.plan.starve.calm })
	if err != nil {
		return nil, err
	}
	storm := make(chan error, 1)
	go func() { storm <- a.storm(ctx) }()
	var stormed error
	during, err := askWhile(ctx, rooms, func() bool {
		select {
		case stormed = <-storm:
			return false
		default:
			return true
		}
	})
	if err = errors.Join(err, stormed); err != nil {
		return nil, err
	}
	ours, theirs := percentile(during[0], 99)/percentile(before[0], 99), percentile(during[1], 99)/percentile(before[1], 99)
	name := fmt.Sprintf("command while another starves the bot, p99 of %d", len(during[0]))
	return []figure{
		{name: "command in a calm moment, p99", unit: "ms", values: []float64{percentile(before[0], 99)}},
		{name: name, unit: "ms", values: []float64{percentile(during[0], 99)}},
		{name: "  ratio", values: []float64{ours}, aim: 2, atMost: true},
		{name: "  " + s.other.name() + ", ratio", values: []float64{theirs}},
	}, nil
}

// askWhile asks both bots alternately while more returns true, and returns the times
// of their answers, in milliseconds.
func askWhile(ctx context.Context, rooms [2]room, more func() bool) (took [2][]float64, err error) {
	for n := 0; more(); n++ {
		for i := range rooms {
			d, err := rooms[i].timeAnswer(ctx, n)
			if err != nil {
				return took, err
			}
			took[i] = append(took[i], float64(d.Microseconds())/1000)
		}
	}
	return took, nil
}

// percentile returns the p-th percentile of the values, and leaves their order
// unchanged.
func percentile(values []float64, p int) float64 {
	sorted := slices.Sorted(slices.Values(values))
	return sorted[min(len(sorted)*p/100, len(sorted)-1)]
}

// attack is a bot behind a proxy, and a person who tries to slow it down for others.
type attack struct {
	*bot
	hs      *testkit.Homeserver
	size    starveSize
	proxy   *testkit.Proxy
	dead    *httptest.Server // a server that never answers
	end     chan struct{}
	account testkit.Account // the attacker's
	client  *testkit.Client
	rooms   []id.RoomID // clear rooms, for feeds
	sealed  id.RoomID   // an encrypted room, for the flood
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
	if a.account, err = s.hs.CreateAccount(ctx, "mallory", "password of somebody"); err != nil {
		return nil, err
	}
	if a.client, err = s.hs.Login(ctx, a.account, testkit.ClientOptions{CrossSigned: true}); err != nil {
		return nil, err
	}
	const rooms = 12 // the bot handles 8 rooms at once
	for range rooms {
		r, err := newRoom(ctx, a.client, a.bot, false)
		if err != nil {
			return nil, err
		}
		a.rooms = append(a.rooms, r.id)
	}
	sealed, err := newRoom(ctx, a.client, a.bot, true)
	a.sealed = sealed.id
	return a, err
}

func (a *attack) close() {
	close(a.end)
	a.dead.Close()
	if a.bot != nil {
		a.stop()
	}
	if a.client != nil {
		a.client.Close()
	}
	if a.proxy != nil {
		a.proxy.Close()
	}
}

// storm runs the whole attack, evenly over its duration.
func (a *attack) storm(ctx context.Context) error {
	mallory := []byte(a.account.UserID)
	remove := a.proxy.Add(testkit.Rule{Name: "slow devices", Match: func(r *testkit.Request) bool {
		return strings.HasSuffix(r.Path, "/keys/query") && bytes.Contains(r.Body, mallory)
	}, Do: testkit.Delay(a.size.slow)})
	defer remove()
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		return a.spread(ctx, a.size.feeds, func(n int) error {
			_, err := a.client.SendEvent(ctx, a.rooms[n%len(a.rooms)], event.EventMessage, &event.MessageEventContent{
				MsgType: event.MsgText, Body: fmt.Sprintf("!veille flux %s/%d", a.dead.URL, n),
			})
			return err
		})
	})
	g.Go(func() error {
		return a.spread(ctx, a.size.events, func(n int) error {
			_, err := a.client.SendMessageEvent(ctx, a.sealed, event.EventEncrypted, map[string]any{
				"algorithm": id.AlgorithmMegolmV1, "ciphertext": strings.Repeat("QUJD", 200), "device_id": "NONE",
				"sender_key": "none", "session_id": fmt.Sprintf("%043d", n),
			}, mautrix.ReqSendEvent{DontEncrypt: true})
			return err
		})
	})
	g.Go(func() error {
		return a.spread(ctx, a.size.devices, func(int) error {
			device, err := a.hs.Login(ctx, a.account, testkit.ClientOptions{Encrypted: true})
			if err == nil {
				device.Close()
			}
			return err
		})
	})
	return g.Wait()
}

// spread calls do count times, evenly over the duration of the storm, or as fast as
// possible if that is too short.
func (a *attack) spread(ctx context.Context, count int, do func(n int) error) error {
	if count == 0 {
		return nil
	}
	ticker := time.NewTicker(a.size.lasts / time.Duration(count))
	defer ticker.Stop()
	for n := range count {
		if err := do(n); err != nil {
			return err
		}
		select {
		case <-ticker.C:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
