package webhook_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"heraut/webhook"
)

// forge is a real Gitea with a repository, whose owner is lea.
type forge struct {
	*testing.T
	url string
}

// startForge starts the program that HERAUT_GITEA names; HERAUT_GITEA_ROOT names the
// directory of its templates.
func startForge(t *testing.T) *forge {
	t.Helper()
	program, root := os.Getenv("HERAUT_GITEA"), os.Getenv("HERAUT_GITEA_ROOT")
	if program == "" || root == "" {
		t.Skip("HERAUT_GITEA and HERAUT_GITEA_ROOT name no Gitea: make test-senders builds one")
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := listener.Addr().String()
	listener.Close()
	host, port, _ := net.SplitHostPort(address)
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	config := filepath.Join(dir, "app.ini")
	settings := fmt.Sprintf(`
APP_NAME = Forge
RUN_USER = %[1]s
RUN_MODE = prod
WORK_PATH = %[2]s
I_AM_BEING_UNSAFE_RUNNING_AS_ROOT = true
[server]
HTTP_ADDR = %[3]s
HTTP_PORT = %[4]s
ROOT_URL = http://%[3]s:%[4]s/
STATIC_ROOT_PATH = %[5]s
OFFLINE_MODE = true
DISABLE_SSH = true
[database]
DB_TYPE = sqlite3
PATH = %[2]s/gitea.db
[repository]
ROOT = %[2]s/repositories
[security]
INSTALL_LOCK = true
SECRET_KEY = only-for-this-test
INTERNAL_TOKEN = only-for-this-test
[webhook]
ALLOWED_HOST_LIST = loopback
[indexer]
ISSUE_INDEXER_TYPE = db
[log]
LEVEL = warn
`, me.Username, dir, host, port, root)
	if err := os.WriteFile(config, []byte(settings), 0o600); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) *exec.Cmd {
		cmd := exec.CommandContext(t.Context(), program, append(args, "--config", config)...)
		cmd.Env = append(os.Environ(), "HOME="+dir, "GITEA_WORK_DIR="+dir)
		return cmd
	}
	for _, args := range [][]string{
		{"migrate"},
		{"admin", "user", "create", "--admin", "--username", "lea", "--password", "mot-de-passe-9", "--email", "lea@example.org", "--must-change-password=false"},
	} {
		if out, err := run(args...).CombinedOutput(); err != nil {
			t.Fatalf("gitea %s: %v\n%s", args[0], err, out)
		}
	}
	var log bytes.Buffer
	server := run("web")
	server.Stdout, server.Stderr = &log, &log
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Signal(os.Interrupt)
		_ = server.Wait()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	f := &forge{t, "http://" + address}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(100 * time.Millisecond) {
		resp, err := http.Get(f.url + "/api/v1/version")
		if err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				break
			}
		}
		if time.Now().After(deadline) {
			t.Fatalf("Gitea does not start: %v\n%s", err, log.String())
		}
	}
	f.do("POST", "/user/repos", map[string]any{"name": "app", "auto_init": true, "default_branch": "main"})
	return f
}

// do calls the API of the forge as lea.
func (f *forge) do(method, path string, body any) map[string]any {
	f.Helper()
	data, err := json.Marshal(body)
	if err != nil {
		f.Fatal(err)
	}
	r, err := http.NewRequestWithContext(f.Context(), method, f.url+"/api/v1"+path, bytes.NewReader(data))
	if err != nil {
		f.Fatal(err)
	}
	r.SetBasicAuth("lea", "mot-de-passe-9")
	r.Header.Set("Content-Type", "application/json")
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		f.Fatal(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		f.Fatalf("%s %s: %d %v\n%s", method, path, resp.StatusCode, err, answer)
	}
	var decoded map[string]any
	_ = json.Unmarshal(answer, &decoded) // some answers are empty, or arrays
	return decoded
}

var untagged = strings.NewReplacer("<b>", "", "</b>", "")

