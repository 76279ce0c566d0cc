package endtoend

import (
	"bytes"
	"crypto/rand"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"maunium.net/go/mautrix"
	"maunium.net/go/mautrix/id"

	"heraut/testkit"
)

// The exit statuses on which scripts rely.
const (
	stopped       = 0
	failed        = 1
	misconfigured = 2
	refused       = 3
)

// site is a homeserver, with a client that checks the bots' devices.
type site struct {
	*testkit.Homeserver
	observer *testkit.Client
}

func newSite(t *testing.T) site {
	hs := testkit.StartHomeserver(t)
	return site{hs, hs.Person(t, "observer", testkit.ClientOptions{Encrypted: true})}
}

// deployment is a bot with an account of its own, behind a proxy.
type deployment struct {
	site
	account testkit.Account
	proxy   *testkit.Proxy
	bot     *testkit.Bot
	front   *front // between the bot and the proxy; nil: none

	// A row about a room of the configuration has the room and its owner.
	owner *testkit.Client
	room  id.RoomID
}

// deploy makes the account and configures the bot, but does not start it.
func (s site) deploy(t *testing.T, localpart string, set map[string]any) *deployment {
	t.Helper()
	return s.deployThrough(t, localpart, nil, set)
}

// deployThrough is deploy for a bot that another command starts.
func (s site) deployThrough(t *testing.T, localpart string, through []string, set map[string]any) *deployment {
	t.Helper()
	account := s.Account(t, localpart)
	proxy := testkit.NewProxy(t, s.URL)
	// As under systemd: the alerts are remembered here if the state cannot be written.
	through = append(slices.Clone(through), "env", "RUNTIME_DIRECTORY="+t.TempDir())
	return &deployment{site: s, account: account, proxy: proxy, bot: testkit.NewBot(t, testkit.BotConfig{
		Homeserver: proxy.URL, Account: account, Set: set, Through: through,
	})}
}

// state returns the path of a file in the state directory.
func (d *deployment) state(name string) string { return filepath.Join(d.bot.Dir, "data", name) }

// lose deletes a database of the bot, which must not run.
func (d *deployment) lose(t *testing.T, database string) {
	t.Helper()
	for _, suffix := range []string{"", "-wal", "-shm"} {
		if err := os.Remove(d.state(database + suffix)); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
}

// configure sets a key in the section matrix of the configuration; nil removes it.
func (d *deployment) configure(t *testing.T, key string, value any) {
	t.Helper()
	content, err := os.ReadFile(d.bot.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	matrix := config["matrix"].(map[string]any)
	matrix[key] = value
	if value == nil {
		delete(matrix, key)
	}
	if content, err = json.Marshal(config); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.bot.ConfigFile, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// device returns the account's only device; it fails the test unless the account
// vouches for it.
func (d *deployment) device(t *testing.T) id.DeviceID {
	t.Helper()
	devices := d.Devices(t, d.account)
	if len(devices) != 1 {
		t.Fatalf("the account has the devices %v, want one", devices)
	}
	if !d.vouched(t, devices[0]) {
		t.Error("the account does not vouch for the bot's device")
	}
	return devices[0]
}

// vouched reports whether other users see that the account vouches for the device.
func (d *deployment) vouched(t *testing.T, device id.DeviceID) bool {
	t.Helper()
	return d.observer.DeviceTrust(t, d.account.UserID)[device] >= id.TrustStateCrossSignedTOFU
}

// masterKey returns the account's master key.
func (d *deployment) masterKey(t *testing.T) id.Ed25519 {
	t.Helper()
	keys, err := d.observer.QueryKeys(t.Context(), &mautrix.ReqQueryKeys{
		DeviceKeys: mautrix.DeviceKeysRequest{d.account.UserID: {}},
	})
	if err != nil {
		t.Fatal(err)
	}
	master := keys.MasterKeys[d.account.UserID]
	return master.FirstKey()
}

// recovers fails the test unless the recovery key file opens the account to another
// client.
func (d *deployment) recovers(t *testing.T) {
	t.Helper()
	key, err := os.ReadFile(d.state("recovery-key"))
	if err != nil {
		t.Fatal(err)
	}
	other, err := d.Login(t.Context(), d.account, testkit.ClientOptions{Encrypted: true})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	if err := other.Machine().VerifyWithRecoveryKey(t.Context(), strings.TrimSpace(string(key))); err != nil {
		t.Errorf("the recovery key does not open the account: %v", err)
	}
	if !d.vouched(t, other.DeviceID) {
		t.Error("the account does not vouch for the device that the recovery key verified")
	}
}

// logins returns the number of the bot's login requests.
func (d *deployment) logins() int { return len(d.proxy.Requests(testkit.Logins)) }

// mustLogIn fails the test unless the bot has made that many login requests.
func (d *deployment) mustLogIn(t *testing.T, times int) {
	t.Helper()
	if n := d.logins(); n != times {
		t.Errorf("the bot logged in %d times, want %d", n, times)
	}
}

// ends launches the bot and fails the test unless it ends by itself with the status
// and logs the texts.
func (d *deployment) ends(t *testing.T, status int, texts ...string) {
	t.Helper()
	before := len(d.bot.Log())
	if err := d.bot.Launch(t.Context()); err != nil {
		t.Fatal(err)
	}
	d.ended(t, before, status, texts...)
}

// ended awaits the end of the bot, and checks its status and the part of its log
// after before bytes.
func (d *deployment) ended(t *testing.T, before, status int, texts ...string) {
	t.Helper()
	if got := d.bot.AwaitEnd(t); got != status {
		t.Errorf("the bot ended with status %d, want %d", got, status)
	}
	mustWrite(t, d.bot.Log()[before:], texts...)
}

func mustWrite(t *testing.T, log string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if !strings.Contains(log, text) {
			t.Errorf("%q is not in\n%s", text, log)
		}
	}
}

// run runs a command of the bot to its end.
func (d *deployment) run(t *testing.T, command, stdin string) (status int, stdout, stderr string) {
	t.Helper()
	var out, diagnostics bytes.Buffer
	cmd := d.bot.Command(t.Context(), command)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = strings.NewReader(stdin), &out, &diagnostics
	if err := cmd.Run(); err != nil && !errors.As(err, new(*exec.ExitError)) {
		t.Fatal(err)
	}
	return cmd.ProcessState.ExitCode(), out.String(), diagnostics.String()
}

// repair runs `bot login` as the operator, and types the password.
func (d *deployment) repair(t *testing.T) {
	t.Helper()
	if status, _, stderr := d.run(t, "login", d.account.Password+"\n"); status != stopped {
		t.Fatalf("bot login ended with status %d:\n%s", status, stderr)
	}
}

// talk is a person in an encrypted room with the bot.
type talk struct {
	d     *deployment
	agent *testkit.Client
	room  id.RoomID
}

// talk makes an encrypted room; the bot must run.
func (d *deployment) talk(t *testing.T) talk {
	t.Helper()
	agent := d.Person(t, "agent-"+strings.ToLower(rand.Text()), encrypted)
	return talk{d, agent, invited(t, agent, d.account.UserID, testkit.Room{Encrypted: true})}
}

// mustAnswer fails the test unless the bot answers a command once.
func (c talk) mustAnswer(t *testing.T) {
	t.Helper()
	command := c.agent.Say(t, c.room, "!sill gimp")
	mustSay(t, c.agent.AwaitAnswer(t, c.room, c.d.account.UserID, command), "GIMP")
	exactlyOne(t, c.agent, c.room, c.d.account.UserID, command)
}
