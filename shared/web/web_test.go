package web_test

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"foyer/infra"
	"foyer/shared/api"
	"foyer/shared/web"
)

// served is the page as its function serves it: behind the guard.
func served() http.Handler {
	return api.NewEnv(api.Config{}, aws.Config{}, slog.New(slog.NewJSONHandler(io.Discard, nil))).Guard(web.Handler())
}

func get(t *testing.T, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	return send(t, http.MethodGet, target, headers...)
}

func send(t *testing.T, method, target string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, nil)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	rec := httptest.NewRecorder()
	served().ServeHTTP(rec, r)
	return rec
}

var ownAddress = regexp.MustCompile(`(?:href|src)="(/[^"]*)"`)

// assets are the addresses of the files that the page names.
func assets(t *testing.T) []string {
	t.Helper()
	var out []string
	for _, m := range ownAddress.FindAllStringSubmatch(get(t, "/").Body.String(), -1) {
		out = append(out, m[1])
	}
	if len(out) < 3 {
		t.Fatalf("the page names only %v", out)
	}
	return out
}

func TestThePageIsServedAndAskedForAnewAtEachUse(t *testing.T) {
	rec := get(t, "/")
	if rec.Code != http.StatusOK {
		t.Fatalf("got status %d, want 200", rec.Code)
	}
	for name, want := range map[string]string{"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-cache"} {
		if got := rec.Header().Get(name); got != want {
			t.Errorf("got %s %q, want %q", name, got, want)
		}
	}
	body := rec.Body.String()
	if !strings.Contains(body, `<meta name="robots" content="noindex">`) {
		t.Error("the page may be indexed by search engines")
	}
	if strings.Contains(body, "{{") {
		t.Errorf("a placeholder was left in the page: %s", body)
	}
	again := get(t, "/", "If-None-Match", rec.Header().Get("ETag"))
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("got status %d and %d bytes for the same version, want 304 and none", again.Code, again.Body.Len())
	}
}

func TestWhatThePageNamesIsThereAndKeptForAsLongAsItsAddressHolds(t *testing.T) {
	types := map[string]string{".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}
	for _, address := range assets(t) {
		rec := get(t, address)
		if rec.Code != http.StatusOK || rec.Body.Len() == 0 {
			t.Errorf("%s: got status %d and %d bytes", address, rec.Code, rec.Body.Len())
		}
		if got, want := rec.Header().Get("Content-Type"), types[filepath.Ext(address)]; got != want {
			t.Errorf("%s: got content type %q, want %q", address, got, want)
		}
		if got := rec.Header().Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("%s: got Cache-Control %q", address, got)
		}
		parts := strings.Split(address, "/")
		if other := get(t, "/assets/AAAAAAAAAAAAAAAA/"+parts[len(parts)-1]); other.Code != http.StatusNotFound || other.Header().Get("Cache-Control") != "no-store" {
			t.Errorf("%s under another version's address: got %d and %q, want 404 that is not kept", address, other.Code, other.Header().Get("Cache-Control"))
		}
	}
}

func TestNothingButTheSitesOwnCodeRuns(t *testing.T) {
	for _, target := range append(assets(t), "/", "/openapi.json", "/nowhere") {
		h := get(t, target).Header()
		for name, want := range map[string]string{
			"Referrer-Policy": "no-referrer", "X-Content-Type-Options": "nosniff", "Strict-Transport-Security": "max-age=31536000",
			"X-Robots-Tag": "noindex", "Cross-Origin-Opener-Policy": "same-origin",
		} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: got %s %q, want %q", target, name, got, want)
			}
		}
		got := map[string]string{}
		for directive := range strings.SplitSeq(h.Get("Content-Security-Policy"), ";") {
			name, value, _ := strings.Cut(strings.TrimSpace(directive), " ")
			got[name] = value
		}
		for name, want := range map[string]string{
			"default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "connect-src": "'self'", "img-src": "'self' data:",
			"form-action": "'self'", "frame-ancestors": "'none'", "base-uri": "'none'", "require-trusted-types-for": "'script'",
		} {
			if got[name] != want {
				t.Errorf("%s: Content-Security-Policy has %s %q, want %q", target, name, got[name], want)
			}
		}
	}
}

