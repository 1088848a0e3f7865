package api

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"foyer/shared/table"
)

// tryRemembering takes an Idempotency-Key: it says whether it was carried out or
// answered again.
var tryRemembering = Operation[tryInput, tryOutput]{
	ID: "try-keyed", Method: http.MethodPost, Path: "/try", Access: SignedIn,
	Handle: func(_ context.Context, c *Call, _ *tryInput) (*tryOutput, error) {
		var out tryOutput
		out.Body.Name = "done"
		if c.idem == nil {
			out.Body.Name = "done without a key"
		}
		return &out, nil
	},
	Replay: func(_ context.Context, _ *Call, _ *tryInput, result string) (*tryOutput, error) {
		var out tryOutput
		out.Body.Name = "again: " + result
		return &out, nil
	},
}

func TestAnIdempotencyKeyIsVisibleASCII(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h := Handler(s.env(io.Discard), tryRemembering)
	for key, want := range map[string]string{
		"": "", "k": "done", "!": "done", "~": "done", "a!~z": "done", strings.Repeat("k", 255): "done",
		strings.Repeat("k", 256): "", "a b": "", " ": "", "a\x7f": "", "\x1f": "", "é": "",
	} {
		rec := call(h, "POST", "/v1/try", s.token(t), `{"name":"Ann"}`, "Idempotency-Key", key)
		if want == "" {
			if p := problem(t, rec, 422, "invalid"); len(p.Errors) != 1 || p.Errors[0].Location != "header.Idempotency-Key" {
				t.Errorf("%q: got %+v, want a fault at header.Idempotency-Key", key, p.Errors)
			}
			continue
		}
		if !strings.Contains(rec.Body.String(), `"`+want+`"`) {
			t.Errorf("%q: got %d %s, want %s", key, rec.Code, rec.Body, want)
		}
	}
}

// A key is remembered up to its last second, for the request that it came with.
func TestAKeyIsRememberedForItsRequestUntilItsEnd(t *testing.T) {
	now := time.Now().Add(time.Minute) // tokens are made before
	for _, c := range []struct {
		what, fingerprint string
		after             int64
		want              string // empty: the key was used for another request
	}{
		{"the same request", "", 1, "again: thing"},
		{"at its end", "", 0, "again: thing"},
		{"after its end", "", -1, "done"},
		{"another request", "other", 1, ""},
		{"another request after its end", "other", -1, "done"},
	} {
		s := newStandIn(t)
		s.signedIn()
		env := s.env(io.Discard)
		env.Clock = func() time.Time { return now }
		var key table.Key
		var fingerprint string
		spy := tryRemembering
		spy.Handle = func(_ context.Context, c *Call, _ *tryInput) (*tryOutput, error) {
			key, fingerprint = c.idem.key, c.idem.fingerprint
			return &tryOutput{}, nil
		}
		call(Handler(env, spy), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`, "Idempotency-Key", "k")
		if c.fingerprint != "" {
			fingerprint = c.fingerprint
		}
		s.put(key, map[string]any{"fingerprint": textOf(fingerprint), "result": textOf("thing"), "ttl": numberOf(now.Unix() + c.after)})
		rec := call(Handler(env, tryRemembering), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`, "Idempotency-Key", "k")
		if c.want == "" {
			problem(t, rec, 422, "idempotency-key-reused")
		} else if !strings.Contains(rec.Body.String(), `"`+c.want+`"`) {
			t.Errorf("%s: got %d %s, want %s", c.what, rec.Code, rec.Body, c.want)
		}
		// Another caller's key of the same name is another key.
		if rec := call(Handler(env, tryRemembering), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`, "Idempotency-Key", "l"); !strings.Contains(rec.Body.String(), `"done"`) {
			t.Errorf("another key: got %d %s, want it carried out", rec.Code, rec.Body)
		}
	}
}

// A record that cannot be read is none that is absent: the request could be carried
// out twice.
func TestAnUnreadableRecordOfAKeyIsAFailure(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	var key table.Key
	spy := tryRemembering
	spy.Handle = func(_ context.Context, c *Call, _ *tryInput) (*tryOutput, error) {
		key = c.idem.key
		return &tryOutput{}, nil
	}
	call(Handler(s.env(io.Discard), spy), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`, "Idempotency-Key", "k")
	s.put(key, map[string]any{"ttl": textOf("?"), "fingerprint": flagOf(true), "result": flagOf(true)})
	problem(t, call(Handler(s.env(io.Discard), tryRemembering), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`, "Idempotency-Key", "k"), 500, "internal")
	c := &Call{Env: s.env(io.Discard), idem: &idempotency{key: key}}
	s.Close()
	if result, err := c.remembered(t.Context()); err == nil {
		t.Errorf("the table does not answer: got %q and no error", result)
	}
}

// What a request is refused for can be the effect of another with its key. Where the
// record of the key cannot be read then, nobody knows, and nobody is told that they were refused.
func TestARefusalThatMayBeARepetitionIsNoneUntilTheRecordWasRead(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	op := tryRemembering
	op.Handle = func(context.Context, *Call, *tryInput) (*tryOutput, error) {
		s.Close() // what comes after finds no table
		return nil, Conflict("exists", "It is there already.")
	}
	rec := call(Handler(s.env(io.Discard), op), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`, "Idempotency-Key", "k")
	problem(t, rec, 503, "unavailable")
}

// DynamoDB reads the rows of a batch one by one: the record of a key can tell of an effect
// that a row read with it does not have yet. Whoever repeats a request hears of it all
// the same.
func TestWhoRepeatsARequestHearsOfWhatIsThereAfterIt(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	settings := table.Settings(testPerson)
	op := tryRemembering
	op.Reads = func(*Call, func(string) string) []table.Key { return []table.Key{settings} }
	var key table.Key
	var fingerprint string
	op.Handle = func(_ context.Context, c *Call, _ *tryInput) (*tryOutput, error) {
		key, fingerprint = c.idem.key, c.idem.fingerprint
		return &tryOutput{}, nil
	}
	op.Replay = func(ctx context.Context, c *Call, _ *tryInput, _ string) (*tryOutput, error) {
		var out tryOutput
		rows, err := c.Read(ctx, settings)
		if _, found := rows[settings]; found {
			out.Body.Name = "with the effect"
		}
		return &out, err
	}
	post := func() *httptest.ResponseRecorder {
		return call(Handler(s.env(io.Discard), op), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`, "Idempotency-Key", "k")
	}
	post()
	s.put(key, map[string]any{"fingerprint": textOf(fingerprint), "result": textOf("thing"), "ttl": numberOf(4102444800)})
	s.afterCall = func() { s.put(settings, nil) } // when the access has been read
	if rec := post(); !strings.Contains(rec.Body.String(), `"with the effect"`) {
		t.Errorf("got %d %s, want what the request before it has done", rec.Code, rec.Body)
	}
}

// Where an operation takes no key, one that is sent does not matter.
func TestAKeyThatIsNotAskedForDoesNotMatter(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h := Handler(s.env(io.Discard), trySignedIn)
	for range 2 {
		if got := call(h, "POST", "/v1/try", s.token(t), `{"name":"Ann"}`, "Idempotency-Key", "k"); got.Code != 200 {
			t.Errorf("got %d %s, want 200", got.Code, got.Body)
		}
	}
	if got := s.asked.Load(); got != 2 {
		t.Errorf("got %d rows read, want the session alone, twice", got)
	}
}
