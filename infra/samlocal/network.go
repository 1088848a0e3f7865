package main

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/netip"
	"os/exec"
	"strings"
	"sync"
)

// network is a bridge of this run's own between the functions' containers and this machine. It needs no firewall rules:
// the containers reach this machine at its address and nothing else, so no function can call the real AWS.
type network struct {
	name    string
	address netip.Addr // of this machine, on the bridge
}

// The bridge takes the first free network of 198.18.0.0/15, which RFC 2544 sets aside for measuring: it is routed
// nowhere, and neither a company's network nor Docker's own default uses it.
const (
	networkPrefix = "198.18.%d.1/24"
	networkCount  = 16
)

// createNetwork makes the bridge.
func createNetwork(ctx context.Context) (*network, error) {
	taken, err := net.InterfaceAddrs()
	if err != nil {
		return nil, err
	}
	for n := range networkCount {
		prefix := netip.MustParsePrefix(fmt.Sprintf(networkPrefix, n))
		if overlaps(prefix, taken) {
			continue
		}
		// The names are at most 15 characters long. A run beside this one may have taken this one just now: try the next.
		bridge := &network{name: fmt.Sprintf("foyersam%d", n), address: prefix.Addr()}
		if err = ip(ctx, "link", "add", bridge.name, "type", "bridge"); err != nil {
			continue
		}
		if err = ip(ctx, "addr", "add", prefix.String(), "dev", bridge.name); err == nil {
			err = ip(ctx, "link", "set", bridge.name, "up")
		}
		if err != nil {
			_ = bridge.remove(ctx)
			return nil, err
		}
		return bridge, nil
	}
	if err == nil {
		err = fmt.Errorf("all %d networks 198.18.x.0/24 are in use (left-over bridges: ip link delete foyersam0)", networkCount)
	}
	return nil, err
}

// remove deletes the bridge.
func (n *network) remove(ctx context.Context) error { return ip(ctx, "link", "delete", n.name) }

// overlaps tells whether one of the machine's addresses lies in the network of prefix.
func overlaps(prefix netip.Prefix, addresses []net.Addr) bool {
	for _, address := range addresses {
		if taken, err := netip.ParsePrefix(address.String()); err == nil && taken.Masked().Overlaps(prefix.Masked()) {
			return true
		}
	}
	return false
}

// ip runs the program of iproute2.
func ip(ctx context.Context, args ...string) error {
	out, err := exec.CommandContext(ctx, "ip", args...).CombinedOutput() //nolint:gosec // arguments of this program
	if err != nil {
		return fmt.Errorf("ip %s: %s (%w)", strings.Join(args, " "), strings.TrimSpace(string(out)), err)
	}
	return nil
}

// forwarder carries connections from the bridge to the local engine, which listens on the loopback interface only and
// shall go on doing so.
type forwarder struct {
	listener  net.Listener
	target    string
	accepting sync.WaitGroup
}

// forward listens on a free port of address and carries what comes to target, until it is closed or ctx is done.
func forward(ctx context.Context, address netip.Addr, target string) (*forwarder, error) {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", netip.AddrPortFrom(address, 0).String())
	if err != nil {
		return nil, err
	}
	f := &forwarder{listener: listener, target: target}
	f.accepting.Go(func() { f.accept(ctx) })
	return f, nil
}

// url is the address of the engine as the functions see it.
func (f *forwarder) url() string { return "http://" + f.listener.Addr().String() }

// close ends listening; connections that are open end with their peers.
func (f *forwarder) close() error {
	err := f.listener.Close()
	f.accepting.Wait()
	return err
}

func (f *forwarder) accept(ctx context.Context) {
	for {
		from, err := f.listener.Accept()
		if err != nil {
			return // closed
		}
		go f.carry(ctx, from)
	}
}

// carry copies both ways and hands on the end of either direction, so that half-closed connections work.
func (f *forwarder) carry(ctx context.Context, from net.Conn) {
	defer func() { _ = from.Close() }()
	to, err := new(net.Dialer).DialContext(ctx, "tcp", f.target)
	if err != nil {
		return
	}
	defer func() { _ = to.Close() }()
	var both sync.WaitGroup
	both.Go(func() { pour(to, from) })
	both.Go(func() { pour(from, to) })
	both.Wait()
}

func pour(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	if half, ok := to.(*net.TCPConn); ok {
		_ = half.CloseWrite()
	}
}
