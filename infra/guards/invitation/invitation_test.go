//go:build engine

package invitation

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"foyer/infra/guards/invariants"
	"foyer/infra/guards/machine"
	"foyer/infra/guards/proof"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

const (
	shortTime     = 25 * time.Second // of the short form
	mostSteps     = 2000             // of it, where a step that is seldom possible was not taken by then
	runsOfWorld   = 4                // for a table that much happened in is slow to go over
	stepsOfOneRun = 60               // on average
)

// Rules 22 to 27: the operations do what the model of an invitation says, whatever
// happens in between.
func TestAnInvitationIsWhatItsStateMachineSays(t *testing.T) {
	random := proof.Rand(t)
	began, until, s := time.Now(), proof.Until(t, shortTime), newStats()
	rapidly(t, stepsOfOneRun)
	goesOn := func() bool {
		return time.Now().Before(until) || len(s.missing()) > 0 && s.steps < mostSteps
	}
	for number := 1; goesOn() && !t.Failed(); number++ {
		t.Run(fmt.Sprint("world ", number), func(t *testing.T) {
			g := newGuard(foyertest.New(t, foyertest.Lasting), s)
			for run := 0; run < runsOfWorld && goesOn(); run++ {
				machine.Set(t, "rapid.seed", strconv.FormatUint(random.Uint64()|1, 10)) // 0 is: any
				rapid.Check(t, g.oneRun)
			}
		})
	}
	t.Logf("%d runs, %d steps in %.0fs; how often each:%s", s.runs, s.steps, time.Since(began).Seconds(), s)
	if t.Failed() {
		return // what was not reached is no finding then
	}
	for _, what := range s.missing() {
		t.Errorf("never occurred: %s", what)
	}
}

// rapidly sets rapid for one run at a time. What fails is not made smaller: what a run
// leaves behind would be in the way of the next.
func rapidly(t *testing.T, steps int) {
	t.Helper()
	machine.Set(t, "rapid.steps", fmt.Sprint(steps))
	machine.Set(t, "rapid.checks", "1")
	machine.Set(t, "rapid.nofailfile", "true")
	machine.Set(t, "rapid.shrinktime", "0s")
}

// oneRun is one run of the state machine.
func (g *guard) oneRun(rt *rapid.T) {
	r := g.begin(rt)
	r.stats.runs++
	r.compare(rt)
	rt.Repeat(map[string]func(*rapid.T){"step": r.step})
	r.end(rt)
}

// end lets everything come to rest, and asks whether the whole table agrees with itself.
func (r *run) end(rt *rapid.T) {
	rt.Helper()
	r.settle(rt)
	r.settle(rt) // the mails of the jobs
	r.compare(rt)
	for _, l := range r.links {
		r.link(rt, l)
	}
	for _, a := range r.agencies {
		for _, state := range listed {
			r.list(rt, a, state)
		}
	}
	rows := invariants.Read(r.World)
	if broken := invariants.Broken(rows); len(broken) > 0 {
		rt.Fatalf("the table does not agree with itself:\n  %s", strings.Join(broken, "\n  "))
	}
	acceptances := map[string]int{}
	for key, item := range rows {
		var row table.ActivityRow // the audit has it once more
		if err := table.Unmarshal(item, &row); err == nil && row.Type == table.ActivityInvitationAccepted && key == table.WorkspaceActivity(row.Workspace, row.Activity) {
			acceptances[row.Subject]++
		}
	}
	for _, c := range r.contacts {
		if acceptances[c.id] != c.accepted {
			rt.Fatalf("the record has %d acceptances of %s, want %d", acceptances[c.id], c.name, c.accepted)
		}
	}
}

// step takes a step, any of those for which there is something to do, and compares. One
// that was never taken is taken as soon as there is: what all runs together must have
// done is not left to chance.
func (r *run) step(rt *rapid.T) {
	all := machine.Where(slices.Concat(steps, linkSteps), func(s step) bool { return len(r.only) == 0 || slices.Contains(r.only, s.name) })
	if len(r.only) == 0 {
		for _, s := range machine.Where(all, func(s step) bool { return r.stats.took[s.name] == 0 }) {
			if r.take(rt, s) {
				return
			}
		}
	}
	for _, s := range all {
		all = append(all, slices.Repeat([]step{s}, seldom[s.name])...)
	}
	for !r.take(rt, all[machine.Evenly.Draw(rt, "step")%len(all)]) {
	}
}

// take takes the step, compares, and says whether there was anything to do.
func (r *run) take(rt *rapid.T, s step) bool {
	rt.Helper()
	taken := machine.Take(rt, s.name, func() {
		r.pass(time.Second)
		s.do(r, rt)
	})
	if taken {
		r.stats.steps++
		r.stats.took[s.name]++
		r.compare(rt)
	}
	return taken
}

// seldom are the steps that are seldom possible, and the one that makes most of them
// so: they are tried more often.
var seldom = map[string]int{
	"a bounce of an older mail": 6, "access-restore": 6, "time passes over a reminder": 6,
	"address-corrected to the same": 6, "address-corrected to a new one": 6, "address-corrected back to one that it was": 40, "address-corrected to one that the other workspace knows": 30,
	"an acceptance with a new password": 6, "an acceptance with the account that there is": 6, "two clicks at once of somebody new": 6, "two clicks at once of somebody with an account": 6, "a forwarded link in another browser": 6,
	"clients-add somebody whom the other workspace knows": 6, "the mail leaves": 6,
	"a bounce": 4, "a complaint": 3, "time passes over the end": 3,
}

// stats are what the guard has done, so that it cannot pass by doing nothing.
type stats struct {
	runs, steps int
	took        map[string]int // step → how often it was taken
	seen        map[string]int // state → after how many steps a contact was in it
}

func newStats() *stats { return &stats{took: map[string]int{}, seen: map[string]int{}} }

func (s *stats) saw(state string) { s.seen[state]++ }

// missing are the steps that were never taken, and the states that never occurred.
func (s *stats) missing() (missing []string) {
	for _, one := range slices.Concat(steps, linkSteps) {
		if s.took[one.name] == 0 {
			missing = append(missing, "the step: "+one.name)
		}
	}
	for _, state := range every {
		if s.seen[state] == 0 {
			missing = append(missing, "the state: "+state)
		}
	}
	return missing
}

func (s *stats) String() string {
	var out strings.Builder
	for _, of := range []map[string]int{s.took, s.seen} {
		for _, name := range slices.Sorted(maps.Keys(of)) {
			fmt.Fprintf(&out, "\n%6d %s", of[name], name)
		}
	}
	return out.String()
}
