package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/gofrs/flock"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"heraut/announce"
	"heraut/catalogue"
	"heraut/chat"
	"heraut/commands"
	"heraut/fetch"
	"heraut/health"
	"heraut/matrix"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/search"
	"heraut/storage"
	"heraut/webhook"
)

// stopWithin bounds the time to stop after a signal.
const stopWithin = 10 * time.Second

var (
	errStateInUse    = errors.New("the state directory is in use by another process")
	errStateUnusable = errors.New("the state directory cannot be used")
	errNoListener    = errors.New("the probes cannot be served (http.listen)")

	errNoKeyDirectory = errors.New("the directory of the recovery key does not exist")
)

// openState locks the state directory for this process, and opens and upgrades its
// database. closeState closes it and unlocks the directory.
func openState(ctx context.Context, dir string, log zerolog.Logger) (db *storage.DB, closeState func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errStateUnusable, err)
	}
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, nil, fmt.Errorf("%w: %w", errStateUnusable, err)
	}
	if !locked {
		return nil, nil, fmt.Errorf("%w: %s", errStateInUse, dir)
	}
	db, err = storage.Open(ctx, filepath.Join(dir, "bot.db"))
	if err != nil {
		return nil, nil, errors.Join(err, lock.Unlock())
	}
	if from, to := db.Upgraded(); from > 0 && from < to {
		log.Info().Int("from", from).Int("to", to).Msgf("Base mise à niveau %d → %d ; l’ancienne est gardée 30 jours : bot.db.v%d", from, to, from)
	}
	return db, func() error { return errors.Join(db.Close(), lock.Unlock()) }, nil
}

