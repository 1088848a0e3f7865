package work

import (
	"context"
	"encoding/json"
	"fmt"

	"foyer/shared/api"
	"foyer/shared/table"
)

// At is the Slice of a job whose position is a P, zero at its beginning: slice moves it
// on. A position that cannot be read is an error, never the beginning again.
func At[P any](slice func(ctx context.Context, env *api.Env, job *table.JobRow, at *P) (done bool, err error)) func(context.Context, *api.Env, *table.JobRow) (bool, error) {
	return func(ctx context.Context, env *api.Env, job *table.JobRow) (bool, error) {
		var at P
		if job.Position != "" {
			if err := json.Unmarshal([]byte(job.Position), &at); err != nil {
				return false, fmt.Errorf("position of the job: %w", err)
			}
		}
		done, err := slice(ctx, env, job, &at)
		if err != nil {
			return false, err
		}
		position, err := json.Marshal(at)
		job.Position = string(position)
		return done, err
	}
}
