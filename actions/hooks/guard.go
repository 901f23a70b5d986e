package hooks

import (
	"net/netip"
	"strings"
	"syscall"
)

// notPublic are networks that are not reached over the internet, or that hide another address, beyond those that the
// functions of netip name (IANA special-purpose address registries, read 2026-11).
var notPublic = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(all ...string) []netip.Prefix {
	list := make([]netip.Prefix, len(all))
	for i, p := range all {
		list[i] = netip.MustParsePrefix(p)
	}
	return list
}

// public reports whether an address is one that anybody on the internet could reach. The services of clouds that tell
// secrets to whoever asks (169.254.169.254, fd00:ec2::254) are link-local and private.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	if !ip.IsValid() || !ip.IsGlobalUnicast() || ip.IsPrivate() || ip.IsLoopback() || ip.IsLinkLocalUnicast() || ip.IsMulticast() {
		return false
	}
	for _, p := range notPublic {
		if p.Contains(ip) {
			return false
		}
	}
	return true
}

// publicHost refuses what is no public host by its words alone: addresses, and names that mean this machine or this network.
func publicHost(host string) bool {
	host = strings.TrimSuffix(strings.ToLower(host), ".")
	if ip, err := netip.ParseAddr(host); err == nil {
		return public(ip)
	}
	if !strings.Contains(host, ".") || strings.Trim(host[strings.LastIndexByte(host, '.')+1:], "0123456789") == "" {
		return false // a name without a domain, or an address in another spelling (127.1)
	}
	for _, end := range []string{".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa", ".test", ".invalid", ".onion"} {
		if strings.HasSuffix(host, end) {
			return false
		}
	}
	return true
}

// onlyPublic is asked by the dialer before it connects, with the address that the name has turned out to be.
func onlyPublic(_, address string, _ syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil || !public(to.Addr()) {
		return errPrivate
	}
	return nil
}
