// Package races asks of what many do at once whether it could have happened one
// after the other (linearizability, with porcupine). Its tests let 16 clients at a
// time loose on one invitation, one item, one name, one address, and so on; each
// has a small model of what the callers may observe.
package races

import (
	"cmp"
	"fmt"
	"hash/maphash"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"
)

// Asked is what a client asked for: the kind of request, and of what.
type Asked struct{ What, Of string }

// Heard is what it heard: the answer's status, a problem's code, and what of the
// answer's content matters.
type Heard struct {
	Status      int
	Code, Value string
}

// Done says whether the answer is a success.
func (h Heard) Done() bool { return h.Status >= 200 && h.Status < 300 }

// Unknown says whether the answer leaves open whether the request had its effect.
func (h Heard) Unknown() bool { return h.Status >= 500 }

// NotNow says whether the answer is that nothing was changed, because others were
// at it.
func (h Heard) NotNow() bool { return h.Status == 409 && h.Code == "write-conflict" }

// Step gives the states in which the thing can be after the request, if it was in
// this one and the caller heard that; none: the caller cannot have heard that.
type Step[S comparable] func(state S, asked Asked, heard Heard) []S

var seed = maphash.MakeSeed()

// Model is the model of a thing that begins in one of these states. States are not
// changed by a Step, but made anew.
func Model[S comparable](step Step[S], begin ...S) porcupine.Model {
	boxed := func(states []S) []any {
		out := make([]any, len(states))
		for i, s := range states {
			out[i] = s
		}
		return out
	}
	model := (&porcupine.NondeterministicModel{
		Init:  func() []any { return boxed(begin) },
		Step:  func(state, asked, heard any) []any { return boxed(step(state.(S), asked.(Asked), heard.(Heard))) },
		Equal: func(a, b any) bool { return a.(S) == b.(S) },
		// Without it porcupine compares each set of states with all that it met so far.
		Hash: func(state any) uint64 { return maphash.Comparable(seed, state.(S)) },
		DescribeOperation: func(asked, heard any) string {
			a, h := asked.(Asked), heard.(Heard)
			return strings.TrimSpace(fmt.Sprintf("%s %s → %d %s %s", a.What, a.Of, h.Status, h.Code, h.Value))
		},
		DescribeState: func(state any) string { return fmt.Sprintf("%+v", state) },
	}).ToModel()
	return model
}

// Only is the one state, if so; otherwise none.
func Only[S any](so bool, state S) []S {
	if so {
		return []S{state}
	}
	return nil
}

// Either is both states: of a request of which nobody knows whether it happened.
func Either[S any](one, other S) []S { return []S{one, other} }

// ByWhat splits a model by what requests are of, where each is a thing of its own.
func ByWhat(model porcupine.Model) porcupine.Model {
	model.Partition = func(history []porcupine.Operation) [][]porcupine.Operation {
		of, order := map[string][]porcupine.Operation{}, []string{}
		for _, op := range history {
			name := op.Input.(Asked).Of
			if _, ok := of[name]; !ok {
				order = append(order, name)
			}
			of[name] = append(of[name], op)
		}
		out := make([][]porcupine.Operation, 0, len(of))
		for _, name := range order {
			out = append(out, of[name])
		}
		return out
	}
	return model
}

// History is what several clients asked and heard, and when.
type History struct {
	mu         sync.Mutex
	begun      time.Time
	operations []porcupine.Operation
}

// Record asks, and writes down what was heard. also are more things that the same
// answer says: each was so at some moment between asking and hearing.
func (h *History) Record(client int, asked Asked, ask func() Heard, also ...func(Heard) (Asked, Heard, bool)) Heard {
	h.mu.Lock()
	if h.begun.IsZero() {
		h.begun = time.Now()
	}
	h.mu.Unlock()
	call := time.Since(h.begun).Nanoseconds()
	heard := ask()
	back := time.Since(h.begun).Nanoseconds()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.operations = append(h.operations, porcupine.Operation{ClientId: client, Input: asked, Call: call, Output: heard, Return: back})
	for i, more := range also {
		if a, o, ok := more(heard); ok {
			// Seen as another client's, for the picture: one client asks one thing at a time.
			h.operations = append(h.operations, porcupine.Operation{ClientId: client + 100*(i+1), Input: a, Call: call, Output: o, Return: back})
		}
	}
	return heard
}

// Len is how many operations there are so far.
func (h *History) Len() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.operations)
}

// Count is how many answers to what was asked are so.
func (h *History) Count(what string, so func(Heard) bool) (n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, op := range h.operations {
		if op.Input.(Asked).What == what && so(op.Output.(Heard)) {
			n++
		}
	}
	return n
}

// Statuses counts the answers, by what was asked.
func (h *History) Statuses(into map[string]int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, op := range h.operations {
		o := op.Output.(Heard)
		what, _, _ := strings.Cut(op.Input.(Asked).What, " ")
		into[fmt.Sprintf("%s %d", what, o.Status)+strings.TrimRight(" "+o.Code, " ")]++
	}
}

// decideWithin is how long porcupine may think about one history. They are short, and
// nearly all are decided at once; of one in some hundred, in which much was under way at
// the same time, 57 operations took 46 s of a processor (and were in order).
const decideWithin = 4 * time.Minute

// Check fails the test, which goes on, unless the history can have happened one
// after the other; then a picture of it is written, and the failure says where.
func (h *History) Check(t testing.TB, name string, model porcupine.Model) bool {
	t.Helper()
	result, info := porcupine.CheckOperationsVerbose(model, h.operations, decideWithin)
	if result == porcupine.Ok {
		return true
	}
	path := filepath.Join("..", "..", "..", ".local", fmt.Sprintf("race-%s-%d.html", strings.ReplaceAll(name, " ", "-"), time.Now().UnixNano()))
	where := "see " + path
	if err := cmp.Or(os.MkdirAll(filepath.Dir(path), 0o750), porcupine.VisualizePath(model, info, path)); err != nil {
		where = "no picture could be written: " + err.Error()
	}
	if result == porcupine.Unknown {
		t.Errorf("%s: a history of %d operations was not decided within %s: make them shorter; %s", name, len(h.operations), decideWithin, where)
		return false
	}
	t.Errorf("%s: no order of these %d operations explains what was heard; %s", name, len(h.operations), where)
	return false
}
