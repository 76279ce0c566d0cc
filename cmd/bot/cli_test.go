package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// bot runs the command line and returns its outputs and its exit status.
func bot(t *testing.T, stdin string, args ...string) (stdout, stderr string, status int) {
	t.Helper()
	var out, err strings.Builder
	status = run(t.Context(), args, stdio{strings.NewReader(stdin), &out, &err}, noEnv)
	return out.String(), err.String(), status
}

func TestStatuses(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		write(t, path, text)
		return path
	}
	right := file("right.yaml", minimal)
	wrong := file("wrong.yaml", minimal+"prefix: a\n")
	list := file("sill.json", `[{"id": 1, "name": "Exemple"}, {"id": 2}]`)
	table := file("repertoires.csv", "nom,repertoire_url\ncarte,https://github.com/etalab/carte\nperdu,\n")
	dump := file("repositories.json", `[{"id": "https://github.com/etalab/carte", "full_name": "etalab/carte"}]`)
	cut := file("cut.json", `[{"id": "https://github.com/etalab/carte", "full_name": "etalab/carte"}`)
	semicolons := file("semicolons.csv", "full_name;id\netalab/carte;https://github.com/etalab/carte\n")
	lines := file("lines.ndjson", `{"id": "https://github.com/etalab/carte", "full_name": "etalab/carte"}`+"\n"+`{"id": "https://github.com/etalab/plan", "full_name": "etalab/plan"}`)
	single := file("single.json", `{"id": "https://github.com/etalab/carte", "full_name": "etalab/carte"}`)
	foreign := file("foreign.json", `[{"id": "a", "name": "A", "sectors": [], "stage": "DPG"}]`)
	absent := filepath.Join(dir, "absent")
	noKeyDirectory := file("no-key-directory.yaml", strings.Replace(minimal, "user: heraut", "user: heraut, recovery_key_file: absent/key", 1))
	housed := file("housed.yaml", strings.Replace(minimal, "user: heraut", "user: heraut, recovery_key_file: etat/key", 1)+"state: etat\n")
	occupied := file("occupied.yaml", minimal+"state: sill.json\n")
	for name, test := range map[string]struct {
		args           []string
		status         int
		stdout, stderr string // texts that they must contain
	}{
		"no command":             {nil, 2, "", "il manque la commande"},
		"unknown command":        {[]string{"dance"}, 2, "", "dance"},
		"unknown flag":           {[]string{"check", "--fast"}, 2, "", "--fast"},
		"too many arguments":     {[]string{"check", "config.yaml"}, 2, "", "config.yaml"},
		"help":                   {[]string{"--help"}, 0, "Utilisation", ""},
		"help of a command":      {[]string{"check", "--help"}, 0, "bot check", ""},
		"version":                {[]string{"--version"}, 0, "bot ", ""},
		"check right":            {[]string{"check", "--config", right}, 0, "est juste", ""},
		"check wrong":            {[]string{"check", "--config", wrong}, 2, "", wrong + ":3: prefix"},
		"check absent":           {[]string{"check", "--config", absent}, 2, "", "n’existe pas"},
		"check a directory":      {[]string{"check", "--config", dir}, 2, "", "ne se lit pas"},
		"check the example":      {[]string{"check", "--config", example}, 0, "est juste", ": matrix.password_file"},
		"run wrong":              {[]string{"run", "--config", wrong}, 2, "", ":3: prefix"},
		"login wrong":            {[]string{"login", "--config", wrong}, 2, "", ":3: prefix"},
		"login, no password":     {[]string{"login", "--config", right}, 1, "", "aucun mot de passe"},
		"login, no place":        {[]string{"login", "--config", noKeyDirectory}, 2, "", "Le répertoire de matrix.recovery_key_file n’existe pas"},
		"login, in the state":    {[]string{"login", "--config", housed}, 1, "", "aucun mot de passe"},
		"run, no state":          {[]string{"run", "--config", occupied}, 1, "", "répertoire d’état ne peut pas être utilisé"},
		"catalogue, no server":   {[]string{"catalogue", "http://127.0.0.1:1/sill.json"}, 1, "", "ne peut pas être joint"},
		"catalogue":              {[]string{"catalogue", list}, 0, "Entrées : 1. Éléments écartés : 1.\nÉlément 1 écarté", ""},
		"catalogue as JSON":      {[]string{"catalogue", "--json", list}, 0, `"entries":1,"dropped":[{"index":1,"reason":"`, ""},
		"repositories":           {[]string{"catalogue", table}, 0, "Liste de dépôts, génération fr.\nEntrées : 1. Éléments écartés : 1.\nÉlément 1 écarté", ""},
		"repositories, JSON":     {[]string{"catalogue", "--json", dump}, 0, `{"kind":"repository","generation":"codegouv","entries":1,"dropped":[]}`, ""},
		"repositories, cut":      {[]string{"catalogue", cut}, 1, "", "il s’arrête avant sa fin"},
		"semicolons":             {[]string{"catalogue", semicolons}, 1, "", "ses colonnes sont séparées par des points-virgules"},
		"lines of JSON":          {[]string{"catalogue", lines}, 1, "", "un objet JSON par ligne (NDJSON)"},
		"a single object":        {[]string{"catalogue", single}, 1, "", "un seul objet JSON"},
		"a list of another kind": {[]string{"catalogue", foreign}, 1, "", "dont les éléments ont les champs : id, name, sectors, stage"},
		"catalogue absent":       {[]string{"catalogue", absent}, 1, "", "n’existe pas"},
		"catalogue not one":      {[]string{"catalogue", right}, 1, "", "ce n’est pas du JSON correct"},
		"catalogue, but none":    {[]string{"catalogue"}, 2, "", "fichier"},
	} {
		t.Run(name, func(t *testing.T) {
			stdout, stderr, status := bot(t, "", test.args...)
			if status != test.status {
				t.Errorf("status %d, want %d", status, test.status)
			}
			if !strings.Contains(stdout, test.stdout) || (test.stdout == "") != (stdout == "") {
				t.Errorf("standard output is %q, want %q in it", stdout, test.stdout)
			}
			if !strings.Contains(stderr, test.stderr) || (test.stderr == "") != (stderr == "") {
				t.Errorf("standard error is %q, want %q in it", stderr, test.stderr)
			}
		})
	}
}

