//go:build engine

package worlds

import (
	"net/http"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"foyer/infra/guards/machine"
	"foyer/shared/catalog"
)

// step is one thing that can happen.
type step struct {
	name       string
	operations []string // of the catalogue, that it performs
	visibility bool     // changes what a client sees of what there is: a sweep follows
	// do says whether it did what it is for. It skips where there is nothing to do it to.
	do func(r *run, rt *rapid.T) bool
}

// exempt are the operations that change something and are no step, with the reason.
var exempt = map[string]string{
	"workspaces-close": "it ends what both worlds show: whatever is in it, a closed workspace is absent for everybody (shared/workspaces/close_test.go)",
}

// sweepEvery is after how many steps a sweep comes at the latest.
const sweepEvery = 20

// actions are the steps for rapid's state machine: a public one in both worlds, a
// secret one in one of them.
func (r *run) actions() map[string]func(*rapid.T) {
	return map[string]func(*rapid.T){"step": func(rt *rapid.T) {
		for {
			n := machine.Evenly.Draw(rt, "step") % (len(publicSteps) + len(secretSteps))
			if n < len(publicSteps) && r.take(rt, publicSteps[n], false) {
				return
			}
			if n >= len(publicSteps) && r.take(rt, secretSteps[n-len(publicSteps)], true) {
				return
			}
		}
	}}
}

// take takes a step, and says whether there was anything to do.
func (r *run) take(rt *rapid.T, s step, secretly bool) (taken bool) {
	rt.Helper()
	return machine.Take(rt, s.name, func() {
		did := s.do(r, rt)
		r.stats.steps++
		r.since++
		if did {
			r.stats.took[s.name]++
		}
		if !secretly {
			r.settle(rt)
		}
		if did && s.visibility || r.since >= sweepEvery {
			r.sweep(rt)
		}
	})
}

// Each operation that changes something says what it is to a client: something
// public, something secret, or neither, with a reason. So does one that is added.
func TestEveryOperationThatChangesSomethingIsAStep(t *testing.T) {
	named := map[string]bool{}
	for _, s := range slices.Concat(publicSteps, secretSteps) {
		for _, id := range s.operations {
			named[id] = true
		}
	}
	known := map[string]bool{}
	for _, op := range catalog.Operations() {
		m := op.Meta()
		known[m.ID] = true
		reason, isExempt := exempt[m.ID]
		switch {
		case isExempt && (reason == "" || named[m.ID]):
			t.Errorf("%s is exempt without a reason, or is a step as well", m.ID)
		case !isExempt && !named[m.ID] && m.Method != http.MethodGet:
			t.Errorf("%s changes something and is neither a public step (steps_public_test.go) nor a secret one (steps_secret_test.go), nor exempt with a reason: "+
				"a step says what of it a client may see", m.ID)
		}
	}
	for id := range named {
		if !known[id] {
			t.Errorf("a step performs %s, which is not in the catalogue", id)
		}
	}
	for id := range exempt {
		if !known[id] {
			t.Errorf("%s is exempt and not in the catalogue", id)
		}
	}
}
