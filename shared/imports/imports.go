// Package imports brings contacts in from a CSV file (rule 21): the file is uploaded,
// a plan says of each of its rows what would become of it, and that plan, as it was
// shown, is applied. Nobody is invited by it.
//
// The file, the plan and the report are in S3 below the import's id, the import's row
// has the counts, and the rows of the two jobs say how far they are.
package imports

import (
	"context"
	"errors"
	"fmt"
	"time"

	"foyer/shared/api"
	"foyer/shared/files"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// The kinds of jobs, as their rows name them.
const (
	planKind        = "imports-plan"
	applicationKind = "imports-apply"
)

// What the jobs are about.
const (
	aboutImport = "import"
	aboutPlan   = "plan" // the id of the plan's job
	aboutRows   = "rows" // how many rows of the plan change something
)

const (
	// keptFor is how long an import can be asked about; the bucket keeps its files as long.
	keptFor = 30 * 24 * time.Hour
	// sizeMost is how large a file may be, rowsMost how many rows it may have.
	sizeMost, rowsMost = 20 << 20, 100_000
	// refusalsShown is how many refused rows stand in the import's row.
	refusalsShown = 100
)

// key is where a file of the import is. Workspace and import stand in it: a link to one
// leads to no other.
func key(workspace, id, name string) string {
	return fmt.Sprintf("imports/%s/%s/%s", workspace, id, name)
}

func uploadKey(workspace, id string) string { return key(workspace, id, "file.csv") }
func planKey(workspace, id, job string) string {
	return key(workspace, id, job+".jsonl")
}

// Import is a file of contacts, its plan, and what became of that.
type Import struct {
	ID          string    `json:"id" example:"imp_01JD0000000000000000000000"`
	State       string    `json:"state" enum:"created,planning,planned,applying,applied,failed" doc:"failed: the job that was asked for last failed, and says why"`
	Size        int64     `json:"size" doc:"Bytes of the file, as announced"`
	Plan        *Stage    `json:"plan,omitempty" doc:"The newest"`
	Application *Stage    `json:"application,omitempty" doc:"What became of a plan, row by row. new: made; changed: given the name of the file; unchanged: somebody made the same contact meanwhile; refused: overtaken by what somebody changed meanwhile"`
	CreatedAt   time.Time `json:"createdAt"`
}

// Stage is a plan, or what became of it when it was applied.
type Stage struct {
	Job       string    `json:"job" doc:"The job that makes it; of a plan its id, by which it is applied" example:"job_01JD0000000000000000000000"`
	Plan      string    `json:"plan,omitempty" doc:"Of an application: the plan that is applied"`
	State     string    `json:"state" enum:"queued,running,done,failed"`
	Done      int       `json:"done" doc:"How many of total are gone over"`
	Total     int       `json:"total"`
	Reason    string    `json:"reason,omitempty" doc:"Why it failed"`
	Result    *Result   `json:"result,omitempty" doc:"When it is done"`
	File      *api.Link `json:"file,omitempty" doc:"All of it as JSON lines, one for each row of the file; of an application, those rows that came out otherwise than planned, if there are any. The link is good for 60 seconds: ask again for another"`
	UpdatedAt time.Time `json:"updatedAt"`
}

// Result is how many rows there are of each kind.
type Result struct {
	New       int       `json:"new"`
	Changed   int       `json:"changed" doc:"Contacts whose name is another one in the file"`
	Unchanged int       `json:"unchanged"`
	Refused   int       `json:"refused"`
	Companies int       `json:"companies" doc:"Companies that are new"`
	Refusals  []Refusal `json:"refusals" doc:"The first 100 refused rows"`
}

// Refusal is a row that is not imported.
type Refusal struct {
	Line   int    `json:"line" doc:"Where the row begins, as an editor counts lines"`
	Reason string `json:"reason" example:"email-invalid"`
	Detail string `json:"detail" doc:"The reason, for people"`
}

// named is the import that the path names, to be read with the access
// (api.Operation.Reads).
func named(c *api.Call, path func(string) string) []table.Key {
	return []table.Key{table.Import(c.Workspace, path("import"))}
}

// load loads an import of the call's workspace; one of another, or one that is not kept
// any more, is absent, a 404.
func load(ctx context.Context, c *api.Call, id string) (row table.ImportRow, err error) {
	err = c.Need(ctx, table.Import(c.Workspace, id), &row)
	if err == nil && row.TTL <= c.Now().Unix() {
		err = api.NotFound()
	}
	return row, err
}

// show is the import as the workspace's admins see it, with how far its jobs are.
func show(ctx context.Context, c *api.Call, row table.ImportRow) (Import, error) {
	out := Import{ID: row.Import, State: "created", Size: row.Size, CreatedAt: row.CreatedAt}
	if row.PlanJob == "" {
		return out, nil
	}
	keys := []table.Key{table.Job(c.Workspace, row.PlanJob)}
	if row.ApplicationJob != "" {
		keys = append(keys, table.Job(c.Workspace, row.ApplicationJob))
	}
	rows, err := c.Read(ctx, keys...)
	if err != nil {
		return out, err
	}
	if out.Plan, err = shown(ctx, c, rows, keys[0], row.Plan); err != nil {
		return out, err
	}
	out.State = stateOf(out.Plan.State, "planning", "planned")
	if row.ApplicationJob == "" {
		return out, nil
	}
	if out.Application, err = shown(ctx, c, rows, keys[1], row.Application); err != nil {
		return out, err
	}
	if out.Application.Plan = row.ApplicationOf; row.ApplicationOf == row.PlanJob {
		out.State = stateOf(out.Application.State, "applying", "applied")
	}
	return out, nil
}

func stateOf(job, running, done string) string {
	switch job {
	case table.JobDone:
		return done
	case table.JobFailed:
		return job
	}
	return running
}

// shown is a plan, or an application, by the row of its job and its result.
func shown(ctx context.Context, c *api.Call, rows table.Rows, at table.Key, result *table.ImportResult) (*Stage, error) {
	var job table.JobRow
	found, err := rows.Into(at, &job)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, errors.New("an import names a job that is not there")
	}
	as := work.Show(job)
	out := &Stage{Job: as.ID, State: as.State, Done: as.Done, Total: as.Total, Reason: as.Reason, UpdatedAt: as.UpdatedAt}
	if result == nil {
		return out, nil
	}
	out.Result = &Result{New: result.New, Changed: result.Changed, Unchanged: result.Unchanged, Refused: result.Refused, Companies: result.Companies, Refusals: []Refusal{}}
	for _, r := range result.Refusals {
		out.Result.Refusals = append(out.Result.Refusals, Refusal{Line: r.Line, Reason: r.Reason, Detail: details[r.Reason]})
	}
	if result.File != "" {
		out.File, err = files.Get(ctx, c.Env, result.File)
	}
	return out, err
}
