package endtoend

import (
	"crypto/tls"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"
)

// TestBreakNetwork has the rows of the break table between the bot and the homeserver:
// names, connections, certificates and proxies.
func TestBreakNetwork(t *testing.T) {
	always, once := []moment{midRun, atStart}, []moment{midRun}
	row := func(name, doctor string, when []moment, prepare func(*testing.T, *deployment), breaks func(*testing.T, *deployment) func()) fault {
		return fault{
			name: name, doctor: doctor, when: when, prepare: prepare, breaks: breaks,
			status: running, state: "homeserver_silent", says: "muet", blocks: true,
		}
	}
	direct, secure, proxied := behindPlain, behindTLS, behindWebProxy
	unknown := row("the name does not exist", "DNS", []moment{atStart}, nil, configured(section("matrix", "homeserver", "http://matrix.heraut.invalid")))
	unknown.stays = true
	breaks(t, []fault{
		row("connections are refused", "la connexion est refusée", always, direct, fronted(func(f *front) { f.down() })),
		row("expired certificate", "est expiré ou pas encore valable", always, secure, fronted(func(f *front) { f.certificate = expired })),
		row("certificate for another name", "pour un autre nom", once, secure, fronted(func(f *front) { f.certificate = misnamed })),
		row("certificate of an unknown authority", "une autorité que cette machine ne connaît pas", once, secure, fronted(func(f *front) { f.certificate = foreign })),
		row("proxy wants a password", "demande un utilisateur et un mot de passe", always, proxied, fronted(func(f *front) { f.refusal = http.StatusProxyAuthRequired })),
		row("proxy forbids the homeserver", "refuse de joindre ce serveur", once, proxied, fronted(func(f *front) { f.refusal = http.StatusForbidden })),
		row("proxy is down", "ne peut pas être joint", always, proxied, fronted(func(f *front) { f.down() })),
		unknown,
	})
}

// front is a server before the fault proxy: a plain or TLS one, or a web proxy.
type front struct {
	t       *testing.T
	address string
	handler http.Handler
	// certificates of a TLS server; nil: it speaks plain HTTP.
	certificates *certificates

	frontState
	server *http.Server
	inUse  atomic.Pointer[frontState]
}

// frontState is how a front behaves.
type frontState struct {
	certificate func(*certificates) tls.Certificate
	refusal     int // the status of every answer; 0: requests pass
	closed      bool
}

func (f *frontState) down() { f.closed = true }

// newFront starts a front that passes requests on to target.
func newFront(t *testing.T, target string, certificates *certificates) *front {
	t.Helper()
	address, err := url.Parse(target)
	if err != nil {
		t.Fatal(err)
	}
	pass := &httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) { r.SetURL(address) }}
	f := &front{t: t, address: "127.0.0.1:0", certificates: certificates}
	f.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if refusal := f.inUse.Load().refusal; refusal > 0 {
			w.Header().Set("Proxy-Authenticate", "Basic")
			w.WriteHeader(refusal)
			return
		}
		pass.ServeHTTP(w, r)
	})
	f.certificate = valid
	f.listen()
	t.Cleanup(func() { _ = f.server.Close() })
	return f
}

// listen opens the address, or closes it, as the state says.
func (f *front) listen() {
	f.t.Helper()
	if f.server != nil {
		_ = f.server.Close() // the connections follow the former state
	}
	state := f.frontState
	f.inUse.Store(&state)
	if state.closed {
		return
	}
	var config net.ListenConfig
	listener, err := config.Listen(f.t.Context(), "tcp", f.address)
	if err != nil {
		f.t.Fatal(err)
	}
	f.address = listener.Addr().String()
	if f.certificates != nil {
		listener = tls.NewListener(listener, &tls.Config{Certificates: []tls.Certificate{state.certificate(f.certificates)}, MinVersion: tls.VersionTLS12})
	}
	f.server = &http.Server{Handler: f.handler, ReadHeaderTimeout: time.Minute}
	go func(server *http.Server) { _ = server.Serve(listener) }(f.server)
}

// behindPlain puts a server without TLS before the fault proxy.
func behindPlain(t *testing.T, d *deployment) {
	d.front = newFront(t, d.proxy.URL, nil)
	d.rewrite(t, section("matrix", "homeserver", "http://"+d.front.address))
}

// behindTLS puts a TLS server before the fault proxy, of an authority that the
// configuration names.
func behindTLS(t *testing.T, d *deployment) {
	d.front = newFront(t, d.proxy.URL, newCertificates(t))
	d.rewrite(t, section("matrix", "homeserver", "https://"+d.front.address))
	file := filepath.Join(d.bot.Dir, "authority.pem")
	if err := os.WriteFile(file, d.front.certificates.authority, 0o600); err != nil {
		t.Fatal(err)
	}
	d.rewrite(t, section("network", "ca_file", file))
}

// behindWebProxy makes the bot use a web proxy, the only one that knows the
// homeserver's name.
func behindWebProxy(t *testing.T, d *deployment) {
	d.front = newFront(t, d.proxy.URL, nil)
	d.rewrite(t, section("matrix", "homeserver", "http://matrix.heraut.invalid"))
	d.rewrite(t, section("network", "proxy", "http://"+d.front.address))
}

// fronted makes a fault of a change to the front's state.
func fronted(change func(*front)) func(*testing.T, *deployment) func() {
	return func(_ *testing.T, d *deployment) func() {
		before := d.front.frontState
		change(d.front)
		d.front.listen()
		return func() {
			d.front.frontState = before
			d.front.listen()
		}
	}
}
