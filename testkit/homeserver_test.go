package testkit

import (
	"net/http"
	"testing"
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
