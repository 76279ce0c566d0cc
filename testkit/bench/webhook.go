package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
	"heraut/testkit/contest"
)

// webhookSize is the size of the measurement of webhooks: the number of requests whose
// answer it times, the number of further requests of which it times how long their
// message takes to the room, the number of commands, and the number of requests in a
// burst.
type webhookSize struct{ posts, seen, answers, burst int }

// measureWebhooks measures how long a request to a webhook takes to be answered, how
// long its message takes to appear in the room, and how much a burst of requests
// delays the answers to commands.
func measureWebhooks(ctx context.Context, s *stage) (_ []figure, err error) {
	dir, err := os.MkdirTemp("", "heraut-bench-webhook-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	s.bot.Stop()
	s.other.Stop()
	port, err := testkit.FreePort(ctx)
	if err != nil {
		return nil, err
	}
	listen := fmt.Sprintf("127.0.0.1:%d", port)
	account, err := s.hs.CreateAccount(ctx, "hooked", "password of the bot")
	if err != nil {
		return nil, err
	}
	program, err := testkit.BuiltBot(ctx)
	if err != nil {
		return nil, err
	}
	prepared, err := testkit.PrepareBot(ctx, program, dir, testkit.BotConfig{
		Homeserver: s.hs.URL, Account: account, SILL: s.catalogue.URL,
		Set: map[string]any{"webhooks.listen": listen, "webhooks.url": "http://" + listen, "webhooks.per_minute": 600},
	})
	if err != nil {
		return nil, err
	}
	b := &contest.Bot{Bot: prepared, Account: account}
	if err := errors.Join(b.Launch(ctx), b.WaitReady(ctx)); err != nil {
		return nil, err
	}
	defer b.Stop()
	h, err := newHooked(ctx, s, b)
	if err != nil {
		return nil, err
	}
	defer h.person.Close()

	var took []float64
	for n := range s.plan.webhook.posts {
		began := time.Now()
		if err := h.post(ctx, fmt.Sprintf("mesure %d", n)); err != nil {
			return nil, err
		}
		took = append(took, float64(time.Since(began).Microseconds())/1000)
	}
	slices.Sort(took)
	if err := h.seen(ctx, fmt.Sprintf("mesure %d", s.plan.webhook.posts-1)); err != nil {
		return nil, err
	}
	var toRoom []float64
	for n := range s.plan.webhook.seen {
		began, text := time.Now(), fmt.Sprintf("jusqu'au salon %d.", n)
		if err := errors.Join(h.post(ctx, text), h.seen(ctx, text)); err != nil {
			return nil, err
		}
		toRoom = append(toRoom, float64(time.Since(began).Microseconds())/1000)
	}
	calm, err := h.answers(ctx, s.plan.webhook.answers)
	if err != nil {
		return nil, err
	}
	stormy, refused, err := h.underBurst(ctx, s.plan.webhook)
	if err != nil {
		return nil, err
	}
	return []figure{
		{name: "webhook, request to ok, p50", unit: "ms", values: []float64{contest.Median(took)}},
		{name: "  p99", unit: "ms", values: []float64{took[len(took)*99/100]}, aim: 50, atMost: true},
		{name: "webhook, request to message in the room, p50", unit: "ms", values: []float64{contest.Median(toRoom)}},
		{name: "command to answer without webhooks, p50", unit: "ms", values: []float64{contest.Median(calm)}},
		{name: fmt.Sprintf("  during a burst of %d requests", s.plan.webhook.burst), unit: "ms", values: []float64{contest.Median(stormy)}},
		{name: "  ratio", values: []float64{contest.Median(stormy) / contest.Median(calm)}, aim: 2, atMost: true},
		{name: "  requests that were told to wait, or unknown", values: []float64{float64(refused)}},
	}, nil
}

// hooked is a bot and a person who share two rooms: in room the bot has a webhook, in
// asking the person sends it commands.
type hooked struct {
	*contest.Bot
	person  *testkit.Client
	room    id.RoomID
	asking  contest.Room
	address string
}

var hookAddress = regexp.MustCompile(`http://127\.0\.0\.1:\d+/h/[a-z0-9]{26}`)

func newHooked(ctx context.Context, s *stage, b *contest.Bot) (*hooked, error) {
	person, err := contest.NewPerson(ctx, s.hs)
	if err != nil {
		return nil, err
	}
	h := &hooked{Bot: b, person: person}
	posts, err := contest.NewRoom(ctx, person, b, false)
	if err != nil {
		return nil, err
	}
	h.room = posts.ID
	if h.asking, err = contest.NewRoom(ctx, person, b, false); err != nil {
		return nil, err
	}
	direct, err := person.MakeRoom(ctx, testkit.Room{Direct: true, Invite: []id.UserID{b.User()}})
	if err != nil {
		return nil, err
	}
	says := func(room id.RoomID, match func(body string) bool) (*event.Event, error) {
		return person.Wait(ctx, room, func(evt *event.Event) bool {
			return evt.Sender == b.User() && evt.Type == event.EventMessage && match(testkit.Body(evt))
		})
	}
	if _, err := says(direct, func(string) bool { return true }); err != nil {
		return nil, err
	}
	if _, err := person.SendEvent(ctx, h.room, event.EventMessage, &event.MessageEventContent{MsgType: event.MsgText, Body: "!webhook creer mesure"}); err != nil {
		return nil, err
	}
	given, err := says(direct, hookAddress.MatchString)
	if err != nil {
		return nil, err
	}
	h.address = hookAddress.FindString(testkit.Body(given))
	return h, nil
}

func (h *hooked) post(ctx context.Context, text string) error {
	status, err := postTo(ctx, h.address, text)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("a webhook answers %d", status)
	}
	return err
}

func postTo(ctx context.Context, address, text string) (int, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, address, strings.NewReader(text))
	if err != nil {
		return 0, err
	}
	r.Header.Set("Content-Type", "text/plain")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		return 0, err
	}
	return resp.StatusCode, resp.Body.Close()
}

func (h *hooked) seen(ctx context.Context, text string) error {
	_, err := h.person.Wait(ctx, h.room, func(evt *event.Event) bool {
		return evt.Sender == h.User() && evt.Type == event.EventMessage && testkit.Body(evt) == text
	})
	return err
}

// answers sends n commands, each after the answer to the one before, and returns the
// times until the answers in milliseconds. It sets no time limit itself.
func (h *hooked) answers(ctx context.Context, n int) (took []float64, err error) {
	for i := range n {
		d, err := h.asking.TimeAnswer(ctx, i)
		if err != nil {
			return nil, err
		}
		took = append(took, float64(d.Microseconds())/1000)
	}
	return took, nil
}

// underBurst measures the times until answers, in milliseconds, during a burst of
// requests, half of which go to an unknown webhook. refused counts the requests that
// were not accepted, those to the unknown one included. It returns once the burst is
// over.
func (h *hooked) underBurst(ctx context.Context, size webhookSize) (took []float64, refused int64, err error) {
	var others atomic.Int64
	var all sync.WaitGroup
	const senders = 8
	for range senders {
		all.Go(func() {
			for i := range size.burst / senders {
				to := h.address
				if i%2 == 0 {
					to = to[:len(to)-1] + "-"
				}
				if status, err := postTo(ctx, to, "rafale"); err != nil || status != http.StatusOK {
					others.Add(1)
				}
			}
		})
	}
	took, err = h.answers(ctx, size.answers)
	all.Wait()
	return took, others.Load(), err
}
