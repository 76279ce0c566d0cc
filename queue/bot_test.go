package queue_test

import (
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"heraut/chat"
	"heraut/queue"
	"heraut/storage"
)

// bot is a queue with a database, a handler and a fake homeserver. It syncs only when
// a test calls sync.
type bot struct {
	*testing.T
	server *homeserver
	handle handlerFunc
	config queue.Config
	log    zerolog.Logger
	path   string

	db     *storage.DB
	queue  *queue.Queue
	ctx    context.Context
	cancel context.CancelFunc
	run    sync.WaitGroup
	killed atomic.Bool
}

type handlerFunc func(ctx context.Context, e chat.Event) (queue.Result, error)

// Handle implements queue.Handler.
func (f handlerFunc) Handle(ctx context.Context, e chat.Event) (queue.Result, error) {
	return f(ctx, e)
}

// echo answers "!a|b" with the posts "a" and "b" for the sender, in the message's
// thread, and nothing else.
func echo(_ context.Context, e chat.Event) (queue.Result, error) {
	var r queue.Result
	if e.Message == nil || !strings.HasPrefix(e.Message.Body, "!") {
		return r, nil
	}
	for text := range strings.SplitSeq(e.Message.Body[1:], "|") {
		r.Posts = append(r.Posts, chat.Post{
			Room: e.Room, HTML: text, Lang: "fr", For: e.Sender,
			Thread: chat.Target{Event: e.Message.Thread}, ReplyTo: chat.Target{Event: e.Original()},
		})
	}
	return r, nil
}

// inBubble runs a test under fake time, with a bot that is not started yet.
func inBubble(t *testing.T, test func(b *bot)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		b := newBot(t)
		defer b.stop()
		test(b)
	})
}

func newBot(t *testing.T) *bot {
	return &bot{
		T: t, server: &homeserver{}, handle: echo, path: filepath.Join(t.TempDir(), "bot.db"),
		config: queue.Config{AnswerWithin: 15 * time.Minute},
	}
}

// open opens the database and the queue, without running it.
func (b *bot) open() {
	b.Helper()
	b.ctx, b.cancel = context.WithCancel(b.Context())
	var err error
	if b.db, err = storage.Open(b.ctx, b.path); err != nil {
		b.Fatal(err)
	}
	if _, err := b.db.PickleKey(b.ctx); err != nil {
		b.Fatal(err)
	}
	b.queue = queue.New(queue.NewOutbox(b.db), b.handle, b.server, b.config, b.log)
	if err := b.queue.Open(b.ctx); err != nil {
		b.Fatal(err)
	}
}

// start opens and runs the queue.
func (b *bot) start() {
	b.Helper()
	b.open()
	b.goOn()
}

func (b *bot) goOn() {
	b.run.Go(func() {
		if err := b.queue.Run(b.ctx); err != nil && !b.killed.Load() {
			b.Error(err)
		}
	})
}

// stop ends the queue as a signal does.
func (b *bot) stop() {
	b.Helper()
	if b.db == nil {
		return
	}
	b.cancel()
	b.run.Wait()
	if err := b.db.Close(); err != nil {
		b.Error(err)
	}
	b.db = nil
}

// kill ends the queue as SIGKILL does: it stores nothing more.
func (b *bot) kill() {
	b.Helper()
	b.killed.Store(true)
	if err := b.db.Close(); err != nil {
		b.Error(err)
	}
	b.cancel()
	b.run.Wait()
	b.killed.Store(false)
	b.db = nil
}

// sync takes in the homeserver's new events and waits until the bot can go no further.
func (b *bot) sync() {
	b.Helper()
	if err := b.trySync(nil); err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

// trySync is sync without the wait. change, if not nil, is committed with the batch.
func (b *bot) trySync(change func(ctx context.Context) error) error {
	position, err := b.db.Position(b.ctx)
	if err != nil {
		return err
	}
	from, _ := strconv.Atoi(position)
	batch, next := b.batch(from)
	batch.Change = func(ctx context.Context) error {
		if err := b.db.SavePosition(ctx, strconv.Itoa(next)); err != nil {
			return err
		}
		if change != nil {
			return change(ctx)
		}
		return nil
	}
	return b.queue.Accept(b.ctx, batch)
}

func (b *bot) batch(from int) (batch queue.Batch, next int) {
	entries, next := b.server.since(from)
	batch = queue.Batch{Began: time.Now(), Received: time.Now()}
	for _, e := range entries {
		switch {
		case e.user == nil:
			batch.Own = append(batch.Own, queue.Own{Txn: e.txn, ID: e.id})
		case e.lock:
			raw, err := json.Marshal(e.user)
			if err != nil {
				b.Fatal(err)
			}
			batch.Arrivals = append(batch.Arrivals, queue.Arrival{
				ID: e.id, Room: e.room, At: e.user.At, Sender: e.user.Sender, Session: "session", Raw: raw,
			})
		default:
			batch.Arrivals = append(batch.Arrivals, queue.Arrival{ID: e.id, Room: e.room, At: e.user.At, Event: e.user})
		}
	}
	return batch, next
}

// unlock delivers the keys: it hands in all locked events, decrypted.
func (b *bot) unlock() {
	b.Helper()
	if err := b.tryUnlock(); err != nil {
		b.Fatal(err)
	}
	synctest.Wait()
}

func (b *bot) tryUnlock() error {
	locked, err := b.db.Locked(b.ctx, "session")
	if err != nil {
		return err
	}
	for _, a := range locked {
		var e chat.Event
		if err := json.Unmarshal(a.Raw, &e); err != nil {
			return err
		}
		if err := b.queue.Unlock(b.ctx, e); err != nil {
			return err
		}
	}
	return nil
}

// settle waits until a sync without events settles the newest doubt, and syncs.
func (b *bot) settle() {
	b.Helper()
	time.Sleep(10*time.Second + time.Millisecond)
	b.sync()
	time.Sleep(time.Second) // the back-off of a first attempt
	synctest.Wait()
}

var errChange = errors.New("this change cannot be made")
