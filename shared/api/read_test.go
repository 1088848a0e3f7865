package api

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"testing"

	"foyer/shared/table"
)

// readingTwice reads what came with its access twice, and something else besides.
var readingTwice = Operation[struct{}, tryOutput]{
	ID: "try-reading", Method: http.MethodGet, Path: "/reading", Access: SignedIn,
	Reads: func(c *Call, _ func(string) string) []table.Key { return []table.Key{table.Settings(c.Person)} },
	Handle: func(ctx context.Context, c *Call, _ *struct{}) (*tryOutput, error) {
		var out tryOutput
		for range 2 {
			for _, keys := range [][]table.Key{{table.Settings(c.Person)}, {table.Settings(c.Person), table.Account(c.Person)}} {
				rows, err := c.Read(ctx, keys...)
				if err != nil {
					return nil, err
				}
				out.Body.Name += fmt.Sprint(len(rows))
			}
		}
		return &out, nil
	},
}

func TestWhatCameWithTheAccessIsGivenOnceAndReadAnewAfterThat(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	s.put(table.Settings(testPerson), nil)
	s.put(table.Account(testPerson), nil)
	rec := call(Handler(s.env(io.Discard), readingTwice), "GET", "/v1/reading", s.token(t), "")
	if got, want := rec.Body.String(), `{"person":"","name":"1212"}`+"\n"; got != want {
		t.Errorf("got %d %s, want each read to find its rows: %s", rec.Code, got, want)
	}
	// The access with the settings; then every read but the first is a call.
	if got := s.calls.Load(); got != 4 {
		t.Errorf("got %d calls, want 4", got)
	}
}

func TestWhoIsNotLetInIsGivenNothingOfWhatWasReadWithTheAccess(t *testing.T) {
	s := newStandIn(t)
	s.put(table.Settings(testPerson), nil)
	handled := false
	op := readingTwice
	op.Handle = func(context.Context, *Call, *struct{}) (*tryOutput, error) {
		handled = true
		return &tryOutput{}, nil
	}
	problem(t, call(Handler(s.env(io.Discard), op), "GET", "/v1/reading", s.token(t), ""), http.StatusUnauthorized, "unauthorized")
	if handled {
		t.Error("the handler ran for somebody whose session has ended")
	}
}
