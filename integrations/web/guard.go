package web

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
)

// errRefused marks a redirect that is not followed.
var errRefused = errors.New("not followed")

// special are the blocks that are not public beside those that [netip.Addr]
// knows by name: shared, protocol, benchmark and reserved space, and the forms
// of IPv6 that carry an IPv4 address.
func special() []netip.Prefix {
	var all []netip.Prefix
	for _, s := range []string{
		"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15", "240.0.0.0/4",
		"64:ff9b:1::/48", "100::/64", "2001::/23", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
	} {
		all = append(all, netip.MustParsePrefix(s))
	}
	return all
}

// plain is the address behind the forms that networks translate: a name of
// anybody may come as one of NAT64 (RFC 6052).
func plain(a netip.Addr) netip.Addr {
	a = a.Unmap().WithZone("")
	if netip.MustParsePrefix("64:ff9b::/96").Contains(a) {
		b := a.As16()
		a, _ = netip.AddrFromSlice(b[12:]) // four bytes always are one
	}
	return a
}

// public reports whether an address can be of anybody out there.
func public(a netip.Addr) bool {
	a = plain(a)
	if !a.IsGlobalUnicast() || a.IsPrivate() {
		return false
	}
	for _, p := range special() {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// allowed are the addresses of a host that may be asked. The first address is
// the officer's choice; a redirect is the other side's.
func (g *getter) allowed(host string, all []netip.Addr) ([]netip.Addr, error) {
	if len(g.record.Hops) == 0 {
		return all, nil
	}
	var fine []netip.Addr
	for _, a := range all {
		near := plain(a)
		if near.IsLinkLocalUnicast() || near.IsUnspecified() || near.IsMulticast() || g.outside && !public(a) {
			continue
		}
		fine = append(fine, a)
	}
	if len(fine) == 0 {
		return nil, fmt.Errorf("%w: %s is %s, inside this network", errRefused, host, all[0])
	}
	return fine, nil
}

// connect resolves a host and opens a connection to the first of its addresses
// that answers. What was looked up is what is asked: a name cannot change its
// address in between.
func (g *getter) connect(ctx context.Context, t *trail, address string) (net.Conn, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	all, err := g.lookUp(ctx, host)
	if err != nil {
		return nil, err
	}
	t.resolved(host, all)
	fine, err := g.allowed(host, all)
	if err != nil {
		return nil, err
	}
	var conn net.Conn
	for _, a := range fine {
		if conn, err = g.dial(ctx, "tcp", net.JoinHostPort(a.String(), port)); err == nil {
			t.connected(netip.AddrPortFrom(a, portOf(conn)))
			return conn, nil
		}
	}
	return nil, err
}

func (g *getter) lookUp(ctx context.Context, host string) ([]netip.Addr, error) {
	if a, err := netip.ParseAddr(host); err == nil {
		return []netip.Addr{a}, nil
	}
	all, err := g.resolve(ctx, host)
	if err == nil && len(all) == 0 {
		err = fmt.Errorf("look up %s: no address", host)
	}
	for i := range all {
		all[i] = all[i].Unmap()
	}
	return all, err
}

func resolve(ctx context.Context, host string) ([]netip.Addr, error) {
	return net.DefaultResolver.LookupNetIP(ctx, "ip", host)
}

func portOf(conn net.Conn) uint16 {
	if a, ok := conn.RemoteAddr().(*net.TCPAddr); ok {
		return a.AddrPort().Port()
	}
	return 0
}
