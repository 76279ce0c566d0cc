package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/rs/zerolog"
)

// examined runs doctor --json and returns its findings and exit status.
func examined(t *testing.T, file string) (doctorReport, int) {
	t.Helper()
	stdout, stderr, status := bot(t, "", "doctor", "--json", "--config", file)
	var report doctorReport
	if err := json.Unmarshal([]byte(stdout), &report); err != nil {
		t.Fatalf("%v: %s%s", err, stdout, stderr)
	}
	if report.OK != (status == 0) {
		t.Errorf("ok is %t with status %d", report.OK, status)
	}
	return report, status
}

// of returns the finding about a part, by the start of its name.
func (r doctorReport) of(what string) finding {
	for _, f := range r.Findings {
		if strings.HasPrefix(f.What, what) {
			return f
		}
	}
	return finding{State: "absent"}
}

// TestDoctorOfFiles breaks the state directory in one way at a time.
func TestDoctorOfFiles(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Log("the cases of other owners need root")
	}
	for name, test := range map[string]struct {
		breaks  func(state string) error
		what    string
		text    string // a part of the finding's text; empty: it is ok
		command string // a part of its command
		root    bool
	}{
		"nothing":  {func(string) error { return nil }, "base bot.db", "", "", false},
		"no state": {os.RemoveAll, "répertoire d’état", "jamais démarré", "login --config ", false},
		"a file in its place": {func(state string) error {
			if err := os.RemoveAll(state); err != nil {
				return err
			}
			return os.WriteFile(state, nil, 0o600)
		}, "répertoire d’état", "pas un répertoire", "check", false},
		"readable by others": {func(state string) error { return os.Chmod(state, 0o755) }, "répertoire d’état", "d’autres comptes", "chmod 700 ", false},
		"not writable":       {func(state string) error { return os.Chmod(state, 0o500) }, "écriture", "ne peut pas y écrire", "chmod u+rwx ", false},
		"a file for all":     {func(state string) error { return os.Chmod(filepath.Join(state, "bot.db"), 0o644) }, "fichier bot.db", "d’autres comptes", "chmod 600 ", false},
		"a file of another": {func(state string) error { return os.Chown(filepath.Join(state, "bot.db"), 12345, 12345) }, "fichier bot.db",
			"au compte 12345", "sudo chown -R root: ", true},
		"a state of another":  {func(state string) error { return os.Chown(state, 12345, 12345) }, "fichier bot.db", "au compte root", "sudo chown -R 12345: ", true},
		"an emptied database": {func(state string) error { return os.Truncate(filepath.Join(state, "bot.db"), 0) }, "base bot.db", "a été vidée", "login", false},
		"a deleted database":  {func(state string) error { return os.Remove(filepath.Join(state, "bot.db")) }, "base bot.db", "n’existe pas", "login", false},
		"a damaged database": {func(state string) error {
			return os.WriteFile(filepath.Join(state, "bot.db"), []byte(strings.Repeat("x", 5000)), 0o600)
		}, "base bot.db", "est abîmée", "", false},
		"damaged keys": {func(state string) error {
			return os.WriteFile(filepath.Join(state, "crypto.db"), []byte(strings.Repeat("x", 5000)), 0o600)
		}, "clés crypto.db", "crypto.db est abîmé", "login", false},
		"an unreadable recovery key": {func(state string) error { return os.WriteFile(filepath.Join(state, "recovery-key"), nil, 0o200) },
			"fichier recovery-key", "pas lisible", "chmod u+rw ", false},
	} {
		t.Run(name, func(t *testing.T) {
			if test.root && os.Geteuid() != 0 {
				t.Skip("needs root")
			}
			dir := t.TempDir()
			file, state := filepath.Join(dir, "config.yaml"), filepath.Join(dir, "data")
			write(t, file, strings.Replace(minimal, "https://matrix.example.org/", "http://127.0.0.1:1", 1)+"http: {listen: \"\"}\ncatalogue: {sill: {url: absent.json}}\n")
			db, closeState, err := openState(t.Context(), state, zerolog.Nop())
			if err != nil {
				t.Fatal(err)
			}
			if _, err := db.PickleKey(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := closeState(); err != nil {
				t.Fatal(err)
			}
			if err := test.breaks(state); err != nil {
				t.Fatal(err)
			}
			report, status := examined(t, file)
			f := report.of(test.what)
			switch {
			case status != 1: // the homeserver of these tests never answers
				t.Errorf("status %d", status)
			case test.text == "" && f.State != "ok":
				t.Errorf("%+v", f)
			case test.text != "" && (f.State != "fault" || !strings.Contains(f.Text, test.text) || !strings.Contains(f.Command, test.command)):
				t.Errorf("%+v, want %q and %q", f, test.text, test.command)
			}
			if test.command == "login --config " && !strings.HasPrefix(f.Command, quoted(os.Args[0])+" login --config "+file) {
				t.Errorf("the command %q does not name the program as it was called", f.Command)
			}
		})
	}
}

