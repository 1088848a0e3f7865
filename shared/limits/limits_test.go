//go:build engine

package limits_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/limits"
	"foyer/shared/table"
)

const (
	annsAddress = "ann@acme.example"
	wrong       = "Wrong-Horse-7"
	usual       = "192.0.2.1" // where everybody in tests calls from
)

// stand is a World with Ann, who has signed in at her usual place, in the middle of
// a window that does not end while the test runs.
func stand(t *testing.T) (*foyertest.World, foyertest.Person) {
	t.Helper()
	w := foyertest.New(t)
	ann, _ := w.Workspace("Acme Agency", "Ann Archer", annsAddress)
	w.Clock.Stand(time.Now().Truncate(limits.SignIn.Window).Add(limits.SignIn.Window / 3))
	return w, ann
}

func signIn(w *foyertest.World, source, address, password string) foyertest.Response {
	return w.Do(foyertest.Person{Source: source}, "POST", "/v1/sessions", map[string]any{"email": address, "password": password})
}

// counted sets a count as so many attempts would.
func counted(w *foyertest.World, by string, n int) {
	w.T.Helper()
	key := table.Attempts(limits.SignIn.Kind, by, w.Clock.Now().Truncate(limits.SignIn.Window))
	attempts := make([]string, n)
	for i := range attempts {
		attempts[i] = fmt.Sprint(i)
	}
	if err := w.Table.PutOne(w.T.Context(), key, table.AttemptsRow{Attempts: attempts, TTL: w.Clock.Now().Add(time.Hour).Unix()}, nil); err != nil {
		w.T.Fatal(err)
	}
}

func TestGuessesAtOnePersonFromOnePlaceEndSoon(t *testing.T) {
	w, _ := stand(t)
	const attacker = "198.51.100.7"
	for range limits.SignIn.SubjectAndSource {
		signIn(w, attacker, annsAddress, wrong).Problem(401, "invalid-credentials")
		signIn(w, attacker, "nobody@acme.example", wrong).Problem(401, "invalid-credentials")
	}
	refused := signIn(w, attacker, annsAddress, foyertest.Password).Problem(429, "too-many-attempts")
	if got := refused.Header.Get("Retry-After"); got != "600" {
		t.Errorf("Retry-After is %q, want the 600 seconds that are left of the window", got)
	}
	// Whether anybody has the address makes no difference.
	signIn(w, attacker, "nobody@acme.example", wrong).Same(refused)
	// Nor do other words for the same place, or the same address.
	refused.Same(w.Do(foyertest.Person{Source: attacker}, "POST", "/v1/sessions", map[string]any{"email": " ANN@acme.example", "password": wrong},
		foyertest.Header{Name: "X-Forwarded-For", Value: "203.0.113.1"}))
	// The person comes in from elsewhere, and everybody else from there.
	signIn(w, "203.0.113.5", annsAddress, foyertest.Password).Must(201)
	signIn(w, usual, annsAddress, foyertest.Password).Must(201)
	w.Workspace("Bea's", "Bea Baker", "bea@baker.example")
	signIn(w, attacker, "bea@baker.example", foyertest.Password).Must(201)
	w.Clock.Advance(10*time.Minute + time.Second)
	signIn(w, attacker, annsAddress, wrong).Problem(401, "invalid-credentials")
}

func TestOneIPv6NetworkIsOneSource(t *testing.T) {
	w, _ := stand(t)
	for n := range limits.SignIn.SubjectAndSource {
		signIn(w, fmt.Sprintf("2001:db8:1:2::%x", n+1), annsAddress, wrong).Problem(401, "invalid-credentials")
	}
	signIn(w, "2001:db8:1:2:ffff::1", annsAddress, wrong).Problem(429, "too-many-attempts")
	signIn(w, "2001:db8:1:3::1", annsAddress, wrong).Problem(401, "invalid-credentials")
}

// Guesses from everywhere do not lock the person out where they usually are.
func TestNobodyIsLockedOutByStrangers(t *testing.T) {
	w, ann := stand(t)
	counted(w, "subject\x00"+annsAddress, limits.SignIn.Subject)
	counted(w, "subject\x00nobody@acme.example", limits.SignIn.Subject)
	refused := signIn(w, "198.51.100.8", annsAddress, wrong).Problem(429, "too-many-attempts")
	signIn(w, "198.51.100.8", "nobody@acme.example", wrong).Same(refused)
	signIn(w, "198.51.100.8", annsAddress, foyertest.Password).Same(refused)
	w.SignIn(ann)
	signIn(w, usual, annsAddress, wrong).Problem(401, "invalid-credentials") // and is answered as ever
	w.Clock.Advance(91 * 24 * time.Hour)
	counted(w, "subject\x00"+annsAddress, limits.SignIn.Subject)
	signIn(w, usual, annsAddress, foyertest.Password).Problem(429, "too-many-attempts") // not known any more
}

