package relay_test

import (
	"context"
	"flag"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/rs/zerolog"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/commands"
	"heraut/locale/localetest"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/storage"
)

var update = flag.Bool("update", false, "write what is seen now into testdata")

const (
	salon   = chat.RoomID("!salon:example.org")
	experts = chat.RoomID("!experts:example.org")
	other   = chat.RoomID("!autre:example.org") // in no relay

	camille = chat.UserID("@camille:example.org") // asks
	alix    = chat.UserID("@alix:example.org")    // in the same room
	bruno   = chat.UserID("@bruno:example.org")   // answers
	dora    = chat.UserID("@dora:example.org")    // answers too
	noor    = chat.UserID("@noor:example.org")    // answers too
	bot     = chat.UserID("@heraut:example.org")
)

var names = map[chat.UserID]string{camille: "Camille Roy", alix: "Alix", bruno: "Bruno Lefèvre", dora: "Dora", noor: "Noor Élias", emma: "Emma", farid: "Farid"}

// world is the rooms, the people and the bot with its database, under fake time.
type world struct {
	*testing.T
	path    string
	relays  []relay.Declaration
	suggest relay.Suggest
	subject func(text string) string
	quiet   func(room chat.RoomID) relay.Quiet
	files   relay.Files
	pings   *relay.Pings
	name    func(ctx context.Context, room chat.RoomID, user chat.UserID) string
	prepare func(p chat.Post) (chat.Media, error) // makes the copies of files
	reading chan struct{}                         // holds the answer with a read message; nil: nothing does

	db      *storage.DB
	carrier *relay.Carrier
	upkeep  *relay.Upkeep
	queue   *queue.Queue
	cancel  context.CancelFunc
	run     sync.WaitGroup

	asked chat.EventID // the question of the last outcome

	mu       sync.Mutex
	timeline []happening
	rooms    map[chat.RoomID]chat.Room
	seen     int // how many events the bot took in
	refuse   func(p chat.Post) error
	gone     map[chat.EventID]bool // purged by the homeserver
	left     map[chat.UserID]bool  // who is in no room any more
}

// happening is an event: a person's or, if by is nil, the bot's.
type happening struct {
	id   chat.EventID
	room chat.RoomID
	by   *chat.Event
	txn  string
	post chat.Post
}

// inWorld plays a scenario with two private, clear rooms: one asks, the other is the
// experts'.
func inWorld(t *testing.T, play func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{
			T: t, path: filepath.Join(t.TempDir(), "bot.db"), gone: map[chat.EventID]bool{}, left: map[chat.UserID]bool{}, rooms: map[chat.RoomID]chat.Room{},
			relays: []relay.Declaration{{Name: "libre", From: []string{string(salon)}, To: string(experts)}},
		}
		w.start()
		defer w.stop()
		w.room(salon, "Bluehats", nil)
		w.room(experts, "Experts", nil)
		w.room(other, "Ailleurs", nil)
		play(w)
	})
}

func (w *world) start() {
	w.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	w.cancel = cancel
	var err error
	if w.db, err = storage.Open(ctx, w.path); err != nil {
		w.Fatal(err)
	}
	book := rooms.NewBook(rooms.Settings{Language: "fr", Prefix: "!"})
	room := func(_ context.Context, room chat.RoomID) (chat.Room, error) {
		w.mu.Lock()
		defer w.mu.Unlock()
		return w.rooms[room], nil
	}
	ours := func(server string) bool { return server == "example.org" }
	outbox := queue.NewOutbox(w.db)
	w.carrier = relay.NewCarrier(relay.Options{
		Store: w.db, Queue: outbox, Book: book, Links: "https://matrix.to", Suggest: w.suggest, Quiet: w.quiet, Subject: w.subject, Files: w.files, Pings: w.pings,
		Log:  zerolog.New(zerolog.NewTestWriter(w)),
		Room: room, Routes: relay.NewRoutes(w.db, room, w.relays), Message: w.message,
		Ours: ours, Name: w.name, Self: bot, Members: w.members, HasLeft: w.hasLeft,
	})
	w.upkeep = relay.NewUpkeep(relay.UpkeepOptions{
		Store: w.db, Queue: outbox, Book: book, Zone: time.UTC, Quiet: w.quietOr, Readers: relay.ReadersOf(room, ours), Relays: w.carrier.Relays,
	})
	answerer := commands.NewAnswerer(commands.Parts{
		About: commands.About{RunBy: "DINUM", Contact: "floss@example.org"},
		Catalogue: func() catalogue.State {
			return catalogue.State{Catalogue: catalogue.New([]catalogue.Software{{ID: "51", Name: "GIMP"}}, time.Now())}
		},
		Relay: w.carrier,
		FAQ:   &relay.Knowledge{Store: w.db, Readers: relay.ReadersOf(room, ours)},
		Admin: commands.Administration{Book: book, Journal: w.db, Rooms: w.db},
	})
	handler := commands.NewHandler(answerer, commands.HandlerOptions{Rooms: book, Choices: w.db, Pings: w.pings, Moves: []commands.Move{w.carrier.Move}})
	w.queue = queue.New(outbox, handler, w, queue.Config{
		AnswerWithin: 15 * time.Minute, AtOnce: 1,
		Prepare: func(_ context.Context, p chat.Post) (chat.Media, error) { return w.prepare(p) },
		Guards:  map[string]queue.Guard{relay.GuardName: w.carrier, relay.UpkeepGuardName: w.upkeep, commands.GuardName: commands.Guard{Handler: handler}},
		Keeps: func(ctx context.Context, room chat.RoomID) bool {
			serves, err := w.carrier.Serves(ctx, room)
			return serves || err != nil
		},
	}, zerolog.New(zerolog.NewTestWriter(w)).Level(zerolog.WarnLevel))
	if err := w.queue.Open(ctx); err != nil {
		w.Fatal(err)
	}
	w.run.Go(func() {
		if err := w.queue.Run(ctx); err != nil {
			w.Error(err)
		}
	})
	w.run.Go(func() {
		if err := w.carrier.Run(ctx); err != nil {
			w.Error(err)
		}
	})
}

