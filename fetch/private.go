package fetch

import (
	"net/netip"
	"net/url"
	"strings"

	"code.dny.dev/ssrf"
)

// IsPrivate reports whether only some people should see a location. This holds for
// anything but an http or https URL, for a URL with a secret in it, and for three kinds
// of hosts: one in allowPrivate (the exceptions of a Guard), an IP address that is not
// public, and a name outside of the public DNS.
func IsPrivate(location string, allowPrivate []string) bool {
	u, err := url.Parse(location)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || Redacted(location) != location {
		return true
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	ip, err := netip.ParseAddr(host)
	isIP := err == nil
	for _, entry := range allowPrivate {
		if network, err := netip.ParsePrefix(entry); err == nil {
			if isIP && network.Contains(ip.Unmap()) {
				return true
			}
		} else if strings.EqualFold(strings.TrimSuffix(entry, "."), host) {
			return true
		}
	}
	if isIP {
		network := "tcp4"
		if ip.Is6() && !ip.Is4In6() {
			network = "tcp6"
		}
		return ssrf.New().Safe(network, netip.AddrPortFrom(ip.Unmap(), 443).String(), nil) != nil
	}
	for _, name := range []string{".local", ".internal", ".lan", ".intranet", ".home.arpa", ".localhost"} {
		if strings.HasSuffix(host, name) {
			return true
		}
	}
	return !strings.Contains(host, ".")
}
