package alert

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"errors"
	"io"
	"math/big"
	"mime"
	"net"
	"net/http"
	"net/http/httptest"
	netmail "net/mail"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"

	"heraut/health"
)

func sample(event Event) Message {
	return Message{event, "@heraut:hs.example", "machine", health.TroubleValue{
		State: health.AccountExpired, Blocks: true, Since: "2026-11-30T12:00:00Z",
		Sentence: "Le compte du robot est expiré depuis hier : ouvrez la boîte robot@example.org",
	}}
}

// mailbox is an SMTP server that keeps what it gets. It wants a login, inside of TLS.
type mailbox struct {
	letters chan string
	user    string
	from    string
	to      []string
}

func (m *mailbox) NewSession(*smtp.Conn) (smtp.Session, error) { return m, nil }
func (m *mailbox) AuthMechanisms() []string                    { return []string{sasl.Plain} }
func (m *mailbox) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, username, password string) error {
		if password != "secret" {
			return errors.New("wrong password")
		}
		m.user = username
		return nil
	}), nil
}
func (m *mailbox) Mail(from string, _ *smtp.MailOptions) error { m.from = from; return nil }
func (m *mailbox) Rcpt(to string, _ *smtp.RcptOptions) error   { m.to = append(m.to, to); return nil }
func (m *mailbox) Data(r io.Reader) error {
	data, err := io.ReadAll(r)
	m.letters <- string(data)
	return err
}
func (m *mailbox) Reset()        {}
func (m *mailbox) Logout() error { return nil }

// certificate returns a certificate for localhost and the authority that signs it.
func certificate(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageDigitalSignature,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(leaf)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}

func TestMail(t *testing.T) {
	cert, pool := certificate(t)
	for _, kind := range []string{"starttls", "tls"} {
		t.Run(kind, func(t *testing.T) {
			box := &mailbox{letters: make(chan string, 1)}
			server := smtp.NewServer(box)
			server.Domain = "localhost"
			server.TLSConfig = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
			listener, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			_, port, _ := net.SplitHostPort(listener.Addr().String())
			if kind == "tls" {
				listener = tls.NewListener(listener, server.TLSConfig)
			}
			go func() { _ = server.Serve(listener) }()
			t.Cleanup(func() { _ = server.Close() })
			channel := &Mail{
				Server: "localhost:" + port, TLS: kind, User: "heraut", Password: "secret", From: "heraut@example.org",
				To: []string{"camille@example.org", "sacha@example.org"}, Authorities: pool,
			}
			if err := channel.Send(t.Context(), sample(Begin)); err != nil {
				t.Fatal(err)
			}
			letter, err := netmail.ReadMessage(strings.NewReader(<-box.letters))
			if err != nil {
				t.Fatal(err)
			}
			subject, err := new(mime.WordDecoder).DecodeHeader(letter.Header.Get("Subject"))
			if err != nil || subject != "[Héraut] Le compte du robot est expiré depuis hier" {
				t.Errorf("subject %q, %v", subject, err)
			}
			if letter.Header.Get("Auto-Submitted") != "auto-generated" || letter.Header.Get("Date") == "" || letter.Header.Get("Message-Id") == "" {
				t.Errorf("headers %v", letter.Header)
			}
			if box.user != "heraut" || box.from != "heraut@example.org" || !slices.Equal(box.to, channel.To) {
				t.Errorf("%q wrote from %q to %q", box.user, box.from, box.to)
			}

			channel.Password = "wrong"
			if err := channel.Send(t.Context(), sample(Begin)); err == nil {
				t.Error("a wrong password is no error")
			}
			channel.Password, channel.Authorities = "secret", nil
			if err := channel.Send(t.Context(), sample(Begin)); err == nil {
				t.Error("an unknown authority is no error")
			}
		})
	}
}

// TestMailNeedsTLS: a server without STARTTLS gets neither password nor mail.
func TestMailNeedsTLS(t *testing.T) {
	box := &mailbox{letters: make(chan string, 1)}
	server := smtp.NewServer(box)
	server.AllowInsecureAuth = true
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
	channel := &Mail{Server: listener.Addr().String(), TLS: "starttls", User: "heraut", Password: "secret", From: "a@example.org", To: []string{"b@example.org"}}
	if err := channel.Send(t.Context(), sample(Begin)); err == nil || box.user != "" || len(box.letters) > 0 {
		t.Errorf("%v, %q", err, box.user)
	}
	channel.TLS, channel.User = "none", ""
	if err := channel.Send(t.Context(), sample(Begin)); err != nil || len(box.letters) != 1 {
		t.Errorf("without TLS, as configured: %v", err)
	}
}

