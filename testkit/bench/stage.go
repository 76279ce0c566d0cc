package main

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// stage is a homeserver on which both bots run: the measured one and the one to
// compare with.
type stage struct {
	plan      plan
	hs        *testkit.Homeserver
	dir       string // where the parts work
	program   string // the bot
	catalogue *httptest.Server
	bot       *bot
	other     contestant // the bot for comparison
	people    int        // number of people so far, for their names
}

// contestant is a bot that is measured: the bot of this tree, or the one to compare
// with.
type contestant interface {
	name() string
	user() id.UserID
	start(ctx context.Context) error // does not wait until the bot is ready
	stop()
	pid() int // process id of the last start
}

// newStage prepares both bots on a homeserver, with their files in dir. If against is
// the path of another build of the bot, that takes the place of the echo bot.
func newStage(ctx context.Context, hs *testkit.Homeserver, dir, against string, plan plan) (*stage, error) {
	catalogue, err := bigCatalogue(entries)
	if err != nil {
		return nil, err
	}
	s := &stage{plan: plan, hs: hs, dir: dir, catalogue: serveCatalogue(catalogue)}
	s.program, err = testkit.BuiltBot(ctx)
	if err == nil {
		s.bot, err = newBot(ctx, hs, "heraut", s.program, filepath.Join(dir, "bot"), s.catalogue.URL)
	}
	switch {
	case err != nil:
	case against != "":
		s.other, err = newBot(ctx, hs, "other", against, filepath.Join(dir, "other"), s.catalogue.URL)
	default:
		s.other, err = newEcho(ctx, hs, filepath.Join(dir, "echo"))
	}
	if err != nil {
		s.catalogue.Close()
		return nil, err
	}
	return s, nil
}

func (s *stage) close() {
	s.bot.stop()
	s.other.stop()
	s.catalogue.Close()
}

// bot is the bot of this tree, or another build of it, as a contestant.
type bot struct {
	*testkit.Bot
	account testkit.Account
}

func newBot(ctx context.Context, hs *testkit.Homeserver, name, program, dir, catalogue string) (*bot, error) {
	account, err := hs.CreateAccount(ctx, name, "password of the bot")
	if err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o700); err != nil {
		return nil, err
	}
	b, err := testkit.PrepareBot(ctx, program, dir, testkit.BotConfig{Homeserver: hs.URL, Account: account, SILL: catalogue})
	return &bot{b, account}, err
}

func (b *bot) name() string                    { return "another build" }
func (b *bot) user() id.UserID                 { return b.account.UserID }
func (b *bot) start(ctx context.Context) error { return b.Launch(ctx) }
func (b *bot) stop()                           { b.Stop() }
func (b *bot) pid() int                        { return b.PID() }

func (b *bot) logTail() string {
	log := b.Log()
	return log[max(0, len(log)-4000):]
}

// echo is the bare bot, which repeats each message, as a contestant.
type echo struct {
	program, homeserver, dir string
	account                  testkit.Account

	process *os.Process
	end     func() error // nil if it does not run
}

func newEcho(ctx context.Context, hs *testkit.Homeserver, dir string) (*echo, error) {
	account, err := hs.CreateAccount(ctx, "echo", "password of the other")
	if err != nil {
		return nil, err
	}
	root, err := testkit.Root()
	if err != nil {
		return nil, err
	}
	e := &echo{program: filepath.Join(dir, "echo"), homeserver: hs.URL, dir: dir, account: account}
	build := exec.CommandContext(ctx, "go", "build", "-buildvcs=false", "-tags", "goolm", "-o", e.program, "./testkit/bench/echo")
	build.Dir = root
	if output, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build the echo bot: %w\n%s", err, output)
	}
	return e, nil
}

func (e *echo) name() string    { return "echo bot" }
func (e *echo) user() id.UserID { return e.account.UserID }
func (e *echo) pid() int        { return e.process.Pid }

func (e *echo) start(ctx context.Context) error {
	cmd := exec.CommandContext(context.WithoutCancel(ctx), e.program, "-homeserver", e.homeserver, "-user", string(e.account.UserID),
		"-password", e.account.Password, "-database", filepath.Join(e.dir, "echo.db"))
	cmd.Stderr = os.Stderr
	input, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("start the echo bot: %w", err)
	}
	e.process = cmd.Process
	e.end = func() error {
		_ = input.Close() // the bot ends on this
		return cmd.Wait()
	}
	return nil
}

func (e *echo) stop() {
	if e.end == nil {
		return
	}
	if err := e.end(); err != nil {
		fmt.Fprintln(os.Stderr, "the echo bot:", err)
	}
	e.end = nil
}

// person makes a new person on the homeserver, with a client that can encrypt.
func (s *stage) person(ctx context.Context) (*testkit.Client, error) {
	s.people++
	account, err := s.hs.CreateAccount(ctx, fmt.Sprintf("agent%d", s.people), "password of an agent")
	if err != nil {
		return nil, err
	}
	return s.hs.Login(ctx, account, testkit.ClientOptions{CrossSigned: true})
}

// room is a room in which a person talks to one of the bots.
type room struct {
	id     id.RoomID
	person *testkit.Client
	with   contestant
}

// newRoom makes a room of a person with a bot, and waits until the bot has joined and,
// if it greets, has greeted. The bot must be running.
func newRoom(ctx context.Context, person *testkit.Client, with contestant, encrypted bool) (room, error) {
	roomID, err := person.MakeRoom(ctx, testkit.Room{Encrypted: encrypted, Invite: []id.UserID{with.user()}})
	if err != nil {
		return room{}, err
	}
	_, err = person.Wait(ctx, roomID, func(evt *event.Event) bool {
		if evt.Sender != with.user() {
			return false
		}
		if _, greets := with.(*bot); greets {
			return evt.Type == event.EventMessage
		}
		return evt.Type == event.StateMember && evt.Content.AsMember().Membership == event.MembershipJoin
	})
	return room{roomID, person, with}, err
}

var questions = []string{"!sill gimp", "!sill libreoffice", "!sill vlc", "!sill qgis", "!sill nextcloud"}

// ask sends one of some prepared commands, chosen by n, and returns the message's id.
func (r room) ask(ctx context.Context, n int) (id.EventID, error) {
	return r.person.SendEvent(ctx, r.id, event.EventMessage, &event.MessageEventContent{
		MsgType: event.MsgText, Body: questions[n%len(questions)], Mentions: &event.Mentions{},
	})
}

// answered waits until the person sees the bot's answer to the command.
func (r room) answered(ctx context.Context, command id.EventID) error {
	evt, err := r.person.Wait(ctx, r.id, func(evt *event.Event) bool { return testkit.IsAnswer(evt, r.with.user(), command) })
	if err == nil && strings.TrimSpace(testkit.Body(evt)) == "" {
		err = fmt.Errorf("the answer %s is empty", evt.ID)
	}
	return err
}
