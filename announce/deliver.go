package announce

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"time"

	"heraut/chat"
	"heraut/locale"
)

// atOnce is how many messages a room gets at once; beyond that, the items make a
// digest.
const atOnce = 5

// deliver posts the news that is due in rooms by now, in the transaction of ctx. It
// deletes the pending items that it handles, and stores when each item was first
// announced. Items of a watch that is paused move to other watches (reassign); those of
// an unknown one stay.
func (d *Announcer) deliver(ctx context.Context, now time.Time) error {
	due, err := d.store.DuePending(ctx, now)
	if err != nil || len(due) == 0 {
		return err
	}
	news, err := d.store.NewsByID(ctx, itemsOf(due))
	if err != nil {
		return err
	}
	states, labels, err := d.watchStates(ctx)
	if err != nil {
		return err
	}
	t := delivery{Announcer: d, now: now, news: news, states: states, labels: labels, announced: map[int64]bool{}, rendered: map[string]string{}}
	for _, together := range parcels(due) {
		first := together[0]
		if first.Watch != "" {
			switch states[watchID{first.Room, first.Watch}] {
			case watchUnknown:
				continue // the room's id may not be known yet
			case watchPaused:
				if err := d.reassign(ctx, together, news, now); err != nil {
					return err
				}
				continue
			}
		}
		if err := t.parcel(ctx, together); err != nil {
			return err
		}
	}
	return t.saveAnnounced(ctx)
}

// parcels splits due, pending items in the order of room, watch and due time, into
// groups, and keeps the order. A group holds the items of one digest, or all items of
// one room that wait for no digest.
func parcels(due []Pending) (all [][]Pending) {
	for i, p := range due {
		if i > 0 {
			before := due[i-1]
			if before.Room == p.Room && before.Watch == p.Watch && (p.Watch == "" || before.Due.Equal(p.Due)) {
				all[len(all)-1] = append(all[len(all)-1], p)
				continue
			}
		}
		all = append(all, []Pending{p})
	}
	return all
}

func itemsOf(due []Pending) []int64 {
	ids := map[int64]bool{}
	for _, p := range due {
		ids[p.Item] = true
	}
	return slices.Collect(maps.Keys(ids))
}

// delivery is one run of posting the due news of all rooms, with the items and watches
// that it needs in memory.
type delivery struct {
	*Announcer
	now       time.Time
	news      map[int64]*News
	states    map[watchID]int
	labels    map[watchID]string // the rooms' own names for sources
	announced map[int64]bool     // items that at least one room was told of
	rendered  map[string]string  // messages already rendered, for the other rooms that get them
}

// parcel posts together, a group of pending items of one room. It posts one digest if
// their watch collects items or if more than atOnce messages were needed otherwise: one
// for each item, but one for the first items of a new host or owner. It leaves out
// items that are gone or no longer stored, and items without a digest whose watches are
// all paused. For an item that is gone and was never announced, it stores the outcome
// Vanished. It deletes the whole group from the pending items.
func (t *delivery) parcel(ctx context.Context, together []Pending) error {
	first := together[0]
	var news []*News
	for _, p := range together {
		n := t.news[p.Item]
		switch {
		case n == nil: // purged since
		case p.Watch == "" && t.states[watchID{p.Room, n.Item.Source}] == watchPaused:
		case n.Gone == "":
			news = append(news, n)
		case n.AnnouncedAt.IsZero():
			// The item disappeared before any room was told.
			if err := t.store.Decide(ctx, n.Item.Source, n.Item.Key, Vanished); err != nil {
				return err
			}
		}
	}
	units := unitsOf(news)
	switch {
	case len(units) == 0:
	case first.Watch != "":
		// Items that arrive after the digest of that hour make another digest: the id
		// of its first item gives it a cause of its own.
		cause := fmt.Sprintf("digest %s %s %s %d", first.Room, first.Watch, first.Due.UTC().Format(time.RFC3339), units[0].items[0].ID)
		if err := t.say(ctx, first.Room, cause, digestOf(units)); err != nil {
			return err
		}
	case len(units) > atOnce:
		cause := fmt.Sprintf("digest %s %d", first.Room, units[0].items[0].ID)
		if err := t.say(ctx, first.Room, cause, digestOf(units)); err != nil {
			return err
		}
	default:
		for _, u := range units {
			cause := fmt.Sprintf("news %s %d", first.Room, u.items[0].ID)
			if err := t.say(ctx, first.Room, cause, messageOf(u)); err != nil {
				return err
			}
		}
	}
	for _, n := range news {
		t.announced[n.ID] = true
	}
	return t.drop(ctx, together)
}

