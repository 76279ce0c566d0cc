package endtoend

import (
	"errors"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/crypto"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// replaceKeys gives the client's account new keys, as a reset of the encryption
// identity does.
func replaceKeys(t *testing.T, c *testkit.Client, account testkit.Account) {
	t.Helper()
	err := c.WithMachine(func(m *crypto.OlmMachine) error {
		_, _, err := m.GenerateAndUploadCrossSigningKeys(t.Context(), func(stage *mautrix.RespUserInteractive) any {
			return &mautrix.ReqUIAuthLogin{
				BaseAuthData: mautrix.BaseAuthData{Type: mautrix.AuthTypePassword, Session: stage.Session},
				User:         string(account.UserID), Password: account.Password,
			}
		}, "phrase")
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestIdentityReset: an operator who resets their identity has no rights in
// encrypted rooms until «bot trust» accepts the new key; the refusal says so.
func TestIdentityReset(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account, operatorAccount := hs.Account(t, "heraut"), hs.Account(t, "operator")
	me := account.UserID
	operator, err := hs.Login(t.Context(), operatorAccount, testkit.ClientOptions{Encrypted: true, CrossSigned: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(operator.Close)
	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account, Operators: []id.UserID{operatorAccount.UserID}})
	room := invited(t, operator, me, testkit.Room{Encrypted: true})
	status := func() string {
		t.Helper()
		return body(operator.AwaitAnswer(t, room, me, operator.Say(t, room, "!bot etat")))
	}
	trust := func(word string) string {
		t.Helper()
		command := bot.Command(t.Context(), "trust", string(operatorAccount.UserID))
		command.Stdin = strings.NewReader(word + "\n")
		out, _ := command.CombinedOutput()
		return string(out)
	}
	if got := status(); !strings.Contains(got, "Synchronisation") {
		t.Fatalf("before: %q", got)
	}
	if got := trust("oui"); !strings.Contains(got, "rien à accepter") {
		t.Errorf("bot trust, of a key that did not change: %q", got)
	}
	replaceKeys(t, operator, operatorAccount)
	if err := operator.WithMachine(func(m *crypto.OlmMachine) error {
		return errors.Join(m.SignOwnMasterKey(t.Context()), m.SignOwnDevice(t.Context(), m.OwnIdentity()))
	}); err != nil {
		t.Fatal(err)
	}
	refused := ""
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if refused = status(); strings.Contains(refused, "bot trust") {
			break
		}
	}
	if !strings.Contains(refused, "bot trust "+string(operatorAccount.UserID)) {
		t.Fatalf("after the reset: %q", refused)
	}
	if got := trust("non"); !strings.Contains(got, "rien n’est accepté") {
		t.Errorf("bot trust, not agreed to: %q", got)
	}
	if got := status(); !strings.Contains(got, "bot trust") {
		t.Errorf("it was not accepted: %q", got)
	}
	if got := trust("oui"); strings.Count(got, "Empreinte") != 2 || !strings.Contains(got, "C’est fait") {
		t.Errorf("bot trust: %q", got)
	}
	if got := status(); !strings.Contains(got, "Synchronisation") {
		t.Errorf("it was accepted: %q", got)
	}
	bot.Restart(t)
	if got := status(); !strings.Contains(got, "Synchronisation") {
		t.Errorf("after a restart: %q", got)
	}
}

// TestAccountKeysReplaced: another client replaces the keys of the bot's account
// while it runs. Its status and its metrics report that within a minute, with the
// remedy.
func TestAccountKeysReplaced(t *testing.T) {
	t.Parallel()
	hs := testkit.StartHomeserver(t)
	account := hs.Account(t, "heraut")
	me := account.UserID
	operator := hs.Person(t, "operator", testkit.ClientOptions{Encrypted: true, CrossSigned: true})
	bot := testkit.StartBot(t, testkit.BotConfig{Homeserver: hs.URL, Account: account, Operators: []id.UserID{operator.UserID}})
	room := invited(t, operator, me, testkit.Room{})
	verified := func() bool {
		t.Helper()
		_, text, err := testkit.GetPage(t.Context(), bot.URL+"/metrics", "")
		if err != nil {
			t.Fatal(err)
		}
		return strings.Contains(text, "\nheraut_device_verified 1\n")
	}
	if !verified() {
		t.Fatal("the device is not verified from the start")
	}
	other, err := hs.Login(t.Context(), account, testkit.ClientOptions{Encrypted: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	replaceKeys(t, other, account)
	for end := time.Now().Add(time.Minute); verified(); time.Sleep(500 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("a minute later the device still counts as verified")
		}
	}
	if got := body(operator.AwaitAnswer(t, room, me, operator.Say(t, room, "!bot etat"))); !strings.Contains(got, "appareil non vérifié") || !strings.Contains(got, "remplacées") {
		t.Errorf("!bot etat: %q", got)
	}
	if !strings.Contains(bot.Log(), "Les clés du compte ont été remplacées ou retirées") {
		t.Error("the log does not say so")
	}
}
