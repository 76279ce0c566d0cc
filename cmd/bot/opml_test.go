package main

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/announce"
	"heraut/chat"
)

// TestOPML exports the feeds that rooms watch, and imports the list as a part of a
// valid configuration.
func TestOPML(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	write(t, file, minimal+`
sources:
  - {name: bluehats, kind: feed, url: "https://code.gouv.fr/feed/feed.xml"}
  - {name: depots, kind: ecosystems, url: "https://ecosystem.example.org/api/v1"}
rooms:
  - room: "!salon:example.org"
    watches: [{source: depots}, {source: bluehats, label: "Nouvelles"}]
`)
	ctx := t.Context()
	db, closeState, err := openState(ctx, filepath.Join(dir, "data"), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	const salon = chat.RoomID("!salon:example.org")
	if err := db.SaveRoom(ctx, chat.Room{ID: salon, Joined: true, RoomFacts: chat.RoomFacts{Name: "Salon <1>"}}); err != nil {
		t.Fatal(err)
	}
	w := announce.Watch{Room: salon, Source: "https://blog.example.org/feed?a=1&b=2", Rhythm: "immediat", Label: "Blog & co", At: time.Now()}
	if _, err := db.AddWatch(ctx, w); err != nil {
		t.Fatal(err)
	}
	if err := closeState(); err != nil {
		t.Fatal(err)
	}
	exported, stderr, status := bot(t, "", "export", "opml", "--config", file)
	if status != 0 {
		t.Fatalf("%d, %s", status, stderr)
	}
	for _, want := range []string{
		`<opml version="2.0">`, `<outline text="Salon &lt;1&gt;">`,
		`<outline text="Nouvelles" type="rss" xmlUrl="https://code.gouv.fr/feed/feed.xml">`,
		`<outline text="Blog &amp; co" type="rss" xmlUrl="https://blog.example.org/feed?a=1&amp;b=2">`,
	} {
		if !strings.Contains(exported, want) {
			t.Errorf("the list lacks %s:\n%s", want, exported)
		}
	}
	if strings.Contains(exported, "ecosystem") {
		t.Errorf("the list has more than feeds:\n%s", exported)
	}

	list := filepath.Join(dir, "flux.opml")
	write(t, list, exported)
	snippet, stderr, status := bot(t, "", "import", "opml", list)
	if status != 0 || !strings.Contains(snippet, "name: blog-co") || !strings.Contains(snippet, "# Blog & co") {
		t.Fatalf("%d, %s\n%s", status, stderr, snippet)
	}
	again := filepath.Join(dir, "autre.yaml")
	write(t, again, minimal+snippet)
	if _, stderr, status := bot(t, "", "check", "--config", again); status != 0 {
		t.Errorf("not accepted: %s\n%s", stderr, snippet)
	}
}

// TestImportOPML reads lists in the forms that feed readers write.
func TestImportOPML(t *testing.T) {
	for name, test := range map[string]struct {
		list   string
		want   []string
		status int
	}{
		"groups": {`<?xml version="1.0" encoding="ISO-8859-1"?><opml version="1.0"><body><outline text="Veille"><outline text="Libre"><outline title="Un titre` + "\xe9" + ` &nbsp; long" xmlUrl="https://a.example.org/feed"/></outline></outline></body></opml>`,
			[]string{"name: un-titree-long", "url: https://a.example.org/feed"}, 0},
		"twice, and other addresses": {`<opml><body><outline text="A" xmlUrl="feed://a.example.org/feed"/><outline text="A" xmlUrl="https://a.example.org/feed"/><outline text="A" xmlUrl="https://b.example.org/feed"/><outline text="C" xmlUrl="gopher://c"/></body></opml>`,
			[]string{"name: a\n", "name: a-2\n", "# Laissé de côté, ce n’est pas une adresse http : gopher://c"}, 0},
		"no feed":   {`<opml><body><outline text="A"/></body></opml>`, nil, 1},
		"something": {`<rss/>`, nil, 1},
		"nothing":   {``, nil, 1},
	} {
		t.Run(name, func(t *testing.T) {
			out, stderr, status := bot(t, test.list, "import", "opml", "-")
			if status != test.status {
				t.Fatalf("%d, %s", status, stderr)
			}
			for _, want := range test.want {
				if !strings.Contains(out, want) {
					t.Errorf("%q is not in\n%s", want, out)
				}
			}
		})
	}
}
