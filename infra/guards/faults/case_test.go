//go:build engine

package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"foyer/infra/guards/faults"
	"foyer/infra/guards/invariants"
	"foyer/infra/guards/proof"
	"foyer/infra/guards/scene"
	"foyer/shared/foyertest"
)

// work is what is done under faults: a request of an operation, or a run of a
// consumer.
type work struct {
	function string
	// prepare brings the scene into a state in which the work is to be done, and gives
	// how to do it: again and again, as somebody would who was told to try again.
	prepare func(c *try) (do func() outcome)
	// also is what has to hold at the end beyond the table.
	also func(c *try) []string
	// extra says whether a change of the table that the clean run did not make is
	// allowed, beside those that it made.
	extra func(change string) bool
	// left says the same of one that is missing.
	left func(change string) bool
}

// outcome is how one go at the work ended.
type outcome struct {
	done  bool
	again time.Duration // where not done: after which it may be tried again
	wrong string        // what must not have been answered
}

// try is one case: a work, and the fault that it meets.
type try struct {
	*scene.Scene
	number int
	faults.Fault
	site    faults.Call
	made    []faults.Call      // under the fault
	wires   []*faults.Injector // of all goes
	started scene.Started      // the job that is to be done
	message string             // of the queue, that it is given
	failed  bool               // the go that met the fault did not get it done
	found   []string           // what should not be
}

func (c *try) String() string {
	if c.Kind == "" {
		return "without a fault"
	}
	how := "once"
	if c.Always {
		how = "as long as it lasts"
	}
	return fmt.Sprintf("%s: %s, %s", c.site, c.Kind, how)
}

func (c *try) errorf(format string, args ...any) {
	c.found = append(c.found, fmt.Sprintf("%s: %s", c, fmt.Sprintf(format, args...)))
}

// all is the sum over all goes.
func (c *try) all(count func(*faults.Injector, string) int, operation string) (n int) {
	for _, w := range c.wires {
		n += count(w, operation)
	}
	return n
}

// counts of the cases of a test.
type counts struct{ cases, failed, sites atomic.Int64 }

func (n *counts) log(t *testing.T) {
	t.Helper()
	t.Cleanup(func() {
		t.Logf("%d cases at %d call sites; in %d the fault was not overcome at once and had to be tried again", n.cases.Load(), n.sites.Load(), n.failed.Load())
	})
}

// casesOfScene is how many cases a scene is used for: Carl hears of things once a day,
// and 170 cases of due-run have minutes of their own in one (dueApart). Nor does a table
// get quicker with what has happened in it.
const casesOfScene = 100

// run does the work once without a fault, and then once for each fault at each call.
// It gives back what should not be.
func (w work) run(t *testing.T, n *counts) (found []string) {
	t.Helper()
	var s *scene.Scene
	random, number := proof.Rand(t), 0
	one := func(site faults.Call, fault faults.Fault) (*try, []string) {
		c := &try{Scene: s, number: number, Fault: fault, site: site}
		number++
		changes := w.one(c)
		return c, changes
	}
	begin := func() []string {
		s, number = scene.New(t, foyertest.Lasting), 0
		faults.Hurry(s.World)
		first, _ := one(faults.Call{}, faults.Fault{}) // what only a first time makes is made
		return first.found
	}
	found = begin()
	clean, effect := one(faults.Call{}, faults.Fault{})
	for n := 0; clean.failed && n < goesMost; n++ { // the engine has lost an answer that nobody tries again
		clean, effect = one(faults.Call{}, faults.Fault{})
	}
	if found = append(found, clean.found...); len(found) > 0 {
		return found
	}
	n.sites.Add(int64(len(clean.made)))
	for _, f := range choose(clean.made, random.IntN) {
		if number >= casesOfScene {
			found = append(found, begin()...)
		}
		c, changes := one(f.site, f.Fault)
		n.cases.Add(1)
		if c.failed {
			n.failed.Add(1)
		}
		if !slices.ContainsFunc(c.made, f.site.Same) {
			c.errorf("the call was not made again: the calls were %v", c.made)
		}
		more := without(changes, effect)
		missing := without(effect, changes)
		if w.left != nil {
			missing = slices.DeleteFunc(missing, w.left)
		}
		if len(missing) > 0 || slices.ContainsFunc(more, func(m string) bool { return w.extra == nil || !w.extra(m) }) {
			c.errorf("the effect is not what it is without a fault:\n  got  %q\n  want %q", changes, effect)
		}
		found = append(found, c.found...)
	}
	return found
}

// site is a call with what it is to meet.
type site struct {
	site faults.Call
	faults.Fault
}

// mostSites is how many calls of one kind of work are tried; of more, a sample. Only
// due-run has more, and those of its shards are all alike.
func mostSites() int { return proof.Cases(10, 60) }

