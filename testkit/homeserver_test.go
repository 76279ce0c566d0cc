package testkit

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/event"
	"maunium.net/go/mautrix/id"
)

func TestHomeserverKeepsAccountsOverRestart(t *testing.T) {
	h := StartHomeserver(t)
	account := h.Account(t, "camille")
	if want := "@camille:" + ServerName; string(account.UserID) != want {
		t.Errorf("user id %s, want %s", account.UserID, want)
	}
	for name, stop := range map[string]func(){"stopped": h.Stop, "killed": h.Kill} {
		stop()
		if answersOK(t.Context(), h.URL+"/_matrix/client/versions") {
			t.Errorf("%s: the server still answers", name)
		}
		if err := h.Restart(t.Context()); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		login := map[string]any{
			"type":       "m.login.password",
			"identifier": map[string]string{"type": "m.id.user", "user": "camille"},
			"password":   account.Password,
		}
		if err := h.call(t.Context(), http.MethodPost, "/_matrix/client/v3/login", "", login, nil); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCreateAccountWithWrongSecret(t *testing.T) {
	h := StartHomeserver(t)
	h.SharedSecret = "wrong"
	if account, err := h.CreateAccount(t.Context(), "camille", "password of camille"); err == nil {
		t.Errorf("made %s without the secret", account.UserID)
	}
}

func isStatus(err error, status int) bool {
	he, ok := errors.AsType[mautrix.HTTPError](err)
	return ok && he.IsStatus(status)
}

func TestSynapseForgets(t *testing.T) {
	h := StartSynapse(t, SynapseOptions{ForgetAfter: time.Second})
	camille := h.Person(t, "camille", ClientOptions{})
	room := camille.Room(t, Room{})
	old := camille.Say(t, room, "old")
	ctx, cancel := context.WithTimeout(t.Context(), awaitTimeout)
	defer cancel()
	for forgotten := false; !forgotten; {
		newest := camille.Say(t, room, "new")
		events, err := camille.ReadHistory(ctx, room)
		if isStatus(err, http.StatusInternalServerError) {
			continue // Synapse fails on events that it is deleting
		} else if err != nil {
			t.Fatal(err)
		}
		has := func(eventID id.EventID) bool {
			return slices.ContainsFunc(events, func(evt *event.Event) bool { return evt.ID == eventID })
		}
		if !has(newest) {
			t.Fatal("the newest message is not in the history")
		}
		forgotten = !has(old)
	}
}

func TestSynapseLimits(t *testing.T) {
	h := StartSynapse(t, SynapseOptions{DefaultLimits: true})
	limited, free := h.Person(t, "camille", ClientOptions{}), h.Person(t, "dominique", ClientOptions{})
	h.LiftLimits(t, free.UserID)
	for name, test := range map[string]struct {
		client *Client
		want   bool
	}{"limited": {limited, true}, "lifted": {free, false}} {
		room := test.client.Room(t, Room{})
		var err error
		for range 20 {
			if _, err = test.client.SendEvent(t.Context(), room, event.EventMessage, message("x", nil)); err != nil {
				break
			}
		}
		if got := errors.Is(err, mautrix.MLimitExceeded); got != test.want || (err != nil && !got) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
