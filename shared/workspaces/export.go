package workspaces

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// ExportInput names a workspace.
type ExportInput struct {
	Workspace string `path:"workspace"`
}

// Export makes a file of everything that a workspace has (rule 35). What the job writes
// is in shared/workspaceexport.
var Export = api.Operation[ExportInput, work.Output]{
	ID: "workspaces-export", Method: http.MethodPost, Path: "/workspaces/{workspace}/export", Access: api.Owners, Status: http.StatusAccepted,
	Summary: "Export a workspace whole",
	Doc: "For an owner of the workspace. Starts a job (jobs-get) whose file has everything of the workspace as JSON lines. Each names its record: workspace, subscription, invitation-template, member, company, contact, project, person, item or change; " +
		"its other fields are those that the operations of the API show, an item's and a person's with their project. Private items of every project are in it. " +
		"No password, session or link of an invitation is, nor is anything of what people have in other workspaces. Whatever changes while the job runs is there as it was or as it has become, an item that is shared or taken back once. " +
		"Only owners get the link to the file, which is kept for 7 days.",
	Handle: export, Replay: work.Again[ExportInput],
}

func export(ctx context.Context, c *api.Call, _ *ExportInput) (*work.Output, error) {
	tx := &table.Tx{}
	job := work.Start(c, tx, work.WorkspaceExport, nil)
	c.Remember(tx, job.Job)
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityWorkspaceExported})
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	return &work.Output{Body: work.Show(job)}, nil
}