// TestDoctorOfTheNetwork tells apart why a homeserver cannot be reached.
func TestDoctorOfTheNetwork(t *testing.T) {
	plain := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasPrefix(r.URL.Path, "/broken"):
			w.WriteHeader(http.StatusBadGateway)
		default:
			w.Header().Set("Content-Type", "text/html")
			fmt.Fprintln(w, "<html>")
		}
	}))
	t.Cleanup(plain.Close)
	secure := httptest.NewTLSServer(http.NotFoundHandler())
	secure.Config.ErrorLog = nil
	t.Cleanup(secure.Close)
	strict := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) }))
	t.Cleanup(strict.Close)
	closing, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is the test's own
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = closing.Close() })
	go func() {
		for {
			conn, err := closing.Accept()
			if err != nil {
				return
			}
			_ = conn.Close()
		}
	}()

	for name, test := range map[string]struct{ homeserver, network, text, command string }{
		"refused":               {"http://127.0.0.1:1", "{}", "refusée", ""},
		"no such name":          {"https://absent.invalid", "{}", "DNS", "getent hosts absent.invalid"},
		"unknown authority":     {secure.URL, "{}", "autorité que cette machine ne connaît pas", ""},
		"no TLS":                {strings.Replace(plain.URL, "http://", "https://", 1), "{}", "ne parle pas TLS", ""},
		"a page":                {plain.URL, "{}", "page web", "curl -sS -i " + plain.URL + "/_matrix/client/versions"},
		"an error":              {plain.URL + "/broken", "{}", "en panne ou en maintenance", "curl"},
		"cut off":               {"http://" + closing.Addr().String(), "{}", "coupe la connexion", ""},
		"proxy down":            {"https://matrix.dinum.example.org", "{proxy: \"http://127.0.0.1:1\"}", "le mandataire http://127.0.0.1:1 ne peut pas être joint", ""},
		"proxy wants a user":    {"https://matrix.dinum.example.org", "{proxy: \"" + strict.URL + "\"}", "demande un utilisateur et un mot de passe", ""},
		"proxy, without TLS":    {"http://matrix.dinum.example.org", "{proxy: \"" + strict.URL + "\"}", "demande un utilisateur et un mot de passe", ""},
		"no homeserver's error": {plain.URL, "{}", "corrigez matrix.homeserver", "curl"},
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			file := filepath.Join(dir, "config.yaml")
			write(t, file, strings.Replace(minimal, "https://matrix.example.org/", test.homeserver, 1)+"network: "+test.network+"\nhttp: {listen: \"\"}\ncatalogue: {sill: {url: absent.json}}\n")
			report, _ := examined(t, file)
			if f := report.of("serveur "); f.State != "fault" || !strings.Contains(f.Text, test.text) || !strings.Contains(f.Command, test.command) || f.Cause == "" {
				t.Errorf("%+v, want %q and %q", f, test.text, test.command)
			}
		})
	}
}

