//go:build engine

package races_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"sync"
	"testing"

	"foyer/infra/guards/faults"
	"foyer/infra/guards/invariants"
	"foyer/infra/guards/proof"
	"foyer/infra/guards/races"
	"foyer/infra/guards/scene"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
)

// link is a signed link to a file: to the same one in every answer, and each good from
// when it was signed.
var link = regexp.MustCompile(`"url":"([^"?]*)\?X-Amz-[^"]*","expires":"[^"]*"`)

// Of every operation that takes an Idempotency-Key: 16 identical requests at once,
// also while calls of AWS fail, have the effect of one, and all who hear of it hear
// the same.
func TestIdenticalRequestsAtOnceHaveTheEffectOfOne(t *testing.T) {
	random := proof.Rand(t)
	s := scene.New(t)
	faults.Hurry(s.World)
	a := &arena{Scene: s}
	s.Intercept("", faults.New(a.decide(random.Uint64())).Option)
	rounds, operations := 0, 0
	for _, op := range catalog.Operations() {
		if !op.Meta().Keyed {
			continue
		}
		operations++
		var effect []string // of one request
		for n := range 1 + proof.Cases(2, 50) {
			r := s.Prepare(op)
			r.Headers = append(slices.Clone(r.Headers), foyertest.Header{Name: "Idempotency-Key", Value: fmt.Sprint("same-", n)})
			before := invariants.Read(s.World)
			if n == 0 {
				s.Send(r)
				effect = invariants.Changes(before, invariants.Read(s.World))
				continue
			}
			a.unsafe.Store(n%2 == 0)
			answers := atOnce(s, r)
			a.unsafe.Store(false)
			answers = append(answers, s.Send(r)) // when all have come to rest, it is done
			heard := map[string]bool{}
			for _, got := range answers {
				h := races.Heard{Status: got.Status}
				if got.Status >= http.StatusMultipleChoices { // of some the success has no body
					h.Code = got.String("code")
				}
				if h.Done() {
					heard[link.ReplaceAllString(got.Body, `"url":"$1"`)] = true
				} else if !h.NotNow() && !h.Unknown() {
					t.Errorf("%s: got %d %s", r.Op.ID, got.Status, got.Body)
				}
			}
			if len(heard) != 1 {
				t.Errorf("%s: %d different answers to one key: %v", r.Op.ID, len(heard), heard)
			}
			if got := invariants.Changes(before, invariants.Hold(s.World)); !slices.Equal(got, effect) {
				t.Errorf("%s: %d identical requests had the effect\n  %q, one has\n  %q", r.Op.ID, clients, got, effect)
			}
			rounds++
		}
	}
	t.Logf("%d rounds of %d identical requests, of %d operations", rounds, clients, operations)
}

// atOnce sends the request many times at once.
func atOnce(s *scene.Scene, r scene.Request) []foyertest.Response {
	answers := make([]foyertest.Response, clients)
	start, all := make(chan struct{}), sync.WaitGroup{}
	for i := range answers {
		all.Go(func() {
			<-start
			answers[i] = s.Send(r)
		})
	}
	close(start)
	all.Wait()
	return answers
}
