package main

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"heraut/testkit"
)

const (
	publicSILL = "https://code.gouv.fr/sill/api/v2/catalogi.json"

	botLogin    = "heraut"
	personLogin = "camille"
	password    = "demonstration" // for Element; the server listens on the loopback only
	botName     = "Héraut"
	personName  = "Camille"
	roomName    = "Logiciels libres"
	roomAlias   = "logiciels-libres"
	publicAlias = "#" + roomAlias + ":" + testkit.ServerName

	catalogueWithin = 30 * time.Second
	meetWithin      = 30 * time.Second
)

// stage holds the running parts of the demonstration: a homeserver, the bot, a source
// of news, the client of the person and its two conversations with the bot.
type stage struct {
	server         *testkit.Homeserver
	bot            *testkit.Bot
	news           *news
	botAccount     testkit.Account
	person         *testkit.Client
	public, direct *testkit.Conversation
}

// start starts the homeserver, the accounts, the rooms, the news and the bot in the
// directory dir, and stores them in s. program is the file of the bot's program;
// progress gets French lines about each step. It returns when the bot has greeted the
// person; from then on a goroutine publishes new repositories. The error is that of the
// first step that fails. The caller calls stop, even after an error.
func (s *stage) start(ctx context.Context, dir, program string, progress io.Writer) error {
	fmt.Fprintln(progress, "Démarrage d’un serveur Matrix, Dendrite (compilé la première fois : une à deux minutes)…")
	serverDir, botDir := filepath.Join(dir, "dendrite"), filepath.Join(dir, "bot")
	if err := errors.Join(os.Mkdir(serverDir, 0o700), os.Mkdir(botDir, 0o700)); err != nil {
		return err
	}
	server, err := testkit.StartDendrite(ctx, serverDir, progress)
	if err != nil {
		return err
	}
	s.server = server

	fmt.Fprintln(progress, "Création des comptes et des salons…")
	if s.botAccount, err = s.account(ctx, botLogin, rand.Text(), botName); err != nil {
		return err
	}
	account, err := s.account(ctx, personLogin, password, personName)
	if err != nil {
		return err
	}
	person, err := server.Login(ctx, account, testkit.ClientOptions{CrossSigned: true})
	if err != nil {
		return err
	}
	s.person = person
	room, err := person.MakeRoom(ctx, testkit.Room{Name: roomName, Alias: roomAlias, Public: true})
	if err != nil {
		return err
	}
	s.public = person.Conversation(room)

	s.news = startNews()
	fmt.Fprintf(progress, "Démarrage du robot, avec %s…\n", catalogueName())
	if err := s.startBot(ctx, botDir, program); err != nil {
		return err
	}
	if err := s.meet(ctx); err != nil {
		return err
	}
	go s.news.publish()
	return nil
}

// account creates an account on the homeserver with a login, a password and a display
// name. The account has no device afterwards.
func (s *stage) account(ctx context.Context, login, password, name string) (testkit.Account, error) {
	account, err := s.server.CreateAccount(ctx, login, password)
	if err != nil {
		return account, err
	}
	client, err := s.server.Login(ctx, account, testkit.ClientOptions{})
	if err != nil {
		return account, err
	}
	defer client.Close()
	if err := client.SetDisplayName(ctx, name); err != nil {
		return account, fmt.Errorf("name %s: %w", account.UserID, err)
	}
	_, err = client.Logout(ctx) // so that the account keeps no device that cannot decrypt
	return account, err
}

