package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/matrix"
	"heraut/queue"
	"heraut/rooms"
	"heraut/storage"
	"heraut/webhook"
)

const (
	salon   = chat.RoomID("!salon:example.org")
	bureau  = chat.RoomID("!bureau:example.org")
	camille = chat.UserID("@camille:example.org")
)

// office is a service on a database whose clock the test sets and whose posts stay
// in the outbox.
type office struct {
	testing.TB
	path    string
	db      *storage.DB
	box     *queue.Outbox
	service *webhook.Service
	now     time.Time
	server  *httptest.Server
	log     strings.Builder
}

func newOffice(t testing.TB, change ...func(*webhook.Options)) *office {
	t.Helper()
	o := &office{TB: t, path: filepath.Join(t.TempDir(), "bot.db"), now: time.Date(2026, time.November, 30, 14, 2, 0, 0, time.UTC)}
	o.open(change...)
	t.Cleanup(func() {
		o.server.Close()
		if err := o.db.Close(); err != nil {
			t.Error(err)
		}
	})
	return o
}

func (o *office) open(change ...func(*webhook.Options)) {
	o.Helper()
	var err error
	if o.db, err = storage.Open(o.Context(), o.path); err != nil {
		o.Fatal(err)
	}
	o.box = queue.NewOutbox(o.db)
	book := rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"})
	options := webhook.Options{
		Store: o.db, Queue: o.box, Book: book, Zone: time.UTC, URL: "https://robot.example.org", MaxBody: 256 << 10, PerMinute: 3,
		Now: func() time.Time { return o.now }, Log: zerolog.New(&o.log),
	}
	for _, c := range change {
		c(&options)
	}
	if o.service, err = webhook.New(o.Context(), options, nil); err != nil {
		o.Fatal(err)
	}
	o.server = httptest.NewServer(o.service.Handler())
}

// restart simulates the end of the process and a new start.
func (o *office) restart() {
	o.Helper()
	o.server.Close()
	if err := o.db.Close(); err != nil {
		o.Fatal(err)
	}
	o.open()
}

// do runs a change in a transaction.
func (o *office) do(change func(context.Context) error, err error) {
	o.Helper()
	if err == nil {
		err = o.db.Do(o.Context(), change)
	}
	if err != nil {
		o.Fatal(err)
	}
}

// create makes a hook in salon and returns its path.
func (o *office) create(name string) string {
	o.Helper()
	_, address, change, err := o.service.Create(o.Context(), salon, name, camille)
	o.do(change, err)
	return strings.TrimPrefix(address, "https://robot.example.org")
}

// post posts a body and returns the answer.
func (o *office) post(path, contentType, body string, headers ...string) (status int, answer string, header http.Header) {
	o.Helper()
	r, err := http.NewRequestWithContext(o.Context(), http.MethodPost, o.server.URL+path, strings.NewReader(body))
	if err != nil {
		o.Fatal(err)
	}
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		o.Fatal(err)
	}
	defer resp.Body.Close()
	var b strings.Builder
	buffer := make([]byte, 4096)
	for {
		n, err := resp.Body.Read(buffer)
		b.Write(buffer[:n])
		if err != nil {
			break
		}
	}
	return resp.StatusCode, b.String(), resp.Header
}

func (o *office) ok(path, body string, headers ...string) {
	o.Helper()
	if status, answer, _ := o.post(path, "application/json", body, headers...); status != http.StatusOK || answer != "ok" {
		o.Fatalf("got %d %q", status, answer)
	}
}

// said delivers everything and returns the texts of the waiting posts: an edit
// begins with «* », a post in a thread with «> ».
func (o *office) said() (texts []string) {
	o.Helper()
	if _, err := o.service.Round(o.Context()); err != nil {
		o.Fatal(err)
	}
	for {
		seq, _, err := o.db.NextPost(o.Context(), o.now, nil)
		if err != nil {
			return texts
		}
		row, err := o.db.StartPost(o.Context(), seq, o.now)
		if err != nil {
			o.Fatal(err)
		}
		text := matrix.PlainText(row.Post.HTML, row.Post.Lang)
		switch {
		case !row.Post.Edits.IsZero():
			text = "* " + text
		case !row.Post.Thread.IsZero():
			text = "> " + text
		}
		texts = append(texts, text)
		if _, _, err := o.db.ConfirmPost(o.Context(), row.Txn, chat.EventID("$"+row.Txn), o.now); err != nil {
			o.Fatal(err)
		}
	}
}

