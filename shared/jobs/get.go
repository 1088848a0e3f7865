package jobs

import (
	"context"
	"net/http"
	"time"

	"foyer/shared/api"
	"foyer/shared/files"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// GetInput names a job.
type GetInput struct {
	Workspace string `path:"workspace"`
	Job       string `path:"job"`
}

// Output is a job.
type Output struct{ Body Job }

// Job is long work, and how far it is.
type Job struct {
	ID        string      `json:"id" example:"job_01JD0000000000000000000000"`
	Kind      string      `json:"kind" doc:"What it does" example:"invitations-send-all"`
	State     string      `json:"state" enum:"queued,running,done,failed"`
	Done      int         `json:"done" doc:"How many of total are done"`
	Total     int         `json:"total" doc:"As far as that is known; it may grow while the job runs"`
	Refused   int         `json:"refused" doc:"How many of those done were refused"`
	Reason    string      `json:"reason,omitempty" doc:"Why it failed"`
	File      *files.Link `json:"file,omitempty" doc:"What an export made; for the workspace's owner and admins"`
	CreatedAt time.Time   `json:"createdAt"`
	UpdatedAt time.Time   `json:"updatedAt"`
}

// Get shows a job.
var Get = api.Operation[GetInput, Output]{
	ID: "jobs-get", Method: http.MethodGet, Path: "/workspaces/{workspace}/jobs/{job}", Access: api.Staff,
	Summary: "Show how far a job is",
	Doc:     "For the staff of the workspace. A job can be asked about for 30 days. The link to the file of an export is for owner and admins, that of a whole workspace for owners, and it is good for 60 seconds: ask again for another.",
	Reads: func(c *api.Call, path func(string) string) []table.Key {
		return []table.Key{table.Job(c.Workspace, path("job"))}
	},
	Handle: get,
}

func get(ctx context.Context, c *api.Call, in *GetInput) (*Output, error) {
	row, err := Load(ctx, c, in.Job)
	if err != nil {
		return nil, err
	}
	job := Show(row)
	if row.State == table.JobDone && row.Result != "" && opens(policy.Role(c.Membership.Role), row.Kind) {
		if job.File, err = files.Get(ctx, c.Env, row.Result); err != nil {
			return nil, err
		}
	}
	return &Output{Body: job}, nil
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

// opens says whether the file that a job of that kind made is for the role: an owner
// alone may have the workspace whole, as only an owner may ask for it.
func opens(role policy.Role, kind string) bool {
	return role == policy.Owner || role == policy.Admin && kind != WorkspaceExport
}

// Show is a job as the workspace's staff see it.
func Show(row table.JobRow) Job {
	return Job{ID: row.Job, Kind: row.Kind, State: row.State, Done: row.Done, Total: row.Total, Refused: row.Refused, Reason: row.Reason, CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt}
}