func (w *world) stop() {
	w.cancel()
	w.run.Wait()
	if err := w.db.Close(); err != nil {
		w.Error(err)
	}
}

func (w *world) restart() {
	w.Helper()
	w.stop()
	w.start()
	synctest.Wait()
}

// Send implements queue.Transport.
func (w *world) Send(_ context.Context, o queue.Outgoing) (chat.EventID, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	p := o.Post
	if w.refuse != nil {
		if err := w.refuse(p); err != nil {
			return "", err
		}
	}
	for _, target := range []chat.Target{p.Thread, p.ReplyTo, p.Edits, p.Redacts, p.ReactsTo} {
		known := slices.ContainsFunc(w.timeline, func(e happening) bool { return e.id == target.Event && e.room == p.Room })
		if target.Event != "" && (!known || w.gone[target.Event]) {
			return "", &queue.Refused{Relation: true, Cause: fmt.Errorf("no event %v in %s", target, p.Room)}
		}
	}
	if p.HTML != "" {
		if err := localetest.Check(strings.ReplaceAll(p.HTML, "\n", "")); err != nil {
			w.Errorf("%s\n%v", p.HTML, err)
		}
	}
	id := chat.EventID("$" + strconv.Itoa(len(w.timeline)+1))
	w.timeline = append(w.timeline, happening{id: id, room: p.Room, txn: o.Txn, post: p})
	return id, nil
}

// MarkRead implements queue.Transport.
func (w *world) MarkRead(context.Context, chat.RoomID, chat.EventID) error      { return nil }
func (w *world) Shows(context.Context, chat.RoomID, chat.EventID) (bool, error) { return true, nil }

// do adds a person's event, and waits until the bot has dealt with it.
func (w *world) do(room chat.RoomID, user chat.UserID, e chat.Event) chat.EventID {
	w.Helper()
	time.Sleep(time.Second)
	w.mu.Lock()
	e.ID, e.Room, e.Sender, e.Name = chat.EventID("$"+strconv.Itoa(len(w.timeline)+1)), room, user, names[user]
	if e.At.IsZero() {
		e.At = time.Now()
	}
	e.Direct = w.rooms[room].IsDirect()
	w.timeline = append(w.timeline, happening{id: e.ID, room: room, by: &e})
	w.mu.Unlock()
	w.sync()
	return e.ID
}

// sync takes in new events until nothing more happens.
func (w *world) sync() {
	w.Helper()
	for {
		w.mu.Lock()
		news := slices.Clone(w.timeline[w.seen:])
		w.seen = len(w.timeline)
		w.mu.Unlock()
		batch := queue.Batch{Began: time.Now(), Received: time.Now()}
		for _, n := range news {
			if n.by == nil {
				batch.Own = append(batch.Own, queue.Own{Txn: n.txn, ID: n.id})
			} else {
				batch.Arrivals = append(batch.Arrivals, queue.Arrival{ID: n.id, Room: n.room, At: n.by.At, Event: n.by})
			}
		}
		if err := w.queue.Accept(context.Background(), batch); err != nil {
			w.Fatal(err)
		}
		// A post may wait for another to be sent.
		time.Sleep(3 * time.Second)
		synctest.Wait()
		w.mu.Lock()
		done := w.seen == len(w.timeline)
		w.mu.Unlock()
		if done {
			return
		}
	}
}
