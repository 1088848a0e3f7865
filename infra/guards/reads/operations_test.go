//go:build engine

package reads

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go/middleware"

	"foyer/infra/guards/scene"
	"foyer/shared/catalog"
)

// breaks are what is broken: each call in turn, and each row in turn.
var breaks = map[string]func(n int) (*breaking, func(*middleware.Stack) error){"the call": call, "the row": row}

// unheeded are the calls and rows that an answer does not depend on, with the
// reason: there it has to be the answer of always.
var unheeded = map[string]string{}

// most is far above what any operation calls or reads.
const most = 100

// However an operation is broken, its answer is a failure: not a refusal, nor an
// absent thing, an empty list, or a success.
func TestWhatAnOperationCouldNotReadIsAFailure(t *testing.T) {
	s := scene.New(t)
	for _, op := range catalog.Operations() {
		m := op.Meta()
		for kind, broken := range breaks {
			for n := 1; ; n++ {
				r := s.Prepare(op)
				b, option := broken(n)
				s.Intercept(m.ID, option)
				got := s.Send(r)
				s.Release()
				what := m.ID + ", " + kind + " " + named(b.What)
				if !b.hit() {
					if got.Status >= http.StatusMultipleChoices {
						t.Errorf("%s: got %d %s with nothing broken", m.ID, got.Status, got.Body)
					}
					break
				}
				if unheeded[what] != "" {
					if got.Status >= http.StatusMultipleChoices {
						t.Errorf("%s: got %d %s, want success: %s", what, got.Status, got.Body, unheeded[what])
					}
					continue
				}
				if got.Status < http.StatusInternalServerError {
					t.Errorf("%s: got %d %s, want a failure", what, got.Status, got.Body)
				}
				if strings.Contains(got.Body, "broken") || strings.Contains(got.Body, "unmarshal") {
					t.Errorf("%s: the answer tells of the inside: %s", what, got.Body)
				}
				if n == most {
					t.Fatalf("%s: no end after %d", m.ID, n)
				}
			}
		}
	}
}

// named is the call, or the row's key without the ids in it.
func named(what string) string {
	return ids.ReplaceAllString(what, "…")
}