// choose gives the cases. In a proof: each call with each fault, once and as long as
// it lasts. In the short form: of each call that writes, a lost answer once and as long
// as it lasts, a conflict where there can be one, either way, and as long as it lasts one
// of the faults that leave nothing behind, which the client's retries treat alike; of every
// other read one that lasts (guard reads breaks each). Which, the seed says: over all
// operations they all come.
func choose(calls []faults.Call, random func(int) int) (out []site) {
	for _, call := range sampled(calls, random) {
		kinds := call.Kinds()
		if proof.Deep() {
			for _, k := range kinds {
				out = append(out, site{call, faults.Fault{Kind: k}}, site{call, faults.Fault{Kind: k, Always: true}})
			}
			continue
		}
		drawn := func(of []faults.Kind) site {
			return site{call, faults.Fault{Kind: of[random(len(of))], Always: true}}
		}
		if !call.Writes() {
			if random(2) == 0 {
				out = append(out, drawn(kinds))
			}
			continue
		}
		for _, k := range []faults.Kind{faults.TimeoutAfter, faults.Conflict, faults.Unprocessed} {
			if slices.Contains(kinds, k) {
				out = append(out, site{call, faults.Fault{Kind: k, Always: k == faults.Conflict && random(2) == 0}})
			}
		}
		if slices.Contains(kinds, faults.TimeoutAfter) {
			out = append(out, site{call, faults.Fault{Kind: faults.TimeoutAfter, Always: true}})
		}
		out = append(out, drawn([]faults.Kind{faults.Throttled, faults.Failed, faults.TimeoutBefore}))
	}
	return out
}

// sampled is all calls; of very many, the first and the last of each operation and
// some others.
func sampled(calls []faults.Call, random func(int) int) []faults.Call {
	if len(calls) <= mostSites() {
		return calls
	}
	chosen := map[int]bool{}
	first, last := map[string]bool{}, map[string]int{}
	for i, c := range calls {
		if last[c.Operation] = i; !first[c.Operation] {
			chosen[i], first[c.Operation] = true, true
		}
	}
	for _, i := range last {
		chosen[i] = true
	}
	for len(chosen) < mostSites() {
		chosen[random(len(calls))] = true
	}
	var out []faults.Call
	for i, c := range calls {
		if chosen[i] {
			out = append(out, c)
		}
	}
	return out
}

// goesMost is how often somebody tries again who is told to.
const goesMost = 4

// one is one case. It gives back what changed in the table.
func (w work) one(c *try) []string {
	do := w.prepare(c)
	before := invariants.Read(c.World)
	injector := faults.New(func(call faults.Call) faults.Fault {
		if c.Kind != "" && call.Same(c.site) || c.Always && call.Operation == c.site.Operation && call.Nth >= c.site.Nth {
			return c.Fault
		}
		return faults.Fault{}
	})
	healed := faults.New(func(faults.Call) faults.Fault { return faults.Fault{} })
	c.wires = []*faults.Injector{injector, healed}
	c.Intercept(w.function, injector.Option)
	out := do()
	c.made = injector.Calls()
	c.Release()
	c.Intercept(w.function, healed.Option)
	defer c.Release()
	if out.wrong != "" {
		c.errorf("%s", out.wrong)
	}
	c.failed = !out.done
	if c.failed {
		if c.Kind == "" && c.all((*faults.Injector).Lost, "SendEmail") == 0 {
			c.errorf("the work fails")
		}
		if broken := invariants.Broken(invariants.Read(c.World)); len(broken) > 0 {
			c.errorf("after the failure the table does not agree with itself:\n  %s", strings.Join(broken, "\n  "))
		}
	}
	waited := time.Duration(0)
	for n := 1; !out.done; n++ {
		if n > goesMost || out.wrong != "" && n > 1 {
			c.errorf("does not get done, however often it is tried again: %s", out.wrong)
			break
		}
		c.Clock.Advance(out.again)
		waited += out.again
		out = do()
	}
	c.Clock.Advance(-waited)
	after := invariants.Read(c.World)
	if broken := append(invariants.Broken(after), invariants.BrokenUsers(c.World, after)...); len(broken) > 0 {
		c.errorf("the table does not agree with itself:\n  %s", strings.Join(broken, "\n  "))
	}
	if w.also != nil {
		for _, wrong := range w.also(c) {
			c.errorf("%s", wrong)
		}
	}
	// Attempts are counted by the go, whatever comes of it.
	return slices.DeleteFunc(invariants.Changes(before, after), func(change string) bool { return strings.HasSuffix(change, " Attempts") })
}

// without is all less the others, each as often as it is there.
func without(all, others []string) []string {
	out := slices.Clone(all)
	for _, o := range others {
		if i := slices.Index(out, o); i >= 0 {
			out = slices.Delete(out, i, i+1)
		}
	}
	return out
}
