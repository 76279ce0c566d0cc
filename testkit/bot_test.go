package testkit

import (
	"encoding/json"
	"os"
	"testing"
)

func TestBotConfigPassesCheck(t *testing.T) {
	account := Account{UserID: "@heraut:" + ServerName, Password: `quotes " and : colons`}
	for name, test := range map[string]struct {
		config BotConfig
		want   int
	}{
		"defaults":    {BotConfig{Homeserver: "http://127.0.0.1:1", Account: account}, 0},
		"further key": {BotConfig{Homeserver: "http://127.0.0.1:1", Account: account, Set: map[string]any{"limits.person": "20/m"}}, 0},
		"unknown key": {BotConfig{Homeserver: "http://127.0.0.1:1", Account: account, Set: map[string]any{"no.such": 1}}, 2},
		"key removed": {BotConfig{Homeserver: "http://127.0.0.1:1", Account: account, Set: map[string]any{"about.contact": nil}}, 2},
	} {
		t.Run(name, func(t *testing.T) {
			b := NewBot(t, test.config)
			cmd := b.Command(t.Context(), "check")
			output, err := cmd.CombinedOutput()
			if cmd.ProcessState == nil {
				t.Fatal(err)
			}
			if got := cmd.ProcessState.ExitCode(); got != test.want {
				t.Errorf("status %d, want %d: %s", got, test.want, output)
			}
		})
	}
}

func TestBotConfigKeys(t *testing.T) {
	path, err := BotConfig{
		SILL: "sill.json",
		Set:  map[string]any{"limits.person": "20/m", "a.b.c": []int{1}, "about": nil},
	}.write(t.TempDir(), "127.0.0.1:1")
	if err != nil {
		t.Fatal(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		About  any
		Limits map[string]string
		A      struct{ B struct{ C []int } }
	}
	if err := json.Unmarshal(content, &got); err != nil {
		t.Fatal(err)
	}
	if got.About != nil || got.Limits["person"] != "20/m" || got.Limits["room"] != "0" || len(got.A.B.C) != 1 {
		t.Errorf("wrote %s", content)
	}
}

func TestBotThatEndsAtOnce(t *testing.T) {
	b := NewBot(t, BotConfig{Homeserver: "not an address"})
	if err := b.Launch(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := b.WaitReady(t.Context()); err == nil {
		t.Error("a bot with a wrong configuration is ready")
	}
	if got := b.AwaitEnd(t); got != 2 {
		t.Errorf("status %d, want 2; log:\n%s", got, b.Log())
	}
}

func TestBotStartsStopsAndStartsAgain(t *testing.T) {
	h := StartHomeserver(t)
	p := NewProxy(t, h.URL)
	account := h.Account(t, "heraut")
	b := StartBot(t, BotConfig{Homeserver: p.URL, Account: account})
	if got := b.Stop(); got != 0 {
		t.Errorf("stopped with status %d, want 0", got)
	}
	b.Start(t)
	first := b.PID()
	b.Kill()
	b.Start(t)
	if b.PID() == first {
		t.Error("the same process after a kill")
	}
	if got := h.Devices(t, account); len(got) != 1 {
		t.Errorf("devices %v, want one", got)
	}
	if got := p.Requests(Logins); len(got) != 1 {
		t.Errorf("%d logins through the proxy, want one", len(got))
	}
}
