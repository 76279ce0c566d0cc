package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/gofrs/flock"
	"github.com/rs/zerolog"
	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"

	"heraut/catalogue"
	"heraut/chat"
	"heraut/commons"
	"heraut/fetch"
	"heraut/health"
	"heraut/locale"
	"heraut/matrix"
	"heraut/queue"
	"heraut/relay"
	"heraut/rooms"
	"heraut/search"
	"heraut/storage"
)

// stopWithin bounds the time to stop after a signal.
const stopWithin = 10 * time.Second

var (
	errStateInUse    = errors.New("the state directory is in use by another process")
	errStateUnusable = errors.New("the state directory cannot be used")
	errStateFull     = errors.New("the disk of the state directory is full")
	errStateReadOnly = errors.New("the file system of the state directory is read-only")
	errNoListener    = errors.New("the probes cannot be served (http.listen)")

	errNoKeyDirectory = errors.New("the directory of the recovery key does not exist")
)

// openState makes the state directory dir if necessary, locks it for this process, and
// opens and upgrades its database. It makes dir the process's SQLITE_TMPDIR, unless the
// environment sets another. The returned function closeState closes the database and
// unlocks the directory. The error wraps errStateInUse if another process holds the
// lock, or says why the directory or the database cannot be used; nothing is locked
// then.
func openState(ctx context.Context, dir string, log zerolog.Logger) (db *storage.DB, closeState func() error, err error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, unusable(err)
	}
	lock := flock.New(filepath.Join(dir, "lock"), flock.SetPermissions(0o600))
	locked, err := lock.TryLock()
	if err != nil {
		return nil, nil, unusable(err)
	}
	if !locked {
		return nil, nil, fmt.Errorf("%w: %s", errStateInUse, dir)
	}
	// SQLite's errors do not tell a full disk from a read-only one.
	if err := tryWrite(dir); err != nil {
		return nil, nil, errors.Join(unusable(err), lock.Unlock())
	}
	// Temporary files hold texts too, and other directories may be read-only.
	if os.Getenv("SQLITE_TMPDIR") == "" {
		if err := os.Setenv("SQLITE_TMPDIR", dir); err != nil {
			return nil, nil, errors.Join(err, lock.Unlock())
		}
	}
	db, err = storage.Open(ctx, filepath.Join(dir, "bot.db"))
	if errors.Is(err, fs.ErrPermission) {
		err = unusable(err)
	}
	if err != nil {
		return nil, nil, errors.Join(err, lock.Unlock())
	}
	from, to := db.Upgraded()
	switch _, err := os.Stat(filepath.Join(dir, "crypto.db")); {
	case from == 0 && err == nil:
		log.Error().Msg("La base bot.db était absente ou vide alors que ce robot a déjà servi : ce qui fut réglé dans les salons est perdu ; pour le retrouver, arrêtez le robot et rétablissez la dernière sauvegarde (« Sauvegarder, restaurer » dans le guide)")
	case from > 0 && from < to:
		log.Info().Int("from", from).Int("to", to).Msgf("Base mise à niveau %d → %d ; l’ancienne est gardée 30 jours : bot.db.v%d", from, to, from)
	}
	return db, func() error { return errors.Join(db.Close(), lock.Unlock()) }, nil
}

// unusable returns an error that wraps err, that of writing into the state directory,
// and its reason: errStateFull, errStateReadOnly or else errStateUnusable.
func unusable(err error) error {
	reason := errStateUnusable
	switch {
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		reason = errStateFull
	case errors.Is(err, syscall.EROFS):
		reason = errStateReadOnly
	}
	return fmt.Errorf("%w: %w", reason, err)
}

// shared holds the parts that most others use: the configuration, the log, the monitor,
// the database, the queue of posts, the rooms' settings, the operators, the pace of
// requests and the cache of catalogues.
type shared struct {
	config    *Config
	log       zerolog.Logger
	monitor   *health.Monitor
	db        *storage.DB
	outbox    *queue.Outbox
	book      *rooms.Book
	operators *rooms.Operators
	pace      *rate.Limiter
	cache     catalogueCache
}

