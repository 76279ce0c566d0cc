package announce_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"heraut/announce"
	"heraut/chat"
	"heraut/filter"
	"heraut/schedule"
	"heraut/sources"
)

// set commits a change.
func (n *newsroom) set(w announce.Watch, change func(ctx context.Context) error, err error) announce.Watch {
	n.Helper()
	if err == nil {
		err = n.db.Do(n.Context(), change)
	}
	if err != nil {
		n.Fatal(err)
	}
	return w
}

// managed returns a newsroom with a source and a declared watch.
func managed(t *testing.T) *newsroom {
	t.Helper()
	n := newNewsroom(t)
	n.announcer.AddSource(sources.Settings{Name: "blog", Kind: sources.Feed}, &script{})
	n.watch(salon, "blog", "nom:un", "immediat")
	return n
}

func (n *newsroom) watches() (all []string) {
	n.Helper()
	list, err := n.announcer.WatchesIn(n.Context(), salon)
	if err != nil {
		n.Fatal(err)
	}
	for _, w := range list {
		all = append(all, fmt.Sprintf("%d %s %s %s %v", w.N, w.Source, w.Filter, w.Rhythm, w.Paused))
	}
	return all
}

func TestWatches(t *testing.T) {
	n := managed(t)
	w := announce.Watch{Room: salon, Source: "blog", Filter: "  NOM:Deux ", Rhythm: "Hebdomadaire Jeudi 9h", By: "@camille:example.org", At: n.now}
	got := n.set(n.announcer.AddWatch(t.Context(), w))
	if got.Filter != "nom:Deux" || got.Rhythm != "hebdo jeudi 09:00" {
		t.Errorf("got %+v", got)
	}
	n.set(n.announcer.AddWatch(t.Context(), announce.Watch{Room: salon, Source: "blog", Rhythm: "immediat"}))
	n.set(n.announcer.PauseWatch(t.Context(), salon, 2, true))
	want := []string{"1 blog nom:un immediat false", "2 blog nom:Deux hebdo jeudi 09:00 true", "3 blog  immediat false"}
	if got := n.watches(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	n.set(n.announcer.PauseWatch(t.Context(), salon, 2, false))
	n.set(n.announcer.RemoveWatch(t.Context(), salon, 3))
	want = []string{"1 blog nom:un immediat false", "2 blog nom:Deux hebdo jeudi 09:00 false"}
	if got := n.watches(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWatchesThatAreRefused(t *testing.T) {
	n := managed(t)
	isFilter := func(err error) bool { _, ok := errors.AsType[*filter.Error](err); return ok }
	is := func(want error) func(error) bool { return func(err error) bool { return errors.Is(err, want) } }
	for name, test := range map[string]struct {
		watch announce.Watch
		is    func(error) bool
	}{
		"no such source": {announce.Watch{Source: "blogue", Rhythm: "immediat"}, is(announce.ErrNoSource)},
		"no filter":      {announce.Watch{Source: "blog", Filter: "langage:", Rhythm: "immediat"}, isFilter},
		"no rhythm":      {announce.Watch{Source: "blog", Rhythm: "souvent"}, is(schedule.ErrRhythm)},
		"declared":       {announce.Watch{Source: "blog", Filter: "nom:un", Rhythm: "quotidien 09:00"}, is(announce.ErrExists)},
	} {
		t.Run(name, func(t *testing.T) {
			test.watch.Room = salon
			if _, change, err := n.announcer.AddWatch(t.Context(), test.watch); !test.is(err) || change != nil {
				t.Errorf("got %v", err)
			}
		})
	}
	if _, _, err := n.announcer.RemoveWatch(t.Context(), salon, 1); !errors.Is(err, announce.ErrDeclared) {
		t.Errorf("a declared watch: %v", err)
	}
	for _, i := range []int{-1, 0, 2} {
		if _, _, err := n.announcer.PauseWatch(t.Context(), salon, i, true); !errors.Is(err, chat.ErrNotFound) {
			t.Errorf("watch %d: %v", i, err)
		}
	}
	for i := range 20 {
		n.set(n.announcer.AddWatch(t.Context(), announce.Watch{Room: salon, Source: "blog", Filter: fmt.Sprint("mot", i), Rhythm: "immediat"}))
	}
	_, _, err := n.announcer.AddWatch(t.Context(), announce.Watch{Room: salon, Source: "blog", Filter: "encore", Rhythm: "immediat"})
	if !errors.Is(err, announce.ErrTooMany) {
		t.Errorf("one more: %v", err)
	}
}

// Items that wait for a digest are announced once when the rhythm changes.
func TestNewRhythmLosesNothing(t *testing.T) {
	n := newNewsroom(t)
	source := n.scripted("blog")
	n.announcer.AddSource(sources.Settings{Name: "blog", Kind: sources.Feed}, source)
	w := announce.Watch{Room: salon, Source: "blog", Rhythm: "hebdo jeudi 09:00"}
	n.set(n.announcer.AddWatch(t.Context(), w))
	source.publish("un", n.now)
	n.after(time.Minute, "blog")
	w.Rhythm = "quotidien 09:00"
	former, change, err := n.announcer.SetRhythm(t.Context(), w)
	n.set(former, change, err)
	if former.Rhythm != "hebdo jeudi 09:00" {
		t.Errorf("it was %q", former.Rhythm)
	}
	if _, _, err := n.announcer.SetRhythm(t.Context(), w); !errors.Is(err, announce.ErrExists) {
		t.Errorf("the same again: %v", err)
	}
	n.deliver(8 * 24 * time.Hour)
	n.want("1 nouvelle publication | un")
}

// Two members may make the same change at the same time.
func TestChangesAreCheckedAgain(t *testing.T) {
	n := managed(t)
	w := announce.Watch{Room: salon, Source: "blog", Filter: "deux", Rhythm: "immediat"}
	first, add1, err1 := n.announcer.AddWatch(t.Context(), w)
	_, add2, err2 := n.announcer.AddWatch(t.Context(), w)
	n.set(first, add1, err1)
	n.set(first, add2, err2)
	_, remove1, err1 := n.announcer.RemoveWatch(t.Context(), salon, 2)
	_, remove2, err2 := n.announcer.RemoveWatch(t.Context(), salon, 2)
	n.set(first, remove1, err1)
	n.set(first, remove2, err2)
	if got := n.watches(); len(got) != 1 {
		t.Errorf("got %q", got)
	}
}

func TestPausedAndRemovedWatchesTellNothing(t *testing.T) {
	n := newNewsroom(t)
	source := n.scripted("blog")
	n.announcer.AddSource(sources.Settings{Name: "blog", Kind: sources.Feed}, source)
	n.set(n.announcer.AddWatch(t.Context(), announce.Watch{Room: salon, Source: "blog", Rhythm: "quotidien 09:00"}))
	tell := func(title string) {
		source.publish(title, n.now)
		n.after(time.Minute, "blog")
	}
	tell("un")
	n.set(n.announcer.PauseWatch(t.Context(), salon, 1, true))
	tell("deux")
	n.deliver(24 * time.Hour)
	n.want()
	n.set(n.announcer.PauseWatch(t.Context(), salon, 1, false))
	tell("trois")
	n.deliver(24 * time.Hour)
	n.want("1 nouvelle publication | trois")
	tell("quatre")
	n.set(n.announcer.RemoveWatch(t.Context(), salon, 1))
	n.set(n.announcer.AddWatch(t.Context(), announce.Watch{Room: salon, Source: "blog", Rhythm: "quotidien 09:00"}))
	n.deliver(24 * time.Hour)
	n.want()
}

// The pending items of a paused or removed watch go to another watch that accepts them.
func TestAnotherWatchTellsIt(t *testing.T) {
	for name, change := range map[string]func(n *newsroom){
		"paused":  func(n *newsroom) { n.set(n.announcer.PauseWatch(n.Context(), salon, 1, true)) },
		"removed": func(n *newsroom) { n.set(n.announcer.RemoveWatch(n.Context(), salon, 1)) },
	} {
		t.Run(name, func(t *testing.T) {
			n := newNewsroom(t)
			n.now = time.Now() // removals use the real clock
			source := n.scripted("blog")
			n.announcer.AddSource(sources.Settings{Name: "blog", Kind: sources.Feed}, source)
			n.set(n.announcer.AddWatch(t.Context(), announce.Watch{Room: salon, Source: "blog", Rhythm: "quotidien 09:00"}))
			n.set(n.announcer.AddWatch(t.Context(), announce.Watch{Room: salon, Source: "blog", Filter: "nom:un", Rhythm: "quotidien 11:00"}))
			source.publish("un", n.now)
			source.publish("deux", n.now)
			n.after(0, "blog")
			change(n)
			n.deliver(24 * time.Hour)
			n.deliver(24 * time.Hour)
			n.want("1 nouvelle publication | un")
			n.deliver(30 * 24 * time.Hour)
			n.want()
		})
	}
}

// Items that wait for the end of the quiet hours are dropped when their watch is paused
// or removed, unless the room has another watch of the source.
func TestChangesInQuietHours(t *testing.T) {
	for name, test := range map[string]struct {
		change func(n *newsroom)
		want   []string
	}{
		"none":    {func(*newsroom) {}, []string{"un | Publié le 5 septembre 2026"}},
		"paused":  {func(n *newsroom) { n.set(n.announcer.PauseWatch(n.Context(), salon, 1, true)) }, nil},
		"removed": {func(n *newsroom) { n.set(n.announcer.RemoveWatch(n.Context(), salon, 1)) }, nil},
		"one of two removed": {func(n *newsroom) {
			n.set(n.announcer.AddWatch(n.Context(), announce.Watch{Room: salon, Source: "blog", Filter: "nom:un", Rhythm: "immediat"}))
			n.set(n.announcer.RemoveWatch(n.Context(), salon, 1))
		}, []string{"un | Publié le 5 septembre 2026"}},
		"one of two removed, the other is declared": {func(n *newsroom) {
			n.watch(salon, "blog", "nom:un", "immediat")
			n.set(n.announcer.RemoveWatch(n.Context(), salon, 2))
		}, []string{"un | Publié le 5 septembre 2026"}},
	} {
		t.Run(name, func(t *testing.T) {
			n := newNewsroom(t)
			n.quiet = schedule.NewQuiet(paris(t))
			n.restart()
			source := n.scripted("blog")
			n.announcer.AddSource(sources.Settings{Name: "blog", Kind: sources.Feed}, source)
			n.set(n.announcer.AddWatch(t.Context(), announce.Watch{Room: salon, Source: "blog", Rhythm: "immediat"}))
			n.now = at(t, "2026-09-05 12:00:00") // a Saturday
			source.publish("un", n.now)
			n.after(0, "blog")
			test.change(n)
			n.deliver(48 * time.Hour)
			n.want(test.want...)
		})
	}
}

// A room tries a feed, watches it, reads its news and stops.
func TestRoomFeed(t *testing.T) {
	p := newPage(t, rss(item("Ancien", "1")))
	n := newNewsroom(t)
	n.feeds = n.getter
	n.restart()
	trial, err := n.announcer.TryFeed(t.Context(), p.URL, n.now)
	if err != nil || trial.Title != "Le blog" || trial.Entries != 1 || trial.Newest.Title != "Ancien" {
		t.Fatalf("%+v, %v", trial, err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var run sync.WaitGroup
	run.Go(func() {
		if err := n.announcer.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	defer run.Wait()
	defer stop()
	watch := announce.Watch{Room: salon, Source: p.URL, Rhythm: "immediat"}
	n.set(n.announcer.AddWatch(t.Context(), watch))
	n.eventually("the feed is read", func() bool { return n.health(p.URL).Title == "Le blog" })
	p.set(rss(item("Neuf", "2"), item("Ancien", "1")))
	n.eventually("the room is told", func() bool {
		return strings.HasPrefix(strings.Join(n.said(salon), ""), "Le blog : Neuf")
	})
	n.set(n.announcer.RemoveWatch(t.Context(), salon, 1))
	n.eventually("the feed is forgotten", func() bool {
		state, err := n.db.Source(t.Context(), p.URL)
		return err == nil && state.Started.IsZero()
	})
	p.set(rss(item("Entre-temps", "3"), item("Neuf", "2"), item("Ancien", "1")))
	n.set(n.announcer.AddWatch(t.Context(), watch))
	n.eventually("the feed is read again", func() bool { return n.health(p.URL).Title == "Le blog" })
	n.want()
}

func (n *newsroom) health(source string) announce.Health {
	n.Helper()
	list, err := n.announcer.WatchesIn(n.Context(), salon)
	if err != nil {
		n.Fatal(err)
	}
	for _, w := range list {
		if w.Source == source {
			return w.Health
		}
	}
	return announce.Health{}
}

func (n *newsroom) eventually(what string, is func() bool) {
	n.Helper()
	for end := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(end) {
			n.Fatalf("in vain: %s", what)
		}
	}
}