func (o *office) wants(want ...string) {
	o.Helper()
	got := o.said()
	if len(got) != len(want) {
		o.Fatalf("got %d posts:\n%s\nwant %d", len(got), strings.Join(got, "\n---\n"), len(want))
	}
	for i := range got {
		if !strings.Contains(got[i], want[i]) {
			o.Errorf("post %d: no %q in\n%s", i, want[i], got[i])
		}
	}
}

func TestRequests(t *testing.T) {
	o := newOffice(t)
	path := o.create("ci")
	paused := o.create("paused")
	_, change, err := o.service.Pause(t.Context(), salon, "paused", true)
	o.do(change, err)
	unknown, unknownBody, unknownHeader := o.post("/h/aaaaaaaaaaaaaaaaaaaaaaaaaa", "", "x")
	for name, test := range map[string]struct {
		path, contentType, body string
		status                  int
		answer                  string
	}{
		"JSON":              {path, "application/json", `{"text":"a"}`, 200, "ok"},
		"no content type":   {path, "", "payload={\"text\":\"a\"}", 200, "ok"},
		"curl's":            {path, "application/x-www-form-urlencoded", `{"text":"a"}`, 200, "ok"},
		"broken JSON":       {path, "application/json", `{"text":`, 400, "the body is not valid JSON"},
		"empty":             {path, "", "", 400, "the body is empty"},
		"binary":            {path, "", "a\x00b", 400, "the body is not a text"},
		"deep":              {path, "application/json", strings.Repeat("[", 5000), 400, "more than 100 levels"},
		"too large":         {path, "text/plain", strings.Repeat("a", 300<<10), 413, "larger than"},
		"broken multipart":  {path, "multipart/form-data", "x", 400, "without a boundary"},
		"unknown charset":   {path, "text/plain; charset=klingon", "x", 400, "charset"},
		"paused":            {paused, "application/json", `{"text":"a"}`, unknown, unknownBody},
		"elsewhere":         {"/", "", "x", 404, unknownBody},
		"a longer path":     {path + "/x", "", "x", 404, unknownBody},
		"a compressed body": {path, "application/json", `{"text":"a"}`, 200, "ok"},
	} {
		t.Run(name, func(t *testing.T) {
			o.now = o.now.Add(2 * time.Minute)
			status, answer, header := o.post(test.path, test.contentType, test.body)
			if status != test.status || !strings.Contains(answer, test.answer) || test.answer == "ok" && answer != "ok" {
				t.Errorf("got %d %q", status, answer)
			}
			if test.path == paused && fmt.Sprint(header["Content-Type"], header["Content-Length"], header["Cache-Control"]) !=
				fmt.Sprint(unknownHeader["Content-Type"], unknownHeader["Content-Length"], unknownHeader["Cache-Control"]) {
				t.Errorf("a paused hook is told from an unknown one: %v, %v", header, unknownHeader)
			}
		})
	}
	if status, answer, _ := o.post(path, "application/json", "x", "Content-Encoding", "gzip"); status != 400 || !strings.Contains(answer, "compressed") {
		t.Errorf("a compressed body: %d %q", status, answer)
	}
	resp, err := http.Get(o.server.URL + path)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 200 {
		t.Errorf("GET: %d", resp.StatusCode)
	}
	if secret := strings.TrimPrefix(path, "/h/"); strings.Contains(o.log.String(), secret) {
		t.Error("the secret is in the log")
	}
}

// The database holds nothing of the secret.
func TestSecretIsNotKept(t *testing.T) {
	o := newOffice(t)
	path := o.create("ci")
	if len(path) < len("/h/")+22 {
		t.Errorf("the secret is short: %s", path)
	}
	hooks, err := o.db.Hooks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if all := fmt.Sprintf("%+v", hooks); len(hooks) != 1 || strings.Contains(all, strings.TrimPrefix(path, "/h/")) {
		t.Errorf("kept: %s", all)
	}
}

func TestRenewedSecretIsRefused(t *testing.T) {
	o := newOffice(t)
	before := o.create("ci")
	_, address, change, err := o.service.Renew(t.Context(), salon, "CI")
	o.do(change, err)
	after := strings.TrimPrefix(address, "https://robot.example.org")
	for range 2 {
		if status, _, _ := o.post(before, "", "a"); status != http.StatusNotFound {
			t.Errorf("the former address answers %d", status)
		}
		if status, _, _ := o.post(after, "", "a"); status != http.StatusOK {
			t.Errorf("the new address answers %d", status)
		}
		o.restart()
	}
}

