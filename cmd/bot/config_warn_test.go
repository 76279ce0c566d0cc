package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
)

// TestWarnings reads configurations that are valid and probably a mistake, and
// compares the remarks: their line, and a part of their text.
func TestWarnings(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	const about = "about: {run_by: DINUM, contact: floss@dinum.example.org}\n"
	const account = "matrix: {homeserver: \"https://matrix.dinum.example.org\", user: heraut}\n"
	for name, test := range map[string]struct {
		config string
		mode   os.FileMode
		line   string
		text   string // empty: no remark
	}{
		"nothing":                    {about + account, 0o644, "", ""},
		"left from the example":      {about + account + "operators: [\"@camille:example.org\"]\n", 0o644, ":3:", "vient de l’exemple"},
		"a web client":               {about + "matrix: {homeserver: \"https://element.dinum.example.org\", user: heraut}\n", 0o644, ":2:", "client web"},
		"Tchap's web client":         {about + "matrix: {homeserver: \"https://www.tchap.gouv.fr\", user: heraut}\n", 0o644, ":2:", "client web"},
		"the API's path":             {about + "matrix: {homeserver: \"https://matrix.dinum.example.org/_matrix/client\", user: heraut}\n", 0o644, ":2:", "https://matrix.dinum.example.org"},
		"a password for all":         {about + strings.Replace(account, "user:", "password: secret, user:", 1), 0o644, ":", "chmod o-rwx " + file},
		"a password for the owner":   {about + strings.Replace(account, "user:", "password: secret, user:", 1), 0o640, "", ""},
		"a password file for all":    {about + strings.Replace(account, "user:", "password_file: open, user:", 1), 0o600, ":2:", "chmod o-rwx " + filepath.Join(dir, "open")},
		"a recovery key for all":     {about + strings.Replace(account, "user:", "recovery_key_file: open, user:", 1), 0o600, ":2:", "chmod o-rwx"},
		"a proxy's password for all": {about + account + "network: {proxy: \"http://a:b@proxy.dinum.example.org:3128\"}\n", 0o644, ":", "chmod o-rwx"},
		"a proxy without a password": {about + account + "network: {proxy: \"http://proxy.dinum.example.org:3128\"}\n", 0o644, "", ""},
		"an address of alerts":       {about + account + "alert: {webhook: {url: \"https://chat.dinum.example.org/hooks/abcdefgh\"}}\n", 0o644, ":", "chmod o-rwx"},
		"a host for alerts":          {about + account + "alert: {webhook: {url: \"https://chat.dinum.example.org/\"}}\n", 0o644, "", ""},
		"a feed's token":             {about + account + "sources: [{name: a, kind: feed, url: \"https://a.dinum.example.org/f?feed_token=x\"}]\n", 0o644, ":", "chmod o-rwx"},
		"a feed without a token":     {about + account + "sources: [{name: a, kind: feed, url: \"https://a.dinum.example.org/f?type=rss\"}]\n", 0o644, "", ""},
		"a code":                     {about + account + "visio: [{name: a, kind: link, url: \"https://a.dinum.example.org/s\", pin: \"1234\"}]\n", 0o644, ":", "chmod o-rwx"},
		"a missing catalogue":        {about + account + "catalogue: {sill: {url: absent.json}}\n", 0o644, ":3:", "absent.json n’existe pas"},
		"a missing catalogue by URL": {about + account + "catalogue: {sill: {url: \"file:///absent.json\"}}\n", 0o644, ":3:", "/absent.json n’existe pas"},
		"a missing source":           {about + account + "sources: [{name: a, kind: repositories, url: absent.csv}]\n", 0o644, ":3:", "absent.csv n’existe pas"},
		"Latin-1":                    {about + account + "# \xe9\n", 0o644, ":3:", "UTF-8"},
		"a secret that a hook signs by": {about + account + "webhooks: {listen: \"127.0.0.1:1\", url: \"https://a.dinum.example.org\", hooks: [{name: a, room: \"#a:dinum.example.org\", secret_sha256: " +
			strings.Repeat("0", 64) + ", signing: " + strings.Repeat("x", 40) + "}]}\n", 0o644, ":", "chmod o-rwx"},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, filepath.Join(dir, "open"), "secret\n")
			if err := os.Chmod(filepath.Join(dir, "open"), 0o644); err != nil {
				t.Fatal(err)
			}
			write(t, file, test.config)
			if err := os.Chmod(file, test.mode); err != nil {
				t.Fatal(err)
			}
			_, remarks, err := loadConfig(file, noEnv)
			if err != nil {
				t.Fatal(err)
			}
			switch {
			case test.text == "" && len(remarks) > 0:
				t.Errorf("remarks %v", remarks)
			case test.text != "" && (len(remarks) != 1 || !strings.HasPrefix(remarks[0].String(), file+test.line) || !strings.Contains(remarks[0].Text, test.text)):
				t.Errorf("remarks %v, want one at %s with %q", remarks, test.line, test.text)
			}
		})
	}
}

func TestUTF16IsRefused(t *testing.T) {
	for _, start := range []string{"\xff\xfea\x00", "\xfe\xff\x00a", "a\x00b\x00"} {
		if _, _, err := readConfig("config.yaml", []byte(start), noEnv); err == nil || !strings.Contains(err.Error(), "iconv -f UTF-16") {
			t.Errorf("%q: %v", start, err)
		}
	}
}

// TestExampleValues compares the list with the example: each value under example.org
// that stands there is warned of when it stays.
func TestExampleValues(t *testing.T) {
	text, err := os.ReadFile(example)
	if err != nil {
		t.Fatal(err)
	}
	tree, err := parser.ParseBytes(text, 0)
	if err != nil {
		t.Fatal(err)
	}
	found := map[string]bool{}
	ast.Walk(scalars(func(n ast.ScalarNode) {
		if s := n.GetToken().Value; strings.Contains(s, "example.org") || strings.Contains(s, "l’exemple") {
			found[s] = true
			if !slices.Contains(exampleValues, s) {
				t.Errorf("%q is not listed", s)
			}
		}
	}), tree.Docs[0].Body)
	if len(found) != len(exampleValues) {
		t.Errorf("the example has %d of the %d values", len(found), len(exampleValues))
	}
}
