package endtoend

import (
	"errors"
	"os"
	"strings"
	"testing"
)

// TestLogout: logout removes the device and its keys, keeps the rest, and a later login
// makes another device that the same recovery key verifies.
func TestLogout(t *testing.T) {
	t.Parallel()
	d := newSite(t).deploy(t, "heraut", nil)
	d.bot.Start(t)
	first := d.device(t)
	if output, err := d.bot.Command(t.Context(), "logout").CombinedOutput(); err == nil || !strings.Contains(string(output), "utilise déjà ce répertoire") {
		t.Errorf("while the bot runs: %v\n%s", err, output)
	}
	if status := d.bot.Stop(); status != stopped {
		t.Errorf("status %d", status)
	}
	if output, err := d.bot.Command(t.Context(), "logout").CombinedOutput(); err != nil || !strings.Contains(string(output), "retiré du compte") {
		t.Fatalf("logout: %v\n%s", err, output)
	}
	if devices := d.Devices(t, d.account); len(devices) != 0 {
		t.Errorf("the account still has the devices %v", devices)
	}
	for name, stays := range map[string]bool{"crypto.db": false, "bot.db": true, "recovery-key": true} {
		if _, err := os.Stat(d.state(name)); stays != (err == nil) || err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Errorf("%s: %v, stays %t", name, err, stays)
		}
	}
	if output, err := d.bot.Command(t.Context(), "logout").CombinedOutput(); err != nil || !strings.Contains(string(output), "pas de session en cours") {
		t.Errorf("a second logout: %v\n%s", err, output)
	}
	d.bot.Start(t)
	if second := d.device(t); second == first {
		t.Errorf("the device %s came back", first)
	}
	d.bot.Stop()
	if output, err := d.bot.Command(t.Context(), "logout", "--delete-recovery-key").CombinedOutput(); err != nil {
		t.Errorf("logout: %v\n%s", err, output)
	}
	if _, err := os.Stat(d.state("recovery-key")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the recovery key: %v", err)
	}
}
