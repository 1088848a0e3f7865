package api

import (
	"context"
	"net"
	"net/netip"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"
)

// Source is where the request comes from, as attempts are counted by it: the
// address that the gateway saw (never a header, which any client can send); outside
// the gateway, that of the connection. Of IPv6 it is the /64, for whoever has one
// address of it has them all. An address that cannot be read is one source too.
func (c *Call) Source(ctx context.Context) string {
	r := requestOf(ctx)
	if r == nil {
		return "unknown"
	}
	if gateway, ok := core.GetAPIGatewayV2ContextFromContext(r.Context()); ok {
		return sourceOf(gateway.HTTP.SourceIP)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		host = r.RemoteAddr
	}
	return sourceOf(host)
}

func sourceOf(address string) string {
	ip, err := netip.ParseAddr(address)
	if err != nil {
		return "unknown"
	}
	ip = ip.Unmap().WithZone("")
	if ip.Is4() {
		return ip.String()
	}
	network, err := ip.Prefix(64)
	if err != nil {
		return "unknown"
	}
	return network.String()
}
