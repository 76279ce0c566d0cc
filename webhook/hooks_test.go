package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"heraut/chat"
	"heraut/webhook"
)

const (
	salon   = chat.RoomID("!salon:example.org")
	bureau  = chat.RoomID("!bureau:example.org")
	camille = chat.UserID("@camille:example.org")
)

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