func TestSignatures(t *testing.T) {
	o := newOffice(t)
	path := o.create("forge")
	_, secret, change, err := o.service.Sign(t.Context(), salon, "forge", true)
	o.do(change, err)
	const body = `{"text":"a"}`
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(body))
	sum := hex.EncodeToString(mac.Sum(nil))
	wrong := strings.Repeat("0", 64)
	for name, test := range map[string]struct {
		header, value string
		status        int
	}{
		"none":         {"X-Other", "", 403},
		"GitHub":       {"X-Hub-Signature-256", "sha256=" + sum, 200},
		"GitHub wrong": {"X-Hub-Signature-256", "sha256=" + wrong, 403},
		"Gitea":        {"X-Gitea-Signature", sum, 200},
		"Sentry":       {"Sentry-Hook-Signature", sum, 200},
		"GitLab":       {"X-Gitlab-Token", secret, 200},
		"GitLab wrong": {"X-Gitlab-Token", "x", 403},
	} {
		t.Run(name, func(t *testing.T) {
			o.now = o.now.Add(2 * time.Minute)
			if status, answer, _ := o.post(path, "application/json", body, test.header, test.value); status != test.status {
				t.Errorf("got %d %q", status, answer)
			}
		})
	}
}

func TestOrderAndRestart(t *testing.T) {
	o := newOffice(t)
	path := o.create("ci")
	o.ok(path, `{"text":"un"}`)
	o.ok(path, `{"text":"deux"}`)
	o.restart()
	o.ok(path, `{"text":"trois"}`)
	o.wants("un", "deux", "trois")
	o.wants()
}

func TestIdempotencyKey(t *testing.T) {
	o := newOffice(t)
	path, other := o.create("ci"), o.create("other")
	o.ok(path, `{"text":"un"}`, "Idempotency-Key", "k")
	o.ok(path, `{"text":"un"}`, "Idempotency-Key", "k")
	o.ok(path, `{"text":"deux"}`, "X-GitHub-Delivery", "k")
	o.ok(other, `{"text":"autre"}`, "Idempotency-Key", "k")
	o.wants("un", "deux", "autre")
	o.now = o.now.Add(25 * time.Hour)
	o.ok(path, `{"text":"le lendemain"}`, "Idempotency-Key", "k")
	o.wants("le lendemain")
}

// Deliveries over the limit come in one digest at the end of the minute. A sender
// far over the limit is told to wait.
func TestDigestAndLimit(t *testing.T) {
	o := newOffice(t)
	path := o.create("ci")
	for i := range 30 {
		o.ok(path, fmt.Sprintf(`{"text":"message %d"}`, i))
	}
	status, _, header := o.post(path, "", "un de trop")
	if wait, err := strconv.Atoi(header.Get("Retry-After")); status != 429 || err != nil || wait < 1 || wait > 60 {
		t.Errorf("got %d, Retry-After %q", status, header.Get("Retry-After"))
	}
	o.wants("message 0", "message 1", "message 2")
	o.wants()
	o.now = o.now.Add(time.Minute)
	o.wants("27\u00a0messages du webhook ci, de 14:02:00 à 14:02:00")
	o.ok(path, `{"text":"après"}`)
	o.wants("après")
}

