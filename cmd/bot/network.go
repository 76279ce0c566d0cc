package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"slices"

	"golang.org/x/net/http/httpproxy"
)

// Network is the section of the configuration that says how the bot reaches other
// servers: through which proxy, and which certificates it trusts.
type Network struct {
	// Proxy replaces HTTP_PROXY and HTTPS_PROXY of the environment; the zero value
	// leaves them in force. NO_PROXY names the exceptions in both cases.
	Proxy Proxy `yaml:"proxy"`
	// CAFile holds authorities that are trusted beside the system's.
	CAFile Authorities `yaml:"ca_file"`
}

// A Proxy is the address of a proxy server. The zero value leaves the proxies of the
// environment in force (HTTP_PROXY, HTTPS_PROXY).
type Proxy struct{ url *url.URL }

// UnmarshalText sets p to an http, https or socks5 address, which may hold a user and a
// password; an empty text sets the zero value. The error, for any other text, is a
// French sentence that does not show the text.
func (p *Proxy) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*p = Proxy{}
		return nil
	}
	u, err := url.Parse(string(text))
	// The error of url.Parse would show a password.
	if err != nil || !slices.Contains([]string{"http", "https", "socks5"}, u.Scheme) || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return errors.New("l’adresse d’un mandataire est attendue, par exemple http://proxy.example.org:3128")
	}
	p.url = u
	return nil
}

// String returns the address without its user and password; empty for the zero value.
func (p Proxy) String() string {
	if p.url == nil {
		return ""
	}
	u := *p.url
	u.User = nil
	return u.String()
}

// hasPassword reports whether the address holds a password; false for the zero value.
func (p Proxy) hasPassword() bool {
	if p.url == nil {
		return false
	}
	_, given := p.url.User.Password()
	return given
}

// whole returns the address with its user and password; empty for the zero value.
func (p Proxy) whole() string {
	if p.url == nil {
		return ""
	}
	return p.url.String()
}

// masked returns p with leftOut in place of its password, if it has one.
func (p Proxy) masked() Proxy {
	if !p.hasPassword() {
		return p
	}
	u := *p.url
	u.User = url.UserPassword(u.User.Username(), leftOut)
	return Proxy{&u}
}

// of returns the address of the proxy through which to send the request r; nil if the
// request goes directly, for example because NO_PROXY excludes its host. The zero Proxy
// uses the proxies of the environment. The error means that the environment has a wrong
// address.
func (p Proxy) of(r *http.Request) (*url.URL, error) {
	c := httpproxy.FromEnvironment()
	if p.url != nil {
		c.HTTPProxy, c.HTTPSProxy, c.CGI = p.url.String(), p.url.String(), false
	}
	return c.ProxyFunc()(r.URL)
}

// Authorities is a PEM file of certificate authorities that the bot trusts besides
// those of the system. The zero value is no file.
type Authorities struct {
	file string
	pool *x509.CertPool // nil: the system's authorities alone
}

// UnmarshalText sets a to the path of the file. It does not read the file: load does.
func (a *Authorities) UnmarshalText(text []byte) error {
	*a = Authorities{file: string(text)}
	return nil
}

// String returns the path of the file with the certificates.
func (a Authorities) String() string { return a.file }

// load reads the certificates of a.file and sets a.pool to them and those of the
// system. The error is a French sentence for the operator: the file cannot be read or
// has no certificate.
func (a *Authorities) load() error {
	data, err := os.ReadFile(a.file)
	if err != nil {
		return fmt.Errorf("ce fichier ne se lit pas (%w)", err)
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool()
	}
	if !pool.AppendCertsFromPEM(data) {
		return errors.New("ce fichier n’a aucun certificat au format PEM (« -----BEGIN CERTIFICATE----- »)")
	}
	a.pool = pool
	return nil
}

// checkNetwork resolves the path n.CAFile of certificates, reads them into n, and
// records a fault if that fails.
func (r *reader) checkNetwork(n *Network) {
	if n.CAFile.file == "" {
		return
	}
	n.CAFile.file = r.near(n.CAFile.file)
	if err := n.CAFile.load(); err != nil {
		r.fault("network.ca_file", err.Error())
	}
}

// transport returns a new HTTP transport that uses the configured proxy and
// certificates. The caller closes its idle connections.
func (c *Config) transport() *http.Transport {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = c.Network.Proxy.of
	if c.Network.CAFile.pool != nil {
		t.TLSClientConfig = &tls.Config{RootCAs: c.Network.CAFile.pool, MinVersion: tls.VersionTLS12}
	}
	return t
}
