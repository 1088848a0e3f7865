// Package jobs shows the team how far a job is. It is apart from package work, which
// whoever starts one needs, since only here the link to a file is signed.
package jobs

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/files"
	"foyer/shared/jobs/work"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// GetInput names a job.
type GetInput struct {
	Workspace string `path:"workspace"`
	Job       string `path:"job"`
}

// Get shows a job.
var Get = api.Operation[GetInput, work.Output]{
	ID: "jobs-get", Method: http.MethodGet, Path: "/workspaces/{workspace}/jobs/{job}", Access: api.Staff,
	Summary: "Show how far a job is",
	Doc:     "For the staff of the workspace. A job can be asked about for 30 days. The link to the file of an export is for owner and admins, that of a whole workspace for owners, and it is good for 60 seconds: ask again for another.",
	Reads: func(c *api.Call, path func(string) string) []table.Key {
		return []table.Key{table.Job(c.Workspace, path("job"))}
	},
	Handle: get,
}

func get(ctx context.Context, c *api.Call, in *GetInput) (*work.Output, error) {
	row, err := work.Load(ctx, c, in.Job)
	if err != nil {
		return nil, err
	}
	job := work.Show(row)
	if row.State == table.JobDone && row.Result != "" && opens(policy.Role(c.Membership.Role), row.Kind) {
		if job.File, err = files.Get(ctx, c.Env, row.Result); err != nil {
			return nil, err
		}
	}
	return &work.Output{Body: job}, nil
}

// opens says whether the file that a job of that kind made is for the role: an owner
// alone may have the workspace whole, as only an owner may ask for it.
func opens(role policy.Role, kind string) bool {
	return role == policy.Owner || role == policy.Admin && kind != work.WorkspaceExport
}
