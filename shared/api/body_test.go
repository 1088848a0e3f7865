package api

import (
	"io"
	"strings"
	"testing"
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
