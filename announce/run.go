package announce

import (
	"cmp"
	"context"
	"time"

	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"

	"heraut/fetch"
	"heraut/sources"
	"heraut/wait"
)

const (
	// keepNews is how long items and messages are stored. It exceeds the time during
	// which they are corrected or shown by dry runs. The keys of seen items stay for
	// ever.
	keepNews = 60 * 24 * time.Hour
	// keepUnlisted is how long a search still finds a repository that disappeared from
	// its list.
	keepUnlisted = 30 * 24 * time.Hour
	// roomFeedEvery is the interval at which the feeds of rooms are read.
	roomFeedEvery = 30 * time.Minute
	// lookForFeeds is the interval at which runFeeds looks for new feeds of rooms when
	// nothing wakes it.
	lookForFeeds = 10 * time.Minute
	// stagger is the delay between the first readings of two sources.
	stagger = 500 * time.Millisecond
)

// Run does the Rounds of the source until ctx ends: at its pace, and earlier when the
// settling of an item ends. It logs errors. It keeps the back-off across restarts: a
// source that asked the bot to wait is not asked sooner, except after a stored wait so
// long that a wrong clock must be its cause.
func (r *Runner) Run(ctx context.Context) {
	log := r.announcer.Log.With().Str("source", fetch.Redacted(r.settings.Name)).Logger()
	next := time.Now()
	if state, err := r.announcer.store.Source(ctx, r.settings.Name); err == nil && state.NextTry.After(next) {
		// No source gets a longer wait than this: a longer one comes from a wrong
		// clock.
		if longest := 2 * max(r.settings.Every, 24*time.Hour); state.NextTry.Before(next.Add(longest)) {
			next = state.NextTry
		}
	}
	var err error
	for wait.For(ctx, time.Until(next)) {
		now, failing := time.Now(), err != nil
		next, err = r.round(ctx, now)
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			level := zerolog.WarnLevel
			if failing { // the state of health says that it lasts
				level = zerolog.DebugLevel
			}
			log.WithLevel(level).Err(err).Time("next_try", next).Msg("Source not read whole")
			continue
		}
		r.announcer.noteRead(r.settings.Name, now)
		// Items that settle before the next reading are decided on time.
		if r.settings.Settle >= r.settings.Every {
			continue
		}
		if due, err := r.announcer.store.NextDue(ctx, r.settings.Name, now); err == nil && !due.IsZero() && due.Before(next) {
			next = due
		}
	}
}

// Run reads all sources, including the feeds that rooms added, posts their news when it
// is due, and deletes old news once a day, until ctx ends. It logs errors and always
// returns nil.
func (d *Announcer) Run(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for i, r := range d.runners() {
		g.Go(func() error {
			// Only the first readings are staggered here; Pace adds jitter to the later
			// ones.
			if !wait.For(ctx, time.Duration(i)*min(stagger, r.settings.Every)) {
				return nil
			}
			r.Run(ctx)
			return nil
		})
	}
	g.Go(func() error { return d.runFeeds(ctx) })
	g.Go(func() error { return d.RunDelivery(ctx) })
	g.Go(func() error { return d.clean(ctx) })
	return g.Wait()
}

// roomFeed is a feed that rooms added and that a goroutine is reading, with the
// function that stops it.
type roomFeed struct {
	stop context.CancelFunc
	done chan struct{}
}

// runFeeds reads each feed that rooms added, from the first watch of it until the last
// one is removed or paused, and then deletes its state. When it is watched again later,
// its first reading announces nothing. runFeeds logs errors of the store and goes on;
// it returns nil once ctx ends and all readings have stopped.
func (d *Announcer) runFeeds(ctx context.Context) error {
	running := map[string]roomFeed{}
	for ctx.Err() == nil {
		watched, err := d.roomFeeds(ctx)
		if err != nil && ctx.Err() == nil {
			d.Log.Error().Err(err).Msg("The rooms' feeds could not be looked up")
			watched = nil
		}
		for url := range watched {
			if _, ok := running[url]; !ok {
				d.Log.Info().Str("source", fetch.Redacted(url)).Msg("A room's feed is read from now on")
				running[url] = d.startFeed(ctx, url)
			}
		}
		for url, f := range running {
			if err == nil && !watched[url] {
				f.stop()
				<-f.done
				delete(running, url)
				d.Log.Info().Str("source", fetch.Redacted(url)).Msg("A feed that nobody watches is no longer read")
				if err := d.store.ForgetSource(ctx, url); err != nil && ctx.Err() == nil {
					d.Log.Error().Err(err).Str("source", fetch.Redacted(url)).Msg("A feed that nobody watches could not be forgotten")
				}
			}
		}
		d.feedsChanged.For(ctx, lookForFeeds)
	}
	for _, f := range running {
		f.stop()
		<-f.done
	}
	return nil
}

func (d *Announcer) startFeed(ctx context.Context, url string) roomFeed {
	ctx, stop := context.WithCancel(ctx)
	f := roomFeed{stop: stop, done: make(chan struct{})}
	s := sources.Settings{Name: url, Kind: sources.Feed, Location: url, Every: cmp.Or(d.FeedsEvery, roomFeedEvery)}
	runner := d.NewRunner(s, sources.NewFeed(d.Feeds, url, d.turn))
	go func() {
		defer close(f.done)
		runner.Run(ctx)
	}()
	return f
}

// roomFeeds returns the addresses of the feeds that rooms added and that at least one
// room watches without a pause; none if Options.Feeds is nil.
func (d *Announcer) roomFeeds(ctx context.Context) (map[string]bool, error) {
	all, err := d.store.Watches(ctx)
	feeds := map[string]bool{}
	for _, w := range all {
		if !w.Paused && sources.IsFeedAddress(w.Source) && d.Feeds != nil {
			feeds[w.Source] = true
		}
	}
	return feeds, err
}

func (d *Announcer) clean(ctx context.Context) error {
	for {
		if err := d.store.PurgeNews(ctx, time.Now().Add(-keepNews)); err != nil && ctx.Err() == nil {
			d.Log.Error().Err(err).Msg("Old news could not be deleted")
		}
		if err := d.store.PurgeUnlisted(ctx, keepUnlisted); err != nil && ctx.Err() == nil {
			d.Log.Error().Err(err).Msg("Repositories that no list names any more could not be deleted")
		}
		if !wait.For(ctx, 24*time.Hour) {
			return nil
		}
	}
}
