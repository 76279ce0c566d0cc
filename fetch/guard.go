package fetch

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"regexp"
	"strings"
	"syscall"
	"time"

	"code.dny.dev/ssrf"
)

// A Guard keeps addresses from strangers from reaching private hosts: this machine, its
// network, its cloud's metadata… It checks the IP address of each connection, so it
// also stops names that resolve to a private address, and redirects. It allows only the
// ports 80 and 443 of public hosts.
type Guard struct {
	open, guarded net.Dialer
	hosts         map[string]bool
	networks      []netip.Prefix
	public        *ssrf.Guardian
}

var hostName = regexp.MustCompile(`^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$`)

// NewGuard returns a Guard with exceptions: hosts that requests may reach although they
// are private, and on any port. Each entry of allowPrivate is a host's name, an IP
// address, or a network such as "10.1.0.0/16". A name counts only as written, but
// whatever address it resolves to. The error names the first entry that is none of
// these.
func NewGuard(allowPrivate []string) (*Guard, error) {
	g := &Guard{hosts: map[string]bool{}, public: ssrf.New()}
	g.open.Timeout = 30 * time.Second
	g.guarded = g.open
	g.guarded.Control = g.control
	for _, entry := range allowPrivate {
		name := strings.ToLower(strings.TrimSuffix(entry, "."))
		if network, err := netip.ParsePrefix(entry); err == nil {
			g.networks = append(g.networks, network)
		} else if ip, err := netip.ParseAddr(entry); err == nil {
			ip = ip.Unmap()
			g.networks = append(g.networks, netip.PrefixFrom(ip, ip.BitLen()))
		} else if hostName.MatchString(name) {
			g.hosts[name] = true
		} else {
			return nil, fmt.Errorf("%q is neither a host's name, nor an IP address, nor a network such as 10.1.0.0/16", entry)
		}
	}
	return g, nil
}

func (g *Guard) dial(ctx context.Context, network, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	if g.hosts[strings.ToLower(strings.TrimSuffix(host, "."))] {
		return g.open.DialContext(ctx, network, address)
	}
	return g.guarded.DialContext(ctx, network, address)
}

// control decides about each connection, after the name is resolved: address is an IP
// address with a port. It returns nil if the address is an exception of the guard, or
// is public and the port 80 or 443; otherwise an error that wraps ErrNotPublic.
func (g *Guard) control(network, address string, conn syscall.RawConn) error {
	if target, err := netip.ParseAddrPort(address); err == nil {
		for _, allowed := range g.networks {
			if allowed.Contains(target.Addr().Unmap().WithZone("")) {
				return nil
			}
		}
	}
	if err := g.public.Safe(network, address, conn); err != nil {
		return fmt.Errorf("%w: %w", ErrNotPublic, err)
	}
	return nil
}
