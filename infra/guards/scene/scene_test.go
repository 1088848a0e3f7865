//go:build engine

package scene_test

import (
	"testing"

	"foyer/infra/guards/scene"
	"foyer/shared/catalog"
)

// What the guards stand on: each operation, asked as the scene says, succeeds. One
// that does not would be guarded in its refusal only.
func TestEveryOperationCanBeAskedWithSuccess(t *testing.T) {
	s := scene.New(t)
	for _, op := range catalog.Operations() {
		for range 2 { // what a preparation makes is new each time
			r := s.Prepare(op)
			if got := s.Send(r); got.Status >= 300 {
				t.Errorf("%s %s: got %d %s; write a recipe in infra/guards/scene/recipes.go", r.Op.ID, s.Target(r), got.Status, got.Body)
			}
		}
	}
}
