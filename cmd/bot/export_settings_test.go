package main

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/announce"
	"heraut/chat"
	"heraut/relay"
	"heraut/rooms"
)

// The export is a valid configuration, holds no secret, and has the settings in
// force in each room. An export from that configuration is the same.
func TestExportSettings(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	write(t, file, `
about: {run_by: "DINUM: l’équipe", contact: "floss@example.org"}
matrix: {homeserver: "https://matrix.example.org", user: "@heraut:example.org", password: "très-secret"}
operators: ["@camille:example.org"]
limits: {person: 20/m, room: "0"}
catalogue: {sill: {url: sill.json}}
sources:
  - {name: depots, kind: ecosystems, url: https://example.org/api/v1}
rooms:
  - room: "#bluehats:example.org"
    language: en
    watches: [{source: depots, filter: "langage:go,python -fork", rhythm: "hebdo jeudi 11:00"}]
relays:
  - {name: libre, from: ["#bluehats:example.org"], to: "#experts:example.org"}
`)
	ctx := t.Context()
	db, closeState, err := openState(ctx, filepath.Join(dir, "data"), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	const bluehats, invited, direct, left = chat.RoomID("!bluehats:example.org"), chat.RoomID("!invited:example.org"), chat.RoomID("!direct:example.org"), chat.RoomID("!left:example.org")
	for _, err := range []error{
		db.SaveAlias(ctx, "#bluehats:example.org", bluehats),
		db.SaveRoom(ctx, chat.Room{ID: bluehats, Joined: true, RoomFacts: chat.RoomFacts{Name: "BlueHats # 1\nsuite"}}),
		db.SaveRoom(ctx, chat.Room{ID: invited, Joined: true, InvitedBy: "@lou:example.org"}),
		db.SaveRoom(ctx, chat.Room{ID: direct, Joined: true, InvitedBy: "@lou:example.org", Direct: true}),
		db.SaveChosen(ctx, bluehats, rooms.Chosen{Settings: rooms.Settings{Language: "fr", Prefix: "?", Quiet: "aucun", Role: `veille : "le libre"`}}),
		db.SaveChosen(ctx, invited, rooms.Chosen{Settings: rooms.Settings{Language: "en", Moderator: 75}, SetUp: true}),
		db.SaveChosen(ctx, left, rooms.Chosen{SetUp: true}),
		db.SaveRelay(ctx, relay.Relay{Name: "bureautique", From: []chat.RoomID{invited}, To: bluehats, Themes: []string{"tableur"}, By: "@camille:example.org", At: time.Now()}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	for _, w := range []announce.Watch{
		{Room: bluehats, Source: "https://example.org/feed", Rhythm: "immediat"},
		{Room: invited, Source: "https://example.org/feed", Filter: `titre "a b"`, Rhythm: "quotidien 09:00", Paused: true},
		{Room: left, Source: "depots", Rhythm: "immediat"},
	} {
		w.At = time.Now()
		if _, err := db.AddWatch(ctx, w); err != nil {
			t.Fatal(err)
		}
	}
	if err := closeState(); err != nil {
		t.Fatal(err)
	}

	export := func(file string) string {
		t.Helper()
		stdout, stderr, status := bot(t, "", "export", "settings", "--config", file)
		if status != 0 {
			t.Fatalf("%d, %s", status, stderr)
		}
		return stdout
	}
	exported := export(file)
	if strings.Contains(exported, "secret:") || strings.Contains(exported, "très-secret") {
		t.Errorf("the password is exported:\n%s", exported)
	}
	for _, key := range keys(reflect.TypeFor[Config]()) {
		if !strings.Contains(exported, "\n"+key+":") {
			t.Errorf("%s is not exported", key)
		}
	}
	again := filepath.Join(t.TempDir(), "autre.yaml")
	write(t, again, exported)
	if _, stderr, status := bot(t, "", "check", "--config", again); status != 0 {
		t.Fatalf("not accepted: %s\n%s", stderr, exported)
	}
	env := func(string) string { return "" }
	c, _, err := loadConfig(again, env)
	if err != nil {
		t.Fatal(err)
	}
	before, _, err := loadConfig(file, env)
	if err != nil {
		t.Fatal(err)
	}
	if c.About != before.About || c.Limits != before.Limits || c.Pace != before.Pace || c.Quiet != before.Quiet || !reflect.DeepEqual(c.Questions, before.Questions) ||
		!slices.Equal(c.Operators, before.Operators) || c.AnswerWithin != before.AnswerWithin || c.State != before.State ||
		c.Catalogue.SILL != before.Catalogue.SILL || c.Timezone.String() != before.Timezone.String() {
		t.Errorf("the general settings differ:\n%s", exported)
	}
	if len(c.Rooms) != 2 || len(c.Sources) != 2 || len(c.Relays) != 2 {
		t.Fatalf("rooms, sources and relays:\n%s", exported)
	}
	first, second := c.Rooms[0], c.Rooms[1]
	if first.Room != "#bluehats:example.org" || first.Language != "en" || first.Prefix != "?" || first.Quiet != "aucun" ||
		first.Role != `veille : "le libre"` || len(first.Watches) != 2 || first.Watches[1].Source != "flux-1" {
		t.Errorf("the room of the file is %+v", first)
	}
	if second.Room != string(invited) || second.Language != "en" || second.Moderator != 75 || len(second.Watches) != 1 ||
		second.Watches[0].Source != "flux-1" || !second.Watches[0].Paused || second.Watches[0].Filter.String() != `titre "a b"` {
		t.Errorf("the room of the chat is %+v", second)
	}
	if s := c.Sources[1]; s.Name != "flux-1" || s.URL != "https://example.org/feed" || s.Kind != "feed" {
		t.Errorf("the feed is %+v", s)
	}
	if r := c.Relays[1]; r.Name != "bureautique" || r.From[0] != string(invited) || r.To != string(bluehats) || r.Themes[0] != "tableur" || r.MayWiden {
		t.Errorf("the relay is %+v", r)
	}

	// Even with an empty state, the file alone yields the same settings.
	if got := export(again); got != exported {
		t.Errorf("exported again with its state it is\n%s", got)
	}
	write(t, again, strings.Replace(exported, "\nstate: "+before.State, "\nstate: "+filepath.Join(dir, "empty"), 1))
	_, closeEmpty, err := openState(ctx, filepath.Join(dir, "empty"), zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	if err := closeEmpty(); err != nil {
		t.Fatal(err)
	}
	got := strings.Replace(export(again), filepath.Join(dir, "empty"), before.State, 1)
	title := "- # BlueHats # 1 suite\n  room:" // only the state holds it
	if want := strings.Replace(exported, title, "- room:", 1); got != want || want == exported {
		t.Errorf("exported from itself it is\n%s\nand was\n%s", got, exported)
	}
}

// TestExportPaths: the exported settings are right in another directory too.
func TestExportPaths(t *testing.T) {
	dir, elsewhere := t.TempDir(), t.TempDir()
	write(t, filepath.Join(dir, "config.yaml"), `
about: {run_by: "DINUM", contact: "floss@example.org"}
matrix: {homeserver: "https://matrix.example.org", user: "@heraut:example.org", password: "secret", avatar: image.png}
languages: langues
howto: {fr: reponses.yaml}
catalogue: {sill: {url: sill.json}}
visio: [{name: meet, kind: meet, url: "https://meet.example.org", client_id: heraut, client_secret_file: clef, user: robot@example.org}]
`)
	write(t, filepath.Join(dir, "clef"), "secret\n")
	write(t, filepath.Join(dir, "sill.json"), "[]")
	write(t, filepath.Join(dir, "image.png"), "\x89PNG\r\n\x1a\n")
	write(t, filepath.Join(dir, "reponses.yaml"), "[]\n")
	if err := os.MkdirAll(filepath.Join(dir, "langues"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	_, closeState, err := openState(t.Context(), "data", zerolog.Nop())
	if err != nil {
		t.Fatal(err)
	}
	if err := closeState(); err != nil {
		t.Fatal(err)
	}
	exported, stderr, status := bot(t, "", "export", "settings", "--config", "config.yaml")
	if status != 0 {
		t.Fatalf("%d, %s", status, stderr)
	}
	t.Chdir(elsewhere)
	write(t, "config.yaml", exported)
	if _, stderr, status := bot(t, "", "check", "--config", "config.yaml"); status != 0 {
		t.Errorf("not accepted elsewhere: %s\n%s", stderr, exported)
	}
}

// TestExportHidesSecrets: an export has no secret, and is refused until the operator
// fills them in; with --avec-jetons it has those of addresses, and the codes.
func TestExportHidesSecrets(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	write(t, file, `
about: {run_by: "DINUM", contact: "floss@dinum.example.org"}
matrix: {homeserver: "https://matrix.dinum.example.org", user: heraut, password: "mdp-s3cret"}
network: {proxy: "http://bot:mdp-s3cret@proxy.dinum.example.org:3128"}
alert: {webhook: {url: "https://chat.dinum.example.org/hooks/crochet-s3cret"}}
catalogue: {sill: {url: "https://bot:jeton-s3cret@sill.dinum.example.org/sill.json"}}
catalogues: [{name: autre, kind: dpga, url: "https://dpga.dinum.example.org/api?key=jeton-s3cret"}]
sources: [{name: flux, kind: feed, url: "https://forge.dinum.example.org/f.atom?feed_token=jeton-s3cret&page=2"}]
visio: [{name: salle, kind: link, url: "https://visio.dinum.example.org/s?pwd=jeton-s3cret", phone: "+33 1", pin: "code-s3cret"}]
webhooks: {listen: "127.0.0.1:8481", url: "https://robot.dinum.example.org", hooks: [{name: a, room: "#a:dinum.example.org", secret_sha256: `+strings.Repeat("0", 64)+`, signing: "mdp-s3cret-mdp-s3cret-mdp"}]}
`)
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	db := openedState(t, filepath.Join(dir, "data"))
	if err := db.SaveRoom(t.Context(), chat.Room{ID: "!a:dinum.example.org", Joined: true, InvitedBy: "@lou:dinum.example.org"}); err != nil {
		t.Fatal(err)
	}
	if _, err := db.AddWatch(t.Context(), announce.Watch{Room: "!a:dinum.example.org", Source: "https://x.dinum.example.org/?token=jeton-s3cret", Rhythm: "immediat", At: time.Now()}); err != nil {
		t.Fatal(err)
	}
	export := func(flags ...string) string {
		t.Helper()
		stdout, stderr, status := bot(t, "", append([]string{"export", "settings", "--config", file}, flags...)...)
		if status != 0 || strings.Contains(stdout, "mdp-") {
			t.Fatalf("%d, %s\n%s", status, stderr, stdout)
		}
		return stdout
	}
	whole := export("--avec-jetons")
	if n := strings.Count(whole, "-s3cret"); n != 7 {
		t.Errorf("%d secrets, want 7:\n%s", n, whole)
	}
	exported := export()
	if strings.Contains(exported, "s3cret") || strings.Count(exported, leftOut) != 9 || !strings.Contains(exported, "feed_token="+leftOut+"&page=2") {
		t.Errorf("it is\n%s", exported)
	}
	again := filepath.Join(dir, "autre.yaml")
	write(t, again, exported)
	_, stderr, status := bot(t, "", "check", "--config", again)
	if n := strings.Count(stderr, "remplacez "+leftOut); status != 2 || n != 9 || strings.Count(stderr, "autre.yaml:") != 9 {
		t.Errorf("%d, %d faults:\n%s", status, n, stderr)
	}
	write(t, again, strings.ReplaceAll(exported, leftOut, "remis"))
	if _, stderr, status := bot(t, "", "check", "--config", again); status != 0 {
		t.Errorf("with the secrets: %d, %s", status, stderr)
	}
}