func TestOneSourceCannotTryEverybody(t *testing.T) {
	w, _ := stand(t)
	const attacker = "198.51.100.9"
	counted(w, "source\x00"+attacker, limits.SignIn.Source-1)
	signIn(w, attacker, "first@acme.example", wrong).Problem(401, "invalid-credentials")
	signIn(w, attacker, "second@acme.example", wrong).Problem(429, "too-many-attempts")
	signIn(w, usual, "second@acme.example", wrong).Problem(401, "invalid-credentials")
}

func TestSuccessIsNotCounted(t *testing.T) {
	w, ann := stand(t)
	for range limits.SignIn.SubjectAndSource + 2 {
		w.SignIn(ann)
	}
	for range limits.SignIn.SubjectAndSource - 1 {
		signIn(w, usual, annsAddress, wrong).Problem(401, "invalid-credentials")
	}
	w.SignIn(ann)
	signIn(w, usual, annsAddress, wrong).Problem(401, "invalid-credentials")
	signIn(w, usual, annsAddress, wrong).Problem(429, "too-many-attempts")
}

// An attempt counts before it is made: many at once do not all pass.
func TestManyAtOnceAreCounted(t *testing.T) {
	w, _ := stand(t)
	const at = 40
	statuses := make([]int, at)
	var all sync.WaitGroup
	for i := range at {
		all.Go(func() { statuses[i] = signIn(w, "198.51.100.10", annsAddress, wrong).Status })
	}
	all.Wait()
	got := map[int]int{}
	for _, s := range statuses {
		got[s]++
	}
	if got[401] != limits.SignIn.SubjectAndSource || got[429] != at-limits.SignIn.SubjectAndSource {
		t.Errorf("%d at once: got %v, want %d times 401 and else 429", at, got, limits.SignIn.SubjectAndSource)
	}
}

// Neither addresses nor sources stand in the counts, and all of them end.
func TestCountsAreHashedAndEnd(t *testing.T) {
	w, _ := stand(t)
	signIn(w, "198.51.100.11", "nobody@acme.example", wrong).Problem(401, "invalid-credentials")
	counts := 0
	for line := range strings.SplitSeq(w.Dump(), "\n") {
		if !strings.HasPrefix(line, "AUTH#ATTEMPTS#") {
			continue
		}
		counts++
		if strings.Contains(line, "198.51") || strings.Contains(line, "nobody") || !strings.Contains(line, " ttl:") {
			t.Errorf("a count names what it is of, or does not end: %s", line)
		}
	}
	if counts < 3 {
		t.Errorf("got %d counts, want one by source, one by address, one by both", counts)
	}
}

// Whoever is refused for their own count adds nothing to what others are refused by,
// and what fails on our side is nobody's guess.
func TestOnlyWrongGuessesStayCounted(t *testing.T) {
	w, _ := stand(t)
	const attacker = "198.51.100.12"
	left := func() int {
		var row table.AttemptsRow
		if _, err := w.Table.Get(t.Context(), table.Attempts(limits.SignIn.Kind, "subject\x00"+annsAddress, w.Clock.Now().Truncate(limits.SignIn.Window)), &row); err != nil {
			t.Fatal(err)
		}
		return len(row.Attempts)
	}
	for range limits.SignIn.SubjectAndSource + 5 {
		signIn(w, attacker, annsAddress, wrong)
	}
	if got := left(); got != limits.SignIn.SubjectAndSource {
		t.Errorf("%d attempts at Ann are counted, want the %d that were made", got, limits.SignIn.SubjectAndSource)
	}
	w.Intercept("sessions-create", func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Down", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, asks := in.Parameters.(*cognito.AdminInitiateAuthInput); asks {
				return middleware.InitializeOutput{}, middleware.Metadata{}, context.DeadlineExceeded
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.After)
	})
	signIn(w, usual, annsAddress, foyertest.Password).Problem(503, "unavailable")
	if got := left(); got != limits.SignIn.SubjectAndSource {
		t.Errorf("%d attempts at Ann are counted after a failure of ours, want still %d", got, limits.SignIn.SubjectAndSource)
	}
}
