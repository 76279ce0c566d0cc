package endtoend

import (
	"encoding/json"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"heraut/testkit"
)

// reload sends SIGHUP to the bot and waits for a text in the log that follows.
func (d *deployment) reload(t *testing.T, text string) {
	t.Helper()
	before := len(d.bot.Log())
	if err := syscall.Kill(d.bot.PID(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
	d.await(t, "the log to say "+text, func() bool { return strings.Contains(d.bot.Log()[before:], text) })
}

// rewrite changes the whole configuration of the bot.
func (d *deployment) rewrite(t *testing.T, change func(config map[string]any)) {
	t.Helper()
	content, err := os.ReadFile(d.bot.ConfigFile)
	if err != nil {
		t.Fatal(err)
	}
	var config map[string]any
	if err := json.Unmarshal(content, &config); err != nil {
		t.Fatal(err)
	}
	change(config)
	if content, err = json.Marshal(config); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(d.bot.ConfigFile, content, 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestReload: SIGHUP makes the bot use a new configuration without an end of the
// process, and never ends it: not with a faulty configuration, nor with one that cannot
// be used.
func TestReload(t *testing.T) {
	testkit.SkipOnSynapse(t)
	t.Parallel()
	d := newSite(t).deploy(t, "bot", nil)
	d.bot.Start(t)
	pid := d.bot.PID()
	c := d.talk(t)
	c.mustAnswer(t)
	said := c.agent.Say(t, c.room, "!sill gimp") // while it reloads
	d.rewrite(t, func(config map[string]any) {
		config["language"] = "en"
		config["state"] = "./elsewhere"
	})
	d.reload(t, "La configuration est rechargée")
	d.bot.AwaitReady(t)
	c.agent.AwaitAnswer(t, c.room, d.account.UserID, said)
	exactlyOne(t, c.agent, c.room, d.account.UserID, said)
	mustWrite(t, d.bot.Log(), "Ces réglages ne changent qu’en relançant le robot", "settings=[\"state\"]", "changed=[\"language\"]")
	d.rewrite(t, func(config map[string]any) { config["prefix"], config["state"] = "?", "./data" })
	d.reload(t, "changed=[\"prefix\"]")
	d.bot.AwaitReady(t)
	mustSay(t, c.agent.AwaitAnswer(t, c.room, d.account.UserID, c.agent.Say(t, c.room, "?sill gimp")), "GIMP")

	d.rewrite(t, func(config map[string]any) { config["prefix"] = "!!!" })
	d.reload(t, "La configuration n’est pas rechargée")
	mustSay(t, c.agent.AwaitAnswer(t, c.room, d.account.UserID, c.agent.Say(t, c.room, "?sill gimp")), "GIMP")

	var listen net.ListenConfig
	listener, err := listen.Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	d.rewrite(t, func(config map[string]any) {
		config["prefix"] = "?"
		config["http"] = map[string]any{"listen": listener.Addr().String()}
	})
	d.reload(t, "le robot reprend la précédente")
	d.bot.AwaitReady(t)
	mustSay(t, c.agent.AwaitAnswer(t, c.room, d.account.UserID, c.agent.Say(t, c.room, "?sill gimp")), "GIMP")
	before := len(d.bot.Log())
	d.rewrite(t, func(config map[string]any) {
		config["http"] = map[string]any{"listen": strings.TrimPrefix(d.bot.URL, "http://")}
		config["log"] = map[string]any{"level": "error"}
	})
	d.reload(t, "La configuration est rechargée")
	d.bot.AwaitReady(t)
	if n := lines(d.bot.Log()[before:], " INF Started"); n != 0 {
		t.Error("the level of the log is the former one")
	}
	if d.bot.PID() != pid {
		t.Error("the process is another one")
	}
	d.mustLogIn(t, 1)
	if status := d.bot.Stop(); status != stopped {
		t.Errorf("stopped with status %d", status)
	}
}

// TestServiceManager: the bot tells its service manager when it is ready, how it does,
// that it reloads and that it stops, and gives signs of life.
func TestServiceManager(t *testing.T) {
	testkit.SkipOnSynapse(t)
	socket := filepath.Join(t.TempDir(), "notify")
	manager, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: socket, Net: "unixgram"})
	if err != nil {
		t.Fatal(err)
	}
	defer manager.Close()
	t.Setenv("NOTIFY_SOCKET", socket)
	t.Setenv("WATCHDOG_USEC", "1000000")
	d := newSite(t).deploy(t, "bot", nil)
	told := make(chan string, 1000)
	go func() {
		defer close(told)
		buffer := make([]byte, 4096)
		for {
			n, err := manager.Read(buffer)
			if err != nil {
				return
			}
			told <- string(buffer[:n])
		}
	}()
	await := func(text string) {
		t.Helper()
		for message := range told {
			if strings.Contains(message, text) {
				return
			}
		}
		t.Fatalf("the service manager was not told %q", text)
	}
	d.bot.Start(t)
	await("READY=1")
	await("STATUS=Prêt")
	await("WATCHDOG=1")
	remove := d.proxy.Add(testkit.Rule{Match: authenticated, Do: testkit.MatrixError(403, "ORG_MATRIX_EXPIRED_ACCOUNT")})
	await("STATUS=Le compte du robot est expiré")
	remove()
	await("STATUS=Prêt")
	d.reload(t, "La configuration est rechargée")
	await("RELOADING=1")
	await("READY=1")
	d.bot.AwaitReady(t)
	d.bot.Stop()
	await("STOPPING=1")
}
