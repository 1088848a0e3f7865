// Package switches is what infra/mutants puts into the code that it mutates, in
// an overlay and never in the tree: every mutant is compiled in, behind a switch,
// and the environment says which one is on. So each test program is built once,
// for all mutants.
//
// Where no mutant is on, the switches write down which of them would have changed
// a value, and in which test: only those tests can notice the mutant.
package switches

import (
	"cmp"
	"fmt"
	"os"
	"strconv"
	"sync"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
)

// The variables that infra/mutants sets.
const (
	OnVariable      = "FOYER_MUTANT"         // number of the mutant that is on
	ReachedVariable = "FOYER_MUTANT_REACHED" // file for what was reached, one "test number" a line
)

var on, reached = open()

func open() (int, *os.File) {
	n, _ := strconv.Atoi(os.Getenv(OnVariable)) // empty: none, 0
	name := os.Getenv(ReachedVariable)
	if name == "" {
		return n, nil
	}
	f, err := os.OpenFile(name, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600) //nolint:gosec // the file that infra/mutants names
	if err != nil {
		panic(err)
	}
	return n, f
}

var (
	mu   sync.Mutex
	test string
	seen = map[string]bool{}
)

// Test says which test runs from now on: tests run one after the other here.
func Test(name string) {
	mu.Lock()
	defer mu.Unlock()
	test = name
}

// Sub says which subtest runs from now on, until what it returns is called.
func Sub(name string) (end func()) {
	mu.Lock()
	defer mu.Unlock()
	outer := test
	test = name
	return func() { Test(outer) }
}

// Alone stands where a test said t.Parallel().
func Alone() {}

// is says whether mutant n is on; where it would change what is here, that is
// written down.
func is(n int, changes bool) bool {
	if reached != nil && changes {
		note(n)
	}
	return n == on
}

func note(n int) {
	mu.Lock()
	defer mu.Unlock()
	if line := fmt.Sprintf("%s %d\n", test, n); test != "" && !seen[line] {
		seen[line] = true
		if _, err := reached.WriteString(line); err != nil {
			panic(err)
		}
	}
}

// Not is a condition that the mutant negates.
func Not(n int, v bool) bool { return v != is(n, true) }

// True is an operand of && that the mutant drops.
func True(n int, v bool) bool { return is(n, !v) || v }

// False is an operand of || that the mutant drops, a case that it drops, or the
// condition of an if that it never takes.
func False(n int, v bool) bool { return !is(n, v) && v }

// Less is a < b, with the mutant a <= b.
func Less[T cmp.Ordered](n int, a, b T) bool { return a < b || is(n, a == b) && a == b }

// LessEqual is a <= b, with the mutant a < b.
func LessEqual[T cmp.Ordered](n int, a, b T) bool { return a < b || a == b && !is(n, true) }

// Holds is a condition of a write that the mutant drops.
func Holds(n int, c expression.ConditionBuilder) expression.ConditionBuilder {
	if is(n, true) {
		pk := expression.Name("PK")
		return pk.AttributeExists().Or(pk.AttributeNotExists())
	}
	return c
}

// Fails is an operand of Or that the mutant drops.
func Fails(n int, c expression.ConditionBuilder) expression.ConditionBuilder {
	if is(n, true) {
		pk := expression.Name("PK")
		return pk.AttributeExists().And(pk.AttributeNotExists())
	}
	return c
}

// None is an optional condition of a write that the mutant drops.
func None(n int, c *expression.ConditionBuilder) *expression.ConditionBuilder {
	if is(n, c != nil) {
		return nil
	}
	return c
}

// Zero is a fact that the mutant keeps from policy.
func Zero[T any](n int, v T) T {
	if is(n, true) {
		var zero T
		return zero
	}
	return v
}

// Allow is a refusal that the mutant turns into a permission.
func Allow(n int, err error) error {
	if is(n, err != nil) {
		return nil
	}
	return err
}
