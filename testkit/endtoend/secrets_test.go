package endtoend

import (
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"heraut/testkit"
)

// TestSecrets searches all output of the bot for secrets, at the most verbose log
// level, and looks for files that others can read.
func TestSecrets(t *testing.T) {
	t.Parallel()
	d := newSite(t).deploy(t, "bot", map[string]any{"log.level": "debug", "log.format": "json"})
	var written strings.Builder // other output than the log

	status, stdout, stderr := d.run(t, "login", "")
	if status != stopped {
		t.Fatalf("bot login ended with status %d:\n%s", status, stderr)
	}
	written.WriteString(stderr)
	content, err := os.ReadFile(d.state("recovery-key"))
	if err != nil {
		t.Fatal(err)
	}
	recoveryKey := strings.TrimSpace(string(content))
	if strings.Count(stdout, recoveryKey) != 1 {
		t.Errorf("bot login does not show the recovery key once:\n%s", stdout)
	}
	written.WriteString(strings.ReplaceAll(stdout, recoveryKey, ""))

	// A run with several faults.
	d.bot.Start(t)
	talk := d.talk(t)
	talk.mustAnswer(t)
	d.proxy.Add(testkit.Rule{Match: testkit.Syncs, Times: 1, Do: testkit.BadGateway})
	d.proxy.Add(testkit.Rule{Match: testkit.Sends, Times: 1, Do: testkit.Drop})
	talk.mustAnswer(t)
	d.proxy.Add(testkit.Rule{Match: testkit.Syncs, Times: 1, Do: testkit.SoftLogout()})
	talk.mustAnswer(t)
	d.private(t)
	d.bot.Kill()
	d.private(t)
	d.lose(t, "crypto.db")
	d.bot.Start(t)
	talk.agent.AwaitDevice(t, d.account.UserID, d.device(t))
	talk.mustAnswer(t)
	d.bot.Stop()
	pickleKey := d.pickleKey(t)
	d.configure(t, "password", "another password")
	d.lose(t, "bot.db")
	d.ends(t, refused)
	if logins := d.logins(); logins != 4 {
		t.Errorf("%d logins were seen, want 4", logins)
	}

	secrets := map[string]string{
		"the password": d.account.Password, "the wrong password": "another password",
		"the recovery key": recoveryKey, "the recovery key without spaces": strings.ReplaceAll(recoveryKey, " ", ""),
		"the pickle key": string(pickleKey), "the pickle key in hexadecimal": hex.EncodeToString(pickleKey),
		"the pickle key in base64": base64.RawStdEncoding.EncodeToString(pickleKey),
	}
	for _, login := range d.proxy.Requests(testkit.Logins) {
		var answer struct {
			Token string `json:"access_token"`
		}
		if json.Unmarshal(login.Response, &answer) == nil && answer.Token != "" {
			secrets["a token "+answer.Token] = answer.Token
		}
	}
	if len(secrets) != 10 {
		t.Errorf("looked for %d secrets, want 10", len(secrets))
	}
	written.WriteString(d.bot.Log())
	for name, secret := range secrets {
		if strings.Contains(written.String(), secret) {
			t.Errorf("%s is in what the bot wrote", name)
		}
	}
	for _, request := range d.proxy.Requests(nil) {
		if strings.Contains(request.Path, recoveryKey) || strings.Contains(request.Query.Encode(), "access_token") {
			t.Errorf("a secret is in the address of %s %s", request.Method, request.Path)
		}
	}
}

// private fails the test unless the state is accessible to its owner alone.
func (d *deployment) private(t *testing.T) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(d.state(""), func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := entry.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o600)
		if entry.IsDir() {
			want = 0o700
		} else {
			files++
		}
		if info.Mode().Perm() != want {
			t.Errorf("%s has the rights %s", path, info.Mode())
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if files < 4 {
		t.Errorf("the state has %d files only", files)
	}
}

// pickleKey reads the key that encrypts the encryption keys; the bot must not run.
func (d *deployment) pickleKey(t *testing.T) (key []byte) {
	t.Helper()
	db, err := sql.Open("sqlite3", "file:"+d.state("bot.db")+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if err := db.QueryRowContext(t.Context(), "SELECT pickle_key FROM session").Scan(&key); err != nil {
		t.Fatal(err)
	}
	return key
}
