package endtoend

import (
	"crypto/rand"
	"net/http"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"maunium.net/go/mautrix/crypto/utils"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// TestFirstStartRefused starts the bot with faults that prevent a start: it ends
// with a sentence, and leaves the account unchanged.
func TestFirstStartRefused(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, test := range map[string]struct {
		set    map[string]any
		rule   testkit.Rule // none if Do is nil
		status int
		says   string
		logins int
	}{
		"wrong password": {
			set:    map[string]any{"matrix.password": "not the password"},
			status: refused, says: "ce mot de passe", logins: 1,
		},
		"no such user": {
			set:    map[string]any{"matrix.user": "@nobody:" + s.Name},
			status: refused, says: "vérifiez matrix.user", logins: 1,
		},
		"no password": {
			set:    map[string]any{"matrix.password": nil},
			status: refused, says: "bot login", logins: 0,
		},
		"nothing answers": {
			set:    map[string]any{"matrix.homeserver": "http://127.0.0.1:1"},
			status: failed, says: "vérifiez matrix.homeserver et le réseau",
		},
		"bad gateway": {
			rule:   testkit.Rule{Do: testkit.BadGateway},
			status: failed, says: "vérifiez matrix.homeserver et le réseau",
		},
		"web page": {
			rule:   testkit.Rule{Do: testkit.WebPage},
			status: misconfigured, says: "corrigez matrix.homeserver",
		},
		"other web service": {
			rule:   testkit.Rule{Do: testkit.Answer(http.StatusNotFound, map[string]any{"message": "no such page"})},
			status: misconfigured, says: "corrigez matrix.homeserver",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := s.deploy(t, "bot-"+strings.ReplaceAll(name, " ", "-"), test.set)
			if test.rule.Do != nil {
				d.proxy.Add(test.rule)
			}
			d.ends(t, test.status, test.says)
			d.mustLogIn(t, test.logins)
			if devices := d.Devices(t, d.account); len(devices) != 0 {
				t.Errorf("the account has the devices %v, want none", devices)
			}

			// After the correction, the bot starts on the same state.
			d.proxy.Clear()
			d.configure(t, "password", d.account.Password)
			d.configure(t, "user", d.account.UserID)
			d.configure(t, "homeserver", d.proxy.URL)
			d.bot.Start(t)
			d.device(t)
		})
	}
}

// TestLoginWaits: the homeserver delays logins with 429 answers.
func TestLoginWaits(t *testing.T) {
	t.Parallel()
	d := newSite(t).deploy(t, "bot", nil)
	const pause = 1500 * time.Millisecond
	d.proxy.Add(testkit.Rule{Match: testkit.Logins, Times: 2, Do: testkit.RateLimited(testkit.RetryAfter{Body: pause})})
	d.bot.Start(t)
	attempts := d.proxy.Requests(testkit.Logins)
	if len(attempts) != 3 {
		t.Fatalf("%d logins, want 3", len(attempts))
	}
	for i, attempt := range attempts[1:] {
		if waited := attempt.At.Sub(attempts[i].At); waited < pause {
			t.Errorf("waited %s, was told to wait %s", waited, pause)
		}
	}
	d.device(t)
}

// TestStartRefused starts a bot with a session on faults that prevent it from
// continuing.
func TestStartRefused(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	s := newSite(t)
	t.Run("locked", func(t *testing.T) {
		t.Parallel()
		d := s.deploy(t, "bot-locked", nil)
		d.bot.Start(t)
		talk := d.talk(t)
		// A running bot waits: the administrators may unlock the account.
		locked := testkit.Rule{Name: "locked", Times: 2, Do: testkit.Answer(http.StatusUnauthorized, map[string]any{
			"errcode": "M_USER_LOCKED", "error": "made by the test", "soft_logout": true,
		})}
		locked.Match = testkit.Syncs
		d.proxy.Add(locked)
		talk.mustAnswer(t)
		d.proxy.Await(t, 2, func(r *testkit.Request) bool { return r.Rule == locked.Name })
		talk.mustAnswer(t)
		d.bot.Stop()
		locked.Match, locked.Times = testkit.On("", `/whoami$`), 0
		remove := d.proxy.Add(locked)
		if err := d.bot.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.proxy.Await(t, 4, func(r *testkit.Request) bool { return r.Rule == locked.Name }) // two at each start
		remove()
		d.bot.AwaitReady(t)
		d.device(t)
		d.mustLogIn(t, 1)
	})
	t.Run("state of another account", func(t *testing.T) {
		t.Parallel()
		d := s.deploy(t, "bot-moved", nil)
		d.bot.Start(t)
		d.bot.Stop()
		other := s.Account(t, "other")
		d.configure(t, "user", other.UserID)
		d.configure(t, "password", other.Password)
		d.ends(t, misconfigured, "autre compte")
		if status, _, stderr := d.run(t, "login", ""); status != misconfigured {
			t.Errorf("bot login ended with status %d:\n%s", status, stderr)
		}
		d.mustLogIn(t, 1)
		d.device(t)
	})
}