// A full hook says so to senders and to the person who tries it, and takes messages
// again once some have been posted.
func TestFullHook(t *testing.T) {
	o := newOffice(t, func(options *webhook.Options) { options.PerMinute = 600 })
	path := o.create("ci")
	hooks, err := o.db.Hooks(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	o.do(func(ctx context.Context) error {
		for range webhook.MaxWaiting {
			d := webhook.Delivery{Hook: hooks[0].ID, Body: webhook.Body{Data: []byte("a")}, At: o.now}
			if _, err := o.db.AddDelivery(ctx, d, "", time.Time{}); err != nil {
				return err
			}
		}
		return nil
	}, nil)
	status, answer, header := o.post(path, "", "b", "Idempotency-Key", "1")
	if status != 429 || !strings.Contains(answer, "full for now") || header.Get("Retry-After") != "60" {
		t.Errorf("got %d %q, Retry-After %q", status, answer, header.Get("Retry-After"))
	}
	if _, _, err := o.service.Test(t.Context(), salon, "ci", "essai"); !errors.Is(err, webhook.ErrFull) {
		t.Errorf("trying a full hook: %v", err)
	}
	o.said()
	o.ok(path, `{"text":"après"}`, "Idempotency-Key", "1") // the refused request did not use up its key
	o.do(func(ctx context.Context) error { return o.db.DeleteHook(ctx, hooks[0].ID) }, nil)
	if status, answer, _ := o.post(path, "", "c"); status != 404 || answer != "no hook answers here\n" {
		t.Errorf("a hook removed since the look-up: %d %q", status, answer)
	}
}

// alert returns Alertmanager's body with an alert for each fingerprint.
func alert(status string, fingerprints ...string) string {
	var all []string
	for _, f := range fingerprints {
		all = append(all, fmt.Sprintf(`{"status":%q,"labels":{"alertname":"Disque plein","instance":%q},"annotations":{"summary":"Disque plein sur %s"},
			"startsAt":"2026-11-30T13:00:00Z","endsAt":"0001-01-01T00:00:00Z","generatorURL":"http://prometheus.example.org/graph","fingerprint":%q}`, status, f, f, f))
	}
	return fmt.Sprintf(`{"version":"4","status":%q,"receiver":"r","groupLabels":{},"commonLabels":{},"alerts":[%s]}`, status, strings.Join(all, ","))
}

func TestAlertGoesOnAndEnds(t *testing.T) {
	o := newOffice(t)
	path := o.create("supervision")
	o.ok(path, alert("firing", "srv1", "srv2"))
	o.wants("Disque plein sur srv2")
	for range 2 {
		o.now = o.now.Add(4 * time.Hour)
		o.ok(path, alert("firing", "srv1"))
	}
	o.wants("* 🔴 Alerte", "(3 fois depuis 14:02)")
	o.now = o.now.Add(time.Hour)
	o.ok(path, alert("resolved", "srv1"))
	got := o.said()
	if len(got) != 2 || !strings.HasPrefix(got[0], "* ✅ Terminé à 23:02") || !strings.Contains(got[0], "retiré") ||
		!strings.HasPrefix(got[1], "> ✅ Terminé à 23:02") || !strings.Contains(got[0], "srv2") {
		t.Errorf("got\n%s", strings.Join(got, "\n---\n"))
	}
	o.ok(path, alert("resolved", "srv1")) // already over
	o.wants("✅ Alerte – résolution (resolved)")
	o.ok(path, alert("firing", "srv1")) // begins again
	o.wants("🔴 Alerte")
	o.now = o.now.Add(25 * time.Hour)
	o.ok(path, alert("firing", "srv2")) // after a day a new message announces it
	o.wants("🔴 Alerte")
}

func TestRoomIsUpgraded(t *testing.T) {
	o := newOffice(t)
	path := o.create("ci")
	o.ok(path, `{"text":"un"}`)
	o.do(func(ctx context.Context) error { return o.service.Move(ctx, salon, bureau) }, nil)
	o.ok(path, `{"text":"deux"}`)
	if _, err := o.service.Round(t.Context()); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		seq, _, err := o.db.NextPost(t.Context(), o.now, nil)
		if err != nil {
			t.Fatal(err)
		}
		row, err := o.db.StartPost(t.Context(), seq, o.now)
		if err != nil {
			t.Fatal(err)
		}
		if row.Post.Room != bureau || row.Post.Priority != chat.Webhook {
			t.Errorf("posted in %s", row.Post.Room)
		}
		if _, _, err := o.db.ConfirmPost(t.Context(), row.Txn, "$e"+chat.EventID(row.Txn), o.now); err != nil {
			t.Fatal(err)
		}
	}
}

// A hook of the configuration replaces one of the chat, and disappears when the
// configuration no longer declares it.
func TestDeclaredHooks(t *testing.T) {
	o := newOffice(t)
	chatPath := o.create("ci")
	d := webhook.Declaration{Name: "ci", Room: "#salon:example.org", Hash: webhook.HashOf("un-secret-de-la-configuration")}
	for range 2 {
		if err := o.service.Declare(t.Context(), salon, d); err != nil {
			t.Fatal(err)
		}
	}
	if status, _, _ := o.post("/h/un-secret-de-la-configuration", "", "a"); status != 200 {
		t.Errorf("the declared hook answers %d", status)
	}
	if status, _, _ := o.post(chatPath, "", "a"); status != 404 {
		t.Errorf("the other one answers %d", status)
	}
	if _, _, err := o.service.Remove(t.Context(), salon, "ci"); !errors.Is(err, webhook.ErrDeclared) {
		t.Errorf("it may be removed in the chat: %v", err)
	}
	o.restart() // without the declaration
	if status, _, _ := o.post("/h/un-secret-de-la-configuration", "", "a"); status != 404 {
		t.Errorf("a hook that is not declared any more answers %d", status)
	}
}

// An alert that ends within a digest is struck out too.
func TestAlertEndsInDigest(t *testing.T) {
	o := newOffice(t)
	path := o.create("supervision")
	o.ok(path, alert("firing", "srv1"))
	for range 3 {
		o.ok(path, `{"text":"bruit"}`)
	}
	o.ok(path, alert("resolved", "srv1"))
	o.wants("🔴 Alerte", "bruit", "bruit")
	o.now = o.now.Add(time.Minute)
	o.wants("* ✅ Terminé à 14:02", "> ✅ Terminé à 14:02", "2\u00a0messages du webhook supervision")
}
