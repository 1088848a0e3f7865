// Package machine is what the guards have in common that draw steps at random (rapid).
package machine

import (
	"flag"
	"testing"

	"pgregory.net/rapid"
)

// skipped is a step that has nothing to do, and says why.
type skipped struct{ why string }

// Skip ends a step that has nothing to do. Another is drawn in its place: rapid ends a
// run early of which two thirds are skipped, and the more steps there are the more of
// them have nothing to do at the beginning.
func Skip(why string) { panic(skipped{why}) }

// Take takes a step, and says whether there was anything to do.
func Take(rt *rapid.T, name string, do func()) (taken bool) {
	rt.Helper()
	defer func() {
		switch why := recover().(type) {
		case nil:
		case skipped:
			rt.Log(name, "skipped:", why.why)
		default:
			panic(why) // rapid's own, or a defect
		}
	}()
	rt.Log(name)
	do()
	return true
}

// Evenly draws numbers of 16 bits, all as likely: rapid's own generators prefer small
// ones, and all steps are to be taken.
var Evenly = rapid.Custom(func(rt *rapid.T) int {
	n := 0
	for range 16 {
		n *= 2
		if rapid.Bool().Draw(rt, "bit") {
			n++
		}
	}
	return n
})

// OneOf draws one of what there is, and skips the step where there is nothing.
func OneOf[T any](rt *rapid.T, what string, all []T) T {
	if len(all) == 0 {
		Skip("there is no " + what)
	}
	return all[rapid.IntRange(0, len(all)-1).Draw(rt, what)]
}

// Where are the elements for which it holds.
func Where[T any](all []T, holds func(T) bool) []T {
	var out []T
	for _, one := range all {
		if holds(one) {
			out = append(out, one)
		}
	}
	return out
}

// Set sets a flag of rapid for the time of the test.
func Set(t *testing.T, name, value string) {
	t.Helper()
	f := flag.Lookup(name)
	if f == nil {
		t.Fatalf("there is no flag %s", name)
	}
	before := f.Value.String()
	if err := flag.Set(name, value); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = flag.Set(name, before) }) // as it was
}
