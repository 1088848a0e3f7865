//go:build engine

package dynamodb

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func newPool(t *testing.T) *Pool {
	t.Helper()
	p, err := StartPool(t.Context(), filepath.Join("..", "..", ".."), filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

// take takes a database of the DynamoDB Local at an address, until the test gives it back.
func take(t *testing.T, p *Pool, path string) (at, database string, giveBack func()) {
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
	if _, err := fmt.Sscan(line, &at, &database); err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return at, database, func() { cancel(); _ = res.Body.Close() }
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
	p := newPool(t)
	first, database, giveBack := take(t, p, "/")
	had := map[string]bool{database: true}
	var all []func()
	for range databasesMost - 1 {
		at, database, back := take(t, p, "/")
		if at != first || had[database] {
			t.Fatalf("got %s of %s, want one that nobody has of %s until it has %d", database, at, first, databasesMost)
		}
		had[database] = true
		all = append(all, back)
	}
	lasting, _, _ := take(t, p, Lasting)
	if lasting == first {
		t.Fatal("one that lasts is with those that do not")
	}
	second, _, _ := take(t, p, "/")
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

// What a database has had before makes it slower: it goes from test to test until that
// is much, and only where it is known.
func TestADatabaseGoesFromTestToTestUntilMuchWasChangedInIt(t *testing.T) {
	p := newPool(t)
	const each = recordsMost/2 - 1 // three tests, the third of which makes it too many
	for n := range 5 {
		_, got, giveBack := take(t, p, "/")
		if want := fmt.Sprint("database", 1+n/3); got != want {
			t.Fatalf("test %d: got %s, want %s", n+1, got, want)
		}
		tell(t, p, got, each)
		giveBack()
		given(t, p, got)
	}
	_, silent, giveBack := take(t, p, "/")
	giveBack()
	given(t, p, silent)
	_, lasting, giveBack := take(t, p, Lasting)
	tell(t, p, lasting, 1)
	giveBack()
	given(t, p, lasting)
	for _, path := range []string{"/", Lasting} {
		if _, got, _ := take(t, p, path); got == silent || got == lasting {
			t.Errorf("%s: got %s, in which nobody knows how much was changed, or which is to last", path, got)
		}
	}
}

// tell says how much was changed in a database.
func tell(t *testing.T, p *Pool, database string, changes int) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, p.Endpoint+"/"+database, strings.NewReader(fmt.Sprint(changes)))
	if err != nil {
		t.Fatal(err)
	}
	res, err := direct.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if err := res.Body.Close(); err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("got %d, %v", res.StatusCode, err)
	}
}

// given waits until the database is given back: whoever has it only ends the request.
func given(t *testing.T, p *Pool, database string) {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; {
		p.mu.Lock()
		_, there := p.taken[database]
		p.mu.Unlock()
		if !there {
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("it was not given back")
		}
	}
}