// component returns a log whose lines name a part of the bot, in the field component.
func (s shared) component(name string) zerolog.Logger {
	return s.log.With().Str("component", name).Logger()
}

// serve builds the parts of the bot, each from those before it, and runs them until ctx
// ends or one fails. It locks the state directory meanwhile, reports troubles to the
// monitor, life to systemd through notify, and calls started once the listeners are
// open, before the login. The error is that of building or running, joined with those
// of closing the parts.
func serve(
	ctx context.Context, config *Config, log zerolog.Logger, monitor *health.Monitor, notify notifier, started func(),
) (err error) {
	saveMemory()
	locale.Report(func(err error) { log.Error().Err(err).Msg("A text failed; its fallback served") })
	db, closeState, err := openState(ctx, config.State, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeState()) }()
	guarded, err := guardedGetter(config)
	if err != nil {
		return err
	}
	defer guarded.Close()
	s, err := openShared(ctx, config, db, monitor, log)
	if err != nil {
		return err
	}
	refresher, closeRefresher, err := newRefresher(ctx, s)
	if err != nil {
		return err
	}
	defer closeRefresher()
	library := newLibrary(s, refresher.Current)
	routes := newRoutes(s)
	client, err := matrix.New(clientConfig(s, routes), db, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, client.Close()) }()

	carrier, faq := newRelay(s, client, routes, refresher.Current)
	announcer, err := newAnnouncer(s, guarded, faq.Readers, library.catalogueOf(refresher.Current))
	if err != nil {
		return err
	}
	calendars, err := newAgenda(s, announcer, guarded)
	if err != nil {
		return err
	}
	meetings, err := newVisio(s)
	if err != nil {
		return err
	}
	hooks, err := newWebhooks(ctx, s)
	if err != nil {
		return err
	}
	r := &round{
		shared: s, refresher: refresher, library: library, client: client, carrier: carrier, faq: faq, reminders: newReminders(s, carrier), upkeep: newUpkeep(s, faq, carrier.Routes),
		announcer: announcer, calendars: calendars, meetings: meetings, thanks: newThanks(s), hooks: hooks, counts: new(queue.Counts), took: newHistograms(),
	}
	return r.run(ctx, notify, started)
}

// roomDefaults returns the settings for rooms that set none themselves: those of the
// configuration, and the SILL as their catalogue.
func roomDefaults(config *Config) rooms.Settings {
	return rooms.Settings{Language: config.Language, Prefix: config.Prefix, Quiet: quietHours(config).String(), Catalogues: commons.SILL}
}

// openShared builds the parts that most others use, from the configuration and the open
// database. It deletes from the cache of catalogues those that are not configured
// (newCatalogueCache). The error means that the rooms' settings cannot be read.
func openShared(ctx context.Context, config *Config, db *storage.DB, monitor *health.Monitor, log zerolog.Logger) (shared, error) {
	book, err := rooms.OpenBook(ctx, roomDefaults(config), db)
	return shared{
		config: config, log: log, monitor: monitor, db: db, outbox: queue.NewOutbox(db), book: book,
		operators: rooms.NewOperators(config.Operators, book, db), pace: newPace(config.Pace),
		cache: newCatalogueCache(config, log),
	}, err
}

// newRefresher returns the Refresher of the SILL, with its stored copy loaded, and a
// function that closes its connections. It deletes the stored copies of catalogues that
// are not in the configuration. A stored copy that cannot be used is only logged. The
// error means that fetch.allow_private is wrong or that the database fails; the others
// are nil then.
func newRefresher(ctx context.Context, s shared) (r *catalogue.Refresher, closeGetter func(), err error) {
	settings := s.config.Catalogue.SILL
	getter, err := getterOf(s.config, settings.URL, fetch.Options{})
	if err != nil {
		return nil, nil, err
	}
	r, err = catalogue.NewRefresher(s.log.WithContext(ctx), catalogue.Settings{
		Location: settings.URL, Every: settings.Every, MaxLoss: int(settings.MaxLoss), Prepare: search.Prepare, Cache: s.cache,
		Others: catalogueKeys(s.config),
	}, getter, s.db)
	if err != nil {
		getter.Close()
		return nil, nil, err
	}
	return r, getter.Close, nil
}

