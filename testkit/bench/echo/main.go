// Command echo is a bare bot for comparison. It answers every text with the same
// text, or with the content of a file, uses mautrix and its cryptohelper as their documentation shows, and does
// nothing else. One file holds its keys and its sync position.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
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
	card := flag.String("card", "", "a JSON file with the content of all answers, instead of the same text")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, *homeserver, *user, *password, *database, *card)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, homeserver, user, password, database, card string) (err error) {
	var fixed *event.MessageEventContent
	if card != "" {
		content, err := os.ReadFile(card)
		if err != nil {
			return err
		}
		if err := json.Unmarshal(content, &fixed); err != nil {
			return fmt.Errorf("read %s: %w", card, err)
		}
	}
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
		if fixed != nil {
			*answer = *fixed
		}
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