// A first start that cannot write the recovery key fails for good.
func TestNowhereToWriteTheRecoveryKey(t *testing.T) {
	dir := t.TempDir()
	_, failure := os.Create(filepath.Join(dir, "absent", "key"))
	for name, test := range map[string]struct {
		config Config
		err    error
		status int
	}{
		"no directory":         {Config{Matrix: Matrix{RecoveryKeyFile: filepath.Join(dir, "absent", "key")}}, failure, statusUsage},
		"another failure":      {Config{Matrix: Matrix{RecoveryKeyFile: filepath.Join(dir, "absent", "key")}}, errors.New("any"), statusFailure},
		"a directory":          {Config{Matrix: Matrix{RecoveryKeyFile: filepath.Join(dir, "key")}}, failure, statusFailure},
		"the key is elsewhere": {Config{Matrix: Matrix{RecoveryKeyFile: filepath.Join(dir, "absent", "key"), RecoveryKey: "EsTx"}}, failure, statusFailure},
	} {
		if got := exitStatus(explained(explainKeyDirectory(&test.config, test.err))); got != test.status {
			t.Errorf("%s: status %d, want %d", name, got, test.status)
		}
	}
}

func TestAnErrorChoosesItsStatus(t *testing.T) {
	if got := exitStatus(errors.New("any")); got != 1 {
		t.Errorf("any error: %d, want 1", got)
	}
	if got := exitStatus(reported{refused{}}); got != 3 {
		t.Errorf("a wrapped refusal: %d, want 3", got)
	}
}

type refused struct{}

func (refused) Error() string   { return "refused" }
func (refused) ExitStatus() int { return statusRefused }

func TestHelpNamesEveryCommand(t *testing.T) {
	help, _, _ := bot(t, "", "--help")
	for _, command := range []string{"run", "check", "login", "ask", "catalogue"} {
		if !strings.Contains(help, "\n  "+command+" ") {
			t.Errorf("bot --help does not name %s:\n%s", command, help)
		}
		page, _, status := bot(t, "", command, "-h")
		if status != 0 || !strings.Contains(page, "État de sortie") {
			t.Errorf("bot %s -h has status %d and does not tell the exit statuses:\n%s", command, status, page)
		}
		for line := range strings.SplitSeq(help+page, "\n") {
			if len([]rune(line)) > 110 {
				t.Errorf("a line of the help is too long for a terminal: %s", line)
			}
		}
	}
}

func TestPasswordFromAPipe(t *testing.T) {
	for in, want := range map[string]string{"secret\nmore\n": "secret", "secret": "secret", "se cret\r\n": "se cret"} {
		if got, err := readPassword(t.Context(), strings.NewReader(in)); got != want || err != nil {
			t.Errorf("%q: got %q and %v, want %q", in, got, err, want)
		}
	}
	if _, err := readPassword(t.Context(), strings.NewReader("\n")); !errors.Is(err, errNoPassword) {
		t.Errorf("an empty line: got %v, want %v", err, errNoPassword)
	}
}

func TestPasswordCanBeInterrupted(t *testing.T) {
	in, writer, err := os.Pipe() // nobody ever writes
	if err != nil {
		t.Fatal(err)
	}
	defer in.Close()
	defer writer.Close()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := readPassword(ctx, in); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want %v", err, context.Canceled)
	}
}

func TestSecretsDoNotShow(t *testing.T) {
	var log strings.Builder
	logger := newLogger(Log{Level: "info", Format: "json"}, &log)
	logger.Info().Any("matrix", Matrix{Password: "hunter2", RecoveryKey: "EsTx"}).Stringer("password", Secret("hunter2")).Msg("Test")
	if strings.Contains(log.String(), "hunter2") || strings.Contains(log.String(), "EsTx") {
		t.Errorf("a secret is in the log: %s", log.String())
	}
}
