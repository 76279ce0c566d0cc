package webhook

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"time"
)

const (
	// againWithin is the longest time since an alert's last news for which further
	// news edits its message; after that, a new message announces it.
	againWithin = 24 * time.Hour
	// keepAlerts is the time for which an alert's message may change.
	keepAlerts = 14 * 24 * time.Hour
	// digestLines is the number of deliveries that a digest shows.
	digestLines = 20
	// atOnce bounds the deliveries of one transaction, except those of a digest.
	atOnce = 20
	// checkEvery is the interval between checks of the hooks' rooms.
	checkEvery = 20 * time.Second
	// checkBefore is the largest age of that check before a post.
	checkBefore = 2 * time.Second
	// keepDeliveries is how long a delivery waits for the bot to return to the room.
	keepDeliveries = 7 * 24 * time.Hour
)

// window counts what one hook sent to its room in the current minute, so that a hook
// cannot flood its room.
type window struct {
	began time.Time
	sent  sent
	over  bool // a delivery waits for the end of the minute
}

// sent counts what deliveries put into the outbox: messages, the replies in threads among
// them, and edits of messages.
type sent struct{ messages, edits int }

// all returns the number by which a hook reaches its limit per minute. An edit costs
// homeserver and clients as much as a message.
func (s sent) all() int { return s.messages + s.edits }

// Run posts the waiting deliveries until ctx ends: at once when a request was accepted,
// when a hook's limit per minute allows more posts, and at least every checkEvery. It
// also disables the hooks of rooms that the bot left, enables those of rooms to which
// it returned, and deletes old data every hour. It logs errors and goes on, so it
// always returns nil.
func (s *Service) Run(ctx context.Context) error {
	var purged time.Time
	for ctx.Err() == nil {
		now := s.Now()
		s.try(ctx, func(ctx context.Context) error { return s.checkRooms(ctx, checkEvery) }, "The rooms of the webhooks could not be looked at")
		if now.Sub(purged) >= time.Hour {
			purged = now
			s.try(ctx, func(ctx context.Context) error {
				return s.Store.PurgeWebhooks(ctx, now.Add(-onceWithin), now.Add(-keepAlerts), now.Add(-keepDeliveries))
			}, "Old webhook data could not be deleted")
		}
		next := now.Add(checkEvery)
		s.try(ctx, func(ctx context.Context) error {
			due, err := s.Round(ctx)
			if !due.IsZero() && due.Before(next) {
				next = due
			}
			return err
		}, "Webhooks could not be delivered")
		s.wake.For(ctx, max(time.Until(next), 10*time.Millisecond))
	}
	return nil
}

// try calls do and logs its error, with the text failed, unless ctx has ended. Run
// calls do again in its next round.
func (s *Service) try(ctx context.Context, do func(ctx context.Context) error, failed string) {
	if err := do(ctx); err != nil && ctx.Err() == nil {
		s.Log.Error().Err(err).Msg(failed)
	}
}

// Round posts the stored deliveries that may go now, after a check of the hooks' rooms.
// It returns next, the time at which the next delivery may go that a hook's limit per
// minute holds back; the zero time if no delivery waits for that. An error of the store
// or the queue ends the round. Then next is a second away, or zero if the hooks with
// deliveries could not be read.
func (s *Service) Round(ctx context.Context) (next time.Time, err error) {
	busy, err := s.Store.BusyHooks(ctx)
	if err != nil || len(busy) == 0 {
		return next, err
	}
	if err := s.checkRooms(ctx, checkBefore); err != nil {
		return s.Now().Add(time.Second), err
	}
	for _, id := range busy {
		for ctx.Err() == nil {
			more, due, err := s.deliver(ctx, id)
			if err != nil {
				return s.Now().Add(time.Second), err
			}
			if !due.IsZero() && (next.IsZero() || due.Before(next)) {
				next = due
			}
			if !more {
				break
			}
		}
	}
	return next, nil
}

