package webhook

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"heraut/chat"
	"heraut/locale"
)

const (
	// againWithin is the longest time since an alert's last news for which further
	// news edits its message; after that, a new message announces it.
	againWithin = 24 * time.Hour
	// keepAlerts is the time for which an alert's message may change.
	keepAlerts = 14 * 24 * time.Hour
	// digestLines is the number of deliveries that a digest shows.
	digestLines = 20
	// atOnce bounds the deliveries of one transaction.
	atOnce = 20
	// checkEvery is the interval between checks of the hooks' rooms.
	checkEvery = 20 * time.Second
	// checkBefore is the largest age of that check before a post.
	checkBefore = 2 * time.Second
	// keepDeliveries is how long a delivery waits for the bot to return to the room.
	keepDeliveries = 7 * 24 * time.Hour
)

// window counts the posts of one hook in the current minute, so that a hook cannot
// flood its room.
type window struct {
	began  time.Time
	posted int
	over   bool // a delivery waits for the end of the minute
}

// Run posts the waiting deliveries, disables the hooks of left rooms and purges old
// data, until ctx ends.
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

// Round posts the stored deliveries that may go now. It returns when the next delivery
// may go that a hook's limit per minute holds back; the zero time if none waits.
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

// deliver posts deliveries of the hook with that id, as far as its limit per minute
// allows, and deletes them in the same transaction. more reports that further
// deliveries may go at once. due is when deliveries held back by the limit may go; the
// zero time if none is held back.
func (s *Service) deliver(ctx context.Context, id int64) (more bool, due time.Time, err error) {
	w := s.windows[id]
	now := s.Now()
	ended := w == nil || now.Sub(w.began) >= time.Minute || now.Before(w.began)
	digest := ended && w != nil && w.over
	if ended {
		w = &window{began: now}
	}
	room := s.PerMinute - w.posted
	limit := min(atOnce, room+1)
	if digest {
		limit = MaxWaiting
	} else if room <= 0 {
		w.over = true
		s.windows[id] = w
		return false, w.began.Add(time.Minute), nil
	}
	var posted, digests int
	over := false
	err = s.Queue.Do(ctx, func(ctx context.Context) error {
		posted, digests, over = 0, 0, false
		hook, ok, err := s.hookByID(ctx, id)
		if err != nil || !ok || hook.Gone {
			return err
		}
		all, err := s.Store.Deliveries(ctx, id, limit)
		if err != nil || len(all) == 0 {
			return err
		}
		if digest && len(all) > 1 {
			posted, digests = 1, 1
			return s.digest(ctx, hook, all)
		}
		more = len(all) == limit
		if len(all) > room {
			all, over, more = all[:room], true, false
		}
		for _, d := range all {
			if err := s.one(ctx, hook, d); err != nil {
				return err
			}
			posted++
		}
		return nil
	})
	if err != nil {
		return false, time.Time{}, err
	}
	s.counts.Posted.Add(int64(posted))
	s.counts.Digests.Add(int64(digests))
	w.posted += posted
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

// read returns the message in a delivery, in the language lang. If the delivery is
// unreadable, ok is false, there is nothing to post, and the log has the reason
// without the content.
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

// one posts a delivery of a hook, or updates the messages of alerts that it repeats or
// ends, and deletes the delivery.
func (s *Service) one(ctx context.Context, hook Hook, d Delivery) error {
	if err := s.Store.DeleteDelivery(ctx, d.Seq); err != nil {
		return err
	}
	lang := s.Book.Of(hook.Room).Language
	m, ok := s.read(d, lang)
	if !ok {
		return nil
	}
	t := telling{Service: s, hook: hook, lang: lang, at: d.At, cause: fmt.Sprintf("webhook %d", d.Seq)}
	return t.tell(ctx, m.Notes)
}

// telling holds the context in which the notes of one delivery are posted: the hook,
// the language, the time of arrival and the cause of the posts.
type telling struct {
	*Service
	hook  Hook
	lang  string
	at    time.Time
	cause string
}

func (t telling) post(html string) chat.Post {
	return chat.Post{Room: t.hook.Room, Priority: chat.Webhook, HTML: html, Lang: t.lang}
}

// tell posts the notes of a delivery in one message. A note about an alert that
// already has a message changes that message instead.
func (t telling) tell(ctx context.Context, notes []Note) error {
	fresh, err := t.update(ctx, notes)
	if err != nil {
		return err
	}
	return t.fresh(ctx, fresh)
}

// update edits the messages of those alerts that notes repeat or end, and returns the
// other notes as new alerts, not yet posted or stored.
func (t telling) update(ctx context.Context, notes []Note) (fresh []Alert, err error) {
	key := chat.KeyOf(chat.Cause(t.cause), 0)
	var changed []chat.PostKey // in order
	ended := map[chat.PostKey][]Alert{}
	for _, n := range notes {
		a, known, err := t.known(ctx, n)
		if err != nil {
			return nil, err
		}
		if !known {
			a := Alert{Hook: t.hook.ID, Key: n.Alert, Post: key, Head: n.Head, Rest: n.Rest, First: t.at, Last: t.at, Times: 1}
			if n.Over {
				a.Key = "" // no later note belongs to it
			}
			fresh = append(fresh, a)
			continue
		}
		a.Last = t.at
		if n.Over {
			a.Over = t.at
			ended[a.Post] = append(ended[a.Post], a)
		} else {
			a.Times++
			a.Head, a.Rest = n.Head, n.Rest
		}
		if err := t.Store.SaveAlert(ctx, a); err != nil {
			return nil, err
		}
		if !slices.Contains(changed, a.Post) {
			changed = append(changed, a.Post)
		}
	}
	for _, post := range changed {
		if err := t.change(ctx, post, ended[post]); err != nil {
			return nil, err
		}
	}
	return fresh, nil
}

// known returns the open alert that the note n repeats or ends; false if there is none,
// or if its last note is so old that n begins a new one.
func (t telling) known(ctx context.Context, n Note) (Alert, bool, error) {
	if n.Alert == "" {
		return Alert{}, false, nil
	}
	a, err := t.Store.LiveAlert(ctx, t.hook.ID, n.Alert)
	if errors.Is(err, chat.ErrNotFound) {
		return Alert{}, false, nil
	}
	if err != nil || !a.Over.IsZero() || !n.Over && t.at.Sub(a.Last) >= againWithin {
		return Alert{}, false, err
	}
	return a, true, nil
}

// fresh posts new alerts in one message that notifies, and stores them if a later note
// may change the message.
func (t telling) fresh(ctx context.Context, alerts []Alert) error {
	if len(alerts) == 0 {
		return nil
	}
	html, err := t.html(alerts)
	if err != nil {
		return err
	}
	post := t.post(html)
	post.Rings = true
	if err := t.Queue.Post(ctx, chat.Cause(t.cause), post); err != nil {
		return err
	}
	if !slices.ContainsFunc(alerts, func(a Alert) bool { return a.Key != "" }) {
		return nil // the message never changes
	}
	for _, a := range alerts {
		if err := t.Store.SaveAlert(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// change edits the message with that key to show the present state of its alerts, and
// replies in its thread which of them ended.
func (t telling) change(ctx context.Context, key chat.PostKey, ended []Alert) error {
	all, err := t.Store.AlertsOf(ctx, key)
	if err != nil {
		return err
	}
	html, err := t.html(all)
	if err != nil {
		return err
	}
	post := t.post(html)
	post.Edits = chat.Target{Post: key}
	if err := t.Queue.Post(ctx, chat.Cause(t.cause+" changes "+string(key)), post); err != nil || len(ended) == 0 {
		return err
	}
	var b strings.Builder
	for _, a := range ended {
		line, err := locale.Render(t.lang, "webhook-alert", t.view(a, true))
		if err != nil {
			return err
		}
		b.WriteString(line)
	}
	reply := t.post(b.String())
	reply.Thread, reply.Alone = chat.Target{Post: key}, b.String()
	return t.Queue.Post(ctx, chat.Cause(t.cause+" ends "+string(key)), reply)
}

// alertView is one alert as the template webhook-alert renders it.
type alertView struct {
	Head  template.HTML // comes from the reader, in the tags of a message
	Rest  bool          // more follows
	Times int
	Since time.Time
	Over  time.Time // zero: the alert goes on
	// Reply reports that the text is for the message's thread.
	Reply bool
}

func (t telling) view(a Alert, reply bool) alertView {
	v := alertView{Head: template.HTML(a.Head), Times: a.Times, Since: a.First.In(t.Zone), Over: a.Over, Reply: reply}
	if !v.Over.IsZero() {
		v.Over = v.Over.In(t.Zone)
		// Only the title remains true: the text before it says that the alert goes
		// on.
		if i := strings.Index(a.Head, "<strong>"); i >= 0 {
			v.Head = template.HTML(a.Head[i:])
		}
	}
	return v
}

// html returns the HTML of a message about the given alerts, of which it shows at most
// maxNotes.
func (t telling) html(alerts []Alert) (string, error) {
	var b strings.Builder
	for i, a := range alerts {
		if i == maxNotes {
			b.WriteString("<p>" + template.HTMLEscapeString(count(t.lang, len(alerts)-i)) + "</p>")
			break
		}
		n := Note{Head: a.Head, Rest: a.Rest}
		if a.Head != "" && (a.Times > 1 || !a.Over.IsZero()) {
			head, err := locale.Render(t.lang, "webhook-alert", t.view(a, false))
			if err != nil {
				return "", err
			}
			n.Head = strings.TrimSuffix(strings.TrimPrefix(head, "<p>"), "</p>")
		}
		b.WriteString(n.HTML())
	}
	return b.String(), nil
}

// digest posts one message in place of many deliveries of a hook, with their number
// and the first line of some, and deletes the deliveries. Alerts that they end are
// still marked as ended in their own messages.
func (s *Service) digest(ctx context.Context, hook Hook, all []Delivery) error {
	lang := s.Book.Of(hook.Room).Language
	d := digestView{Count: len(all), Name: hook.Name, From: all[0].At.In(s.Zone), To: all[len(all)-1].At.In(s.Zone)}
	for i, one := range all {
		if err := s.Store.DeleteDelivery(ctx, one.Seq); err != nil {
			return err
		}
		m, ok := s.read(one, lang)
		// Even within a digest, an alert that ends is struck out.
		t := telling{Service: s, hook: hook, lang: lang, at: one.At, cause: fmt.Sprintf("webhook %d", one.Seq)}
		over := slices.DeleteFunc(slices.Clone(m.Notes), func(n Note) bool { return !n.Over })
		if _, err := t.update(ctx, over); err != nil {
			return err
		}
		if i >= digestLines {
			d.More++
			continue
		}
		line := ""
		if ok {
			line = bare(m.Notes[0].HTML())
			if m.Notes[0].Head != "" {
				line = bare(m.Notes[0].Head)
			}
		}
		if line != "" {
			d.Lines = append(d.Lines, unescape(line))
		}
	}
	html, err := locale.Render(lang, "webhook-digest", d)
	if err != nil {
		return err
	}
	return s.Queue.Post(ctx, chat.Cause(fmt.Sprintf("webhook digest %d", all[0].Seq)), chat.Post{
		Room: hook.Room, Priority: chat.Webhook, HTML: html, Lang: lang,
	})
}

// digestView is the data of the template webhook-digest: how many deliveries of a hook
// came, from when to when, and the first line of some. More counts those without a
// line.
type digestView struct {
	Count    int
	Name     string // the hook's name
	From, To time.Time
	Lines    []string
	More     int
}

// checkRooms disables the hooks of rooms that the bot left, enables those of rooms
// to which it returned, and notifies the makers of disabled ones. It does nothing if
// the last check is younger than since.
func (s *Service) checkRooms(ctx context.Context, since time.Duration) error {
	if now := s.Now(); now.Sub(s.checkedAt) >= since {
		s.checkedAt = now
	} else {
		return nil
	}
	hooks, err := s.Store.Hooks(ctx)
	if err != nil || len(hooks) == 0 {
		return err
	}
	known, err := s.Store.Rooms(ctx)
	if err != nil {
		return err
	}
	for _, h := range hooks {
		i := slices.IndexFunc(known, func(r chat.Room) bool { return r.ID == h.Room })
		if i < 0 || known[i].MovedTo != "" {
			continue // the room is not known yet, or its successor takes over the hooks
		}
		if gone := !known[i].Joined; gone != h.Gone {
			if err := s.setGone(ctx, h, gone, known[i], known); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) setGone(ctx context.Context, h Hook, gone bool, room chat.Room, known []chat.Room) error {
	return s.Queue.Do(ctx, func(ctx context.Context) error {
		// The hook is read again: it may have been renewed since.
		hooks, err := s.Store.Hooks(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(hooks, func(now Hook) bool { return now.ID == h.ID })
		if i < 0 {
			return nil
		}
		h := hooks[i]
		h.Gone = gone
		if err := s.Store.SaveHook(ctx, h); errors.Is(err, chat.ErrNotFound) {
			return nil
		} else if err != nil {
			return err
		}
		s.remember(h)
		direct, ok := DirectRoom(known, h.By)
		if !gone || !ok {
			return nil
		}
		lang := s.Book.Of(direct.ID).Language
		html, err := locale.Render(lang, "webhook-gone", struct{ Name, Room string }{h.Name, room.Name})
		if err != nil {
			return err
		}
		cause := chat.Cause(fmt.Sprintf("webhook gone %d %d", h.ID, s.Now().UnixMilli()))
		return s.Queue.Post(ctx, cause, chat.Post{Room: direct.ID, Priority: chat.Webhook, HTML: html, Lang: lang, Rings: true})
	})
}

// DirectRoom returns the room in which the bot speaks with a person alone; ok is
// false if there is none.
func DirectRoom(known []chat.Room, user chat.UserID) (room chat.Room, ok bool) {
	for _, r := range known {
		if user != "" && r.Direct && r.Joined && r.MovedTo == "" && r.InvitedBy == user && (r.Members == 2 || r.Members == 0) {
			return r, true
		}
	}
	return chat.Room{}, false
}