func TestAnUnknownPathBelowTheAPIIsTheAPIsOwn404(t *testing.T) {
	all := api.Handler(api.NewEnv(api.Config{}, aws.Config{}, slog.New(slog.NewJSONHandler(io.Discard, nil))))
	want := httptest.NewRecorder()
	all.ServeHTTP(want, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/v1/nothing", nil))
	for _, target := range []string{"/v1", "/v1/", "/v1/nothing", "/v1/portal/nothing", "/v1/index.html"} {
		got := get(t, target)
		if got.Code != http.StatusNotFound || got.Body.String() != want.Body.String() {
			t.Errorf("%s: got %d %s, want 404 %s", target, got.Code, got.Body, want.Body)
		}
		var a, b strings.Builder
		_ = got.Header().Write(&a) // to memory
		_ = want.Header().Write(&b)
		if a.String() != b.String() {
			t.Errorf("%s: got the headers %s, want %s", target, a.String(), b.String())
		}
	}
	if got := get(t, "/v10/nothing").Header().Get("Content-Type"); !strings.HasPrefix(got, "text/html") {
		t.Errorf("/v10 is not the API: got content type %q", got)
	}
}

func TestNoPathLeadsOutOfTheSite(t *testing.T) {
	secrets := []string{"package web", "AWSTemplateFormatVersion", "root:"}
	for _, target := range []string{
		"/nowhere", "/index.html", "/static/index.html", "/assets", "/assets/", "/web.go", "/.git/config", "/favicon.ico",
		"/../web.go", "/assets/../web.go", "/assets/../../../etc/passwd", "/%2e%2e/web.go", "/assets/%2e%2e%2f%2e%2e%2fweb.go", "/..%5cweb.go",
		"//etc/passwd", "/./", "/assets/%00", "/openapi.json/", "/openapi.json%00",
	} {
		rec := get(t, target)
		if rec.Code != http.StatusNotFound {
			t.Errorf("%s: got status %d, want 404", target, rec.Code)
		}
		if got := rec.Header().Get("Cache-Control"); got != "no-store" {
			t.Errorf("%s: a 404 must not be kept, got Cache-Control %q", target, got)
		}
		for _, s := range secrets {
			if strings.Contains(rec.Body.String(), s) {
				t.Errorf("%s: got a file from outside of the site: %s", target, rec.Body)
			}
		}
	}
}

func TestThePageIsOnlyRead(t *testing.T) {
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		rec := send(t, method, "/")
		if rec.Code != http.StatusMethodNotAllowed || rec.Body.Len() != 0 {
			t.Errorf("%s /: got status %d and body %q, want 405 and none", method, rec.Code, rec.Body)
		}
	}
	if rec := send(t, http.MethodHead, "/"); rec.Code != http.StatusOK || rec.Body.Len() != 0 {
		t.Errorf("HEAD /: got status %d and %d bytes, want 200 and none", rec.Code, rec.Body.Len())
	}
}

func TestTheDescriptionOfTheAPIIsTheCommittedOne(t *testing.T) {
	rec := get(t, "/openapi.json")
	if rec.Code != http.StatusOK || rec.Body.String() != string(infra.OpenAPI()) {
		t.Errorf("got status %d and %d bytes, want 200 and infra/openapi.json", rec.Code, rec.Body.Len())
	}
	if got := rec.Header().Get("Content-Type"); got != "application/json" {
		t.Errorf("got content type %q, want application/json", got)
	}
	committed, err := os.ReadFile(filepath.Join("..", "..", "infra", "openapi.json"))
	if err != nil || string(committed) != rec.Body.String() {
		t.Errorf("what is served is not the committed document (%v)", err)
	}
}

func TestTheCommittedEventIsAnsweredThroughTheLambdaAdapter(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "events", "web.json"))
	if err != nil {
		t.Fatal(err)
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(raw, &event); err != nil {
		t.Fatal(err)
	}
	res, err := httpadapter.NewV2(served()).ProxyWithContext(t.Context(), event)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusOK || res.IsBase64Encoded || !strings.HasPrefix(res.Body, "<!doctype html>") {
		t.Errorf("got status %d, base64 %v, body %.40q; want the page as text", res.StatusCode, res.IsBase64Encoded, res.Body)
	}
}
