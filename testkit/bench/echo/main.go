// Command echo is a bare bot for comparison. It answers every text with the same
// text, uses mautrix and its cryptohelper as their documentation shows, and does
// nothing else. One file holds its keys and its sync position. It runs until its
// standard input ends.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	_ "github.com/mattn/go-sqlite3" // the database driver of cryptohelper
	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto/cryptohelper"
	"maunium.net/go/mautrix/event"
)

func main() {
	homeserver := flag.String("homeserver", "", "the homeserver's address")
	user := flag.String("user", "", "the account's user id")
	password := flag.String("password", "", "its password")
	database := flag.String("database", "echo.db", "the file of the keys")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin) // ends with the parent process
		stop()
	}()
	err := run(ctx, *homeserver, *user, *password, *database)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, homeserver, user, password, database string) (err error) {
	client, err := mautrix.NewClient(homeserver, "", "")
	if err != nil {
		return err
	}
	syncer := client.Syncer.(*mautrix.DefaultSyncer)
	syncer.OnEventType(event.StateMember, func(ctx context.Context, evt *event.Event) {
		if evt.GetStateKey() != client.UserID.String() || evt.Content.AsMember().Membership != event.MembershipInvite {
			return
		}
		if _, err := client.JoinRoomByID(ctx, evt.RoomID); err != nil {
			fmt.Fprintln(os.Stderr, "join:", err)
		}
	})
	syncer.OnEventType(event.EventMessage, func(ctx context.Context, evt *event.Event) {
		asked := evt.Content.AsMessage()
		if evt.Sender == client.UserID || asked.MsgType != event.MsgText {
			return
		}
		answer := &event.MessageEventContent{MsgType: event.MsgNotice, Body: asked.Body}
		answer.SetReply(evt)
		if _, err := client.SendMessageEvent(ctx, evt.RoomID, event.EventMessage, answer); err != nil {
			fmt.Fprintln(os.Stderr, "send:", err)
		}
	})
	helper, err := cryptohelper.NewCryptoHelper(client, []byte("a key for measuring"), database)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, helper.Close()) }()
	helper.LoginAs = &mautrix.ReqLogin{
		Type:       mautrix.AuthTypePassword,
		Identifier: mautrix.UserIdentifier{Type: mautrix.IdentifierTypeUser, User: user},
		Password:   password,
	}
	if err := helper.Init(ctx); err != nil {
		return err
	}
	client.Crypto = helper
	if err := client.SyncWithContext(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
