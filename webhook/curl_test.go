package webhook_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"heraut/webhook"
)

// TestCurl posts with the curl of this machine in the forms that people use.
func TestCurl(t *testing.T) {
	curl, err := exec.LookPath("curl")
	if err != nil {
		t.Skip("curl is not installed")
	}
	o := newOffice(t, func(options *webhook.Options) { options.PerMinute = 100 })
	address := o.server.URL + o.create("script")
	file := func(name, content string) string {
		t.Helper()
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	const message = `{"text":"Sauvegarde *terminée* à 14 h : 3 bases & 2 dossiers"}`
	const saved = "Sauvegarde terminée à 14 h : 3 bases & 2 dossiers"
	for name, test := range map[string]struct {
		args        []string
		stdin, want string
	}{
		"-d with JSON":                     {[]string{"-d", message}, "", saved},
		"--json":                           {[]string{"--json", message}, "", saved},
		"-H content type, -d":              {[]string{"-H", "Content-Type: application/json", "-d", message}, "", saved},
		"-H content type with charset":     {[]string{"-H", "Content-type: application/json; charset=UTF-8", "-X", "POST", "--data", message}, "", saved},
		"-d payload=":                      {[]string{"-d", "payload=" + message}, "", saved},
		"--data-urlencode payload=":        {[]string{"--data-urlencode", "payload=" + message}, "", saved},
		"--data-urlencode payload@":        {[]string{"--data-urlencode", "payload@" + file("p.json", message)}, "", saved},
		"--data-urlencode text=":           {[]string{"--data-urlencode", "text=Sauvegarde terminée : 3 & 2"}, "", "Sauvegarde terminée : 3 & 2"},
		"--data-urlencode without a name":  {[]string{"--data-urlencode", "Sauvegarde terminée : 50 % + 3"}, "", "Sauvegarde terminée : 50 % + 3"},
		"-d with a sentence":               {[]string{"-d", "Sauvegarde terminée : 50 % de 3 + 4"}, "", "Sauvegarde terminée : 50 % de 3 + 4"},
		"-d with an equals sign":           {[]string{"-d", "durée = 3 s, taille = 4 Mo & plus"}, "", "durée = 3 s, taille = 4 Mo & plus"},
		"-d with an address":               {[]string{"-d", "Voir https://ci.example.org/?id=3&page=2"}, "", "https://ci.example.org/?id=3&page=2"},
		"-d from a file, two lines":        {[]string{"-d", "@" + file("a.txt", "un\ndeux\n")}, "", "undeux"}, // curl -d drops line ends
		"--data-binary, two lines":         {[]string{"--data-binary", "@" + file("b.txt", "un : 1\ndeux = 2\n")}, "", "un : 1\ndeux = 2"},
		"--data-binary from a pipe":        {[]string{"-H", "Content-Type: text/plain", "-H", "Title: Commande", "--data-binary", "@-"}, "sortie <ok>\n", "Commande\n\nsortie <ok>"},
		"-F text=":                         {[]string{"-F", "text=Sauvegarde terminée"}, "", "Sauvegarde terminée"},
		"-F payload=":                      {[]string{"-F", "payload=" + message}, "", saved},
		"-F payload from a JSON file":      {[]string{"-F", "payload=<" + file("f.json", message)}, "", saved},
		"-F payload as JSON and a file":    {[]string{"-F", "payload=" + message + ";type=application/json", "-F", "file=@" + file("a.log", "x")}, "", saved},
		"-F several fields":                {[]string{"-F", "titre=Sauvegarde", "-F", "état=terminée"}, "", "terminée"},
		"-T with a file of Markdown":       {[]string{"-X", "POST", "-H", "Content-Type: text/markdown", "-T", file("r.md", "# Rapport\n\n- **3** bases\n")}, "", "Rapport\n\n– 3 bases"},
		"--data-binary of a Markdown file": {[]string{"-H", "Content-Type: text/markdown", "--data-binary", "@" + file("s.md", "# Rapport\n\n[voir](https://example.org/r)\n")}, "", "voir (https://example.org/r"},
		"Expect: 100-continue":             {[]string{"-H", "Expect: 100-continue", "--data-binary", "@" + file("c.txt", strings.Repeat("long ", 100))}, "", "long long"},
		"chunked":                          {[]string{"-H", "Transfer-Encoding: chunked", "-H", "Content-Type: text/plain", "--data-binary", "@-"}, "en morceaux", "en morceaux"},
		"two -d":                           {[]string{"-d", "title=Sauvegarde", "-d", "message=terminée"}, "", "terminée"},
	} {
		t.Run(name, func(t *testing.T) {
			cmd := exec.CommandContext(t.Context(), curl, append([]string{"--silent", "--show-error", "--fail-with-body", "--max-time", "10", "--noproxy", "*", address}, test.args...)...)
			cmd.Stdin = strings.NewReader(test.stdin)
			answer, err := cmd.CombinedOutput()
			if err != nil || string(answer) != "ok" {
				t.Fatalf("%v: %s", err, answer)
			}
			said := strings.Join(o.said(), "\n---\n")
			if !strings.Contains(strings.ReplaceAll(said, "\u00a0", " "), test.want) {
				t.Errorf("no %q in\n%s", test.want, said)
			}
		})
	}
}