// TestDoctorOfRefusingProxies lets a proxy, of the configuration or of the environment,
// refuse to reach the homeserver.
func TestDoctorOfRefusingProxies(t *testing.T) {
	var status atomic.Int32
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(int(status.Load())) }))
	t.Cleanup(proxy.Close)
	for _, name := range []string{"HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy"} {
		t.Setenv(name, "")
	}
	const (
		secure, plain = "https://matrix.dinum.example.org", "http://matrix.dinum.example.org"
		refuses       = " refuse de joindre ce serveur"
		fails         = " ne parvient pas à joindre ce serveur"
		mine, theirs  = "le mandataire http://127.0.0.1:", "le mandataire de l’environnement"
	)
	for _, test := range []struct {
		status     int
		homeserver string
		configured bool // else the proxy is that of the environment
		texts      []string
	}{
		{403, secure, true, []string{mine, refuses}},
		{502, secure, true, []string{mine, fails}},
		{403, secure, false, []string{theirs, refuses}},
		{502, secure, false, []string{theirs, fails}},
		{503, secure, false, []string{theirs, fails}},
		{504, secure, false, []string{theirs, fails}},
		{407, secure, false, []string{theirs, "HTTPS_PROXY"}},
		{403, plain, false, []string{theirs, refuses}},
	} {
		t.Run(fmt.Sprint(test), func(t *testing.T) {
			status.Store(int32(test.status))
			network := "{}"
			if test.configured {
				network = "{proxy: \"" + proxy.URL + "\"}"
			} else {
				t.Setenv("HTTPS_PROXY", proxy.URL)
				t.Setenv("HTTP_PROXY", proxy.URL)
			}
			file := filepath.Join(t.TempDir(), "config.yaml")
			write(t, file, strings.Replace(minimal, "https://matrix.example.org/", test.homeserver, 1)+"network: "+network+"\nhttp: {listen: \"\"}\ncatalogue: {sill: {url: absent.json}}\n")
			report, _ := examined(t, file)
			f := report.of("serveur ")
			for _, text := range test.texts {
				if f.State != "fault" || !strings.Contains(f.Text, text) {
					t.Errorf("%+v, want %q", f, text)
				}
			}
		})
	}
	// An address that answers 403 itself, past the proxy, is none of its business.
	status.Store(403)
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	file := filepath.Join(t.TempDir(), "config.yaml")
	write(t, file, strings.Replace(minimal, "https://matrix.example.org/", proxy.URL, 1)+"http: {listen: \"\"}\ncatalogue: {sill: {url: absent.json}}\n")
	report, _ := examined(t, file)
	if f := report.of("serveur "); f.State != "fault" || strings.Contains(f.Text, "mandataire") {
		t.Errorf("%+v", f)
	}
}

// TestDoctorNamesWhoHoldsThePort listens on the address that the configuration gives
// to the service.
func TestDoctorNamesWhoHoldsThePort(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0") //nolint:noctx // it is the test's own
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	dir := t.TempDir()
	file := filepath.Join(dir, "config.yaml")
	write(t, file, strings.Replace(minimal, "https://matrix.example.org/", "http://127.0.0.1:1", 1)+
		"http: {listen: \""+l.Addr().String()+"\"}\nwebhooks: {listen: \"192.0.2.1:8481\", url: \"https://robot.dinum.example.org/\"}\ncatalogue: {sill: {url: absent.json}}\n")
	report, _ := examined(t, file)
	if f := report.of("http.listen"); f.State != "fault" || !strings.Contains(f.Text, fmt.Sprintf("(processus %d)", os.Getpid())) || !strings.HasPrefix(f.Command, "sudo ss -ltnp") {
		t.Errorf("%+v", f)
	}
	if f := report.of("webhooks.listen"); f.State != "fault" || !strings.Contains(f.Text, "pas une adresse de cette machine") {
		t.Errorf("%+v", f)
	}
	if f := report.of("service"); f.State != "warning" || !strings.Contains(f.Command, " run --config ") && !strings.Contains(f.Command, "systemctl start") {
		t.Errorf("%+v", f)
	}
}
