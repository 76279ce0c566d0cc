package announce_test

import (
	"errors"
	"testing"
	"time"

	"heraut/announce"
	"heraut/fetch"
	"heraut/locale/localetest"
	"heraut/sources"
)

func TestTryWatch(t *testing.T) {
	n, a := depots(t, 0)
	n.announcer.AddSource(sources.Settings{Name: "depots", Kind: sources.Ecosystems}, nil)
	golang := "Go"
	a.change(func() {
		a.add("github.com", "etalab/a", n.now).Language = &golang
		a.add("github.com", "etalab/b", n.now)
		a.add("github.com", "etalab/c", n.now).Fork = true
	})
	n.after(time.Minute, "depots")
	n.after(time.Minute, "depots")
	n.said(salon)
	for filter, want := range map[string]int{"": 2, "langage:go": 1, "fork:oui": 1, "nom:rien": 0} {
		trial, err := n.announcer.TryWatch(t.Context(), "depots", filter, "fr", n.now)
		if err != nil || trial.Total != want || (trial.HTML == "") != (want == 0) || localetest.Check(trial.HTML) != nil {
			t.Errorf("%q: %+v, %v", filter, trial, err)
		}
	}
	if trial, err := n.announcer.TryWatch(t.Context(), "depots", "", "fr", n.now); err != nil || !trial.Since.Equal(n.now.Add(-2*time.Minute)) {
		t.Errorf("too early: %+v, %v", trial, err)
	}
	if trial, err := n.announcer.TryWatch(t.Context(), "depots", "", "fr", n.now.AddDate(0, 0, 31)); err != nil || trial.Total != 0 || !trial.Since.IsZero() {
		t.Errorf("a month later: %+v, %v", trial, err)
	}
	if _, err := n.announcer.TryWatch(t.Context(), "nulle-part", "", "fr", n.now); !errors.Is(err, announce.ErrNoSource) {
		t.Errorf("got %v", err)
	}
	n.want() // no room was told
}

func TestTryFeedThatIsNone(t *testing.T) {
	n := newNewsroom(t)
	guard, err := fetch.NewGuard(nil)
	if err != nil {
		t.Fatal(err)
	}
	n.feeds = fetch.New(fetch.Options{Guard: guard})
	t.Cleanup(n.feeds.Close)
	n.restart()
	p := newPage(t, rss())
	for url, want := range map[string]sources.Fault{
		p.URL: sources.FaultPrivate, "ftp://example.org/feed": sources.FaultPrivate,
		"http://[::1]:80/feed": sources.FaultPrivate, "file:///etc/passwd": sources.FaultPrivate,
	} {
		if _, err := n.announcer.TryFeed(t.Context(), url, n.now); sources.FaultOf(err) != want || err == nil {
			t.Errorf("%s: %v", url, err)
		}
	}
	n.feeds = n.getter
	n.restart()
	for body, want := range map[string]sources.Fault{
		"<!DOCTYPE html><title>x</title>": sources.FaultHTML, "{}": sources.FaultFormat, "rien": sources.FaultFormat,
	} {
		p.serve(text("text/plain", body))
		if _, err := n.announcer.TryFeed(t.Context(), p.URL, n.now); sources.FaultOf(err) != want || err == nil {
			t.Errorf("%s: %v", body, err)
		}
	}
}
