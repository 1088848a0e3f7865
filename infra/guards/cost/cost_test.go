//go:build engine

package cost_test

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"foyer/infra/guards/cost"
	"foyer/infra/guards/scene"
	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
)

// `make cost` writes the report anew.
var write = flag.Bool("write", false, "write infra/reports/cost.md")

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
			byID := map[string]cost.Metered{}
			for _, op := range cost.Operations() {
				byID[op.Meta().ID] = s.Operation(op)
			}
			for _, op := range catalog.Operations() {
				m.operations = append(m.operations, byID[op.Meta().ID])
			}
			m.consumers = s.Consumers()
			if size == cost.Typical {
				compareWays(t, s)
			}
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

// compareWays: what asking in another way costs more.
func compareWays(t *testing.T, s *cost.State) {
	t.Helper()
	for _, op := range catalog.Operations() {
		m := op.Meta()
		if m.Keyed {
			keys := 0
			plain, keyed := s.Operation(op), s.Operation(op, func(r *scene.Request) {
				keys++
				r.Headers = append(r.Headers, foyertest.Header{Name: "Idempotency-Key", Value: fmt.Sprintf("%s-%d", m.ID, keys)})
			})
			want := plain.Use
			want.Read, want.Write = want.Read+1, want.Write+2
			if m.Public() { // no access is read with which it could come
				want.Calls, want.Rounds = want.Calls+1, want.Rounds+1
			}
			if keyed.Use != want {
				t.Errorf("%s with an Idempotency-Key costs %s (%s), want %s: a row read with the access and one more in the transaction", m.ID, keyed.Use, keyed.Calls, want)
			}
		}
		if m.Access == api.ClientsOfProject && m.Method == http.MethodGet {
			own, seen := s.Operation(op), s.Operation(op, func(r *scene.Request) {
				r.Who = s.Mia
				r.Query = strings.TrimPrefix(r.Query+"&as="+s.Carl.ID, "&")
			})
			want := own.Use
			want.Read++
			if seen.Use != want {
				t.Errorf("%s as a preview costs %s (%s), want %s: the client's row of the project more", m.ID, seen.Use, seen.Calls, want)
			}
		}
	}
	// An address that Foyer knows elsewhere and one that it does not: the same calls, and
	// the same read, so that time tells nothing. (That something new is written besides is
	// within the one transaction.)
	other, workspace := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	project, known := s.Project(other, workspace, "Elsewhere"), 0
	for id, field := range map[string]string{"clients-add": "email", "workspaces-create": "ownerEmail"} {
		op := operation(t, id)
		unknown, elsewhere := s.Operation(op), s.Operation(op, func(r *scene.Request) {
			known++
			r.Body.(map[string]any)[field] = s.Invited(other, project, "Initech", "Known Elsewhere", fmt.Sprintf("known-%d@initech.example", known)).Email
		})
		if unknown.Use.Read != elsewhere.Use.Read || unknown.Use.Calls != elsewhere.Use.Calls || unknown.Use.Rounds != elsewhere.Use.Rounds {
			t.Errorf("%s costs %s (%s) for an unknown address, and %s (%s) for one that is known elsewhere", id, unknown.Use, unknown.Calls, elsewhere.Use, elsewhere.Calls)
		}
	}
}

func operation(t *testing.T, id string) api.Endpoint {
	t.Helper()
	for _, op := range catalog.Operations() {
		if op.Meta().ID == id {
			return op
		}
	}
	t.Fatalf("no operation %s", id)
	return nil
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
	if says := verdict(got); says != "" {
		t.Error(says)
	}
}

// verdict says what is wrong with what something costs, and how to mend it.
func verdict(got cost.Metered) string {
	use, least := got.Use, got.Least
	switch {
	case least == cost.Use{}:
		return fmt.Sprintf("no entry in infra/guards/cost/least.go. It costs %s: %s. Write down the least that DynamoDB's rules allow for what it guarantees, with the reason for each row", use, got.Calls)
	case use.Read > least.Read || use.Write > least.Write || use.Calls > least.Calls || use.Rounds > least.Rounds:
		return fmt.Sprintf("it costs %s: %s.\nIts least is %s (infra/guards/cost/least.go).\nBring the operation down to it; or, where a new guarantee is the reason, write it into the entry", use, got.Calls, least)
	case use != least:
		return fmt.Sprintf("it costs less than its entry, %s: %s.\nThe entry says %s: bring infra/guards/cost/least.go up to date", use, got.Calls, least)
	}
	return ""
}

func TestEachKindOfDepartureFromTheLeastIsFound(t *testing.T) {
	least := cost.Use{Read: 5, Write: 4, Calls: 2, Rounds: 2}
	for use, want := range map[cost.Use]string{
		least:                                    "",
		{Read: 6, Write: 4, Calls: 2, Rounds: 2}: "Bring the operation down",
		{Read: 5, Write: 6, Calls: 2, Rounds: 2}: "Bring the operation down",
		{Read: 5, Write: 4, Calls: 3, Rounds: 2}: "Bring the operation down",
		{Read: 5, Write: 4, Calls: 2, Rounds: 3}: "Bring the operation down",
		{Read: 4, Write: 6, Calls: 2, Rounds: 2}: "Bring the operation down",
		{Read: 4, Write: 4, Calls: 2, Rounds: 2}: "up to date",
		{Read: 5, Write: 4, Calls: 2, Rounds: 1}: "up to date",
	} {
		if got := verdict(cost.Metered{Use: use, Least: least}); !strings.Contains(got, want) || want == "" && got != "" {
			t.Errorf("%s against %s: got %q, want %q", use, least, got, want)
		}
	}
	if got := verdict(cost.Metered{Use: least}); !strings.Contains(got, "no entry") {
		t.Errorf("without an entry: got %q", got)
	}
}

func isList(op api.Endpoint) bool { return op.Meta().ID == "portal-items-list" }

func TestTheReportIsUpToDate(t *testing.T) {
	all := measure(t)
	lists := make([][]cost.Metered, len(all))
	for i, m := range all {
		lists[i] = slices.Concat(m.operations, m.consumers)
	}
	report := cost.Report(t, lists[0], lists[1])
	file := filepath.Join("..", "..", "reports", "cost.md")
	if *write {
		if err := os.WriteFile(file, []byte(report), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	had, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(had) == report {
		return
	}
	old := strings.Split(string(had), "\n")
	for _, line := range strings.Split(report, "\n") {
		if !slices.Contains(old, line) {
			t.Errorf("infra/reports/cost.md is not up to date, run make cost: it has no line\n%s", line)
		}
	}
	if !t.Failed() {
		t.Error("infra/reports/cost.md is not up to date, run make cost: it says more than there is")
	}
}
