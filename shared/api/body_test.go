package api

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// encoding/json takes a field in any case, and the last of several; what is
// validated must be what is taken.
func TestAFieldHasOneSpelling(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h, token := Handler(s.env(io.Discard), trySignedIn), s.token(t)
	long := strings.Repeat("a", 21)
	for what, body := range map[string]string{
		"a second spelling past the limits": `{"name":"Ann","NAME":"` + long + `"}`,
		"another spelling":                  `{"Name":"Ann"}`,
		"a letter that folds to another":    `{"name":"Ann","\u017fize":1}`,
		"the last of two past the limits":   `{"name":"Ann","name":"` + long + `"}`,
	} {
		t.Run(what, func(t *testing.T) { problem(t, call(h, "POST", "/v1/try", token, body), 422, "invalid") })
	}
}

func TestAFieldThatIsNullIsRefused(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h, token := Handler(s.env(io.Discard), trySignedIn), s.token(t)
	p := problem(t, call(h, "POST", "/v1/try", token, `{"name":"Ann","email":null}`), 422, "invalid")
	if len(p.Errors) != 1 || p.Errors[0].Location != "body.email" {
		t.Errorf("got %+v, want the fault at body.email", p.Errors)
	}
	if rec := call(h, "POST", "/v1/try", token, `{"name":"null"}`); rec.Code != 200 {
		t.Errorf("the word null: got %d %s, want 200", rec.Code, rec.Body)
	}
}

func TestTheAnswerIsJSONWhateverIsAccepted(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h, token := Handler(s.env(io.Discard), trySignedIn), s.token(t)
	for _, accept := range []string{"json", "text/html", "application/problem+json", "*/*;q=0"} {
		rec := call(h, "POST", "/v1/try", token, `{"name":"Ann"}`, "Accept", accept)
		if got := rec.Header().Get("Content-Type"); rec.Code != 200 || got != "application/json" {
			t.Errorf("Accept: %s: got %d of type %q, want 200 of application/json", accept, rec.Code, got)
		}
	}
}

var tryKeyed = Operation[tryInput, tryOutput]{
	ID: "try-keyed", Method: http.MethodPost, Path: "/keyed", Access: SignedIn, Status: http.StatusCreated, Also: http.StatusOK,
	Handle: trySignedIn.Handle,
	Replay: func(context.Context, *Call, *tryInput, string) (*tryOutput, error) { return &tryOutput{}, nil },
}

func TestAnIdempotencyKeyThatIsNoneIsRefused(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h, token := Handler(s.env(io.Discard), tryKeyed), s.token(t)
	for _, key := range []string{"", "a b", "\xff", strings.Repeat("k", 256)} {
		p := problem(t, call(h, "POST", "/v1/keyed", token, `{"name":"Ann"}`, "Idempotency-Key", key), 422, "invalid")
		if len(p.Errors) != 1 || p.Errors[0].Location != "header.Idempotency-Key" {
			t.Errorf("%.20q: got %+v, want the fault at header.Idempotency-Key", key, p.Errors)
		}
	}
}

func TestTheDocumentSaysBothSuccessesAndTheFormsOfIDs(t *testing.T) {
	hapi := humago.New(http.NewServeMux(), Document())
	Register(hapi, nil, tryKeyed, tryStaff)
	responses := hapi.OpenAPI().Paths["/v1/keyed"].Post.Responses
	for _, status := range []string{"200", "201"} {
		if r := responses[status]; r == nil || r.Content["application/json"] == nil {
			t.Errorf("no body is described for %s: %+v", status, r)
		}
	}
	if responses["503"].Headers["Retry-After"] == nil {
		t.Error("503 without Retry-After")
	}
	for _, p := range hapi.OpenAPI().Paths["/v1/projects/{project}/try"].Get.Parameters {
		if p.Name == "project" && p.Schema.Pattern != pathForms["project"].pattern {
			t.Errorf("the project's id has the pattern %q, want %q", p.Schema.Pattern, pathForms["project"].pattern)
		}
	}
}
