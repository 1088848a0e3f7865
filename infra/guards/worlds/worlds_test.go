//go:build engine

package worlds

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	"foyer/infra/guards/machine"
	"foyer/infra/guards/proof"
)

const (
	shortSteps    = 2000 // of the short form, at least
	mostSteps     = 3200 // of it, where a step that is seldom possible was not taken by then
	runsAtOnce    = 2    // of one call of rapid
	stepsOfOneRun = 30   // on average
)

// Rule 10: what a client may not see looks absent, and nothing else (a count, a
// cursor, an ETag, a rank, an error text) tells it apart from absent.
func TestAClientCannotTellAWorldWithSecretsFromOneWithout(t *testing.T) {
	random := proof.Rand(t)
	g := newTwins(t, random.Uint64())
	machine.Set(t, "rapid.steps", fmt.Sprint(stepsOfOneRun))
	machine.Set(t, "rapid.checks", fmt.Sprint(runsAtOnce))
	machine.Set(t, "rapid.nofailfile", "true")
	machine.Set(t, "rapid.shrinktime", "20s")
	began := time.Now()
	until := proof.Until(t, 0)
	for g.stats.steps < shortSteps || g.stats.steps < mostSteps && len(g.missing(t)) > 0 || time.Now().Before(until) {
		machine.Set(t, "rapid.seed", strconv.FormatUint(random.Uint64()|1, 10)) // 0 is: any
		rapid.Check(t, g.oneRun)
	}
	t.Logf("%s in %.0fs; each step:%s", g.stats, time.Since(began).Seconds(), g.stats.each())
	for _, what := range g.missing(t) {
		t.Error(what)
	}
}

// oneRun is one run of the state machine.
func (g *twins) oneRun(rt *rapid.T) {
	r := g.begin(rt)
	rt.Repeat(r.actions())
	if r.since > 0 {
		r.sweep(rt)
	}
}

// missing are the steps that never did what they are for, and the operations that
// clients can reach and that never answered them with success: they were not proved.
func (g *twins) missing(t *testing.T) (missing []string) {
	t.Helper()
	for _, s := range append(append([]step{}, publicSteps...), secretSteps...) {
		if g.stats.took[s.name] == 0 {
			missing = append(missing, fmt.Sprintf("the step %q never did what it is for", s.name))
		}
	}
	all, err := operations()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range all {
		if o.reachable() && g.stats.succeeded[o.ID] == 0 {
			missing = append(missing, o.ID+" was never compared in a success")
		}
	}
	return missing
}
