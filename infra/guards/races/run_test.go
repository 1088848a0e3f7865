//go:build engine

package races_test

import (
	"cmp"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/anishathalye/porcupine"

	"foyer/infra/guards/faults"
	"foyer/infra/guards/invariants"
	"foyer/infra/guards/proof"
	"foyer/infra/guards/races"
	"foyer/infra/guards/scene"
	"foyer/shared/foyertest"
)

// clients are how many are at it at once.
const clients = 16

// race is one thing that many do something with at once.
type race struct {
	name  string
	model porcupine.Model
	// begin makes a new thing of the scene, and gives what a client does with it next.
	begin func(a *arena) func(client int, random *rand.Rand)
	// long is how many requests one turn of a client is; 0: one.
	long int
	// turns is how many turns a client has at most, of a thing that has so many states that
	// porcupine would think about more for long; 0: ten.
	turns int
	// end is what is asked when all have come to rest.
	end func(a *arena)
}

// list are the races. What counts or is accepted is added here with its model.
var list = []race{acceptance, accessOfAClient, visibilityOfAnItem, namesAndAddresses, sessionsOfAPerson, settingsOfAPerson, keysOfRequests, workspacesOfAnAddress}

// arena is where a race takes place.
type arena struct {
	*scene.Scene
	*races.History
	number int         // of the history, unlike all others
	unsafe atomic.Bool // calls of AWS fail at random
	things any         // of the race
}

// Whatever 16 do at once, with calls of AWS that fail at random in every second
// history: it is as if they had done it one after the other.
func TestWhatManyDoAtOnceCouldHaveHappenedOneAfterTheOther(t *testing.T) {
	end, random := proof.Until(t, 40*time.Second), proof.Rand(t)
	for i, r := range list {
		mine := time.Now().Add(time.Until(end) / time.Duration(len(list)-i))
		t.Run(r.name, func(t *testing.T) { r.run(t, mine, random) })
	}
}

// perScene is how many histories share a scene: a table that many lived in is
// slow to go over.
const perScene = 25

func (r race) run(t *testing.T, until time.Time, random *rand.Rand) {
	t.Helper()
	histories, operations, heard := 0, 0, map[string]int{}
	for ok := true; ok && (time.Now().Before(until) || histories < 2); {
		a := &arena{Scene: scene.New(t, foyertest.Lasting)}
		faults.Hurry(a.World)
		a.Intercept("", faults.New(a.decide(random.Uint64())).Option)
		for n := 0; ok && n < perScene && (time.Now().Before(until) || histories < 2); n++ {
			a.number = histories
			ok = r.one(t, a, random)
			histories, operations = histories+1, operations+a.Len()
			a.Statuses(heard)
		}
		if rows := invariants.Hold(a.World); len(invariants.BrokenUsers(a.World, rows)) > 0 {
			t.Errorf("the pool does not agree with the table: %v", invariants.BrokenUsers(a.World, rows))
		}
	}
	t.Logf("%d histories, %d operations: %s", histories, operations, counted(heard))
}

// one is one history.
func (r race) one(t *testing.T, a *arena, random *rand.Rand) bool {
	t.Helper()
	a.History = &races.History{}
	do := r.begin(a)
	a.unsafe.Store(a.number%2 == 1)
	each := 2 + random.IntN(cmp.Or(r.turns, 10)/max(1, r.long)-1) // at most 160 requests, and those of the end
	start, all := make(chan struct{}), sync.WaitGroup{}
	for client := range clients {
		own := rand.New(rand.NewPCG(random.Uint64(), uint64(client)))
		all.Go(func() {
			<-start
			for range each {
				do(client, own)
			}
		})
	}
	close(start)
	all.Wait()
	a.unsafe.Store(false)
	if r.end != nil {
		r.end(a)
	}
	return a.Check(t, r.name, r.model)
}

// decide lets one call in thirty fail, at all its attempts or at the first.
func (a *arena) decide(seed uint64) func(faults.Call) faults.Fault {
	var mu sync.Mutex
	random := rand.New(rand.NewPCG(seed, seed))
	return func(c faults.Call) faults.Fault {
		mu.Lock()
		defer mu.Unlock()
		if !a.unsafe.Load() || random.IntN(30) > 0 {
			return faults.Fault{}
		}
		kinds := c.Kinds()
		if c.Writes() && random.IntN(2) == 0 {
			kinds = []faults.Kind{faults.TimeoutAfter} // what is hardest to tell
		}
		return faults.Fault{Kind: kinds[random.IntN(len(kinds))], Always: random.IntN(3) > 0}
	}
}

// ask sends a request, and hears of the answer what value takes from its body.
func (a *arena) ask(who foyertest.Person, method, target string, body any, value func(body map[string]any) string, headers ...foyertest.Header) races.Heard {
	r := a.Do(who, method, target, body, headers...)
	var content map[string]any
	_ = json.Unmarshal([]byte(r.Body), &content) // a body that is none says nothing
	heard := races.Heard{Status: r.Status}
	heard.Code, _ = content["code"].(string)
	if value != nil && heard.Done() {
		heard.Value = value(content)
	}
	return heard
}

func counted(heard map[string]int) string {
	parts := make([]string, 0, len(heard))
	for what, n := range heard {
		parts = append(parts, fmt.Sprintf("%s: %d", what, n))
	}
	sort.Strings(parts)
	return strings.Join(parts, ", ")
}
