package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
)

const sample = `{
  "version": "2.0",
  "routeKey": "GET /v1/portal/projects/{project}/items/{item}",
  "rawPath": "/v1/portal/projects/prj_S/items/msg_S",
  "headers": {"accept": "application/json"},
  "pathParameters": {"project": "prj_S", "item": "msg_S"},
  "requestContext": {
    "authorizer": {"jwt": {"claims": {"username": "per_S"}}},
    "http": {"method": "GET", "path": "/v1/portal/projects/prj_S/items/msg_S"}
  }
}`

func TestFilledEventNamesRealThingsAndCarriesTheToken(t *testing.T) {
	data, err := fillEvent([]byte(sample), map[string]string{"project": "prj_1", "item": "msg_2"}, "token")
	if err != nil {
		t.Fatal(err)
	}
	var got events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(data, &got); err != nil {
		t.Fatal(err)
	}
	const path = "/v1/portal/projects/prj_1/items/msg_2"
	for _, c := range []struct{ what, got, want string }{
		{"path", got.RawPath, path},
		{"path in the context", got.RequestContext.HTTP.Path, path},
		{"project", got.PathParameters["project"], "prj_1"},
		{"item", got.PathParameters["item"], "msg_2"},
		{"token", got.Headers["authorization"], "Bearer token"},
		{"other header", got.Headers["accept"], "application/json"},
	} {
		if c.got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, c.got, c.want)
		}
	}
	if strings.Contains(string(data), "claims") {
		t.Errorf("the sample's claims are still there, so the function would not look at the token:\n%s", data)
	}
}

func TestFilledEventWithoutATokenHasNoCaller(t *testing.T) {
	data, err := fillEvent([]byte(sample), nil, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := string(data); strings.Contains(got, "claims") || strings.Contains(got, "authorization") {
		t.Errorf("somebody is named in:\n%s", got)
	}
}

func TestFillEventRefusesAnIDThatTheEventHasNot(t *testing.T) {
	if got, err := fillEvent([]byte(sample), map[string]string{"company": "com_1"}, ""); err == nil {
		t.Errorf("got %s, want an error: a check would run with a sample id and not notice", got)
	}
}

func TestWrittenEventIsForItsOwnerOnly(t *testing.T) {
	root, work := t.TempDir(), t.TempDir()
	if err := os.Mkdir(filepath.Join(root, "events"), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(root, "events", "portal-items-get.json"), []byte(sample), 0o600); err != nil {
		t.Fatal(err)
	}
	path, err := writeEvent(root, work, "portal-items-get", nil, "token")
	if err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o600 {
		t.Errorf("mode: got %o, want 600: a token is in it", got)
	}
}

func TestFunctionOf(t *testing.T) {
	for operation, want := range map[string]string{
		"me-get":           "MeGetFunction",
		"portal-items-get": "PortalItemsGetFunction",
	} {
		if got := functionOf(operation); got != want {
			t.Errorf("%s: got %q, want %q", operation, got, want)
		}
	}
}
