package webhook_test

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"heraut/webhook"
)

// TestAlertmanager makes a real Alertmanager, named by HERAUT_ALERTMANAGER, notify
// hooks in its own format and in Slack's.
func TestAlertmanager(t *testing.T) {
	program := os.Getenv("HERAUT_ALERTMANAGER")
	if program == "" {
		t.Skip("HERAUT_ALERTMANAGER names no Alertmanager: make test-senders takes that of Debian")
	}
	o := newOffice(t, func(options *webhook.Options) { options.PerMinute = 100 })
	native, slack := o.create("native"), o.create("slack")
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	dir := t.TempDir()
	config := fmt.Sprintf(`
route: {receiver: heraut, group_wait: 100ms, group_interval: 1s, repeat_interval: 1h, group_by: [alertname]}
receivers:
- name: heraut
  webhook_configs: [{url: '%[1]s%[2]s'}]
  slack_configs: [{api_url: '%[1]s%[3]s', channel: '#ops', send_resolved: true}]
`, o.server.URL, native, slack)
	if err := os.WriteFile(filepath.Join(dir, "am.yml"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "--config.file", filepath.Join(dir, "am.yml"), "--storage.path", dir,
		"--web.listen-address", address, "--cluster.listen-address", "")
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	send := func(ends string) {
		t.Helper()
		body := fmt.Sprintf(`[{"labels":{"alertname":"Disque plein","instance":"srv1","severity":"critical"},
			"annotations":{"summary":"Il reste 2 %% sur <srv1> @room","runbook_url":"https://doc.example.org/disque"},
			"generatorURL":"https://prometheus.example.org/graph?g0.expr=a"%s}]`, ends)
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(100 * time.Millisecond) {
			resp, err := http.Post("http://"+address+"/api/v2/alerts", "application/json", strings.NewReader(body))
			if err == nil {
				resp.Body.Close()
				if resp.StatusCode == http.StatusOK {
					return
				}
			}
			if time.Now().After(deadline) {
				t.Fatalf("Alertmanager does not take alerts in: %v", err)
			}
		}
	}
	await := func(n int) (all []string) {
		t.Helper()
		for deadline := time.Now().Add(15 * time.Second); len(all) < n && time.Now().Before(deadline); time.Sleep(100 * time.Millisecond) {
			all = append(all, o.said()...)
		}
		if len(all) < n {
			t.Fatalf("got %q, want %d posts", all, n)
		}
		return all
	}
	says := func(all []string, texts ...string) {
		t.Helper()
		joined := strings.Join(all, "\n---\n")
		t.Log(joined)
		for _, text := range texts {
			if !strings.Contains(joined, text) {
				t.Errorf("no %q in\n%s", text, joined)
			}
		}
		if strings.Contains(joined, "@room") || strings.Contains(joined, "0001-01-01") {
			t.Errorf("got\n%s", joined)
		}
	}
	send("")
	says(await(2), "🔴 Alerte – en cours (firing)", "Disque plein – Il reste 2 % sur <srv1>", "https://prometheus.example.org/graph?g0.expr=a",
		"https://doc.example.org/disque", "[FIRING:1] Disque plein", "srv1 · critical")
	send(fmt.Sprintf(`,"endsAt":%q`, time.Now().Add(-time.Second).UTC().Format(time.RFC3339)))
	says(await(3), "* ✅ Terminé à", "> ✅ Terminé à", "[RESOLVED] Disque plein")
}