func TestWebhooks(t *testing.T) {
	type request struct {
		path, contentType, body string
		header                  http.Header
	}
	requests := make(chan request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		requests <- request{r.URL.Path, r.Header.Get("Content-Type"), string(body), r.Header}
		if strings.Contains(r.URL.Path, "broken") {
			w.WriteHeader(http.StatusInternalServerError)
		}
	}))
	t.Cleanup(server.Close)
	send := func(t *testing.T, kind string, m Message) request {
		t.Helper()
		channel := NewWebhook(Webhook{Kind: kind, URL: server.URL + "/secret", Token: "token", HTTP: server.Client()})
		if err := channel.Send(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if strings.Contains(channel.Name(), "secret") {
			t.Errorf("the name %q shows the address", channel.Name())
		}
		r := <-requests
		if r.header.Get("Authorization") != "Bearer token" {
			t.Error("the request has no token")
		}
		return r
	}
	t.Run("json", func(t *testing.T) {
		var got map[string]any
		r := send(t, "json", sample(Begin))
		if err := json.Unmarshal([]byte(r.body), &got); err != nil || r.contentType != "application/json" {
			t.Fatal(err, r)
		}
		for field, want := range map[string]any{"event": "begin", "state": "account_expired", "bot": "@heraut:hs.example", "host": "machine", "since": "2026-11-30T12:00:00Z", "blocks": true} {
			if got[field] != want {
				t.Errorf("%s is %v", field, got[field])
			}
		}
	})
	t.Run("ntfy", func(t *testing.T) {
		r := send(t, "ntfy", sample(Begin))
		title, err := new(mime.WordDecoder).DecodeHeader(r.header.Get("Title"))
		if err != nil || title != "Le compte du robot est expiré depuis hier" || r.header.Get("Priority") != "high" || !strings.Contains(r.body, "ouvrez la boîte") {
			t.Errorf("%v: %+v", err, r)
		}
		if r := send(t, "ntfy", sample(End)); r.header.Get("Priority") != "default" || !strings.Contains(r.body, "Le compte est renouvelé") {
			t.Errorf("the end: %+v", r)
		}
	})
	t.Run("mattermost", func(t *testing.T) {
		var got struct{ Text string }
		if r := send(t, "mattermost", sample(Reminder)); json.Unmarshal([]byte(r.body), &got) != nil || !strings.HasPrefix(got.Text, "**Dure encore : Le compte") {
			t.Errorf("%+v", r)
		}
	})
	t.Run("healthchecks", func(t *testing.T) {
		if r := send(t, "healthchecks", sample(Begin)); r.path != "/secret/fail" || !strings.Contains(r.body, "expiré") {
			t.Errorf("the beginning: %+v", r)
		}
		if r := send(t, "healthchecks", sample(End)); r.path != "/secret" {
			t.Errorf("the end: %+v", r)
		}
		pinger := NewWebhook(Webhook{Kind: "healthchecks", URL: server.URL + "/secret", HTTP: server.Client()}).(Pinger)
		if err := pinger.Ping(t.Context(), nil); err != nil {
			t.Error(err)
		}
		if r := <-requests; r.path != "/secret" {
			t.Errorf("the sign of life: %+v", r)
		}
	})
	t.Run("errors", func(t *testing.T) {
		err := NewWebhook(Webhook{Kind: "json", URL: server.URL + "/broken", HTTP: server.Client()}).Send(t.Context(), sample(Begin))
		<-requests
		if err == nil || !strings.Contains(err.Error(), "500") || strings.Contains(err.Error(), "broken") {
			t.Errorf("%v", err)
		}
		err = NewWebhook(Webhook{Kind: "json", URL: "http://127.0.0.1:1/secret", HTTP: server.Client()}).Send(t.Context(), sample(Begin))
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v", err)
		}
	})
}

func TestCommand(t *testing.T) {
	t.Setenv("HERAUT_MATRIX_PASSWORD", "not for others")
	out := filepath.Join(t.TempDir(), "out")
	script := filepath.Join(t.TempDir(), "script")
	if err := os.WriteFile(script, []byte("#!/bin/sh\necho \"$1 $HERAUT_EVENT $HERAUT_STATE $HERAUT_TITLE $HERAUT_MATRIX_PASSWORD\" > \"$2\"; cat >> \"$2\"; test \"$HERAUT_EVENT\" != end\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	command := Command{script, "argument", out}
	if err := command.Send(t.Context(), sample(Begin)); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(out)
	if err != nil {
		t.Fatal(err)
	}
	if line, input, _ := strings.Cut(string(got), "\n"); line != "argument begin account_expired Le compte du robot est expiré depuis hier " || !json.Valid([]byte(input)) {
		t.Errorf("got %q", got)
	}
	if err := command.Send(t.Context(), sample(End)); err == nil {
		t.Error("an exit status is no error")
	}
}
