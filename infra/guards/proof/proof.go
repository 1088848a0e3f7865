// Package proof says how deep the guards go. In `make test` each takes its short
// form; `make proof TIME=10m SEED=7` gives each of them a time and a seed.
package proof

import (
	"math/rand/v2"
	"os"
	"strconv"
	"testing"
	"time"
)

// The variables that `make proof` sets.
const (
	TimeVariable = "FOYER_PROOF_TIME" // how long each guard takes, such as 10m; empty: the short form
	SeedVariable = "FOYER_PROOF_SEED" // what the guards draw from; empty: anything
)

// Deep says whether this is `make proof`.
func Deep() bool { return os.Getenv(TimeVariable) != "" }

// Cases is how many cases a guard takes: a few in the short form, many in a proof.
func Cases(short, deep int) int {
	if Deep() {
		return deep
	}
	return short
}

// PerMinute is how many cases a guard takes that is told a number instead of a time: a few
// in the short form, so many for each minute of a proof, and one minute's at least.
func PerMinute(t testing.TB, short, each int) int {
	t.Helper()
	if !Deep() {
		return short
	}
	return max(each, int(float64(each)*time.Until(Until(t, 0)).Minutes()+0.5))
}

// Until is when a guard ends that takes as many cases as its time allows; the
// short form gives it so long.
func Until(t testing.TB, short time.Duration) time.Time {
	t.Helper()
	if !Deep() {
		return time.Now().Add(short)
	}
	d, err := time.ParseDuration(os.Getenv(TimeVariable))
	if err != nil || d <= 0 {
		t.Fatalf("%s=%q is not a duration such as 10m", TimeVariable, os.Getenv(TimeVariable))
	}
	return time.Now().Add(d)
}

// Seed is what the guard draws from, and is printed when the test fails: the same
// seed gives the same cases.
func Seed(t testing.TB) uint64 {
	t.Helper()
	seed := rand.Uint64() //nolint:gosec // for cases, not for secrets
	if given := os.Getenv(SeedVariable); given != "" {
		var err error
		if seed, err = strconv.ParseUint(given, 10, 64); err != nil {
			t.Fatalf("%s=%q is not a number", SeedVariable, given)
		}
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("%s=%d gives the same cases again", SeedVariable, seed)
		}
	})
	return seed
}

// Rand is a source of cases from the guard's seed.
func Rand(t testing.TB) *rand.Rand {
	t.Helper()
	seed := Seed(t)
	return rand.New(rand.NewPCG(seed, seed)) //nolint:gosec // for cases, not for secrets
}
