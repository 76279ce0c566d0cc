package main

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"

	"heraut/matrix"
)

// networkRemedy returns a French sentence about why the error err kept the bot from
// reaching a server (name, route, certificate, proxy…) and a command that shows more,
// which may be empty. ok is false, and the texts are empty, for an unknown cause.
func (d *doctor) networkRemedy(err error) (text, command string, ok bool) {
	if text, command, ok := d.proxyRemedy(err); ok {
		return text, command, true
	}
	if text, command, ok := tlsRemedy(err); ok {
		return text, command, true
	}
	if dns, isDNS := errors.AsType[*net.DNSError](err); isDNS {
		command = "getent hosts " + quoted(dns.Name)
		if dns.IsNotFound {
			return fmt.Sprintf("le nom « %s » n’existe pas dans le DNS : corrigez l’adresse, ou /etc/resolv.conf", dns.Name), command, true
		}
		return fmt.Sprintf("le DNS ne répond pas pour « %s » : vérifiez /etc/resolv.conf et le réseau", dns.Name), command, true
	}
	switch {
	case errors.Is(err, syscall.ECONNREFUSED):
		return "la connexion est refusée, rien n’écoute à cette adresse et à ce port : vérifiez l’adresse, puis que le serveur fonctionne", "", true
	case errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETUNREACH):
		return "aucune route ne mène à cette adresse : vérifiez le réseau de la machine", "ip route", true
	case isCut(err):
		return "le serveur, ou un équipement du réseau, coupe la connexion : vérifiez le pare-feu et l’adresse", "", true
	case errors.Is(err, matrix.ErrNotMatrix) && strings.Contains(err.Error(), "text/html"):
		return "une page web est servie à la place d’un serveur Matrix, par un client web ou un portail qui demande de s’identifier : corrigez matrix.homeserver, ou ouvrez l’accès au réseau", d.curl(), true
	}
	if timeout, isNet := errors.AsType[net.Error](err); errors.Is(err, context.DeadlineExceeded) || isNet && timeout.Timeout() {
		return "aucune réponse dans le temps accordé : un pare-feu bloque sans doute la sortie, ou le serveur est débordé", "", true
	}
	if errors.Is(err, matrix.ErrUnreachable) && strings.Contains(err.Error(), "status 5") {
		return "le serveur répond qu’il est en panne ou en maintenance : attendez, ou demandez à ses administrateurs", d.curl(), true
	}
	return "", "", false
}

// isCut reports whether err says that the other side closed the connection. If the
// connection was closed before the request, the error of net/http has no exported
// value, so isCut recognises that error by its text.
func isCut(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		strings.Contains(err.Error(), "server closed idle connection")
}

// curl returns a shell command with curl that shows the homeserver's answer, with the
// configured certificates and through the configured proxy, whose user and password it
// leaves out.
func (d *doctor) curl() string {
	words := []string{"curl", "-sS", "-i"}
	if proxy := d.config.Network.Proxy.String(); proxy != "" {
		words = append(words, "-x", quoted(proxy))
	}
	if file := d.config.Network.CAFile.file; file != "" {
		words = append(words, "--cacert", quoted(file))
	}
	return strings.Join(append(words, quoted(d.config.Matrix.Homeserver.String()+"/_matrix/client/versions")), " ")
}

// proxyRemedy returns a French sentence and an empty command for an error that the proxy
// causes: it asks for a password, cannot be reached, refuses the server, or cannot reach
// it. ok is false for other errors, and if no proxy stands before the server.
func (d *doctor) proxyRemedy(err error) (text, command string, ok bool) {
	name := d.config.Network.Proxy.String()
	setting := "network.proxy"
	if name == "" {
		name, setting = "de l’environnement", "HTTPS_PROXY"
	}
	switch op, isOp := errors.AsType[*net.OpError](err); {
	case errors.Is(err, matrix.ErrProxyRefuses), hasProxyStatus(err, http.StatusProxyAuthRequired):
		return fmt.Sprintf("le mandataire %s demande un utilisateur et un mot de passe : donnez-les dans %s (http://utilisateur:mot-de-passe@hôte:port)", name, setting), "", true
	case isOp && op.Op == "proxyconnect":
		return fmt.Sprintf("le mandataire %s ne peut pas être joint : corrigez %s, ou remettez-le en marche", name, setting), "", true
	case !d.isProxied(err):
		return "", "", false
	case hasProxyStatus(err, http.StatusForbidden), errors.Is(err, matrix.ErrNotMatrix) && strings.Contains(err.Error(), "status 403"):
		return fmt.Sprintf("le mandataire %s refuse de joindre ce serveur : demandez à qui le gère d’autoriser cette adresse", name), "", true
	case hasProxyStatus(err, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout):
		return fmt.Sprintf("le mandataire %s ne parvient pas à joindre ce serveur : vérifiez l’adresse, puis demandez à qui le gère pourquoi il échoue", name), "", true
	}
	return "", "", false
}

// hasProxyStatus reports whether the proxy answered CONNECT with one of these statuses. It
// looks at the end of the text, since net/http gives nothing else.
func hasProxyStatus(err error, statuses ...int) bool {
	return slices.ContainsFunc(statuses, func(status int) bool {
		return strings.HasSuffix(err.Error(), http.StatusText(status))
	})
}

// isProxied reports whether the request that failed with err goes through a proxy, of
// the configuration or of the environment. Without an address in err, it is a request to
// the homeserver.
func (d *doctor) isProxied(err error) bool {
	address := d.config.Matrix.Homeserver.String()
	if failed, ok := errors.AsType[*url.Error](err); ok {
		address = failed.URL
	}
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	proxy, err := d.config.Network.Proxy.of(&http.Request{URL: u})
	return err == nil && proxy != nil
}

// tlsRemedy returns a French sentence and a shell command, which may be empty, for an
// error of a certificate or of TLS itself, and true. For any other error it returns
// empty texts and false.
func tlsRemedy(err error) (text, command string, ok bool) {
	if _, is := errors.AsType[x509.UnknownAuthorityError](err); is {
		return "le certificat du serveur vient d’une autorité que cette machine ne connaît pas : donnez le fichier de cette autorité par network.ca_file, ou installez-la dans le système", "", true
	}
	if wrong, is := errors.AsType[x509.HostnameError](err); is {
		return fmt.Sprintf("le certificat du serveur est fait pour un autre nom que « %s » : corrigez l’adresse, ou faites corriger le certificat", wrong.Host), "", true
	}
	if invalid, is := errors.AsType[x509.CertificateInvalidError](err); is {
		if invalid.Reason == x509.Expired {
			return "le certificat du serveur est expiré ou pas encore valable : vérifiez d’abord la date de cette machine, puis demandez aux administrateurs du serveur de le renouveler", "date", true
		}
		return "le certificat du serveur n’est pas valable : demandez à ses administrateurs de le corriger", "", true
	}
	if _, is := errors.AsType[tls.RecordHeaderError](err); is || strings.Contains(err.Error(), "server gave HTTP response to HTTPS client") {
		return "le serveur ne parle pas TLS sur ce port : écrivez http:// au lieu de https://, ou corrigez le port", "", true
	}
	if _, is := errors.AsType[tls.AlertError](err); is || strings.Contains(err.Error(), "tls: ") {
		return "la négociation TLS échoue : demandez aux administrateurs du serveur quelles versions il accepte (TLS 1.2 au moins est demandé)", "", true
	}
	return "", "", false
}
