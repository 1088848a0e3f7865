//go:build engine

package worlds

import (
	"flag"
	"fmt"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"foyer/infra/guards/proof"
)

const (
	runsAtOnce    = 10 // of one call of rapid
	stepsOfOneRun = 30 // on average
)

// Rule 10: what a client may not see looks absent, and nothing else (a count, a
// cursor, an ETag, a rank, an error text) tells it apart from absent.
func TestAClientCannotTellAWorldWithSecretsFromOneWithout(t *testing.T) {
	random := proof.Rand(t)
	g := newTwins(t, random.Uint64())
	set(t, "rapid.steps", fmt.Sprint(stepsOfOneRun))
	set(t, "rapid.checks", fmt.Sprint(runsAtOnce))
	set(t, "rapid.nofailfile", "true")
	set(t, "rapid.shrinktime", "20s")
	began := time.Now()
	until := proof.Until(t, 0)
	for g.stats.steps < 1200 || time.Now().Before(until) {
		set(t, "rapid.seed", strconv.FormatUint(random.Uint64()|1, 10)) // 0 is: any
		rapid.Check(t, g.oneRun)
	}
	t.Logf("%s in %.0fs; each step:%s", g.stats, time.Since(began).Seconds(), g.stats.each())
	g.enough(t)
}

// oneRun is one run of the state machine.
func (g *twins) oneRun(rt *rapid.T) {
	r := g.begin(rt)
	rt.Repeat(r.actions())
	if r.since > 0 {
		r.sweep(rt)
	}
}

// enough fails where a step never did what it is for, or an operation that clients
// can reach never answered them with success: then it was not proved.
func (g *twins) enough(t *testing.T) {
	t.Helper()
	for _, s := range append(append([]step{}, publicSteps...), secretSteps...) {
		if g.stats.took[s.name] == 0 {
			t.Errorf("the step %q never did what it is for", s.name)
		}
	}
	all, err := operations()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		if o.reachable() && g.stats.succeeded[o.ID] == 0 {
			t.Errorf("%s was never compared in a success", o.ID)
		}
	}
}

func set(t *testing.T, name, value string) {
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
