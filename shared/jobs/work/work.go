// Package work is the one mechanism for work that is longer than a request: imports,
// invitations to all of a company, exports. A job is a row; its insertion starts it
// (stream-notify hands its id to a queue), and jobs-run does it slice by slice (package
// jobqueue). Progress is written after each slice under a lease, so a job that was cut
// off goes on where it was, and a slice that was done twice has one effect: that much
// every kind of job promises.
package work

import (
	"context"
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Kind is one kind of job.
type Kind struct {
	Name string

	// Slice does the next bit of the job, a few seconds of work at most, and moves
	// Position, Done, Total, Refused and Result on. It may be given the same bit again.
	// A *Failure ends the job; after any other error the bit is tried again.
	Slice func(ctx context.Context, env *api.Env, job *table.JobRow) (done bool, err error)
}

// Failure is why a job cannot be done, for people.
type Failure struct{ Reason string } //nolint:errname // what a job ends in

// Error is for logs and errors.As.
func (f *Failure) Error() string { return "the job cannot be done: " + f.Reason }

// keptFor is how long a job can be asked about.
const keptFor = 30 * 24 * time.Hour

// Start adds a job of the call's workspace to the transaction; it begins when that
// is committed. It gives back the job's row.
func Start(c *api.Call, tx *table.Tx, kind string, about map[string]string) table.JobRow {
	now := c.Now()
	row := table.JobRow{
		Job: c.NewID("job_"), Workspace: c.Workspace, Kind: kind, State: table.JobQueued, About: about, Actor: c.Person,
		CreatedAt: now, UpdatedAt: now, TTL: now.Add(keptFor).Unix(),
	}
	tx.Put(table.Job(c.Workspace, row.Job), row).If(table.Absent())
	return row
}

// Load loads a job of the call's workspace; one of another is absent, a 404.
func Load(ctx context.Context, c *api.Call, id string) (row table.JobRow, err error) {
	err = c.Need(ctx, table.Job(c.Workspace, id), &row)
	return row, err
}
