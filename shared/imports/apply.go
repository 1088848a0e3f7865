package imports

import (
	"context"
	"net/http"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// ApplyInput says which plan.
type ApplyInput struct {
	Workspace string `path:"workspace"`
	Import    string `path:"import"`
	Body      Application
}

// Application is a plan to be applied.
type Application struct {
	Plan string `json:"plan" minLength:"1" maxLength:"64" doc:"The id (job) of the plan as imports-get showed it: that one is applied, or none" example:"job_01JD0000000000000000000000"`
}

// Apply has the plan of an import applied.
var Apply = api.Operation[ApplyInput, work.Output]{
	ID: "imports-apply", Method: http.MethodPost, Path: "/workspaces/{workspace}/imports/{import}/application", Access: api.Admins, Status: http.StatusAccepted,
	Summary: "Apply the plan of an import",
	Doc: "For the workspace's owner and admins. Starts a job (jobs-get) that makes the companies and contacts that the plan has as new, and renames those that it has as changed; nobody is invited. " +
		"A row that somebody's change has overtaken is left as it is, and counted as unchanged or refused with its reason (imports-get). " +
		"409 `plan-not-current` where that plan is not finished, or another was made since. A plan is applied once: asked again, the answer is the same job, or one that does the rest where that failed.",
	Reads: named, Handle: apply, Replay: work.Again[ApplyInput],
}

// attempts at starting the job while others change the same import.
const attempts = 4

func apply(ctx context.Context, c *api.Call, in *ApplyInput) (out *work.Output, err error) {
	err = table.Retry(ctx, attempts, func() error {
		row, err := load(ctx, c, in.Import)
		if err != nil {
			return err
		}
		if row.PlanJob != in.Body.Plan || row.Plan == nil {
			return api.Conflict("plan-not-current", "There is no such finished plan of this import, or another was made since. Read the import again.")
		}
		if row.ApplicationOf == row.PlanJob {
			before, err := work.Load(ctx, c, row.ApplicationJob)
			if err != nil || before.State != table.JobFailed {
				out = &work.Output{Body: work.Show(before)}
				return err
			}
		}
		out, err = begin(ctx, c, row)
		return err
	})
	return out, err
}

// begin starts the job: table.ErrConflict where another plan, or another application,
// came first.
func begin(ctx context.Context, c *api.Call, row table.ImportRow) (*work.Output, error) {
	tx := &table.Tx{}
	job := work.Start(c, tx, applicationKind, map[string]string{
		aboutImport: row.Import, aboutPlan: row.PlanJob, aboutRows: strconv.Itoa(row.Plan.New + row.Plan.Changed),
	})
	c.Remember(tx, job.Job)
	tx.Update(table.Import(c.Workspace, row.Import),
		table.Set("applicationJob", job.Job).Set(expression.Name("applicationOf"), expression.Value(row.PlanJob)).Remove(expression.Name("application"))).
		If(table.Is("planJob", row.PlanJob).And(table.IsOrAbsent("applicationJob", row.ApplicationJob))).Else(table.ErrConflict)
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityImportApplied, Subject: row.Import})
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	return &work.Output{Body: work.Show(job)}, nil
}
