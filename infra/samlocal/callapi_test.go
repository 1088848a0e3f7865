package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestOnlyTheRightProblemIsAccepted(t *testing.T) {
	const unauthorized = `{"status":401,"code":"unauthorized"}`
	for _, c := range []struct {
		name string
		got  response
		ok   bool
	}{
		{"the problem", response{401, "application/problem+json; charset=utf-8", unauthorized}, true},
		{"another status", response{403, "application/problem+json", unauthorized}, false},
		{"another code", response{401, "application/problem+json", `{"status":401,"code":"session-ended"}`}, false},
		{"the gateway's own answer", response{401, "application/json", `{"message":"Unauthorized"}`}, false},
		{"another type", response{401, "application/json", unauthorized}, false},
		{"no JSON", response{401, "application/problem+json", "Unauthorized"}, false},
		{"a good answer", response{200, "application/json", `{}`}, false},
	} {
		if err := c.got.wantProblem(http.StatusUnauthorized, "unauthorized"); (err == nil) != c.ok {
			t.Errorf("%s: got error %v, want it accepted: %v", c.name, err, c.ok)
		}
	}
}

func TestTokensAreNotPrinted(t *testing.T) {
	for _, body := range []string{`{"accessToken":"secret"}`, `{"refresh":"x","idToken":"secret"}`} {
		if got := (response{200, "application/json", body}).String(); strings.Contains(got, "secret") {
			t.Errorf("got %s", got)
		}
	}
}

func TestCallCarriesTokenAndBody(t *testing.T) {
	var seen *http.Request
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusCreated)
		_, _ = w.Write([]byte(`{"items":[{"id":"a"},{"id":"b"}]}`))
	}))
	defer server.Close()

	got, err := callAPI(context.Background(), server.URL, http.MethodPost, "/v1/x", "token", map[string]string{"a": "b"})
	if err != nil {
		t.Fatal(err)
	}
	if seen.Header.Get("Authorization") != "Bearer token" || seen.Header.Get("Content-Type") != "application/json" {
		t.Errorf("got headers %v", seen.Header)
	}
	if got.status != http.StatusCreated || got.contentType != "application/json" {
		t.Errorf("got %s", got)
	}
	if _, err := listIDs(got, nil); err == nil {
		t.Error("a 201 was taken for a list")
	}
	got.status = http.StatusOK
	ids, err := listIDs(got, nil)
	if err != nil || strings.Join(ids, " ") != "a b" {
		t.Errorf("got %q (%v), want a and b", ids, err)
	}

	if _, err := callAPI(context.Background(), server.URL, http.MethodGet, "/v1/x", "", nil); err != nil {
		t.Fatal(err)
	}
	if got := seen.Header.Get("Authorization"); got != "" {
		t.Errorf("without a token: got Authorization %q, want none", got)
	}
}

func TestGatewayResponse(t *testing.T) {
	for _, c := range []struct {
		name, output string
		want         response
	}{
		{"plain", `{"statusCode":404,"headers":{"Content-Type":"application/problem+json"},"body":"{}"}`, response{404, "application/problem+json", "{}"}},
		{"base64", `{"statusCode":200,"headers":{"content-type":"text/html"},"body":"SGVsbG8=","isBase64Encoded":true}`, response{200, "text/html", "Hello"}},
	} {
		got, err := gatewayResponse([]byte(c.output))
		if err != nil || got != c.want {
			t.Errorf("%s: got %s (%v), want %s", c.name, got, err, c.want)
		}
	}
	for name, output := range map[string]string{
		"a function that failed": `{"errorMessage":"boom","errorType":"Error"}`,
		"nothing":                "",
		"no JSON":                "Error: Function not found",
	} {
		if got, err := gatewayResponse([]byte(output)); err == nil {
			t.Errorf("%s: got %s, want an error", name, got)
		}
	}
}