// TestGitea: a real Gitea posts to hooks in its own format, signed, and in those of
// Slack, Teams, DingTalk, Feishu and Gogs, each by its own template. (Its API makes no
// working hook for Discord.)
func TestGitea(t *testing.T) {
	f := startForge(t)
	formats := []string{"gitea", "gogs", "slack", "msteams", "dingtalk", "feishu"}
	offices := map[string]*office{}
	for _, format := range formats {
		o := newOffice(t, func(options *webhook.Options) { options.PerMinute = 100 })
		offices[format] = o
		path := o.create("forge")
		config := map[string]string{"url": o.server.URL + path, "content_type": "json"}
		switch format {
		case "gitea":
			_, signing, change, err := o.service.Sign(t.Context(), salon, "forge", true)
			o.do(change, err)
			config["secret"] = signing
		case "gogs":
			config["content_type"] = "form"
		case "slack":
			config["channel"] = "#ops"
		}
		f.do("POST", "/repos/lea/app/hooks", map[string]any{"type": format, "active": true, "config": config, "events": []string{
			"push", "create", "delete", "issues", "issue_comment", "pull_request", "release", "fork", "wiki",
		}})
	}
	content := base64.StdEncoding.EncodeToString([]byte("bonjour\n"))
	for _, step := range []struct {
		name string
		do   func()
		want []string // in each format
	}{
		{"an issue", func() {
			f.do("POST", "/repos/lea/app/issues", map[string]any{"title": "Panne <b>totale</b> & @room", "body": "Le *serveur* ne répond plus : https://example.org/?token=0123456789abcdef0123 @everyone"})
		}, []string{"Panne <b>totale</b> &", "lea", "1"}},
		{"a comment", func() {
			f.do("POST", "/repos/lea/app/issues/1/comments", map[string]any{"body": "Je **regarde** <!-- rien -->"})
		}, []string{"regarde", "lea", "Panne <b>totale</b>"}},
		{"a closed issue", func() { f.do("PATCH", "/repos/lea/app/issues/1", map[string]any{"state": "closed"}) }, []string{"Panne <b>totale</b>", "lea"}},
		{"a push", func() {
			f.do("POST", "/repos/lea/app/contents/a.txt", map[string]any{"content": content, "message": "Ajoute <a.txt> & plus\n\nLe détail", "branch": "main"})
		}, []string{"Ajoute <a.txt> & plus", "main", "lea"}},
		{"a pull request", func() {
			f.do("POST", "/repos/lea/app/contents/b.txt", map[string]any{"content": content, "message": "Ajoute b", "new_branch": "b"})
			f.do("POST", "/repos/lea/app/pulls", map[string]any{"title": "Ajouter b", "head": "b", "base": "main", "body": "Voir *b*"})
		}, []string{"Ajouter b", "lea"}},
		{"a release", func() {
			f.do("POST", "/repos/lea/app/releases", map[string]any{"tag_name": "v1.0", "name": "Version 1.0", "body": "Tout neuf"})
		}, []string{"v1.0", "lea"}},
		{"a deleted branch", func() { f.do("DELETE", "/repos/lea/app/branches/b", nil) }, []string{"b", "lea"}},
	} {
		step.do()
		for _, format := range formats {
			o := offices[format]
			var all []string
			complete := func() bool {
				joined := strings.Join(all, "\n---\n")
				return !slices.ContainsFunc(step.want, func(want string) bool {
					text := joined
					if format == "dingtalk" || format == "feishu" { // in Markdown, tags are markup
						want, text = untagged.Replace(want), untagged.Replace(text)
					}
					return !strings.Contains(text, want)
				})
			}
			for deadline := time.Now().Add(15 * time.Second); !complete() && time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
				all = append(all, o.said()...)
			}
			joined := strings.Join(all, "\n---\n")
			t.Logf("%s, %s:\n%s\n", step.name, format, joined)
			if !complete() {
				t.Errorf("%s, %s: want %q", step.name, format, step.want)
			}
			for _, wrong := range []string{"@room", "0123456789abcdef", "null", "<font", "&lt;", "&amp;"} {
				if strings.Contains(joined, wrong) {
					t.Errorf("%s, %s: %q is posted", step.name, format, wrong)
				}
			}
			if format != "feishu" && !strings.Contains(joined, f.url+"/lea/app") {
				t.Errorf("%s, %s: no link to the forge", step.name, format)
			}
		}
	}
	for format, o := range offices {
		if n := o.service.Counts().Unreadable.Load() + o.service.Counts().Unsigned.Load(); n > 0 {
			t.Errorf("%s: %d requests are refused", format, n)
		}
	}
}
