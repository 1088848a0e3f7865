package work_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"foyer/shared/api"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// A job goes on where its last slice has ended; what is no position is not taken for
// the beginning, and a slice that fails moves nothing on.
func TestASliceGoesOnWhereTheLastHasEnded(t *testing.T) {
	type place struct{ Project, After string }
	var began []place
	failing := errors.New("failing")
	var fails error
	slice := func(ctx context.Context, env *api.Env, job *table.JobRow) (bool, error) {
		return work.At(ctx, env, job, func(_ context.Context, _ *api.Env, _ *table.JobRow, at *place) (bool, error) {
			began = append(began, *at)
			at.Project, at.After = "p1", at.After+"x"
			return at.After == "xx", fails
		})
	}
	job := &table.JobRow{}
	for n, done := range []bool{false, true} {
		if got, err := slice(t.Context(), nil, job); got != done || err != nil {
			t.Fatalf("slice %d: done %v and %v, want %v", n, got, err, done)
		}
	}
	if len(began) != 2 || began[0] != (place{}) || began[1] != (place{"p1", "x"}) {
		t.Errorf("the slices began at %+v", began)
	}
	before := job.Position
	fails = failing
	if done, err := slice(t.Context(), nil, job); done || !errors.Is(err, failing) || job.Position != before {
		t.Errorf("a slice that fails: done %v, %v, at %q, want it where it was", done, err, job.Position)
	}
	job.Position = "no position"
	if done, err := slice(t.Context(), nil, job); done || err == nil || !strings.Contains(err.Error(), "position of the job") || len(began) != 3 {
		t.Errorf("at no position: done %v and %v, begun %d times", done, err, len(began))
	}
}
