package announce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heraut/chat"
	"heraut/sources"
)

// decision is the handling of one reading of a source: it decides which items are
// news, and stores items, posts and the source's state.
type decision struct {
	*Runner
	now, next time.Time // when to read the source again
	batch     sources.Batch
	failure   error
	state     SourceState
	followed  []News // announced items to compare with the source

	hosts  map[string]*Host
	owners map[sources.OwnerID]*Owner
}

// commit stores all results of one reading of a source in the transaction of ctx:
// hosts, owners, new items, decisions, corrections and the source's state. It then
// posts the news that is due in rooms, in the same transaction. An error in storing
// names the step that failed; an error in posting is that of deliver. The caller rolls
// back after either.
func (d *decision) commit(ctx context.Context) error {
	for _, step := range []struct {
		what string
		do   func(ctx context.Context) error
	}{
		{"take in the hosts", d.takeHosts},
		{"take in the owners", d.takeOwners},
		{"take in what is new", d.takeFresh},
		{"decide what is news", d.decide},
		{"correct what was announced", d.correct},
		{"keep the source's state", d.keepState},
	} {
		if err := step.do(ctx); err != nil {
			return fmt.Errorf("%s: %w", step.what, err)
		}
	}
	return d.announcer.deliver(ctx, d.now)
}

// first reports whether this is the first reading of the source.
func (d *decision) first() bool { return d.state.Started.IsZero() }

// takeHosts loads the code hosts of the source into d.hosts, and stores each that
// changed: a host may be new, read from end to end for the first time, or out of order.
func (d *decision) takeHosts(ctx context.Context) error {
	known, err := d.announcer.store.Hosts(ctx, d.settings.Name)
	if err != nil {
		return err
	}
	d.hosts, d.owners = map[string]*Host{}, map[sources.OwnerID]*Owner{}
	before := map[string]Host{}
	for _, h := range known {
		d.hosts[h.Name], before[h.Name] = &h, h
	}
	if d.batch.Hosts != nil {
		listed := map[string]sources.HostNow{}
		for _, h := range d.batch.Hosts {
			listed[h.Name] = h
			if d.hosts[h.Name] == nil {
				d.hosts[h.Name] = &Host{Name: h.Name, Silent: d.first()}
			}
		}
		for name, h := range d.hosts {
			h.count(listed[name], d.now)
		}
	}
	for _, name := range d.batch.Whole {
		if h := d.hosts[name]; h != nil && h.Started.IsZero() {
			h.Started = d.now
			if !h.Silent {
				h.Started = d.now.Add(d.settings.Settle)
			}
		}
	}
	for name, h := range d.hosts {
		if kept, ok := before[name]; ok && kept.same(*h) {
			continue
		}
		if err := d.announcer.store.SaveHost(ctx, d.settings.Name, *h); err != nil {
			return err
		}
	}
	return nil
}

// takeOwners stores the kind of each owner that the source reported: a person or an
// organisation. It ignores owners that are not in the database.
func (d *decision) takeOwners(ctx context.Context) error {
	for _, asked := range d.batch.Owners {
		owner, err := d.owner(ctx, asked.OwnerID)
		if errors.Is(err, chat.ErrNotFound) {
			continue
		} else if err != nil {
			return err
		}
		owner.Kind = asked.Kind
		if err := d.announcer.store.SaveOwner(ctx, d.settings.Name, *owner); err != nil {
			return err
		}
	}
	return nil
}

// owner returns the stored owner of repositories with that id, or chat.ErrNotFound. It
// reads each owner once from the database, and then from d.owners.
func (d *decision) owner(ctx context.Context, id sources.OwnerID) (*Owner, error) {
	if o := d.owners[id]; o != nil {
		return o, nil
	}
	o, err := d.announcer.store.Owner(ctx, d.settings.Name, id.Host, id.Name)
	if err != nil {
		return nil, err
	}
	d.owners[id] = &o
	return &o, nil
}

