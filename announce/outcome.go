package announce

import (
	"context"
	"errors"
	"time"

	"heraut/chat"
	"heraut/filter"
	"heraut/sources"
)

// emptyFor is how long an empty repository waits for its first files.
const emptyFor = 7 * 24 * time.Hour

// decide decides about each item whose time has come, and stores the decision: whether
// it is announced, and in which rooms it then waits to be posted.
func (d *decision) decide(ctx context.Context) error {
	due, err := d.announcer.store.DueNews(ctx, d.settings.Name, d.now)
	if err != nil || len(due) == 0 {
		return err
	}
	watches, err := d.announcer.watching(ctx, d.settings.Name, d.now)
	if err != nil {
		return err
	}
	for i := range due {
		n := &due[i]
		outcome := d.outcomeOf(n)
		if outcome == "" {
			if outcome, err = d.offer(ctx, n, watches); err != nil {
				return err
			}
		}
		if outcome != Settling {
			n.Due = time.Time{}
			if err := d.announcer.store.Decide(ctx, d.settings.Name, n.Item.Key, outcome); err != nil {
				return err
			}
		}
		if err := d.announcer.store.SaveNews(ctx, *n); err != nil {
			return err
		}
	}
	return nil
}

// outcomeOf updates the item n from a new reading of the source, if the source is asked
// again for the items to decide about. It returns Vanished if the item no longer
// exists, or if this reading lacks it and the bot first saw it more than outageFor ago,
// and Settling if it has to wait longer. A repository waits while it is empty, for
// emptyFor at most: outcomeOf then sets n.Due to the next time to look at it. The
// result is empty if only the rooms' filters still have to decide.
func (d *decision) outcomeOf(n *News) (outcome string) {
	if d.settings.Kind.Rereads() {
		reading, ok := d.batch.Again[n.Item.Key]
		switch {
		case !ok && d.now.Sub(n.Seen) > outageFor:
			return Vanished
		case !ok, reading.Missing() && d.outageOf(n.Item):
			return Settling
		case reading.Gone:
			return Vanished
		}
		n.reread(reading.Item, d.now)
		if rules := filter.RulesOf(n.Item.Repository); len(rules) == 1 && rules[0] == filter.RuleEmpty && d.now.Sub(n.Seen) < emptyFor {
			n.Due = d.now.Add(followEvery)
			return Settling
		}
	}
	return ""
}

// part decides whether the item n is announced together with its new host or owner. If
// the host or the owner was announced in an earlier reading, the item comes alone, and
// part sets n.PartOf to Alone. For the first item of a new host or owner, part stores
// that the host or owner is announced now. ready is false if the item has to wait for
// its host; part then sets n.Due to the time at which to decide again.
func (d *decision) part(ctx context.Context, n *News) (ready bool, err error) {
	switch n.PartOf {
	case OfHost:
		h := d.hosts[n.Item.Repository.Host]
		switch {
		case h.Started.IsZero(): // not read from end to end yet
			n.Due = d.now.Add(d.settings.Settle)
			return false, nil
		case d.now.Before(h.Started):
			n.Due = h.Started
			return false, nil
		case h.AnnouncedAt.IsZero():
			h.AnnouncedAt = d.now
			return true, d.announcer.store.SaveHost(ctx, d.settings.Name, *h)
		case h.AnnouncedAt.Equal(d.now):
			return true, nil
		}
	case OfOwner:
		o, err := d.owner(ctx, sources.OwnerOf(n.Item.Repository))
		switch {
		case errors.Is(err, chat.ErrNotFound): // the repository was transferred since
		case err != nil:
			return false, err
		case o.AnnouncedAt.IsZero():
			o.AnnouncedAt = d.now
			return true, d.announcer.store.SaveOwner(ctx, d.settings.Name, *o)
		case o.AnnouncedAt.Equal(d.now):
			return true, nil
		}
	}
	if n.PartOf != OfSite {
		n.PartOf = Alone
	}
	return true, nil
}

// outageOf reports whether the code host on which the item is counts as out of order;
// false for an item that is not a repository, and for an unknown host.
func (d *decision) outageOf(item sources.Item) bool {
	if item.Repository == nil {
		return false
	}
	h := d.hosts[item.Repository.Host]
	return h != nil && h.outage()
}

// reread replaces the item in n by item, the present form that the source gave at now.
// n keeps the source's name and the item's key. The caller saves n.
func (n *News) reread(item sources.Item, now time.Time) {
	item.Source, item.Key = n.Item.Source, n.Item.Key
	n.Item, n.Checked = item, now
}

// accepts reports whether a watch with the filter f announces the item n. A new version
// of a software is announced only if the filter names the software, as «nom:gimp» does:
// with a filter such as «carte», the room would get every version of all software for
// maps.
func accepts(f *filter.Filter, n *News) bool {
	words := n.Item.Words()
	return (n.What != sources.NewVersion || f.Names(words)) && f.Match(words)
}

// offer stores a Pending for each room that has a watch which accepts the item n, so
// that the item waits to be posted there. It returns the decision to record: Announced,
// WithHost or WithOwner, even if no room watches for such an item; the name of the
// default rule that excludes the item from every watch; or Settling if the item has to
// wait. offer calls part, which may change n.PartOf and n.Due.
func (d *decision) offer(ctx context.Context, n *News, watches []watching) (outcome string, err error) {
	ready, err := d.part(ctx, n)
	if err != nil || !ready {
		return Settling, err
	}
	words := n.Item.Words()
	accepted := false
	for _, w := range watches {
		if !accepts(w.filter, n) {
			continue
		}
		accepted = true
		p := Pending{Room: w.room, Item: n.ID, Watch: w.digest, Due: w.due}
		if n.PartOf == OfSite {
			p.Watch = w.name // one digest for the whole site, whatever the rhythm
		}
		if err := d.announcer.store.AddPending(ctx, p); err != nil {
			return "", err
		}
	}
	if rules := words.Rules(); len(rules) > 0 && !accepted {
		return rules[0], nil
	}
	switch n.PartOf {
	case OfSite:
		return Announced, nil
	case OfHost:
		return WithHost, nil
	case OfOwner:
		return WithOwner, nil
	}
	return Announced, nil
}
