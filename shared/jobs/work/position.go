package work

import (
	"context"
	"encoding/json"
	"fmt"

	"foyer/shared/api"
	"foyer/shared/table"
)

// At does a slice of a job whose position is a P, zero at its beginning: slice moves it
// on. A position that cannot be read is an error, never the beginning again.
//
// It is not a function that makes a Kind's Slice: the linker would keep what a variable
// is made of at start, all of the job, in every function of the package.
func At[P any](ctx context.Context, env *api.Env, job *table.JobRow, slice func(ctx context.Context, env *api.Env, job *table.JobRow, at *P) (done bool, err error)) (done bool, err error) {
	var at P
	if job.Position != "" {
		if err := json.Unmarshal([]byte(job.Position), &at); err != nil {
			return false, fmt.Errorf("position of the job: %w", err)
		}
	}
	done, err = slice(ctx, env, job, &at)
	if err != nil {
		return false, err
	}
	position, err := json.Marshal(at)
	job.Position = string(position)
	return done, err
}