// startBot starts the bot from the file program, with its configuration and data in
// dir, stores it in s.bot and waits until it has read its catalogue and can answer. The
// error means that the bot did not start, or comes from WaitReady or waitCatalogue,
// which limit the time.
func (s *stage) startBot(ctx context.Context, dir, program string) error {
	program, err := filepath.Abs(program)
	if err != nil {
		return err
	}
	config := testkit.BotConfig{
		Homeserver: s.server.URL,
		Account:    s.botAccount,
		Set: map[string]any{
			"about.run_by":  "la démonstration",
			"about.contact": "demo@example.org",
			"quiet":         map[string]any{"nights": "", "weekends": false, "holidays": false},
			"sources": []map[string]any{
				{"name": newsSource, "kind": "ecosystems", "url": s.news.api.URL, "every": "2s", "settle": "0s"},
			},
			"rooms": []map[string]any{{
				"room": publicAlias, "watches": []map[string]any{{"source": newsSource}},
			}},
		},
	}
	config.Operators = append(config.Operators, s.person.Account.UserID)
	if live() {
		config.SILL = publicSILL
	}
	bot, err := testkit.PrepareBot(ctx, program, dir, config)
	if err != nil {
		return err
	}
	if err := bot.Launch(ctx); err != nil {
		return err
	}
	s.bot = bot
	if err := bot.WaitReady(ctx); err != nil {
		return err
	}
	return s.waitCatalogue(ctx)
}

// waitCatalogue waits until the bot has read a catalogue of software, so that it can
// answer. The error means that this takes longer than catalogueWithin, that the bot
// ended or does not answer for its metrics, or that ctx ended.
func (s *stage) waitCatalogue(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, catalogueWithin,
		fmt.Errorf("le robot n’a pas pu lire %s", catalogueName()))
	defer cancel()
	for {
		entries, err := s.catalogueEntries(ctx)
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil || entries > 0:
			return err
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-s.bot.Done():
			return errBotEnded
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// catalogueEntries returns how many entries the bot's catalogue has, by its metrics.
// The error means that the metrics cannot be read or lack that number.
func (s *stage) catalogueEntries(ctx context.Context) (int, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.bot.URL+"/metrics", nil)
	if err != nil {
		return 0, err
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err
	}
	defer resp.Body.Close()
	for lines := bufio.NewScanner(resp.Body); lines.Scan(); {
		if value, ok := strings.CutPrefix(lines.Text(), "heraut_catalogue_entries "); ok {
			return strconv.Atoi(value)
		}
	}
	return 0, errors.New("the bot's metrics lack heraut_catalogue_entries")
}

// meet waits for the bot in the public room, then makes the direct message, stores it
// in s.direct, invites the bot and waits for its greeting there. The error says that
// the bot did not come within meetWithin, or comes from the homeserver.
func (s *stage) meet(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, meetWithin,
		errors.New("le robot n’a pas rejoint les salons"))
	defer cancel()
	bot := s.botAccount.UserID
	if err := s.public.WaitMember(ctx, bot); err != nil {
		return err
	}
	direct := testkit.Room{Direct: true, Encrypted: true}
	direct.Invite = append(direct.Invite, bot)
	room, err := s.person.MakeRoom(ctx, direct)
	if err != nil {
		return err
	}
	// Element lists the rooms that m.direct names under the people.
	if err := s.person.SetAccountData(ctx, "m.direct", map[string][]string{bot.String(): {room.String()}}); err != nil {
		return fmt.Errorf("mark the direct message: %w", err)
	}
	s.direct = s.person.Conversation(room)
	// Its greeting comes before any answer, which quotes nothing here.
	return s.direct.WaitMessage(ctx, bot)
}

// live reports whether the environment asks for the public catalogue instead of the
// demonstration's own: LIVE is neither empty nor 0.
func live() bool { return os.Getenv("LIVE") != "" && os.Getenv("LIVE") != "0" }

// catalogueName returns the French words by which the demonstration names the catalogue
// that the bot uses.
func catalogueName() string {
	if live() {
		return "le catalogue public du SILL, " + publicSILL
	}
	return "le catalogue de démonstration (LIVE=1 prend celui du SILL)"
}

// withLog returns an error that wraps err and has the text of the bot's log, whose file
// the demonstration deletes at its end; err itself if the bot was not started. err must
// not be nil.
func (s *stage) withLog(err error) error {
	if s.bot == nil {
		return err
	}
	return fmt.Errorf("%w ; le journal du robot :\n%s", err, s.bot.Log())
}

// stop ends everything that start started, also after a start that failed. Call it once
// only.
func (s *stage) stop() {
	if s.person != nil {
		s.person.Close()
	}
	if s.bot != nil {
		s.bot.Stop()
	}
	if s.news != nil {
		s.news.stop()
	}
	if s.server != nil {
		s.server.Stop()
	}
}
