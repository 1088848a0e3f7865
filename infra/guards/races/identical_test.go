//go:build engine

package races_test

import (
	"net/http"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"

	"foyer/infra/guards/faults"
	"foyer/infra/guards/invariants"
	"foyer/infra/guards/proof"
	"foyer/infra/guards/races"
	"foyer/infra/guards/scene"
	"foyer/shared/api"
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
	end, random, scenes := proof.Until(t, 0), proof.Rand(t), 0
	for ok := true; ok && !t.Failed(); ok = time.Now().Before(end) {
		s := scene.New(t, foyertest.Lasting)
		faults.Hurry(s.World)
		a := &arena{Scene: s}
		s.Intercept("", faults.New(a.decide(random.Uint64())).Option)
		for _, op := range catalog.Operations() {
			if !op.Meta().Keyed {
				continue
			}
			r := a.keyed(op, "alone")
			before := invariants.Read(s.World)
			s.Send(r)
			effect := invariants.Changes(before, invariants.Read(s.World))
			a.identical(a.keyed(op, "safe"), false, effect)
			a.identical(a.keyed(op, "unsafe"), true, effect)
		}
		scenes++
	}
	t.Logf("%d times all operations, each with %d identical requests at once", scenes, clients)
}

// keyed is a request of the operation with a key.
func (a *arena) keyed(op api.Endpoint, key string) scene.Request {
	r := a.Prepare(op)
	r.Headers = append(slices.Clone(r.Headers), foyertest.Header{Name: "Idempotency-Key", Value: key})
	return r
}

// identical sends the request many times at once, and fails the test, which goes on,
// unless all that is heard of it is one answer, and its effect that of one.
func (a *arena) identical(r scene.Request, unsafe bool, effect []string) {
	t := a.T
	t.Helper()
	before := invariants.Read(a.World)
	a.unsafe.Store(unsafe)
	answers := atOnce(a.Scene, r)
	a.unsafe.Store(false)
	answers = append(answers, a.Send(r)) // when all have come to rest, it is done
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
	if got := invariants.Changes(before, invariants.Hold(a.World)); !slices.Equal(got, effect) {
		t.Errorf("%s: %d identical requests had the effect\n  %q, one has\n  %q", r.Op.ID, clients, got, effect)
	}
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