// deliver posts waiting deliveries of the hook with that id, at most atOnce of them, and
// deletes them in the same transaction. It stops once their messages and edits reach the
// hook's limit per minute; only the last delivery may exceed it. If several had to wait
// for the end of a minute, they go together in one digest. more reports whether further
// deliveries may go at once. If the limit holds deliveries back, due is the time at
// which they may go; otherwise the zero time. deliver counts the messages and edits in
// s.windows. It does nothing for a hook that was deleted or whose room the bot left.
// After an error nothing is posted.
func (s *Service) deliver(ctx context.Context, id int64) (more bool, due time.Time, err error) {
	w := s.windows[id]
	now := s.Now()
	ended := w == nil || now.Sub(w.began) >= time.Minute || now.Before(w.began)
	digest := ended && w != nil && w.over
	if ended {
		w = &window{began: now}
	}
	if w.over {
		return false, w.began.Add(time.Minute), nil
	}
	left := max(s.PerMinute-w.sent.all(), 0)
	limit := min(atOnce, left+1)
	if digest {
		limit = MaxWaiting
	}
	var made sent
	digests, over := 0, false
	err = s.Queue.Do(ctx, func(ctx context.Context) error {
		made, digests, over = sent{}, 0, false
		hook, ok, err := s.hookByID(ctx, id)
		if err != nil || !ok || hook.Gone {
			return err
		}
		all, err := s.Store.Deliveries(ctx, id, limit)
		if err != nil || len(all) == 0 {
			return err
		}
		if digest && len(all) > 1 {
			digests = 1
			return s.digest(ctx, hook, all, &made)
		}
		more = len(all) == limit
		for _, d := range all {
			if made.all() >= left {
				over, more = true, false
				return nil
			}
			if err := s.one(ctx, hook, d, &made); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return false, time.Time{}, err
	}
	s.counts.Posted.Add(int64(made.messages))
	s.counts.Edited.Add(int64(made.edits))
	s.counts.Digests.Add(int64(digests))
	w.sent.messages += made.messages
	w.sent.edits += made.edits
	w.over = over
	s.windows[id] = w
	if over {
		due = w.began.Add(time.Minute)
	}
	return more, due, nil
}

func (s *Service) hookByID(ctx context.Context, id int64) (Hook, bool, error) {
	all, err := s.Store.Hooks(ctx)
	i := slices.IndexFunc(all, func(h Hook) bool { return h.ID == id })
	if err != nil || i < 0 {
		return Hook{}, false, err
	}
	return all[i], true, nil
}

// read returns the message in the delivery d, in the language lang. ok is false if
// there is nothing to post: the delivery has no visible text, or it is unreadable, or
// its reader panicked. In the last two cases read logs that, without the content.
func (s *Service) read(d Delivery, lang string) (m Message, ok bool) {
	defer func() {
		if p := recover(); p != nil {
			s.Log.Error().Int64("hook", d.Hook).Msgf("A webhook's reader failed: %T\n%s", p, debug.Stack())
			m, ok = Message{}, false
		}
	}()
	m, err := Read(d.Body, lang, s.Zone)
	if err != nil {
		s.Log.Warn().Int64("hook", d.Hook).Msg("What a webhook took in cannot be read")
	}
	return m, err == nil && m.HTML() != ""
}

// one posts the delivery d of a hook, or updates the messages of alerts that it repeats
// or ends, in the transaction of ctx, and adds the messages and edits to made. It deletes
// the delivery first, also one that it cannot read.
func (s *Service) one(ctx context.Context, hook Hook, d Delivery, made *sent) error {
	if err := s.Store.DeleteDelivery(ctx, d.Seq); err != nil {
		return err
	}
	lang := s.Book.Of(hook.Room).Language
	m, ok := s.read(d, lang)
	if !ok {
		return nil
	}
	t := telling{Service: s, hook: hook, lang: lang, at: d.At, cause: fmt.Sprintf("webhook %d", d.Seq), made: made}
	return t.tell(ctx, m.Notes)
}
