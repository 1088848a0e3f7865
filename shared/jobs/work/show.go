package work

import (
	"context"
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Output is a job.
type Output struct{ Body Job }

// Job is long work, and how far it is.
type Job struct {
	ID        string    `json:"id" example:"job_01JD0000000000000000000000"`
	Kind      string    `json:"kind" doc:"What it does" example:"invitations-send-all"`
	State     string    `json:"state" enum:"queued,running,done,failed"`
	Done      int       `json:"done" doc:"How many of total are done"`
	Total     int       `json:"total" doc:"As far as that is known; it may grow while the job runs"`
	Refused   int       `json:"refused" doc:"How many of those done were refused"`
	Reason    string    `json:"reason,omitempty" doc:"Why it failed"`
	File      *api.Link `json:"file,omitempty" doc:"What an export made; for the workspace's owner and admins"`
	CreatedAt time.Time `json:"createdAt"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// Again answers a repeated request that started a job with the job as it is now
// (api.Operation.Replay).
func Again[I any](ctx context.Context, c *api.Call, _ *I, id string) (*Output, error) {
	row, err := Load(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return &Output{Body: Show(row)}, nil
}

// WorkspaceExport is the kind of job whose file has the whole workspace.
const WorkspaceExport = "workspaces-export"

// Show is a job as the workspace's staff see it.
func Show(row table.JobRow) Job {
	return Job{ID: row.Job, Kind: row.Kind, State: row.State, Done: row.Done, Total: row.Total, Refused: row.Refused, Reason: row.Reason, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt}
}
