package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"heraut/agenda"
	"heraut/announce"
	"heraut/catalogue"
	"heraut/chat"
	"heraut/commands"
	"heraut/commons"
	"heraut/health"
	"heraut/matrix"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/thanks"
	"heraut/visio"
)

// round holds all parts of the bot that are built from one configuration; its method
// run runs them.
type round struct {
	shared
	refresher *catalogue.Refresher
	library   *library
	client    *matrix.Client
	carrier   *relay.Carrier
	faq       *relay.Knowledge
	reminders *relay.Reminders
	upkeep    *relay.Upkeep
	announcer *announce.Announcer
	calendars *agenda.Calendars
	meetings  *visio.Meetings
	thanks    *thanks.Register
	hooks     hooks
	counts    *queue.Counts
	took      histograms
}

// run runs all parts of the bot until ctx ends or one of them fails. It calls started
// once the listeners are open, before the login. notify tells systemd that the bot
// lives. The error is that of the first part that failed; an ended session or a refused
// login is also reported to the monitor. After the end of ctx it is nil, unless the
// login was not finished or stopping takes longer than stopWithin.
func (r *round) run(ctx context.Context, notify notifier, started func()) error {
	box, err := r.newQueue()
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(ctx)
	if err := r.hooks.listen(ctx, g); err != nil {
		return err
	}
	if err := r.listen(ctx, g); err != nil {
		return err
	}
	check := &selfCheck{
		config: r.config, monitor: r.monitor, db: r.db, client: r.client, announcer: r.announcer, refresher: r.refresher, library: r.library, missing: r.missing, started: time.Now(),
	}
	g.Go(func() error { return check.run(ctx) })
	g.Go(func() error { return notify.watchdog(ctx, r.client.Alive, box.Alive) })
	started()
	g.Go(func() error { return r.refresher.Run(r.log.WithContext(ctx), tellHeld(r.shared, commons.SILL)) })
	g.Go(func() error { return r.library.run(ctx) })
	g.Go(func() error {
		if err := r.client.Open(ctx); err != nil {
			return err
		}
		if err := box.Open(ctx); err != nil {
			return err
		}
		for _, run := range []func(ctx context.Context) error{
			box.Run, r.carrier.Run, r.reminders.Run, r.upkeep.Run, r.hooks.Run, r.giveBackMemory,
			r.synced(r.announcer.Run), r.synced(r.calendars.Run), r.synced(r.meetings.Run), r.synced(r.thanks.Run),
		} {
			g.Go(func() error { return run(ctx) })
		}
		r.log.Info().Str("version", version()).Msg("Started")
		return r.client.Sync(ctx, intake{box, r})
	})
	err = waitFor(ctx, g)
	for cause, state := range map[error]health.State{matrix.ErrLoggedOut: health.SessionEnded, matrix.ErrWrongPassword: health.LoginRefused} {
		if errors.Is(err, cause) {
			r.monitor.Enter(health.Trouble{State: state, Cause: err})
		}
	}
	r.log.Info().Msg("Stopped")
	return err
}

// newQueue returns the queue that stores received events, passes them to the handler,
// and sends the posts. The error means that a file of answers about the services cannot
// be read.
func (r *round) newQueue() (*queue.Queue, error) {
	handler, err := r.newHandler()
	if err != nil {
		return nil, err
	}
	guards := map[string]queue.Guard{
		relay.GuardName: r.carrier, relay.ListGuardName: r.reminders, relay.UpkeepGuardName: r.upkeep, announce.GuardName: r.announcer,
		commands.GuardName: commands.Guard{Handler: handler},
	}
	return queue.New(r.outbox, handler, r.client, queue.Config{
		AnswerWithin: r.config.AnswerWithin, Pace: r.pace, Counts: r.counts, Guards: guards, Handled: r.took.handled, Sent: r.took.sent,
		Apology: handler.Apologise, Blocked: handler.Blocked, SenderOf: r.client.SenderOf, Prepare: r.client.Prepare, Keeps: keeps(r.carrier.Routes, r.log),
	}, r.log), nil
}

