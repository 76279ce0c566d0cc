package announce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heraut/sources"
)

// decision turns one reading of a source into changes of the database and posts.
type decision struct {
	*Runner
	now, next time.Time // next is when the source is read again
	batch     sources.Batch
	failure   error
	state     SourceState
	followed  []News // read again to be corrected

	hosts  map[string]*Host
	owners map[sources.OwnerID]*Owner
}

// commit stores the whole decision in the transaction of ctx.
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
	return d.desk.deliver(ctx, d.now)
}

// first reports whether this is the first reading of the source.
func (d *decision) first() bool { return d.state.Started.IsZero() }

// takeHosts stores the hosts of the source: which are new, which were read whole, and
// which are out of order.
func (d *decision) takeHosts(ctx context.Context) error {
	known, err := d.desk.store.Hosts(ctx, d.settings.Name)
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
		if err := d.desk.store.SaveHost(ctx, d.settings.Name, *h); err != nil {
			return err
		}
	}
	return nil
}

// takeOwners stores whether owners are people or organisations.
func (d *decision) takeOwners(ctx context.Context) error {
	for _, asked := range d.batch.Owners {
		owner, err := d.owner(ctx, asked.OwnerID)
		if errors.Is(err, ErrNone) {
			continue
		} else if err != nil {
			return err
		}
		owner.Kind = asked.Kind
		if err := d.desk.store.SaveOwner(ctx, d.settings.Name, *owner); err != nil {
			return err
		}
	}
	return nil
}

// owner loads each owner once.
func (d *decision) owner(ctx context.Context, id sources.OwnerID) (*Owner, error) {
	if o := d.owners[id]; o != nil {
		return o, nil
	}
	o, err := d.desk.store.Owner(ctx, d.settings.Name, id.Host, id.Name)
	if err != nil {
		return nil, err
	}
	d.owners[id] = &o
	return &o, nil
}

// takeFresh stores the new items, with the time at which to decide on each.
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
		if err := d.desk.store.See(ctx, d.settings.Name, n.Item.Key, outcome, d.now); err != nil {
			return err
		}
		for _, key := range f.Aliases {
			if err := d.desk.store.See(ctx, d.settings.Name, key, Alias, d.now); err != nil {
				return err
			}
		}
		// Old entries are seen, and never announced: a feed may show its archive.
		if outcome == TooOld {
			continue
		}
		// Dry runs show the recent items of the first reading.
		if outcome == Baseline && (n.Item.At.Before(d.now.Add(-trialSpan)) || n.Item.At.After(d.now)) {
			continue
		}
		if _, err := d.desk.store.AddNews(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// place decides whether to announce n, alone or with its host or owner, and when.
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
		var started time.Time // it is there from its host's beginning
		if !beginning {
			started = d.now.Add(d.settings.Settle)
		}
		owner, err := d.owner(ctx, sources.OwnerOf(repo))
		isNew := errors.Is(err, ErrNone)
		if isNew {
			owner = &Owner{Host: repo.Host, Name: sources.OwnerOf(repo).Name, Started: started}
			d.owners[sources.OwnerOf(repo)] = owner
			err = d.desk.store.SaveOwner(ctx, d.settings.Name, *owner)
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
		// The second reading takes another round.
		n.Due = latest(n.Due, d.now.Add(time.Second))
	}
	return Settling, nil
}

// hostOf is the host of an item, made known if the source did not name it.
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
	return h, d.desk.store.SaveHost(ctx, d.settings.Name, *h)
}

// oldEntry is how old an entry is that is not announced when it is first seen: its
// feed shows its archive.
const oldEntry = 30 * 24 * time.Hour

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
