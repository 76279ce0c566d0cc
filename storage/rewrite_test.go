package storage

import (
	"database/sql"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"heraut/chat"
	"heraut/queue"
)

const secret = "un texte à effacer"

// text returns a text of a random length that holds secret.
func text(r *rand.Rand) string { return secret + strings.Repeat(".", 100+r.IntN(300)) }

// comeAndGo adds some two hundred posts, edits some of them before they are sent, and
// sends all, a few late. round makes the causes of the posts unique.
func comeAndGo(t *testing.T, db *DB, r *rand.Rand, round int) {
	t.Helper()
	var open []queue.Row
	send := func(i int) {
		_, _, err := db.ConfirmPost(t.Context(), open[i].Txn, "$sent"+chat.EventID(open[i].Cause), noon)
		must(t, err)
		open = slices.Delete(open, i, i+1)
	}
	for n := range 400 {
		switch k := r.IntN(20); {
		case k < 9 || len(open) == 0:
			open = append(open, mustPost(t, db, chat.EventID(fmt.Sprint("$", 400*round+n)), salon, text(r)))
		case k < 12:
			row := &open[r.IntN(len(open))]
			row.Post.HTML = text(r)
			must(t, db.UpdatePost(t.Context(), *row, noon))
		default:
			send(r.IntN(min(len(open), 8)))
		}
	}
	for len(open) > 0 {
		send(0)
	}
}

// When SQLite moves rows between pages, it leaves copies in the free parts of the old
// pages. Erasing the rows does not erase these copies, Rewrite does.
func TestRewrite(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bot.db")
	db, err := Open(t.Context(), path)
	must(t, err)
	r := rand.New(rand.NewPCG(1, 0))
	for round := 0; !onDisk(t, path, secret); round++ {
		if round == 20 {
			t.Fatal("SQLite left no copy: this history shows nothing")
		}
		comeAndGo(t, db, r, round)
		_, err = db.truncateLog(t.Context())
		must(t, err)
	}
	// Another process reads the database meanwhile.
	reader, err := sql.Open("sqlite3", path)
	must(t, err)
	reading, err := reader.Begin()
	must(t, err)
	var rows int
	must(t, reading.QueryRow("SELECT COUNT(*) FROM outbox").Scan(&rows))
	if err := db.Rewrite(t.Context()); err == nil {
		t.Error("no error while another process reads the database")
	}
	must(t, reading.Rollback())
	must(t, reader.Close())
	must(t, db.Rewrite(t.Context()))
	must(t, db.CheckIntegrity(t.Context()))
	if onDisk(t, path, secret) {
		t.Error("erased texts are left in the database's files")
	}
	posts, err := db.PostsOf(t.Context(), "$0")
	must(t, err)
	if len(posts) != 1 || posts[0].State != queue.Sent || posts[0].EventID != "$sent$0" {
		t.Errorf("the first post is now %+v", posts)
	}
	must(t, db.Close())
	if onDisk(t, path, secret) {
		t.Error("erased texts are left in the closed database")
	}
}