// serve runs the service until ctx ends. It reports troubles to the monitor, and calls
// started once it runs.
func serve(
	ctx context.Context, config *Config, log zerolog.Logger, monitor *health.Monitor, notify notifier, started func(),
) (err error) {
	saveMemory()
	db, closeState, err := openState(ctx, config.State, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeState()) }()

	getter, err := getterOf(config, config.Catalogue.SILL.URL, fetch.Options{})
	if err != nil {
		return err
	}
	defer getter.Close()
	guarded, err := guardedGetter(config)
	if err != nil {
		return err
	}
	defer guarded.Close()
	refresher, err := catalogue.NewRefresher(log.WithContext(ctx), catalogue.Settings{
		Location: config.Catalogue.SILL.URL,
		Every:    config.Catalogue.SILL.Every,
		MaxLoss:  int(config.Catalogue.SILL.MaxLoss),
		Prepare:  search.Prepare,
	}, getter, db)
	if err != nil {
		return err
	}

	book, err := rooms.OpenBook(ctx, rooms.Settings{
		Language: config.Language, Prefix: config.Prefix, Quiet: quietHours(config).String(),
	}, db)
	if err != nil {
		return err
	}
	guides, err := config.HowTo.Books()
	if err != nil {
		return err
	}
	about := commands.About{RunBy: config.About.RunBy, Contact: config.About.Contact, Keep: config.Questions.Keep, HowTo: guides}
	answerer := commands.NewAnswerer(about, config.Timezone, refresher.Current, db)
	handler := commands.NewHandler(answerer, book, db, commands.Limits{
		Person: commands.Rate(config.Limits.Person), Room: commands.Rate(config.Limits.Room),
		Reactions: config.Reactions.Choices,
	})

	pace := newPace(config.Pace)
	mc := matrixConfig(config, pace)
	mc.Health, mc.Mailbox = monitor, config.Matrix.Mailbox
	mc.SetUp = func(room chat.RoomID) bool { return book.Chosen(room).SetUp }
	mc.ModeratorPower = func(room chat.RoomID) int { return book.Of(room).Moderator }
	var announcer *announce.Announcer // assigned below; only used after Sync starts
	var carrier *relay.Carrier        // idem
	var hooks *webhook.Service        // idem; nil if webhooks are off
	mc.OnRoom = func(name string, id chat.RoomID) {
		enter(config, name, id, book, announcer)
		carrier.Found(name, id)
		declareHooks(ctx, hooks, config, name, id, log)
		if err := db.SaveAlias(ctx, name, id); err != nil && ctx.Err() == nil {
			log.Error().Err(err).Str("room", name).Msg("An alias could not be stored: exported settings may name the room twice")
		}
	}
	keep := func(ctx context.Context, room chat.RoomID) bool { return keeps(ctx, carrier, room, log) }
	mc.Keeps = keep
	client, err := matrix.New(mc, db, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	guards := map[string]queue.Guard{} // complete before the queue sends anything
	box := queue.New(db, handler, client, queue.Config{AnswerWithin: config.AnswerWithin, Pace: pace, Apology: handler.Apologise, Keeps: keep, SenderOf: client.SenderOf, Guards: guards, Blocked: handler.Blocked}, log)
	operators := rooms.NewOperators(config.Operators, book, db)
	readers := func(ctx context.Context, room chat.RoomID) (chat.Readers, error) { return carrier.Readers(ctx, room) }
	announcer = newAnnouncer(config, db, box, book, operators, guarded, readers, log)
	if err := addSources(config, announcer, refresher); err != nil {
		return err
	}
	answerer.Manage(announcer)
	calendars, err := newAgenda(config, db, box, book, operators, announcer, guarded, log)
	if err != nil {
		return err
	}
	answerer.Agenda(calendars)
	calls, err := newVisio(config, db, box, book, operators, log)
	if err != nil {
		return err
	}
	answerer.Visio(calls)
	thanked := newThanks(config, db, box, book, log)
	answerer.Thanks(thanked)
	var knowledge *relay.Knowledge
	carrier, knowledge = newRelays(config, db, box, book, client, refresher.Current, log)
	answerer.Relay(carrier)
	reminders := newReminders(config, db, box, book, carrier, log)
	guards[relay.GuardName], guards[relay.ListGuardName], guards[announce.GuardName] = carrier, reminders, announcer
	guards[commands.GuardName] = commands.Guard{Handler: handler}
	answerer.Remember(knowledge)
	if config.Webhooks.Listen != "" {
		if hooks, err = newWebhooks(ctx, config, db, box, book, log); err != nil {
			return err
		}
	}
	moves := []commands.Move{announcer.Move, calendars.Move, calls.Move, thanked.Move, book.Move, carrier.Move, db.MoveAnnouncements}
	if hooks != nil {
		moves = append(moves, hooks.Move)
	}
	handler.Moves(moves...)
	handler.Inform(operators)
	admin := administration(config, db, book, box, client, monitor)
	admin.Personal = append(admin.Personal, carrier)
	admin.Missing = func(ctx context.Context) ([]chat.Room, error) { return missingRooms(ctx, config, db, book, carrier) }
	admin.Webhooks, admin.Catalogue = hooks, refresher
	answerer.Administer(admin)

	g, ctx := errgroup.WithContext(ctx)
	if hooks != nil {
		listener, err := listenWebhooks(ctx, config.Webhooks.Listen)
		if err != nil {
			return err
		}
		g.Go(func() error { return hooks.Serve(ctx, listener) })
	}
	if config.HTTP.Listen != "" {
		var listen net.ListenConfig
		listener, err := listen.Listen(ctx, "tcp", config.HTTP.Listen)
		if err != nil {
			return fmt.Errorf("%w: %w", errNoListener, err)
		}
		g.Go(func() error {
			return health.New(monitor, append(metrics(ctx, box, refresher, client, admin.Missing), webhookMetrics(hooks)...)).Run(ctx, listener)
		})
	}
	watch := &watch{
		config: config, monitor: monitor, db: db, client: client, announcer: announcer, refresher: refresher, missing: admin.Missing, started: time.Now(),
	}
	g.Go(func() error { return watch.run(ctx) })
	g.Go(func() error { return notify.watchdog(ctx, client.Alive, box.Alive) })
	started()
	g.Go(func() error { return refresher.Run(log.WithContext(ctx), tellHeld(config, box, operators, log)) })
	g.Go(func() error {
		if err := client.Open(ctx); err != nil {
			return err
		}
		if err := box.Open(ctx); err != nil {
			return err
		}
		g.Go(func() error { return box.Run(ctx) })
		g.Go(func() error {
			giveBackMemory(ctx, box.Counts().Sent.Load, log, db.ShrinkMemory, client.ShrinkMemory)
			return nil
		})
		g.Go(func() error { return runSynced(ctx, client, announcer.Run) })
		g.Go(func() error { return runSynced(ctx, client, calendars.Run) })
		g.Go(func() error { return runSynced(ctx, client, calls.Run) })
		g.Go(func() error { return runSynced(ctx, client, thanked.Run) })
		g.Go(func() error { return carrier.Run(ctx) })
		if hooks != nil {
			g.Go(func() error { return hooks.Run(ctx) })
		}
		g.Go(func() error { return reminders.Run(ctx) })
		log.Info().Str("version", version()).Msg("Started")
		return client.Sync(ctx, box)
	})
	err = waitFor(ctx, g)
	for cause, state := range map[error]health.State{matrix.ErrLoggedOut: health.SessionEnded, matrix.ErrWrongPassword: health.LoginRefused} {
		if errors.Is(err, cause) {
			monitor.Enter(health.Trouble{State: state, Cause: err})
		}
	}
	log.Info().Msg("Stopped")
	return err
}

