package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"heraut/webhook"
)

// Deliveries over the limit come in one digest at the end of the minute. A sender
// far over the limit is told to wait.
func TestDigestAndLimit(t *testing.T) {
	o := newOffice(t)
	path := o.create("ci")
	for i := range 30 {
		o.ok(path, fmt.Sprintf(`{"text":"message %d"}`, i))
	}
	status, _, header := o.post(path, "", "un de trop")
	if wait, err := strconv.Atoi(header.Get("Retry-After")); status != 429 || err != nil || wait < 1 || wait > 60 {
		t.Errorf("got %d, Retry-After %q", status, header.Get("Retry-After"))
	}
	o.wants("message 0", "message 1", "message 2")
	o.wants()
	o.now = o.now.Add(time.Minute)
	o.wants("27\u00a0messages du webhook ci, de 14:02:00 à 14:02:00")
	o.counts(4, 0, 1)
	o.ok(path, `{"text":"après"}`)
	o.wants("après")
}

// Only messages and edits count for the limit, and for the metrics: unreadable deliveries
// do not.
func TestUnreadableDeliveriesCountForNothing(t *testing.T) {
	o := newOffice(t)
	path := o.create("ci")
	hooks, err := o.db.Hooks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.do(func(ctx context.Context) error {
		for range 5 {
			d := webhook.Delivery{Hook: hooks[0].ID, Body: webhook.Body{Type: "application/json", Data: []byte("{")}, At: o.now}
			if _, err := o.db.AddDelivery(ctx, d, "", time.Time{}); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	for _, text := range []string{"un", "deux", "trois"} {
		o.ok(path, fmt.Sprintf(`{"text":%q}`, text))
	}
	o.wants("un", "deux", "trois")
	o.counts(3, 0, 0)
	o.now = o.now.Add(time.Minute)
	o.ok(path, `{"text":"quatre"}`) // nothing waited, so no digest comes
	o.ok(path, `{"text":"cinq"}`)
	o.wants("quatre", "cinq")
}

// Deliveries that end exactly at the limit leave nothing for a digest.
func TestExactlyTheLimit(t *testing.T) {
	const limit = 20
	o := newOffice(t, func(options *webhook.Options) { options.PerMinute = limit })
	path := o.create("ci")
	for range limit {
		o.ok(path, `{"text":"a"}`)
	}
	o.wants(slices.Repeat([]string{"a"}, limit)...)
	o.now = o.now.Add(time.Minute)
	o.ok(path, `{"text":"b"}`)
	o.ok(path, `{"text":"c"}`)
	o.wants("b", "c")
}

// A full hook says so to senders and to the person who tries it, and takes messages
// again once some have been posted.
func TestFullHook(t *testing.T) {
	o := newOffice(t, func(options *webhook.Options) { options.PerMinute = 600 })
	path := o.create("ci")
	hooks, err := o.db.Hooks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.do(func(ctx context.Context) error {
		for range webhook.MaxWaiting {
			d := webhook.Delivery{Hook: hooks[0].ID, Body: webhook.Body{Data: []byte("a")}, At: o.now}
			if _, err := o.db.AddDelivery(ctx, d, "", time.Time{}); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	status, answer, header := o.post(path, "", "b", "Idempotency-Key", "1")
	if status != 429 || !strings.Contains(answer, "full for now") || header.Get("Retry-After") != "60" {
		t.Errorf("got %d %q, Retry-After %q", status, answer, header.Get("Retry-After"))
	}
	if _, _, err := o.service.Test(t.Context(), salon, "ci", "essai"); !errors.Is(err, webhook.ErrFull) {
		t.Errorf("trying a full hook: %v", err)
	}
	o.said()
	o.ok(path, `{"text":"après"}`, "Idempotency-Key", "1") // the refused request did not use up its key
	o.do(func(ctx context.Context) error { return o.db.DeleteHook(ctx, hooks[0].ID) }, nil)
	if status, answer, _ := o.post(path, "", "c"); status != 404 || answer != "no hook answers here\n" {
		t.Errorf("a hook removed since the look-up: %d %q", status, answer)
	}
}
