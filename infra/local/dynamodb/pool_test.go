//go:build engine

package dynamodb

import (
	"bufio"
	"context"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// take takes a database, until the test gives it back.
func take(t *testing.T, p *Pool, path string) (at string, giveBack func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.Endpoint+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := direct.Transport.RoundTrip(req) //nolint:bodyclose // by giveBack
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(res.Body).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line), func() { cancel(); _ = res.Body.Close() }
}

func answers(t *testing.T, at string) bool {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, at, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := direct.Do(req)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil
}

func TestADynamoDBLocalIsEndedWhenAllItsDatabasesAreGivenBack(t *testing.T) {
	p, err := StartPool(t.Context(), filepath.Join("..", "..", ".."), filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	first, giveBack := take(t, p, "/")
	var all []func()
	for range databasesMost - 1 {
		at, back := take(t, p, "/")
		if at != first {
			t.Fatalf("got %s, want %s until it has %d", at, first, databasesMost)
		}
		all = append(all, back)
	}
	lasting, _ := take(t, p, Lasting)
	if lasting == first {
		t.Fatal("one that lasts is with those that do not")
	}
	second, _ := take(t, p, "/")
	if second == first {
		t.Fatal("it was given one database more")
	}
	for _, back := range all {
		back()
	}
	if !answers(t, first) {
		t.Fatal("it was ended while one of its databases was in use")
	}
	giveBack()
	for deadline := time.Now().Add(20 * time.Second); answers(t, first); {
		if time.Now().After(deadline) {
			t.Fatal("it was not ended")
		}
	}
	if !answers(t, second) || !answers(t, lasting) {
		t.Error("another one was ended")
	}
}
