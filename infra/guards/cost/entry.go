//go:build engine

package cost

import (
	"fmt"
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"foyer/shared/table"
)

// entry is the least that something has to cost: steps one after another.
type entry []step

// step is calls that can be made at once. times is how often it has to be taken where
// there are more calls than are made at once; nil: once.
type step struct {
	calls []aCall
	times count
}

// count is a number that depends on the state.
type count func(*State) float64

// part is what a call reads or writes, with the reason; units are read units, or write
// units where write is set.
type part struct {
	units count
	write bool
	why   string
}

// aCall is one call of AWS, or n alike.
type aCall struct {
	name  string
	n     count // nil: one
	parts []part
}

// Least is what the entry is in a state.
func (e entry) Least(s *State) Use {
	var u Use
	for _, st := range e {
		times := 1.0
		if st.times != nil {
			times = st.times(s)
		}
		u.Rounds += int(times)
		for _, c := range st.calls {
			n := 1.0
			if c.n != nil {
				n = c.n(s)
			}
			u.Calls += int(n)
			for _, p := range c.parts {
				if p.write {
					u.Write += p.units(s)
				} else {
					u.Read += p.units(s)
				}
			}
		}
	}
	return u
}

// Why is the entry in words: a line for each step.
func (e entry) Why(s *State) []string {
	var lines []string
	for _, st := range e {
		var calls []string
		for _, c := range st.calls {
			var parts []string
			for _, p := range c.parts {
				unit := "read"
				if p.write {
					unit = "written"
				}
				parts = append(parts, fmt.Sprintf("%g %s: %s", p.units(s), unit, p.why))
			}
			name := c.name
			if c.n != nil && c.n(s) != 1 {
				name = fmt.Sprintf("%g × %s", c.n(s), name)
			}
			if len(parts) > 0 {
				name += " (" + strings.Join(parts, "; ") + ")"
			}
			calls = append(calls, name)
		}
		lines = append(lines, strings.Join(calls, " ‖ "))
	}
	return lines
}

// at is a step of these calls.
func at(calls ...aCall) step { return step{calls: calls} }

// batch reads rows at their keys in one call: at least a unit for each row, whether or
// not it is there, and one for each 4 KB of it.
func batch(parts ...part) aCall { return aCall{name: "BatchGetItem", parts: parts} }

// get reads one small row at its key.
func get(why string) aCall { return aCall{name: "GetItem", parts: []part{rows(1, why)}} }

// rows are n rows of up to 4 KB.
func rows(n float64, why string) part { return part{units: exactly(n), why: why} }

// each is a row of up to 4 KB for each of so many.
func each(n count, why string) part { return part{units: n, why: why} }

// query reads a range: the sum of its rows, in whole 4 KB.
func query(why string, q func(*State) table.Query) aCall {
	return aCall{name: "Query", parts: []part{{why: why, units: rangeUnits(q)}}}
}

func rangeUnits(q func(*State) table.Query) count {
	return func(s *State) float64 {
		items, _, err := s.Table.Query(s.T.Context(), q(s))
		if err != nil {
			s.T.Fatal(err)
		}
		bytes := 0
		for _, item := range items {
			bytes += rowBytes(item)
		}
		return up(bytes, readBlock)
	}
}

// indexed is in how many partitions of the index of states invitations can stand.
const indexed = 7

var statesIndexed = [indexed]string{
	table.InvitationQueued, table.InvitationSent, table.InvitationOpened, table.InvitationAccepted, table.InvitationRevoked, table.InvitationBounced, table.InvitationRemoved,
}

// entriesOf are a page of each state, up to a page of all, and the units that they cost.
func entriesOf(s *State) (n int, units float64) {
	s.T.Helper()
	for _, state := range statesIndexed {
		entries, _, err := s.Table.States(s.T.Context(), table.StateQuery{Workspace: s.WorkspaceID, State: state, Limit: page})
		if err != nil {
			s.T.Fatal(err)
		}
		bytes := 0
		for _, e := range entries {
			item, err := attributevalue.MarshalMap(map[string]string{"PK": e.PK, "SK": e.SK, table.StatePK: table.StatePartition(s.WorkspaceID, state), table.StateSK: e.Position, "company": e.Company})
			if err != nil {
				s.T.Fatal(err)
			}
			if e.Company == "" {
				delete(item, "company")
			}
			bytes += rowBytes(item)
		}
		n, units = n+len(entries), units+up(max(bytes, 1), readBlock)/2
	}
	return min(n, page), units
}

func stated(s *State) float64 { n, _ := entriesOf(s); return float64(n) }

func stateUnits(s *State) float64 { _, units := entriesOf(s); return units }

// exportUnits is what the day of the audit costs that an export reads.
func exportUnits(s *State) (n float64) {
	q := table.Query{PK: table.Audit(s.WorkspaceID, auditTo, "").PK, Limit: 200}
	for range int(exportPages(s)) {
		n += rangeUnits(func(*State) table.Query { return q })(s)
		rows, _, err := s.Table.Query(s.T.Context(), q)
		if err != nil {
			s.T.Fatal(err)
		}
		var last table.Key
		if err := table.Unmarshal(rows[len(rows)-1], &last); err != nil {
			s.T.Fatal(err)
		}
		q.After = last.SK
	}
	return n
}

// put writes one small row on its own: a unit for each KB.
func put(why string) aCall {
	return aCall{name: "PutItem", parts: []part{{units: exactly(1), write: true, why: why}}}
}

// update changes one small row on its own.
func update(why string) aCall { c := put(why); c.name = "UpdateItem"; return c }

// remove removes one small row on its own.
func remove(why string) aCall { c := put(why); c.name = "DeleteItem"; return c }

// puts are n small rows on their own, in calls of the given name.
func puts(name string, calls, n count, why string) aCall {
	return aCall{name: name, n: calls, parts: []part{{units: n, write: true, why: why}}}
}

// tx is a transaction: two units for each KB of each row, also of one that is only
// checked.
func tx(parts ...part) aCall { return aCall{name: "TransactWriteItems", parts: parts} }

// writes are n small rows of a transaction.
func writes(n float64, why string) part { return part{units: exactly(2 * n), write: true, why: why} }

// index is n entries of the index of states that are put or deleted: after the
// transaction, so once. One that moves is both.
func index(n float64, why string) part { return part{units: exactly(n), write: true, why: why} }

// items are n rows of a transaction that hold the content of an item.
func items(n float64, why string) part {
	return part{write: true, why: why, units: func(s *State) float64 { return n * 2 * up(s.Size.ItemBytes, writeBlock) }}
}

// other is a call of another service.
func other(name, why string) aCall { return aCall{name: name + ": " + why} }

func exactly(n float64) count { return func(*State) float64 { return n } }

// The page that lists give by default, and the row more that says whether others follow.
const page = 20 + 1

func upTo(most int, n func(Size) int) count {
	return func(s *State) float64 { return float64(min(most, n(s.Size))) }
}

// inRange is how many rows of a range are on a page of it.
func inRange(q func(*State) table.Query) count {
	return func(s *State) float64 {
		s.T.Helper()
		query := q(s)
		query.Limit = page
		rows, _, err := s.Table.Query(s.T.Context(), query)
		if err != nil {
			s.T.Fatal(err)
		}
		return float64(len(rows))
	}
}

func times(k float64, n count) count { return func(s *State) float64 { return k * n(s) } }

func inBlocks(n count, of float64) count {
	return func(s *State) float64 { return math.Ceil(n(s) / of) }
}

func plus(a, b count) count { return func(s *State) float64 { return a(s) + b(s) } }
