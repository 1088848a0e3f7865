package front

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

// behind is a proxy before an API that tells what reached it.
func behind(t *testing.T, api http.HandlerFunc) (address string) {
	t.Helper()
	back := httptest.NewServer(api)
	t.Cleanup(back.Close)
	target, err := url.Parse(back.URL + "/_aws/execute-api/api1/$default")
	if err != nil {
		t.Fatal(err)
	}
	proxy := httptest.NewServer(Proxy(target, io.Discard))
	t.Cleanup(proxy.Close)
	return strings.TrimPrefix(proxy.URL, "http://")
}

// raw sends a request exactly as written and gives status and body.
func raw(t *testing.T, address, request string) (int, string) {
	t.Helper()
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close() }()
	go func() { _, _ = io.WriteString(conn, request) }()
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(body)
}

func TestThePathArrivesAsItWasSent(t *testing.T) {
	address := behind(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.RequestURI) })
	for _, path := range []string{
		"/v1/me", "/", "/v1/projects/a%2Fb", "/v1/projects/a%2fb/items", "/v1//me", "/v1/../v1/me", "/v1/./me", "/v1/%E2%9C%93/", "/a%20b+c", "/%61",
		"/x?q=a%2Fb&q=c+d&empty=&;semi;colon=1&%zz", "/x?", "/a;b=c", "/%2e%2e/secret", "/a!b'(c)*",
	} {
		_, got := raw(t, address, "GET "+path+" HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n\r\n")
		if want := "/_aws/execute-api/api1/$default" + path; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

func TestHeadersAndBodyArriveAsTheyWereSent(t *testing.T) {
	address := behind(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		w.Header().Add("Set-Cookie", "a=1")
		w.Header().Add("Set-Cookie", "b=2")
		w.WriteHeader(http.StatusTeapot)
		_, _ = fmt.Fprintf(w, "%s %s %q %q %q %q %x", r.Method, r.Host, r.Header.Get("X-Golambdaproxy-Apigw-Context"), r.Header.Get("Authorization"), r.Header.Values("X-Two"), r.Header.Get("X-Forwarded-For"), body)
	})
	status, got := raw(t, address, "PATCH /v1/me HTTP/1.1\r\nHost: localhost:3000\r\nX-GoLambdaProxy-ApiGw-Context: forged\r\nAuthorization: Bearer t\r\nX-Two: a\r\nX-Two: b\r\n"+
		"X-Forwarded-For: 192.0.2.9\r\nContent-Length: 3\r\nConnection: close\r\n\r\n\x00\xff\n")
	want := `PATCH localhost:3000 "forged" "Bearer t" ["a" "b"] "192.0.2.9, 127.0.0.1" 00ff0a`
	if status != http.StatusTeapot || got != want {
		t.Errorf("got  %d %s\nwant %d %s", status, got, http.StatusTeapot, want)
	}
}

func TestWhatAPIGatewayRefusesReachesNoFunction(t *testing.T) {
	reached := 0
	address := behind(t, func(http.ResponseWriter, *http.Request) { reached++ })
	chunks := "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n" + strings.Repeat("100000\r\n"+strings.Repeat("a", 1<<20)+"\r\n", 11) + "0\r\n\r\n"
	for name, c := range map[string]struct {
		request, message string
		status           int
	}{
		"a body over 10 MB":                  {fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s", maxBody+1, bytes.Repeat([]byte("a"), maxBody+1)), "Request Entity Too Large", 413},
		"a body over 10 MB without a length": {chunks, "Request Entity Too Large", 413},
		"headers over 10,240 bytes":          {"GET / HTTP/1.1\r\nHost: x\r\nX-Long: " + strings.Repeat("a", maxHeaders) + "\r\n\r\n", "Request Header Fields Too Large", 431},
	} {
		t.Run(name, func(t *testing.T) {
			status, body := raw(t, address, c.request)
			if want := `{"message":"` + c.message + "\"}\n"; status != c.status || body != want {
				t.Errorf("got %d %s, want %d %s", status, body, c.status, want)
			}
		})
	}
	if reached != 0 {
		t.Errorf("%d requests reached the API", reached)
	}
	raw(t, address, fmt.Sprintf("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\nConnection: close\r\n\r\n%s", maxBody, bytes.Repeat([]byte("a"), maxBody)))
	if reached != 1 {
		t.Error("a body of 10 MB was refused")
	}
}

func TestAnEngineThatIsAwayIsA503(t *testing.T) {
	target, _ := url.Parse("http://127.0.0.1:1/_aws")
	proxy := httptest.NewServer(Proxy(target, io.Discard))
	defer proxy.Close()
	status, body := raw(t, strings.TrimPrefix(proxy.URL, "http://"), "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
	if status != http.StatusServiceUnavailable || body != "{\"message\":\"Service Unavailable\"}\n" {
		t.Errorf("got %d %s", status, body)
	}
}
