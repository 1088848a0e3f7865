package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"foyer/infra/mutants/switches"
)

// The suites, in the order in which a mutant is tried with them.
const (
	suiteUnit    = "unit"      // of the mutant's own package
	suiteEngine  = "engine"    // likewise, on the engine
	suiteCatalog = "catalogue" // every operation × every kind of caller, and what else the catalogue drives
	suiteOthers  = "others"
)

var suites = []string{suiteUnit, suiteEngine, suiteCatalog, suiteOthers}

// catalogPackage has the tests that the catalogue drives.
const catalogPackage = "shared/catalog"

func suiteOf(m Mutant, t *test) string {
	switch {
	case t.program.Package == m.Package() && !t.Engine:
		return suiteUnit
	case t.program.Package == m.Package():
		return suiteEngine
	case t.program.Package == catalogPackage:
		return suiteCatalog
	}
	return suiteOthers
}

// outcome of a mutant.
type outcome struct {
	Mutant
	Killed  string // by which suite; empty: alive, or not tried
	Timeout bool   // it did not fail, it did not end
	Tried   bool
	Noticed bool // some test comes by where it differs
}

// trial tries mutants.
type trial struct {
	root     string
	noticing map[int][]*test
	reasons  map[int]string // why a mutant is equivalent
	hints    hints

	mu     sync.Mutex
	killer map[string]map[*test]int // by function: what killed there before
}

// apart is how many tests are run alone, the likeliest first, before the rest of
// a package is run in one go.
const apart = 3

// try runs the tests that could notice the mutant until one does.
func (r *trial) try(ctx context.Context, m Mutant) (outcome, error) {
	o := outcome{Mutant: m, Noticed: len(r.noticing[m.Number]) > 0, Tried: true}
	for _, suite := range suites {
		if r.reasons[m.Number] != "" && suite == suiteCatalog {
			break // nobody can notice it: that its own package's tests do not is enough
		}
		var candidates []*test
		for _, t := range r.noticing[m.Number] {
			if suiteOf(m, t) == suite {
				candidates = append(candidates, t)
			}
		}
		r.order(m, candidates)
		for i := 0; i < len(candidates); {
			n := 1
			if i >= apart {
				n = same(candidates[i:])
			}
			killed, err := r.run(ctx, m, candidates[i:i+n])
			if ctx.Err() != nil {
				return o, ctx.Err()
			}
			if killed {
				o.Killed, o.Timeout = suite, errors.Is(err, errTimeout)
				if n == 1 {
					r.learn(m, candidates[i])
				}
				return o, nil
			}
			i += n
		}
	}
	return o, nil
}

// same is how many of the tests at the front are of one package.
func same(tests []*test) int {
	n := 1
	for n < len(tests) && tests[n].program == tests[0].program {
		n++
	}
	return n
}

// order puts the likeliest first: what killed this mutant before, what killed
// others of the function, then the quick and particular.
func (r *trial) order(m Mutant, tests []*test) {
	r.mu.Lock()
	defer r.mu.Unlock()
	score := func(t *test) float64 {
		s := float64(t.took.Milliseconds()+100) * float64(t.reaches+20)
		s /= float64(1 + 20*r.killer[place(m)][t])
		if r.hints[m.Key()] == t.String() {
			s = -1
		}
		return s
	}
	slices.SortStableFunc(tests, func(a, b *test) int {
		if c := cmp.Compare(score(a), score(b)); c != 0 {
			return c
		}
		return cmp.Compare(a.String(), b.String())
	})
	if len(tests) > apart { // the rest by package
		slices.SortStableFunc(tests[apart:], func(a, b *test) int { return cmp.Compare(a.program.Package, b.program.Package) })
	}
}

func place(m Mutant) string { return m.File + " " + m.Func }

func (r *trial) learn(m Mutant, t *test) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.killer[place(m)] == nil {
		r.killer[place(m)] = map[*test]int{}
	}
	r.killer[place(m)][t]++
	r.hints[m.Key()] = t.String()
}

// patience is how much longer than without a mutant tests may take.
const patience = 10

func (r *trial) run(ctx context.Context, m Mutant, tests []*test) (killed bool, err error) {
	limit := 20 * time.Second
	var names []string
	for _, t := range tests {
		limit += patience * t.took
		names = append(names, t.Name)
	}
	_, err = tests[0].program.run(ctx, r.root, limit, names, fmt.Sprintf("%s=%d", switches.OnVariable, m.Number))
	return err != nil, err
}
