package imports

import (
	"context"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// Plan has the plan of an import made.
var Plan = api.Operation[GetInput, work.Output]{
	ID: "imports-plan", Method: http.MethodPost, Path: "/workspaces/{workspace}/imports/{import}/plan", Access: api.Admins, Status: http.StatusAccepted,
	Summary: "Plan an import of contacts",
	Doc: "For the workspace's owner and admins, after the upload. Starts a job (jobs-get) that reads the file and says of each row whether it is new, changed, unchanged or refused, and why; imports-get shows it. " +
		"Nothing is changed by it. A plan that is made again takes the place of the one before, which cannot be applied any more. The job fails where there is no file, or none that can be read.",
	Handle: plan, Replay: work.Again[GetInput],
}

func plan(ctx context.Context, c *api.Call, in *GetInput) (*work.Output, error) {
	tx := &table.Tx{}
	job := work.Start(c, tx, planKind, map[string]string{aboutImport: in.Import})
	c.Remember(tx, job.Job)
	// That there is such an import is asked here and not read before.
	tx.Update(table.Import(c.Workspace, in.Import), table.Set("planJob", job.Job).Remove(expression.Name("plan"))).
		If(expression.Name("ttl").GreaterThan(expression.Value(c.Now().Unix()))).Else(api.NotFound())
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	return &work.Output{Body: work.Show(job)}, nil
}
