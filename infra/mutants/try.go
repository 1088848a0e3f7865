package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"foyer/infra/mutants/switches"
)

// The suites by which it is counted what kills a mutant.
const (
	suiteUnit    = "unit"      // of the mutant's own package
	suiteEngine  = "engine"    // likewise, on the engine
	suiteCatalog = "catalogue" // what it drives: every operation × every kind of caller, everything that is read × failing
	suiteOthers  = "others"
)

// driven are the packages with the tests that the catalogue drives.
var driven = []string{"shared/catalog", "infra/guards/reads", "infra/guards/meanwhile", "infra/guards/faults"}

// testedBy are the packages whose tests are a package's own too: what it does is seen
// there.
var testedBy = map[string][]string{
	"shared/audience": {"shared/notify", "shared/mail"},
	"shared/mail":     {"shared/notify", "shared/due"},
	"shared/notify":   {"shared/mail"},
	"shared/access":   {"shared/contacts"},
	"shared/contacts": {"shared/access", "shared/clients", "shared/invitations"},
	"shared/erasure":  {"shared/contacts"},
	"shared/api":      {"shared/workspaces"},
	"shared/jobs":     {"shared/jobs/jobqueue"},

	"shared/subscription": {"shared/licences"},
}

func suiteOf(m Mutant, t *test) string {
	own := t.program.Package == m.Package() || slices.Contains(testedBy[m.Package()], t.program.Package)
	switch {
	case own && !t.Engine:
		return suiteUnit
	case own:
		return suiteEngine
	case slices.Contains(driven, t.program.Package):
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
	most     int // tests of each suite; 0: all
	noticing map[int][]*test
	reasons  map[int]string // why a mutant is equivalent
	kills    kills
	sums     sums

	mu     sync.Mutex
	killer map[string]map[*test]int // by function: what killed there before
}

// try runs the tests that could notice the mutant until one does.
func (r *trial) try(ctx context.Context, m Mutant) (outcome, error) {
	o := outcome{Mutant: m, Noticed: len(r.noticing[m.Number]) > 0, Tried: true}
	for _, t := range r.candidates(m) {
		killed, timeout, err := r.run(ctx, m, t)
		if err != nil {
			return o, err
		}
		if killed {
			o.Killed, o.Timeout = suiteOf(m, t), timeout
			r.learn(m, t, kill{Suite: o.Killed, Test: t.String(), Timeout: timeout, Sum: r.sums.of(m, t.String())})
			return o, nil
		}
	}
	return o, nil
}

// candidates are the tests that the mutant is tried with, in order: what killed it last
// time, its own package's, then all others, the likeliest first.
func (r *trial) candidates(m Mutant) []*test {
	by := map[string][]*test{}
	for _, t := range r.noticing[m.Number] {
		by[suiteOf(m, t)] = append(by[suiteOf(m, t)], t)
	}
	near := [][]*test{by[suiteUnit], by[suiteEngine]}
	far, most := slices.Concat(by[suiteCatalog], by[suiteOthers]), fromOthers
	if len(near[0])+len(near[1]) == 0 {
		most = fromUsers
	}
	if r.reasons[m.Number] != "" {
		far = nil // nobody can notice it: that its own package's tests do not is enough
	}
	var all []*test
	for _, tests := range append(near, far) {
		r.order(m, tests)
		if r.most > 0 {
			tests = tests[:min(r.most, len(tests))]
		}
		all = append(all, tests...)
	}
	had := map[*program]int{}
	all = slices.DeleteFunc(all, func(t *test) bool {
		had[t.program]++
		switch suiteOf(m, t) {
		case suiteOthers:
			return had[t.program] > most
		case suiteCatalog:
			return had[t.program] > fromCatalog
		}
		return false
	})
	// What killed it last time, wherever it stands among the likeliest.
	if known := r.known(m); known != nil {
		all = slices.DeleteFunc(all, func(t *test) bool { return t == known })
		all = slices.Insert(all, 0, known)
	}
	return all
}

// known is the test that killed the mutant last time, if it is there and others of its
// package still come by; else nil.
func (r *trial) known(m Mutant) *test {
	r.mu.Lock()
	pkg, name, _ := strings.Cut(r.kills[m.Key()].Test, " ")
	r.mu.Unlock()
	for _, t := range r.noticing[m.Number] {
		if t.program.Package == pkg {
			return t.program.tests[name]
		}
	}
	return nil
}

// fromOthers is how many tests of each other package a mutant is tried with, the
// likeliest: what nobody near it notices is not to be noticed far away by chance. Where
// no test of its own package comes by, its users' tests are the near ones: fromUsers.
const fromOthers, fromUsers = 2, 20

// fromCatalog is with how many of the tests of each package that the catalogue drives: what
// every operation comes by would be tried with hundreds of them.
const fromCatalog = 12

// order puts the likeliest first: what killed others of the function, then the quick
// and particular.
func (r *trial) order(m Mutant, tests []*test) {
	r.mu.Lock()
	defer r.mu.Unlock()
	score := func(t *test) float64 {
		s := float64(t.took.Milliseconds()+100) * float64(t.reaches+20)
		return s / float64(1+20*r.killer[place(m)][t])
	}
	slices.SortStableFunc(tests, func(a, b *test) int {
		if c := cmp.Compare(score(a), score(b)); c != 0 {
			return c
		}
		return cmp.Compare(a.String(), b.String())
	})
}

func place(m Mutant) string { return m.File + " " + m.Func }

func (r *trial) learn(m Mutant, t *test, k kill) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.killer[place(m)] == nil {
		r.killer[place(m)] = map[*test]int{}
	}
	r.killer[place(m)][t]++
	r.kills[m.Key()] = k
}

// expected is how long a mutant will take, about: those that a known test kills come
// first where a run goes on.
func (r *trial) expected(m Mutant) time.Duration {
	if t := r.known(m); t != nil {
		return t.took
	}
	return time.Hour
}

// keep keeps what was killed for the next run, also of one that is broken off.
func (r *trial) keep() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.kills.write(r.root)
}

// patience is how much longer than without a mutant a test may take.
const patience = 10

// run runs one test with the mutant on. A test that fails kills it, if it passes
// alone with no mutant on.
func (r *trial) run(ctx context.Context, m Mutant, t *test) (killed, timeout bool, err error) {
	limit, on := 15*time.Second+patience*t.took, fmt.Sprintf("%s=%d", switches.OnVariable, m.Number)
	out, failed := t.program.run(ctx, r.root, limit, t, on)
	if errors.Is(failed, errTimeout) { // the mutant's doing, or a moment's?
		out, failed = t.program.run(ctx, r.root, 2*limit, t, on)
	}
	if failed == nil || ctx.Err() != nil {
		return false, false, ctx.Err()
	}
	if strings.Contains(out, noTables) {
		return false, false, fmt.Errorf("%w:\n%s", failed, last(out, 10))
	}
	t.alone.Do(func() {
		if out, err := t.program.run(ctx, r.root, limit, t); err != nil && ctx.Err() == nil {
			fmt.Printf("%s fails alone, with no mutant on: it proves nothing\n%s\n", t, last(out, 10))
			t.fails = true
		}
	})
	return !t.fails, errors.Is(failed, errTimeout), ctx.Err()
}
