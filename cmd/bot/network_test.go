package main

import (
	"context"
	"encoding/pem"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"heraut/fetch"
)

// TestNetwork reads a source and asks a homeserver's versions, both through a proxy
// that a configuration names, and over TLS with an authority of its own.
func TestNetwork(t *testing.T) {
	answer := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, `{"versions":["v1.11"],"host":%q}`, r.Host)
	})
	origin := httptest.NewServer(answer)
	t.Cleanup(origin.Close)
	to, err := url.Parse(origin.URL)
	if err != nil {
		t.Fatal(err)
	}
	proxied := make(chan string, 10)
	forward := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.Out.URL.Host = to.Host }}
	proxy := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Proxy-Authorization") == "" {
			w.WriteHeader(http.StatusProxyAuthRequired)
			return
		}
		proxied <- r.URL.Host
		forward.ServeHTTP(w, r)
	}))
	t.Cleanup(proxy.Close)
	private := httptest.NewTLSServer(answer)
	t.Cleanup(private.Close)

	dir := t.TempDir()
	write(t, filepath.Join(dir, "ca.pem"), string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: private.Certificate().Raw})))
	write(t, filepath.Join(dir, "no.pem"), "ceci n’est pas un certificat\n")
	read := func(network string) (*Config, error) {
		file := filepath.Join(dir, "config.yaml")
		write(t, file, minimal+"network: "+network+"\n")
		c, _, err := loadConfig(file, noEnv)
		return c, err
	}

	c, err := read(fmt.Sprintf("{proxy: %q}", strings.Replace(proxy.URL, "://", "://robot:secret@", 1)))
	if err != nil {
		t.Fatal(err)
	}
	if got := get(t, c, "http://matrix.dinum.example.org/_matrix/client/versions"); !strings.Contains(got, "v1.11") {
		t.Errorf("through the proxy: %s", got)
	}
	if host := <-proxied; host != "matrix.dinum.example.org" {
		t.Errorf("the proxy was asked for %s", host)
	}
	if shown := c.Network.Proxy.String(); strings.Contains(shown, "secret") || !strings.HasPrefix(shown, "http://127.0.0.1:") {
		t.Errorf("the proxy is shown as %s", shown)
	}
	if client := matrixConfig(c, newPace(c.Pace)); client.Transport == nil || client.Transport.Proxy == nil {
		t.Error("the homeserver is asked without the proxy")
	}

	if c, err = read("{ca_file: ca.pem}"); err != nil {
		t.Fatal(err)
	}
	if got := get(t, c, private.URL); !strings.Contains(got, "v1.11") {
		t.Errorf("with the authority: %s", got)
	}
	if c, err = read("{}"); err != nil {
		t.Fatal(err)
	}
	if got := get(t, c, private.URL); !strings.Contains(got, "certificate") {
		t.Errorf("without the authority: %s", got)
	}
	for network, want := range map[string]string{
		"{ca_file: no.pem}":     "aucun certificat",
		"{ca_file: absent.pem}": "ne se lit pas",
		"{proxy: proxy:3128}":   "l’adresse d’un mandataire",
		"{proxy: 'ftp://a'}":    "l’adresse d’un mandataire",
	} {
		if _, err := read(network); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", network, err)
		}
	}
}

// get returns what a source's getter reads at the address, or its error.
func get(t *testing.T, c *Config, address string) string {
	t.Helper()
	getter, err := getterOf(c, address, fetch.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer getter.Close()
	resp, err := getter.Get(context.WithoutCancel(t.Context()), address, fetch.Validators{})
	if err != nil {
		return err.Error()
	}
	defer resp.Body.Close()
	text := make([]byte, 200)
	n, _ := resp.Body.Read(text)
	return string(text[:n])
}