// waitFor waits for the group g and returns its error. Once ctx has ended, it waits at
// most stopWithin more; if the group still runs then, it returns an error of its own.
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

// showAuthorization prints to out, in French, the address and the code of a with which
// an operator lets the bot log in from a browser, and until when.
func showAuthorization(out io.Writer, config *Config, a matrix.Authorization) {
	fmt.Fprintf(out, "Connecté au compte du robot (%s) dans un navigateur, ouvrez %s et donnez le code %s avant %s.\n",
		config.Matrix.User, a.Page, a.Code, a.Expires.In(config.Timezone).Format("15:04"))
	if a.Complete != "" {
		fmt.Fprintf(out, "Ou ouvrez cette adresse, qui contient le code : %s\n", a.Complete)
	}
	fmt.Fprintln(out, "Cette commande attend votre accord…")
}

// login logs the bot in, or checks the session that it has, and verifies its device. It
// prints the account to out, and the recovery key too, unless the configuration gives
// it. It logs in with password or the configured token or, if inBrowser is true, prints
// an address and a code and waits until the operator has used them. It locks the state
// directory while it works. The error says why one of these steps failed.
func login(ctx context.Context, config *Config, password string, inBrowser bool, out io.Writer, log zerolog.Logger) (err error) {
	db, closeState, err := openState(ctx, config.State, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, closeState()) }()
	c := *config
	c.Matrix.Password = Secret(password)
	mc := matrixConfig(&c, newPace(config.Pace))
	mc.NewSession = true
	if inBrowser {
		mc.Authorize = func(a matrix.Authorization) { showAuthorization(out, config, a) }
	}
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

// clientConfig returns the settings of the Matrix client for the running service: those
// of matrixConfig, and the parts of s and routes that it asks or reports to.
func clientConfig(s shared, routes *relay.Routes) matrix.Config {
	mc := matrixConfig(s.config, s.pace)
	mc.Health, mc.Mailbox = s.monitor, s.config.Matrix.Mailbox
	mc.SetUp = func(room chat.RoomID) bool { return s.book.Chosen(room).SetUp }
	mc.ModeratorPower = func(room chat.RoomID) int { return s.book.Of(room).Moderator }
	mc.Keeps = keeps(routes, s.log)
	return mc
}

// matrixConfig returns the settings of the Matrix client that all commands which use
// one have in common. pace limits its requests. It reads the file of the access token,
// if the configuration names one; a file that is gone gives no token.
func matrixConfig(config *Config, pace *rate.Limiter) matrix.Config {
	mc := matrix.Config{
		Homeserver:      config.Matrix.Homeserver.String(),
		User:            config.Matrix.User,
		Password:        string(config.Matrix.Password),
		RecoveryKey:     string(config.Matrix.RecoveryKey),
		RecoveryKeyFile: config.Matrix.RecoveryKeyFile,
		CryptoDB:        filepath.Join(config.State, "crypto.db"),
		DeviceName:      deviceName(),
		DisplayName:     config.Matrix.DisplayName,
		Avatar:          config.Matrix.Avatar,
		UserAgent:       config.userAgent(),
		Transport:       config.transport(),
		IsBot:           func(user chat.UserID) bool { return config.Bots.Match(string(user)) },
		AnswerWithin:    config.AnswerWithin,
		Pace:            pace,
		IsOperator:      func(user chat.UserID) bool { return slices.Contains(config.Operators, user) },
	}
	if config.Matrix.TokenFile != "" {
		// The file serves at the first start only, so it may be gone: checkMatrix remarks it.
		mc.Token, _ = readLine(config.Matrix.TokenFile)
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

func newPace(p Pace) *rate.Limiter {
	if p.PerSecond == 0 {
		return rate.NewLimiter(rate.Inf, 1)
	}
	return rate.NewLimiter(rate.Limit(p.PerSecond), p.Burst)
}

// deviceName returns the name of the bot's session in the list of its account's
// devices: «Héraut», with this machine's name after it if that is known.
func deviceName() string {
	host, err := os.Hostname()
	if err != nil {
		return "Héraut"
	}
	return "Héraut (" + host + ")"
}
