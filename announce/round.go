package announce

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"time"

	"heraut/fetch"
)

const (
	// followFor is how long what was announced is corrected.
	followFor = 30 * 24 * time.Hour
	// followEvery is how often it is read again meanwhile.
	followEvery = 24 * time.Hour
	// followAtOnce bounds what is read again in one round.
	followAtOnce = 100
)

// Runner reads one source, decides what is news, and has rooms told.
type Runner struct {
	settings Settings
	source   Source
	pace     *fetch.Pace
	desk     *Desk
}

// Settings are those of a source.
type Settings struct {
	// Name is what rooms call it; of a feed that a room gave, its address.
	Name string
	Kind SourceKind
	// Location is where it is read.
	Location string
	Every    time.Duration
	// Settle is how long an item rests before it is announced.
	Settle time.Duration
}

// SourceKind tells what a source speaks.
type SourceKind string

// The kinds of sources.
const (
	Ecosystems     SourceKind = "ecosystems"   // the API of ecosyste.ms
	RepositoryList SourceKind = "repositories" // a list of repositories in JSON or CSV
	SILL           SourceKind = "sill"         // the free-software catalogue
	Feed           SourceKind = "feed"         // RSS, Atom or JSON Feed
)

// rereads tells that the source's items are read once more before they are
// announced, and corrected later.
func (k SourceKind) rereads() bool { return k == Ecosystems || k == RepositoryList }

// Round reads the source once and commits what follows from it, whole or not at
// all: what was seen, what is to be sent, and where the next round goes on. Its
// error is why the source could not be read, be it in part, or why nothing could
// be committed. A round that brings nothing new writes nothing. Rounds of one
// Runner must not overlap.
func (r *Runner) Round(ctx context.Context, now time.Time) error {
	_, err := r.round(ctx, now)
	return err
}

// round is Round. next is when the source is to be read again.
func (r *Runner) round(ctx context.Context, now time.Time) (next time.Time, err error) {
	name := r.settings.Name
	state, err := r.desk.store.Source(ctx, name)
	if err != nil {
		return now.Add(retryStore), fmt.Errorf("load the source %s: %w", fetch.Redacted(name), err)
	}
	due, followed, err := r.toReread(ctx, now)
	if err != nil {
		return now.Add(retryStore), fmt.Errorf("load the items of %s: %w", fetch.Redacted(name), err)
	}
	again, err := r.again(ctx, due, followed)
	if err != nil {
		return now.Add(retryStore), fmt.Errorf("load the owners of %s: %w", fetch.Redacted(name), err)
	}
	var batch Batch
	failure := sheltered(func() (err error) {
		batch, err = r.source.Fetch(ctx, Query{
			Now: now, State: state.State, Again: again,
			Unseen: func(ctx context.Context, keys []string) (map[string]bool, error) {
				return r.desk.store.Unseen(ctx, name, keys)
			},
			Keep: r.desk.store.SaveRepositories,
		})
		return err
	})
	if ctx.Err() != nil {
		return now, ctx.Err()
	}
	next = now.Add(r.pace.Next(failure))
	if failure == nil && !state.Started.IsZero() && state.Failures == 0 && len(due) == 0 && batch.nothingNew() {
		return next, nil
	}
	d := decision{Runner: r, now: now, next: next, batch: batch, failure: failure, state: state, followed: followed}
	if err := r.desk.queue.Do(ctx, d.commit); err != nil {
		return now.Add(retryStore), fmt.Errorf("commit the round of %s: %w", fetch.Redacted(name), err)
	}
	r.desk.changed()
	return next, failure
}

// sheltered returns what read panics with as an error: what others publish must
// not stop the bot, and be it by a fault of a library that reads it.
func sheltered(read func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("%w: panic: %v\n%s", errFormat, p, debug.Stack())
		}
	}()
	return read()
}

// retryStore is when a round is tried again that the database refused.
const retryStore = time.Minute

// nothingNew tells that b brings nothing to be decided or kept.
func (b Batch) nothingNew() bool {
	return b.State == nil && b.Hosts == nil && len(b.Fresh) == 0 && len(b.Again) == 0 && len(b.Owners) == 0
}

// toReread is what is to be decided now, and what was announced lately and is to
// be looked at once more.
func (r *Runner) toReread(ctx context.Context, now time.Time) (due, followed []News, err error) {
	name := r.settings.Name
	if due, err = r.desk.store.DueNews(ctx, name, now); err != nil || !r.settings.Kind.rereads() {
		return due, nil, err
	}
	followed, err = r.desk.store.FollowedNews(ctx, name, now.Add(-followFor), now.Add(-followEvery), followAtOnce)
	return due, followed, err
}

// again asks for these items.
func (r *Runner) again(ctx context.Context, due, followed []News) ([]Again, error) {
	if !r.settings.Kind.rereads() {
		return nil, nil
	}
	all := make([]Again, 0, len(due)+len(followed))
	for _, n := range due {
		a := Again{Item: n.Item}
		if repo := n.Item.Repository; repo != nil && repo.Owner != "" {
			owner, err := r.desk.store.Owner(ctx, r.settings.Name, repo.Host, ownerName(repo))
			if err != nil && !errors.Is(err, ErrNone) {
				return nil, err
			}
			a.AskOwner = owner.Kind == ""
			repo.Personal = repo.Personal || owner.Kind == ownerUser
		}
		all = append(all, a)
	}
	for _, n := range followed {
		all = append(all, Again{Item: n.Item})
	}
	return all, nil
}
