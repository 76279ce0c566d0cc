package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
)

// TestDoctorOfLogins tells which ways of login a homeserver offers.
func TestDoctorOfLogins(t *testing.T) {
	for name, test := range map[string]struct {
		flows         []string
		browser       bool
		matrix        string // a further key of the section
		state, text   string
		commandsStart string
	}{
		"a password":              {[]string{"m.login.password"}, false, "", "ok", "mot de passe, ou jeton", ""},
		"both":                    {[]string{"m.login.password", "m.login.sso"}, true, "", "ok", "navigateur par login --navigateur", ""},
		"a browser":               {[]string{"m.login.sso"}, true, "", "ok", "pas de mot de passe", ""},
		"a browser, and a secret": {[]string{"m.login.sso"}, true, "password: secret", "warning", "ne sert plus", "login"},
		"none":                    {[]string{"m.login.sso"}, false, "", "warning", "donnez un jeton par matrix.token_file", "check"},
	} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(loginServer(test.flows, test.browser))
			t.Cleanup(server.Close)
			file := filepath.Join(t.TempDir(), "config.yaml")
			config := strings.Replace(minimal, "https://matrix.example.org/", server.URL, 1)
			if test.matrix != "" {
				config = strings.Replace(config, "user: heraut", "user: heraut, "+test.matrix, 1)
			}
			write(t, file, config+"http: {listen: \"\"}\ncatalogue: {sill: {url: absent.json}}\n")
			report, _ := examined(t, file)
			f := report.of("façons de se connecter")
			if f.State != test.state || !strings.Contains(f.Text, test.text) || test.commandsStart != "" && !strings.Contains(f.Command, " "+test.commandsStart+" --config ") {
				t.Errorf("%+v", f)
			}
		})
	}
}

// loginServer is the part of a homeserver that tells how to log in.
func loginServer(flows []string, browser bool) http.Handler {
	mux := http.NewServeMux()
	say := func(w http.ResponseWriter, status int, body any) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(body)
	}
	mux.HandleFunc("/_matrix/client/versions", func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusOK, map[string]any{"versions": []string{"v1.11", "v1.15"}})
	})
	mux.HandleFunc("/_matrix/client/v3/login", func(w http.ResponseWriter, _ *http.Request) {
		var all []map[string]string
		for _, flow := range flows {
			all = append(all, map[string]string{"type": flow})
		}
		say(w, http.StatusOK, map[string]any{"flows": all})
	})
	mux.HandleFunc("/_matrix/client/v1/auth_metadata", func(w http.ResponseWriter, _ *http.Request) {
		if !browser {
			say(w, http.StatusNotFound, map[string]string{"errcode": "M_UNRECOGNIZED", "error": "no"})
			return
		}
		say(w, http.StatusOK, map[string]any{
			"issuer": "https://account.example/", "token_endpoint": "https://account.example/token", "authorization_endpoint": "https://account.example/authorize",
			"registration_endpoint": "https://account.example/registration", "revocation_endpoint": "https://account.example/revoke",
			"device_authorization_endpoint": "https://account.example/device",
		})
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		say(w, http.StatusNotFound, map[string]string{"errcode": "M_UNRECOGNIZED", "error": "no"})
	})
	return mux
}
