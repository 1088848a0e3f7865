package api

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
)

func TestTheSourceIsAnAddressOrAnIPv6Network(t *testing.T) {
	for address, want := range map[string]string{
		"192.0.2.7": "192.0.2.7", "::ffff:192.0.2.7": "192.0.2.7",
		"2001:db8:1:2:3:4:5:6": "2001:db8:1:2::/64", "2001:db8:1:2::9": "2001:db8:1:2::/64", "2001:db8:1:3::9": "2001:db8:1:3::/64", "fe80::1%eth0": "fe80::/64",
		"": "unknown", "192.0.2.7, 198.51.100.1": "unknown",
	} {
		if got := sourceOf(address); got != want {
			t.Errorf("%q: got source %q, want %q", address, got, want)
		}
	}
}

// Headers that proxies set are what any client can send.
func TestTheSourceComesFromTheGatewayAndFromNoHeader(t *testing.T) {
	var got string
	op := Operation[struct{}, tryOutput]{ID: "try-source", Method: http.MethodGet, Path: "/source", Access: Public,
		Handle: func(ctx context.Context, c *Call, _ *struct{}) (*tryOutput, error) {
			got = c.Source(ctx)
			return &tryOutput{}, nil
		}}
	s := newStandIn(t)
	h := Handler(s.env(io.Discard), op)
	call(h, "GET", "/v1/source", "", "", "X-Forwarded-For", "203.0.113.9", "X-Real-IP", "203.0.113.9", "Forwarded", "for=203.0.113.9")
	if want := "192.0.2.1"; got != want { // net/http/httptest's own
		t.Errorf("in the in-process router: got source %q, want that of the connection, %q", got, want)
	}
	e := events.APIGatewayV2HTTPRequest{Version: "2.0", RawPath: "/v1/source", Headers: map[string]string{"x-forwarded-for": "203.0.113.9", "X-GoLambdaProxy-ApiGw-Context": `{"http":{"sourceIp":"203.0.113.9"}}`},
		RequestContext: events.APIGatewayV2HTTPRequestContext{DomainName: "portal.example.com", HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "GET", Path: "/v1/source", SourceIP: "198.51.100.4"}}}
	if _, err := httpadapter.NewV2(h).ProxyWithContext(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if want := "198.51.100.4"; got != want {
		t.Errorf("behind the gateway: got source %q, want the gateway's, %q", got, want)
	}
}

func TestAnAnswerIsNotGivenBeforeItsFloor(t *testing.T) {
	for body, status := range map[string]int{`{"name":"Ann"}`: http.StatusOK, `{"name":"panic"}`: http.StatusInternalServerError} {
		s := newStandIn(t)
		s.signedIn()
		env := s.env(io.Discard)
		var waited []time.Duration
		env.Pause = func(_ context.Context, d time.Duration) { waited = append(waited, d) }
		op := trySignedIn
		op.Floor = time.Hour
		if rec := call(Handler(env, op), "POST", "/v1/try", s.token(t), body); rec.Code != status || strings.Contains(rec.Body.String(), "secret") {
			t.Fatalf("%s: got %d %s", body, rec.Code, rec.Body)
		}
		if len(waited) != 1 || waited[0] < 59*time.Minute || waited[0] > time.Hour {
			t.Errorf("%s: waited %v, want once for what is left of the hour", body, waited)
		}
	}
}

func TestAPauseTakesItsTimeAndNoLongerThanTheRequest(t *testing.T) {
	start := time.Now()
	pause(t.Context(), 30*time.Millisecond)
	if took := time.Since(start); took < 30*time.Millisecond {
		t.Errorf("a pause of 30 ms took %v", took)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	start = time.Now()
	pause(ended, time.Hour)
	if took := time.Since(start); took > time.Minute {
		t.Errorf("a pause went on for %v after the request had ended", took)
	}
}