func (t *delivery) drop(ctx context.Context, together []Pending) error {
	for _, p := range together {
		if err := t.store.DeletePending(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// reassign moves the pending items of a stopped watch to the other watches of the same
// room that accept them; it drops unmatched items. news holds the items by id. After
// the commit, it wakes RunDelivery.
func (d *Announcer) reassign(ctx context.Context, pending []Pending, news map[int64]*News, now time.Time) error {
	watches := map[string][]watching{} // by source
	for _, p := range pending {
		if err := d.store.DeletePending(ctx, p); err != nil {
			return err
		}
		n := news[p.Item]
		if n == nil { // purged since
			continue
		}
		source := n.Item.Source
		if watches[source] == nil {
			var err error
			if watches[source], err = d.watching(ctx, source, now); err != nil {
				return err
			}
		}
		for _, w := range watches[source] {
			if w.room == p.Room && w.digest != p.Watch && accepts(w.filter, n) {
				if err := d.store.AddPending(ctx, Pending{Room: w.room, Item: n.ID, Watch: w.digest, Due: w.due}); err != nil {
					return err
				}
			}
		}
	}
	d.store.AfterCommit(ctx, d.changed)
	return nil
}

// say posts a message about news in a room, and stores which items the message shows,
// so that it can be corrected later. l says what the message shows; say adds the room's
// own names for the sources to it. If cause was used before, the queue posts nothing.
func (t *delivery) say(ctx context.Context, room chat.RoomID, cause string, l Layout) error {
	lang := t.Rooms.Of(room).Language
	for _, id := range l.items() {
		source := t.news[id].Item.Source
		if label := t.labels[watchID{room, source}]; label != "" {
			if l.Labels == nil {
				l.Labels = map[string]string{}
			}
			l.Labels[source] = label
		}
	}
	memo := lang + l.String()
	html, ok := t.rendered[memo]
	if !ok {
		var err error
		if html, err = t.render(lang, l, t.news); err != nil {
			return err
		}
		t.rendered[memo] = html
	}
	id := chat.Cause(cause)
	guard, err := t.guard(ctx, room, l, t.news)
	if err != nil {
		return err
	}
	post := chat.Post{Room: room, Priority: chat.Announcement, HTML: html, Lang: lang, Guard: guard}
	if err := t.queue.Post(ctx, id, post); err != nil {
		return err
	}
	return t.store.SaveAnnouncement(ctx, Announcement{
		Key: chat.KeyOf(id, 0), Room: room, Language: lang, At: t.now, Layout: l, HTML: html,
	}, l.items())
}

// saveAnnounced stores t.now as the time of the first announcement for each item in
// t.announced that was not announced in any room before.
func (t *delivery) saveAnnounced(ctx context.Context) error {
	for id := range t.announced {
		if n := t.news[id]; n.AnnouncedAt.IsZero() {
			n.AnnouncedAt = t.now
			if err := t.store.SaveNews(ctx, *n); err != nil {
				return err
			}
		}
	}
	return nil
}

// edit renders again each message that shows one of the items, which are given by their
// ids. If the text of a message changed, it adds an edit of the message to the queue
// and stores the new text, in the transaction of ctx.
func (d *Announcer) edit(ctx context.Context, items []int64) error {
	if len(items) == 0 {
		return nil
	}
	messages, err := d.store.AnnouncementsOf(ctx, items)
	if err != nil {
		return err
	}
	for _, m := range messages {
		shown := m.Layout.items()
		news, err := d.store.NewsByID(ctx, shown)
		if err != nil {
			return err
		}
		html, err := d.render(m.Language, m.Layout, news)
		if err != nil {
			return err
		}
		if html == m.HTML {
			continue
		}
		guard, err := d.guard(ctx, m.Room, m.Layout, news)
		if err != nil {
			return err
		}
		m.Edits++
		m.HTML = html
		cause := chat.Cause(fmt.Sprintf("%s edit %d", m.Key, m.Edits))
		err = d.queue.Post(ctx, cause, chat.Post{
			Room: m.Room, Priority: chat.Announcement, HTML: html, Lang: m.Language, Edits: chat.Target{Post: m.Key}, Guard: guard,
		})
		if err != nil {
			return err
		}
		if err := d.store.SaveAnnouncement(ctx, m, shown); err != nil {
			return err
		}
	}
	return nil
}

// render returns the message that l describes as HTML, in the language lang, or the
// error of its template. news holds its items by id.
func (d *Announcer) render(lang string, l Layout, news map[int64]*News) (string, error) {
	return locale.Render(lang, l.template(news), l.view(news, d.Zone))
}
