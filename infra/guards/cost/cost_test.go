//go:build engine

package cost_test

import (
	"slices"
	"sync"
	"testing"

	"foyer/infra/guards/cost"
	"foyer/shared/api"
	"foyer/shared/catalog"
)

// measured is everything metered in the sizes, once for all tests of this package.
type measured struct {
	size       cost.Size
	operations []cost.Metered
	consumers  []cost.Metered
}

var (
	once    sync.Once
	results []measured
)

// privateItems are how many private items stand beside a client's while their
// reads are compared.
var privateItems = []int{100, 1_000, 10_000}

func measure(t *testing.T) []measured {
	t.Helper()
	once.Do(func() {
		for _, size := range []cost.Size{cost.Typical, cost.Large} {
			s := cost.NewState(t, size)
			if size == cost.Large {
				compareClientReads(t, s)
			}
			s.AddPrivate(size.Private)
			m := measured{size: size}
			for _, op := range catalog.Operations() {
				m.operations = append(m.operations, s.Operation(op))
			}
			m.consumers = s.Consumers()
			results = append(results, m)
		}
	})
	if len(results) != 2 {
		t.Fatal("nothing was metered: see the first test of this package")
	}
	return results
}

// compareClientReads: what a client reads costs the same, whatever stands beside it that
// they do not see.
func compareClientReads(t *testing.T, s *cost.State) {
	t.Helper()
	before := map[string]cost.Metered{}
	for _, n := range privateItems {
		s.AddPrivate(n)
		for _, op := range cost.ClientReads() {
			got := s.Operation(op)
			want, ok := before[got.Name]
			if !ok {
				before[got.Name] = got
				continue
			}
			if got.Use != want.Use {
				t.Errorf("%s costs a client %s beside %d private items (%s), and %s beside %d (%s)", got.Name, got.Use, n, got.Calls, want.Use, privateItems[0], want.Calls)
			}
		}
	}
	if len(before) < 5 || !slices.ContainsFunc(cost.ClientReads(), isList) {
		t.Errorf("only %d reads of clients were compared", len(before))
	}
}

func TestEveryOperationIsAtItsLeast(t *testing.T) {
	for _, m := range measure(t) {
		t.Run(m.size.Name, func(t *testing.T) {
			for _, got := range slices.Concat(m.operations, m.consumers) {
				t.Run(got.Name, func(t *testing.T) { check(t, got) })
			}
		})
	}
	for _, id := range cost.Unmetered() {
		t.Errorf("%s has no entry: write one in infra/guards/cost/least.go and meter it in Consumers (ask.go), or say in costsNothing why it makes no AWS call", id)
	}
	known := map[string]bool{}
	for _, op := range catalog.Operations() {
		known[op.Meta().ID] = true
	}
	for _, name := range cost.Entries() {
		if !known[name] {
			t.Errorf("infra/guards/cost/least.go has an entry %s, which is no operation: take it away", name)
		}
	}
}

func check(t *testing.T, got cost.Metered) {
	t.Helper()
	for _, f := range got.Failed {
		t.Errorf("a call failed while it was metered: %s", f)
	}
	use, least := got.Use, got.Least
	switch {
	case least == cost.Use{}:
		t.Errorf("no entry in infra/guards/cost/least.go. It costs %s: %s. Write down the least that DynamoDB's rules allow for what it guarantees, with the reason for each row", use, got.Calls)
	case use.Read > least.Read || use.Write > least.Write || use.Calls > least.Calls || use.Rounds > least.Rounds:
		t.Errorf("it costs %s: %s.\nIts least is %s (infra/guards/cost/least.go).\nBring the operation down to it; or, where a new guarantee is the reason, write it into the entry", use, got.Calls, least)
	case use != least:
		t.Errorf("it costs less than its entry, %s: %s.\nThe entry says %s: bring infra/guards/cost/least.go up to date", use, got.Calls, least)
	}
}

func isList(op api.Endpoint) bool { return op.Meta().ID == "portal-items-list" }
