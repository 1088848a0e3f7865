//go:build engine

package cost

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"foyer/infra/guards/scene"
	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/table"
)

// Metered is what something cost, beside the least.
type Metered struct {
	Name       string
	Use, Least Use
	Calls      string // one by one
	Services   map[string]int
	Why        []string
	Failed     []string
}

// holds are how long calls are held back, in one try after the other: a short time
// makes calls overlap that are begun together, unless the machine is very busy.
var holds = []time.Duration{5 * time.Millisecond, 50 * time.Millisecond, 300 * time.Millisecond}

// measure meters what ask prepares: the second time, when the function has what it
// keeps. Of calls that are begun together some may have ended before others got their
// turn: so the fewest round trips of a few tries count. (Calls that wait for one
// another never overlap.)
func (s *State) measure(name string, e entry, ask func() (do func())) Metered {
	s.T.Helper()
	m := Metered{Name: name}
	ask()()
	for _, s.Meter.Hold = range holds {
		do := ask()
		least := e.Least(s)
		s.Meter.Start()
		do()
		s.Meter.Stop()
		if use := s.Meter.Use(); m.Calls == "" || use.Rounds < m.Use.Rounds {
			m = Metered{Name: name, Use: use, Least: least, Calls: s.Meter.Calls(), Services: s.Meter.Services(), Failed: s.Meter.Failed()}
		}
		if m.Use.Rounds <= least.Rounds {
			break
		}
	}
	m.Why = e.Why(s)
	return m
}

// Operation meters an operation of the catalogue.
func (s *State) Operation(op api.Endpoint, change ...func(*scene.Request)) Metered {
	s.T.Helper()
	id := op.Meta().ID
	return s.measure(id, budget[id], func() func() {
		r := s.Prepare(op)
		if adjust, ok := adjustments[id]; ok {
			adjust(s, &r)
		}
		for _, c := range change {
			c(&r)
		}
		return func() {
			s.T.Helper()
			if res := s.Send(r); res.Status >= http.StatusMultipleChoices {
				s.T.Errorf("%s: got %d %s, want success", id, res.Status, res.Body)
			}
		}
	})
}

// adjustments make a request as large as the state.
var adjustments = map[string]func(*State, *scene.Request){
	"items-create": func(s *State, r *scene.Request) {
		r.Body = map[string]any{"kind": "message", "title": "Kick-off", "text": strings.Repeat("x", s.Size.ItemBytes-rowOverhead)}
	},
	"companies-update": func(_ *State, r *scene.Request) { r.Body = map[string]any{"name": "Umbrella"} },
	"contacts-update":  func(_ *State, r *scene.Request) { r.Body = map[string]any{"name": "Nora Newer"} },
	"audit-list": func(_ *State, r *scene.Request) {
		r.Query = fmt.Sprintf("from=%s&to=%s", auditFrom.Format(time.DateOnly), auditTo.Format(time.DateOnly))
	},
	"items-visibility": func(s *State, r *scene.Request) {
		key, _ := s.item(s.moved, false)
		s.moved++
		r.IDs["item"] = strings.TrimPrefix(key.SK, table.PrefixItem)
	},
}

// rowOverhead is more than what an item's row holds beside its text.
const rowOverhead = 450

// HasEntry says whether the operation has an entry in least.go.
func HasEntry(id string) bool { _, ok := budget[id]; return ok }

// Entries are the names of all entries of operations.
func Entries() (names []string) {
	for name := range budget {
		names = append(names, name)
	}
	return names
}

// Unmetered are the functions without a route that neither have an entry nor a reason
// why they cost nothing.
func Unmetered() (ids []string) {
	for _, f := range catalog.WithoutOperation() {
		if _, free := costsNothing[f.ID]; !free && !slices.ContainsFunc(slices.Collect(maps.Keys(consumers)), func(name string) bool {
			return name == f.ID || strings.HasPrefix(name, f.ID+" ")
		}) {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// Operations are the catalogue in the order in which a state is metered: reads first,
// which find it as it was made; of them last those whose requests leave something.
func Operations() []api.Endpoint {
	rank := func(op api.Endpoint) int {
		switch m := op.Meta(); {
		case m.Method != http.MethodGet:
			return 2
		case m.Access == api.Public || m.ID == "jobs-get":
			return 1
		}
		return 0
	}
	ops := catalog.Operations()
	slices.SortStableFunc(ops, func(a, b api.Endpoint) int { return rank(a) - rank(b) })
	return ops
}

// ClientReads are the operations that a client reads by.
func ClientReads() []api.Endpoint {
	return slices.DeleteFunc(catalog.Operations(), func(op api.Endpoint) bool {
		m := op.Meta()
		return m.Method != http.MethodGet || m.Access != api.ClientsOfProject && m.Access != api.SignedIn
	})
}