// takeFresh stores the items that the source published for the first time, each with
// the time at which to decide whether it is announced. Entries that are too old, and
// all items of the first reading of a source, are never announced: of these, it stores
// that they were seen; of a first reading also the items of the last 30 days, for dry
// runs. The same holds for a host that the source had from the start but read later.
func (d *decision) takeFresh(ctx context.Context) error {
	for _, f := range d.batch.Fresh {
		n := News{Item: f.Item, What: f.News, Seen: d.now, Checked: d.now}
		if f.Renewed {
			n.PartOf = OfSite
		}
		n.Item.Source = d.settings.Name
		outcome, err := d.place(ctx, &n)
		if err != nil {
			return err
		}
		if err := d.announcer.store.See(ctx, d.settings.Name, n.Item.Key, outcome, d.now); err != nil {
			return err
		}
		for _, key := range f.Aliases {
			if err := d.announcer.store.See(ctx, d.settings.Name, key, Alias, d.now); err != nil {
				return err
			}
		}
		// Old entries are marked as seen and never announced: a feed may show its
		// archive.
		if outcome == TooOld {
			continue
		}
		// Dry runs show the recent items of the first reading.
		if outcome == Baseline && (n.Item.At.Before(d.now.Add(-trialSpan)) || n.Item.At.After(d.now)) {
			continue
		}
		if _, err := d.announcer.store.AddNews(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// place sets n.PartOf, which says whether the new item n is announced alone or together
// with its new host or owner, and n.Due, the time at which to decide about it. It
// stores a host or an owner that the source never had before. outcome is Settling for
// an item that waits for that decision. An item that is never announced gets TooOld, or
// Baseline if this is the first reading of the source, or of a host that the source had
// from the start.
func (d *decision) place(ctx context.Context, n *News) (outcome string, err error) {
	repo := n.Item.Repository
	host, err := d.hostOf(ctx, n.Item)
	if err != nil {
		return "", err
	}
	beginning := host.Started.IsZero() || !d.now.After(host.Started)
	if host.Silent && d.now.Before(host.Started) {
		beginning = false // the clock was set back
	}
	if repo != nil && repo.Owner != "" {
		var started time.Time // zero: the owner is part of its host's beginning
		if !beginning {
			started = d.now.Add(d.settings.Settle)
		}
		owner, err := d.owner(ctx, sources.OwnerOf(repo))
		isNew := errors.Is(err, chat.ErrNotFound)
		if isNew {
			owner = &Owner{Host: repo.Host, Name: sources.OwnerOf(repo).Name, Started: started}
			d.owners[sources.OwnerOf(repo)] = owner
			err = d.announcer.store.SaveOwner(ctx, d.settings.Name, *owner)
		}
		if err != nil {
			return "", err
		}
		if isNew || !d.now.After(owner.Started) {
			n.PartOf, n.Due = OfOwner, owner.Started
		}
	}
	switch {
	case beginning && host.Silent:
		n.PartOf, n.Due = Alone, time.Time{}
		return Baseline, nil
	case n.Item.Kind == sources.KindEntry && !n.Item.At.IsZero() && d.now.Sub(n.Item.At) > oldEntry:
		return TooOld, nil
	case beginning:
		n.PartOf, n.Due = OfHost, host.Started
	}
	if n.Due.IsZero() {
		n.Due = d.now.Add(d.settings.Settle)
	}
	if d.settings.Kind.Rereads() {
		// The second reading needs another round.
		n.Due = latest(n.Due, d.now.Add(time.Second))
	}
	return Settling, nil
}

// hostOf returns the state of the code host on which an item is; items that are on no
// host share one state, whose name is empty. For a host that the source did not list,
// it adds a new state to d.hosts and to the database.
func (d *decision) hostOf(ctx context.Context, item sources.Item) (*Host, error) {
	name := ""
	if item.Repository != nil {
		name = item.Repository.Host
	}
	if h := d.hosts[name]; h != nil {
		return h, nil
	}
	h := &Host{Name: name, Silent: d.first(), Started: d.now}
	d.hosts[name] = h
	return h, d.announcer.store.SaveHost(ctx, d.settings.Name, *h)
}

// oldEntry is the age beyond which a new entry of a feed is not announced: the feed
// shows its archive.
const oldEntry = 30 * 24 * time.Hour

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
