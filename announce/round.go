package announce

import (
	"context"
	"errors"
	"fmt"
	"time"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/fetch"
	"heraut/sources"
)

const (
	// followFor is how long after their announcement repositories are corrected.
	followFor = 30 * 24 * time.Hour
	// followEvery is the interval at which announced repositories are read again.
	followEvery = 24 * time.Hour
	// followFreely is how long after their announcement feed entries and software are
	// corrected.
	followFreely = 7 * 24 * time.Hour
	// followAtOnce is the largest number of announced items that one round reads again.
	followAtOnce = 100
)

// Runner is the loop of one source: it reads the source again and again, decides which
// of its items are news, and makes the posts for the rooms that watch it.
type Runner struct {
	settings  sources.Settings
	source    sources.Source
	pace      *fetch.Pace
	announcer *Announcer
}

// NewRunner returns a Runner that reads the source, with the settings s, and posts its
// news in the rooms of this Announcer. It does not add the source to those that Run
// reads (AddSource).
func (d *Announcer) NewRunner(s sources.Settings, source sources.Source) *Runner {
	return &Runner{settings: s, source: source, pace: fetch.NewPace(s.Every), announcer: d}
}

// Round reads the source once and commits the result, whole or not at all: the keys it
// saw, the posts, and the source's state for the next round. The error says why the
// source, or a part of it, could not be read, or why the commit failed; an error of the
// source does not prevent the commit of the failure and of the other parts. A round
// without news writes nothing. Rounds of one Runner must not overlap.
func (r *Runner) Round(ctx context.Context, now time.Time) error {
	_, err := r.round(ctx, now)
	return err
}

// round reads the source once as Round does, and returns when to read it next, even if
// it returns an error.
func (r *Runner) round(ctx context.Context, now time.Time) (next time.Time, err error) {
	name := r.settings.Name
	state, err := r.announcer.store.Source(ctx, name)
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
	var batch sources.Batch
	failure := sources.Protect(func() (err error) {
		batch, err = r.source.Fetch(ctx, sources.Query{
			Now: now, State: state.State, Again: again,
			Unseen: func(ctx context.Context, keys []string) (map[string]bool, error) {
				return r.announcer.store.Unseen(ctx, name, keys)
			},
			Store: func(ctx context.Context, all []catalogue.Repository) error {
				if r.settings.Kind == sources.RepositoryList {
					return r.announcer.store.SaveListed(ctx, name, now, all)
				}
				return r.announcer.store.SaveRepositories(ctx, all)
			},
		})
		return err
	})
	if ctx.Err() != nil {
		return now, ctx.Err()
	}
	next = now.Add(r.pace.Next(failure))
	if failure == nil && !state.Started.IsZero() && state.Failures == 0 && len(due) == 0 && batch.NothingNew() {
		return next, nil
	}
	d := decision{Runner: r, now: now, next: next, batch: batch, failure: failure, state: state, followed: followed}
	if err := r.announcer.queue.Do(ctx, d.commit); err != nil {
		return now.Add(retryStore), fmt.Errorf("commit the round of %s: %w", fetch.Redacted(name), err)
	}
	r.announcer.changed()
	return next, failure
}

// retryStore is the delay before the next round after an error of the database.
const retryStore = time.Minute

// toReread returns two lists of stored items whose present form the source has to give
// again. due holds the items to decide about now. followed holds at most followAtOnce
// items that wait to be posted or were first announced in the last 30 days, so that a
// change in the source corrects their messages; of a source of repositories, only those
// that were last read a day ago or earlier, and of other sources, which deliver
// everything in each reading, only those announced in the last 7 days.
func (r *Runner) toReread(ctx context.Context, now time.Time) (due, followed []News, err error) {
	name := r.settings.Name
	if due, err = r.announcer.store.DueNews(ctx, name, now); err != nil {
		return due, nil, err
	}
	since, checked := now.Add(-followFor), now.Add(-followEvery)
	if !r.settings.Kind.Rereads() {
		// These sources deliver everything in each reading, so comparing costs nothing.
		since, checked = now.Add(-followFreely), now
	}
	followed, err = r.announcer.store.FollowedNews(ctx, name, since, checked, followAtOnce)
	return due, followed, err
}

// again returns the requests by which the source is asked for the present form of the
// items in due and followed. For a source that delivers everything in each reading, it
// leaves out the items in due. It sets Personal in each repository in due whose owner
// is a person. The error is that of the store.
func (r *Runner) again(ctx context.Context, due, followed []News) ([]sources.Again, error) {
	all := make([]sources.Again, 0, len(due)+len(followed))
	if !r.settings.Kind.Rereads() {
		due = nil
	}
	for _, n := range due {
		a := sources.Again{Item: n.Item}
		if repo := n.Item.Repository; repo != nil && repo.Owner != "" {
			owner, err := r.announcer.store.Owner(ctx, r.settings.Name, repo.Host, sources.OwnerOf(repo).Name)
			if err != nil && !errors.Is(err, chat.ErrNotFound) {
				return nil, err
			}
			a.AskOwner = owner.Kind == ""
			repo.Personal = repo.Personal || owner.Kind == sources.OwnerUser
		}
		all = append(all, a)
	}
	for _, n := range followed {
		all = append(all, sources.Again{Item: n.Item, Gone: n.Gone != ""})
	}
	return all, nil
}
