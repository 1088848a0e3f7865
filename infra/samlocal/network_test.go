package main

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

func TestForwarderCarriesRequestsUntilItIsClosed(t *testing.T) {
	target := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		_, _ = w.Write([]byte("echo " + string(text)))
	}))
	defer target.Close()
	f, err := forward(t.Context(), netip.MustParseAddr("127.0.0.1"), strings.TrimPrefix(target.URL, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	client := http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	for range 3 {
		res, err := client.Post(f.url(), "text/plain", strings.NewReader("hello"))
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || string(text) != "echo hello" {
			t.Errorf("got %q (%v), want %q", text, err, "echo hello")
		}
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	if res, err := client.Get(f.url()); err == nil {
		t.Errorf("got %s after it was closed, want an error", res.Status)
		_ = res.Body.Close()
	}
}

func TestForwarderEndsTheConnectionWhenTheTargetIsGone(t *testing.T) {
	gone, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = gone.Close()
	f, err := forward(t.Context(), netip.MustParseAddr("127.0.0.1"), gone.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.close() }()
	if res, err := http.Get(f.url()); err == nil {
		t.Errorf("got %s, want an error", res.Status)
		_ = res.Body.Close()
	}
}

func TestOverlaps(t *testing.T) {
	bridge := netip.MustParsePrefix("198.18.3.1/24")
	for _, c := range []struct {
		address string
		want    bool
	}{
		{"198.18.3.77/32", true},
		{"198.18.0.1/15", true}, // a larger network that holds this one
		{"198.18.4.1/24", false},
		{"172.17.0.1/16", false},
		{"fe80::1/64", false},
	} {
		ip, network, err := net.ParseCIDR(c.address)
		if err != nil {
			t.Fatal(err)
		}
		if got := overlaps(bridge, []net.Addr{&net.IPNet{IP: ip, Mask: network.Mask}}); got != c.want {
			t.Errorf("%s and %s: got %v, want %v", bridge, c.address, got, c.want)
		}
	}
}