// waitFor waits for the group, but at most stopWithin after ctx has ended.
func waitFor(ctx context.Context, g *errgroup.Group) error {
	done := make(chan error, 1)
	go func() { done <- g.Wait() }()
	select {
	case err := <-done:
		return err
	case <-ctx.Done():
	}
	select {
	case err := <-done:
		return err
	case <-time.After(stopWithin):
		return errors.New("stopping takes too long: giving up")
	}
}

// login opens a session, or checks the existing one, and shows the recovery key.
func login(ctx context.Context, config *Config, password string, out io.Writer, log zerolog.Logger) (err error) {
	db, closeState, err := openState(ctx, config.State, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeState()) }()
	c := *config
	c.Matrix.Password = Secret(password)
	mc := matrixConfig(&c, newPace(config.Pace))
	mc.NewSession = true
	client, err := matrix.New(mc, db, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()
	if err := client.Open(ctx); err != nil {
		return err
	}
	fmt.Fprintf(out, "Connecté en tant que %s ; l’appareil est vérifié.\n", client.UserID())
	if mc.RecoveryKey != "" {
		return nil // the operator who configured it knows it
	}
	key, err := os.ReadFile(mc.RecoveryKeyFile)
	if err != nil {
		return fmt.Errorf("read the recovery key: %w", err)
	}
	fmt.Fprintf(out, "Clé de récupération (code de vérification), à conserver en lieu sûr : %s\n", bytes.TrimSpace(key))
	return nil
}

func matrixConfig(config *Config, pace *rate.Limiter) matrix.Config {
	mc := matrix.Config{
		Homeserver:      config.Matrix.Homeserver.String(),
		User:            config.Matrix.User,
		Password:        string(config.Matrix.Password),
		RecoveryKey:     string(config.Matrix.RecoveryKey),
		RecoveryKeyFile: config.Matrix.RecoveryKeyFile,
		CryptoDB:        filepath.Join(config.State, "crypto.db"),
		DeviceName:      deviceName(),
		UserAgent:       config.userAgent(),
		Transport:       config.transport(),
		IsBot:           func(user chat.UserID) bool { return config.Bots.Match(string(user)) },
		AnswerWithin:    config.AnswerWithin,
		Pace:            pace,
		IsOperator:      func(user chat.UserID) bool { return slices.Contains(config.Operators, user) },
	}
	if len(config.Invitations.Servers) > 0 {
		mc.MayInvite = config.Invitations.Servers.Match
	}
	for _, r := range config.Rooms {
		mc.Rooms = append(mc.Rooms, r.Room)
	}
	for _, room := range append(relayRooms(config), hookRooms(config)...) {
		if !slices.Contains(mc.Rooms, room) {
			mc.Rooms = append(mc.Rooms, room)
		}
	}
	return mc
}

