package webhook_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"path/filepath"
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

// counts checks the metrics about messages, edits and digests.
func (o *office) counts(posted, edited, digests int64) {
	o.Helper()
	c := o.service.Counts()
	if c.Posted.Load() != posted || c.Edited.Load() != edited || c.Digests.Load() != digests {
		o.Errorf("posted %d, edited %d, digests %d, want %d, %d, %d", c.Posted.Load(), c.Edited.Load(), c.Digests.Load(), posted, edited, digests)
	}
}
