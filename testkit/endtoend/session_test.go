package endtoend

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"heraut/testkit"
)

// TestLostDatabases deletes one of the databases while the bot is stopped: the bot
// comes back with a new device, and the former device is gone.
func TestLostDatabases(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for _, lost := range []string{"crypto.db", "bot.db"} {
		t.Run(lost, func(t *testing.T) {
			t.Parallel()
			d := s.deploy(t, "bot-"+lost, nil)
			d.bot.Start(t)
			device, master := d.device(t), d.masterKey(t)
			before := d.talk(t)
			before.mustAnswer(t)
			d.bot.Stop()
			d.lose(t, lost)
			d.bot.Start(t)
			mustWrite(t, d.bot.Log(), "The keys of this device are gone", string(device), "verified with the recovery key")
			now := d.device(t)
			if now == device {
				t.Error("the device is the same, without its keys")
			}
			if d.masterKey(t) != master {
				t.Error("the account's keys were replaced")
			}
			d.recovers(t)
			switch lost {
			case "crypto.db":
				before.agent.AwaitDevice(t, d.account.UserID, now)
				before.mustAnswer(t)
				for _, sync := range d.proxy.Requests(testkit.Syncs)[1:] {
					if sync.Query.Get("since") == "" {
						t.Error("the sync position was forgotten")
					}
				}
			case "bot.db": // the served rooms are lost with bot.db
				d.talk(t).mustAnswer(t)
			}
			logins := d.logins()
			d.bot.Restart(t)
			d.mustLogIn(t, logins)
		})
		t.Run(lost+" without password", func(t *testing.T) {
			t.Parallel()
			d := s.deploy(t, "bot-without-password-and-"+lost, nil)
			d.bot.Start(t)
			device := d.device(t)
			d.bot.Stop()
			d.configure(t, "password", nil)
			d.lose(t, lost)
			for range 2 {
				d.ends(t, refused, "bot login")
			}
			if d.device(t) != device {
				t.Error("the device was given up without need")
			}
			d.repair(t)
			repaired := d.device(t)
			if repaired == device {
				t.Error("the device is the same, without its keys")
			}
			d.bot.Start(t)
			if d.device(t) != repaired {
				t.Error("bot run uses another device than bot login made")
			}
			d.talk(t).mustAnswer(t)
		})
	}
}

// TestLoggedOut ends the bot's session from another client.
func TestLoggedOut(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, running := range map[string]bool{"running": true, "stopped": false} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := s.deploy(t, "bot-"+name, nil)
			d.bot.Start(t)
			device := d.device(t)
			talk := d.talk(t)
			talk.mustAnswer(t)
			if !running {
				d.bot.Stop()
			}
			before := len(d.bot.Log())
			owner, err := d.Login(t.Context(), d.account, testkit.ClientOptions{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(owner.Close)
			if _, err := owner.LogoutAll(t.Context()); err != nil {
				t.Fatal(err)
			}
			if running {
				talk.agent.Say(t, talk.room, "bonjour") // ends the sync under way
				d.ended(t, before, refused, "bot login")
			}
			for range 2 {
				d.ends(t, refused, "bot login")
			}
			d.mustLogIn(t, 1)

			d.repair(t)
			d.mustLogIn(t, 2)
			repaired := d.device(t)
			if repaired == device {
				t.Error("the device is the same, though it was taken off the account")
			}
			d.bot.Start(t)
			if d.device(t) != repaired {
				t.Error("bot run uses another device than bot login made")
			}
			d.mustLogIn(t, 2)
			talk.mustAnswer(t)
		})
	}
}

// TestSoftLogout: the homeserver requires a new login on the same device.
func TestSoftLogout(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	whoami := testkit.On(http.MethodGet, `/whoami$`)
	once := func(match func(*testkit.Request) bool) testkit.Rule {
		return testkit.Rule{Name: "soft logout", Match: match, Times: 1, Do: testkit.SoftLogout()}
	}
	softLogout := func(r *testkit.Request) bool { return r.Rule == "soft logout" }
	t.Run("running", func(t *testing.T) {
		t.Parallel()
		d := s.deploy(t, "bot-running", nil)
		d.bot.Start(t)
		device := d.device(t)
		talk := d.talk(t)
		talk.mustAnswer(t)
		d.proxy.Add(once(testkit.Syncs))
		talk.mustAnswer(t)
		d.proxy.Await(t, 1, softLogout)
		talk.mustAnswer(t)
		if d.device(t) != device {
			t.Error("the device is another one")
		}
		d.mustLogIn(t, 2)
		d.bot.Restart(t) // the bot has stored the new token
		d.mustLogIn(t, 2)
	})
	t.Run("at start", func(t *testing.T) {
		t.Parallel()
		d := s.deploy(t, "bot-at-start", nil)
		d.bot.Start(t)
		device := d.device(t)
		talk := d.talk(t)
		talk.mustAnswer(t)
		d.bot.Stop()
		d.proxy.Add(once(whoami))
		d.bot.Start(t)
		if d.device(t) != device {
			t.Error("the device is another one")
		}
		d.mustLogIn(t, 2)
		talk.mustAnswer(t)
	})
	t.Run("without password", func(t *testing.T) {
		t.Parallel()
		d := s.deploy(t, "bot-without-password", nil)
		d.bot.Start(t)
		device := d.device(t)
		d.bot.Stop()
		d.configure(t, "password", nil)
		d.proxy.Add(once(whoami))
		d.ends(t, refused, "bot login")
		d.proxy.Add(once(testkit.Syncs))
		before := len(d.bot.Log())
		if err := d.bot.Launch(t.Context()); err != nil {
			t.Fatal(err)
		}
		d.ended(t, before, refused, "bot login")
		d.mustLogIn(t, 1)
		d.proxy.Add(once(whoami))
		d.repair(t)
		d.bot.Start(t)
		if d.device(t) != device {
			t.Error("the device is another one")
		}
		d.mustLogIn(t, 2)
	})
}

// TestDeviceKeys: the homeserver's keys of the bot's device differ from the bot's
// own.
func TestDeviceKeys(t *testing.T) {
	t.Parallel()
	s := newSite(t)
	for name, change := range map[string]func(answer map[string]any, user, device string){
		"none": func(answer map[string]any, user, device string) {
			delete(answer["device_keys"].(map[string]any)[user].(map[string]any), device)
		},
		"another": func(answer map[string]any, user, device string) {
			keys := answer["device_keys"].(map[string]any)[user].(map[string]any)[device].(map[string]any)["keys"].(map[string]any)
			keys["ed25519:"+device] = strings.Repeat("A", 43)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := s.deploy(t, "bot-"+name, nil)
			d.bot.Start(t)
			device := d.device(t)
			talk := d.talk(t)
			d.bot.Stop()
			other := testkit.Rule{Match: testkit.On("", `/keys/query$`), Times: 1, Do: testkit.Rewrite(func(resp *testkit.Response) {
				var answer map[string]any
				if err := json.Unmarshal(resp.Body, &answer); err != nil {
					t.Error(err)
				}
				change(answer, string(d.account.UserID), string(device))
				resp.Body, _ = json.Marshal(answer)
			})}
			d.proxy.Add(other)
			d.ends(t, refused, "bot login")
			d.mustLogIn(t, 1)
			d.proxy.Add(other)
			d.repair(t)
			if d.device(t) == device {
				t.Error("the device is the same, with keys that others do not have")
			}
			d.bot.Start(t)
			d.mustLogIn(t, 2)
			talk.mustAnswer(t)
		})
	}
}
