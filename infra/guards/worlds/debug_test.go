//go:build engine

package worlds

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestDebug(t *testing.T) {
	g := newTwins(t, 7)
	set(t, "rapid.checks", "1")
	set(t, "rapid.nofailfile", "true")
	rapid.Check(t, func(rt *rapid.T) {
		b := time.Now()
		r := g.begin(rt)
		t.Log("begin", time.Since(b))
		b = time.Now()
		r = g.begin(rt)
		t.Log("begin", time.Since(b))
		b = time.Now()
		r.newItem(rt, fields{"clientCanSee": true})
		t.Log("item", time.Since(b))
		b = time.Now()
		r.settle(rt)
		t.Log("settle", time.Since(b))
		b = time.Now()
		r.settle(rt)
		t.Log("settle nothing", time.Since(b))
		b = time.Now()
		r.sweep(rt)
		t.Log("sweep", time.Since(b))
		for range 3 {
			r.newItem(rt, fields{"clientCanSee": true})
			r.hide(rt, nil)
		}
		r.settle(rt)
		plan := r.plan(rt)
		n, ok := map[string]int{}, map[string]int{}
		began := time.Now()
		for i, v := range plan {
			for _, a := range g.sides[0].follow(0, v) {
				n[a.op]++
				if a.status < 300 {
					ok[a.op]++
				}
				if i%97 == 0 {
					t.Log(r.names.in(a.line()), a.status, a.calls)
				}
			}
		}
		t.Log(time.Since(began), n, ok)
	})
}