// newHandler returns the handler that answers the events of rooms: commands, reactions,
// invitations and so on. The error means that a file of answers about the services
// cannot be read.
func (r *round) newHandler() (*commands.Handler, error) {
	config := r.config
	guides, err := config.HowTo.Books()
	if err != nil {
		return nil, err
	}
	answerer := commands.NewAnswerer(commands.Parts{
		About: commands.About{RunBy: config.About.RunBy, Contact: config.About.Contact, PurgeAfter: config.Questions.PurgeAfter, HowTo: guides},
		Zone:  config.Timezone, Catalogue: r.refresher.Current, Library: r.library.known(), Word: config.Catalogue.Word, Repositories: r.db,
		Watches: r.announcer, Relay: r.carrier, FAQ: r.faq, Agenda: r.calendars, Visio: r.meetings, Thanks: r.thanks,
		Admin: r.administration(),
	})
	return commands.NewHandler(answerer, commands.HandlerOptions{
		Rooms: r.book, Choices: r.db, Operators: r.operators,
		Limits: commands.Limits{Person: commands.Rate(config.Limits.Person), Room: commands.Rate(config.Limits.Room), Reactions: config.Reactions.Choices},
		Pings:  r.carrier.Pings,
		Moves: []commands.Move{
			r.announcer.Move, r.calendars.Move, r.meetings.Move, r.thanks.Move, r.book.Move, r.carrier.Move, r.db.MoveAnnouncements, r.hooks.Move,
		},
	}), nil
}

// listen opens the address for health checks and metrics and serves it in the group g
// until ctx ends. It does nothing if the configuration gives no address. The error
// wraps errNoListener: the address cannot be opened.
func (r *round) listen(ctx context.Context, g *errgroup.Group) error {
	if r.config.HTTP.Listen == "" {
		return nil
	}
	var listen net.ListenConfig
	listener, err := listen.Listen(ctx, "tcp", r.config.HTTP.Listen)
	if err != nil {
		return fmt.Errorf("%w: %w", errNoListener, err)
	}
	g.Go(func() error {
		metrics := append(r.metrics(ctx), r.hooks.metrics()...)
		questions := &questionMetrics{ctx: ctx, report: r.carrier.Report, log: r.log}
		return health.New(r.monitor, metrics, r.config.HTTP.Pprof, r.took.handling, r.took.sending, buildInfo(), r.library, questions).Run(ctx, listener)
	})
	return nil
}

// work returns a number that changes whenever the bot sends a post, a source confirms
// its catalogue, or an index is built. From two results, giveBackMemory sees whether
// the bot worked in between.
func (r *round) work() int64 {
	n := r.counts.Sent.Load() + readings(r.refresher.Current())
	if r.library != nil {
		n += r.library.prepared.Load()
		for _, o := range r.library.others {
			n += readings(o.current())
		}
	}
	return n
}

// readings returns a number that grows each time the source confirms its catalogue: the
// catalogue's date, in milliseconds. It is 0 before the catalogue is read.
func readings(s catalogue.State) int64 {
	if s.Catalogue == nil {
		return 0
	}
	return s.Catalogue.AsOf().UnixMilli()
}

// giveBackMemory returns unused memory to the system each time the bot falls idle,
// until ctx ends; see the function of that name. It always returns nil.
func (r *round) giveBackMemory(ctx context.Context) error {
	giveBackMemory(ctx, r.work, r.log, r.db.ShrinkMemory, r.client.ShrinkMemory)
	return nil
}

// intake is the receiver of what the Matrix client reads from sync: it passes events to
// the queue, and the ids of rooms that the configuration names to the parts that use
// them.
type intake struct {
	*queue.Queue
	round *round
}

// FoundRoom passes the id of a room, which the configuration names by name (an id or an
// alias), to the parts with settings, watches, relays or webhooks for it, and stores
// the pair of name and id. The Matrix client calls it once it knows the id. A failure
// is only logged.
func (i intake) FoundRoom(ctx context.Context, name string, id chat.RoomID) {
	r := i.round
	for _, c := range r.config.Rooms {
		if c.Room == name {
			r.book.Declare(id, rooms.Settings{Language: c.Language, Prefix: c.Prefix, Role: c.Role, Quiet: c.Quiet, Moderator: c.Moderator, Visio: c.Visio, Catalogues: strings.Join(c.Catalogues, ",")})
			r.announcer.Declare(id, watchesOf(c, id))
		}
	}
	r.carrier.Found(name, id)
	r.hooks.declare(ctx, name, id)
	if err := r.db.SaveAlias(ctx, name, id); err != nil && ctx.Err() == nil {
		r.log.Error().Err(err).Str("room", name).Msg("An alias could not be stored: exported settings may name the room twice")
	}
}
