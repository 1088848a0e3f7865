// Package handover goes through the projects of a person who leaves them, and through
// the tasks that are theirs there: the part that is the same whoever leaves, and why.
package handover

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// Walk is what happens on the way. Each of its functions may be called again for what
// it has done, since a job can be cut off anywhere.
type Walk struct {
	Person string // who leaves

	// Takes says whether they leave the project.
	Takes func(own table.PersonProjectRow) bool
	// Leave takes them out of the project's people: from then on no task can be assigned
	// to them.
	Leave func(ctx context.Context, project string) error
	// Task gives one task of theirs to somebody else. table.ErrConflict where the task, or
	// who gets it, was changed meanwhile: the slice is done again.
	Task func(ctx context.Context, project string, task table.ItemRow) error
}

// rowsOfSlice is how many items one slice looks at.
const rowsOfSlice = 100

// place is how far a job is.
type place struct {
	After   string // the sort key of the last of the person's projects that was begun
	Project string // which is done now; empty: the next is to be found
	Moved   string // of the project when its tasks were begun
	Shared  bool   // of the two partitions of its items the second
	Item    string // the sort key of the last item looked at
}

// Slice does the next bit of the job: it finds a project, or looks at some items of one.
func (w Walk) Slice(ctx context.Context, env *api.Env, job *table.JobRow) (done bool, err error) {
	return work.At(ctx, env, job, w.slice)
}

func (w Walk) slice(ctx context.Context, env *api.Env, job *table.JobRow, at *place) (done bool, err error) {
	if at.Project == "" {
		return at.next(ctx, env, job, w)
	}
	return false, at.tasks(ctx, env, job, w)
}

// next finds the next project of the person; done where there is none left.
func (at *place) next(ctx context.Context, env *api.Env, job *table.JobRow, w Walk) (done bool, err error) {
	// A project's id begins with its workspace's: the person's other ones are not read.
	rows, _, err := table.QueryInto[table.PersonProjectRow](ctx, env.Table, table.Query{
		PK: table.UserPartition(w.Person), Prefix: table.PrefixProject + "prj_" + strings.TrimPrefix(job.Workspace, "wks_"), After: at.After, Limit: 1,
	})
	if err != nil || len(rows) == 0 {
		return true, err
	}
	row := rows[0]
	if !w.Takes(row) {
		at.After = row.SK
		return false, nil
	}
	var facts table.ProjectFactsRow
	if _, err := env.Table.Get(ctx, table.ProjectFacts(row.Project), &facts); err != nil {
		return false, err
	}
	*at = place{After: row.SK, Project: row.Project, Moved: facts.Moved}
	job.Total++
	return false, nil
}

// tasks looks at some items of the project that is done now, after the person was taken
// out of its people.
func (at *place) tasks(ctx context.Context, env *api.Env, job *table.JobRow, w Walk) error {
	if at.Item == "" && !at.Shared {
		if err := w.Leave(ctx, at.Project); err != nil {
			return err
		}
	}
	pk := table.TeamProjectPartition(at.Project)
	if at.Shared {
		pk = table.ClientProjectPartition(at.Project)
	}
	prefix, _ := table.ItemPrefix(table.ItemTask)
	rows, more, err := table.QueryInto[table.ItemRow](ctx, env.Table, table.Query{PK: pk, Prefix: table.PrefixItem + prefix, After: at.Item, Limit: rowsOfSlice})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if at.Item = row.SK; row.Assignee != w.Person {
			continue
		}
		if err := w.Task(ctx, at.Project, row); err != nil {
			return err
		}
	}
	switch {
	case more:
		return nil
	case !at.Shared:
		at.Shared, at.Item = true, ""
		return nil
	}
	// What moved from one partition to the other meanwhile may have been in neither.
	var facts table.ProjectFactsRow
	if _, err := env.Table.Get(ctx, table.ProjectFacts(at.Project), &facts); err != nil {
		return err
	}
	if facts.Moved != at.Moved {
		*at = place{After: at.After, Project: at.Project, Moved: facts.Moved}
		return nil
	}
	*at = place{After: at.After}
	job.Done++
	return nil
}

// Assign adds to the transaction that the task is somebody else's, as somebody's act; it
// is recorded for the team. Without to it is nobody's, and asks nobody for anything.
func Assign(env *api.Env, tx *table.Tx, job *table.JobRow, project string, task table.ItemRow, to string) {
	change := table.Set("version", task.Version+1)
	if to == "" {
		change = change.Remove(expression.Name("assignee")).Remove(expression.Name("ask"))
	} else {
		change = change.Set(expression.Name("assignee"), expression.Value(to))
	}
	tx.Update(task.Key, change).If(table.Is("version", task.Version)).Else(table.ErrConflict)
	id := env.NewID(table.PrefixActivity)
	tx.Put(table.TeamProjectActivity(project, id), table.ActivityRow{
		Activity: id, Type: table.ActivityTaskHandedOver, Workspace: job.Workspace, Project: project, Item: task.Item, Assignee: to, Actor: job.Actor, At: env.Now(),
	})
}