// TestAccountWithKeys starts the bot on an account that has verification keys from
// another client: the bot never replaces them.
func TestAccountWithKeys(t *testing.T) {
	t.Parallel()
	d := newSite(t).deploy(t, "bot", nil)
	owner, err := d.Login(t.Context(), d.account, testkit.ClientOptions{Encrypted: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	key, _, err := owner.Machine().GenerateAndUploadCrossSigningKeysWithPassword(t.Context(), d.account.Password, "")
	if err != nil {
		t.Fatal(err)
	}
	master := d.masterKey(t)
	bot := func() (device string, vouched bool) {
		devices := slices.DeleteFunc(d.Devices(t, d.account), func(device id.DeviceID) bool { return device == owner.DeviceID })
		if len(devices) != 1 {
			t.Fatalf("beside its owner's device, the account has %v", devices)
		}
		return string(devices[0]), d.vouched(t, devices[0])
	}
	give := func(key string) {
		if err := os.WriteFile(d.state("recovery-key"), []byte(key), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	wrong := make([]byte, 32)
	rand.Read(wrong)

	d.ends(t, misconfigured, "placez son code de vérification", d.state("recovery-key"))
	device, _ := bot()
	give("\n")
	d.ends(t, misconfigured, "placez son code de vérification")
	give("not a recovery key")
	d.ends(t, misconfigured, "n’est pas celui de ce compte")
	give(utils.EncodeBase58RecoveryKey(wrong))
	d.ends(t, misconfigured, "n’est pas celui de ce compte")
	if status, stdout, _ := d.run(t, "login", ""); status != misconfigured || stdout != "" {
		t.Errorf("bot login ended with status %d and wrote %q", status, stdout)
	}
	if _, vouched := bot(); vouched {
		t.Error("the account vouches for the device without its recovery key")
	}
	give(key + "\n")
	d.bot.Start(t)
	if now, vouched := bot(); !vouched || now != device {
		t.Errorf("the device is %s, vouched for: %t; it was %s", now, vouched, device)
	}
	d.mustLogIn(t, 1)
	if d.masterKey(t) != master {
		t.Error("the account's keys were replaced")
	}
	d.talk(t).mustAnswer(t)

	// The recovery key may be in the configuration; the bot then never shows it.
	d.bot.Stop()
	d.lose(t, "crypto.db")
	d.lose(t, "recovery-key")
	d.configure(t, "recovery_key", key)
	status, stdout, stderr := d.run(t, "login", "")
	if status != stopped || stdout == "" || strings.Contains(stdout, key) {
		t.Errorf("bot login ended with status %d and wrote %q\n%s", status, stdout, stderr)
	}
	if _, vouched := bot(); !vouched {
		t.Error("the account does not vouch for the device")
	}
}

// TestKeysReplaced: the account's owner replaces its verification keys, and the bot
// waits for the new recovery key.
func TestKeysReplaced(t *testing.T) {
	t.Parallel()
	d := newSite(t).deploy(t, "bot", nil)
	d.bot.Start(t)
	d.bot.Stop()
	owner, err := d.Login(t.Context(), d.account, testkit.ClientOptions{Encrypted: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(owner.Close)
	key, _, err := owner.Machine().GenerateAndUploadCrossSigningKeysWithPassword(t.Context(), d.account.Password, "")
	if err != nil {
		t.Fatal(err)
	}
	master := d.masterKey(t)
	d.ends(t, misconfigured, "n’est pas celui de ce compte")
	if err := os.WriteFile(d.state("recovery-key"), []byte(key), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := owner.Logout(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.bot.Start(t)
	d.device(t)
	if d.masterKey(t) != master {
		t.Error("the account's keys were replaced once more")
	}
	d.mustLogIn(t, 1)
	d.talk(t).mustAnswer(t)
}