// enter declares a room of the configuration once its id is known.
func enter(config *Config, name string, id chat.RoomID, book *rooms.Book, announcer *announce.Announcer) {
	for _, r := range config.Rooms {
		if r.Room == name {
			book.Declare(id, rooms.Settings{Language: r.Language, Prefix: r.Prefix, Role: r.Role, Quiet: r.Quiet, Moderator: r.Moderator, Visio: r.Visio})
			announcer.Declare(id, watchesOf(r, id))
		}
	}
}

func newPace(p Pace) *rate.Limiter {
	if p.PerSecond == 0 {
		return rate.NewLimiter(rate.Inf, 1)
	}
	return rate.NewLimiter(rate.Limit(p.PerSecond), p.Burst)
}

// deviceName returns a name that distinguishes the device in the account's list.
func deviceName() string {
	host, err := os.Hostname()
	if err != nil {
		return "Héraut"
	}
	return "Héraut (" + host + ")"
}

func metrics(
	ctx context.Context, box *queue.Queue, refresher *catalogue.Refresher, client *matrix.Client, missing func(context.Context) ([]chat.Room, error),
) []health.Metric {
	counts := box.Counts()
	counter := func(name, help string, value interface{ Load() int64 }) health.Metric {
		return health.Metric{Name: "heraut_" + name + "_total", Help: help, Counter: true, Value: func() float64 { return float64(value.Load()) }}
	}
	since := func(t time.Time) float64 {
		if t.IsZero() {
			return -1
		}
		return time.Since(t).Seconds()
	}
	return []health.Metric{
		counter("events_received", "Events taken in.", &counts.Received),
		counter("events_dropped", "Events too old to be answered.", &counts.Dropped),
		counter("events_late", "Events too old to be answered, but carried between rooms.", &counts.Late),
		counter("gaps_lost", "Gaps in a room's timeline that the homeserver would not tell.", client.GapsLost()),
		counter("events_handled", "Events handled.", &counts.Handled),
		counter("events_failed", "Events whose handler failed.", &counts.Failed),
		counter("posts_sent", "Posts sent.", &counts.Sent),
		counter("posts_refused", "Posts refused for good.", &counts.Refused),
		counter("posts_uncertain", "Attempts to send that ended without an answer.", &counts.Retried),
		counter("posts_limited", "Attempts to send that the homeserver put off.", &counts.RateLimited),
		{Name: "heraut_sync_age_seconds", Help: "Time since the last complete sync; -1 before the first.", Value: func() float64 { return since(client.LastSync()) }},
		{Name: "heraut_device_verified", Help: "1 when the account vouches for the bot's device.", Value: func() float64 {
			if client.Verified() {
				return 1
			}
			return 0
		}},
		{Name: "heraut_rooms_missing", Help: "Rooms that the bot should serve and is not in; -1 when that cannot be read.", Value: func() float64 {
			ctx, cancel := context.WithTimeout(ctx, time.Second)
			defer cancel()
			rooms, err := missing(ctx)
			if err != nil {
				return -1
			}
			return float64(len(rooms))
		}},
		{Name: "heraut_catalogue_entries", Help: "Entries of the catalogue in force.", Value: func() float64 {
			if c := refresher.Current().Catalogue; c != nil {
				return float64(c.Len())
			}
			return 0
		}},
		{Name: "heraut_catalogue_age_seconds", Help: "Time since the source confirmed the catalogue; -1 without one.", Value: func() float64 {
			if c := refresher.Current().Catalogue; c != nil {
				return since(c.AsOf())
			}
			return -1
		}},
	}
}
