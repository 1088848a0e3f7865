package members

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/identity"
	"foyer/shared/jobs"
	"foyer/shared/signout"
	"foyer/shared/table"
)

// HandOverKind is the job of members-remove: project by project it takes the person out
// and hands their tasks over, then ends their sessions if they have no place any more.
var HandOverKind = jobs.Kind{Name: "members-remove", Slice: handOverSlice}

// What a job is about.
const (
	aboutPerson = "person"
	aboutHandTo = "handTo"
)

// handOverRows is how many items one slice looks at.
const handOverRows = 100

// place is how far a job is.
type place struct {
	After   string // the sort key of the last of the person's projects that was begun
	Project string // which is done now; empty: the next is to be found
	Moved   string // of the project when its tasks were begun
	Shared  bool   // of the two partitions of its items the second
	Item    string // the sort key of the last item looked at
}

func handOverSlice(ctx context.Context, env *api.Env, job *table.JobRow) (done bool, err error) {
	var at place
	if job.Position != "" {
		if err := json.Unmarshal([]byte(job.Position), &at); err != nil {
			return false, fmt.Errorf("position of the job: %w", err)
		}
	}
	if at.Project == "" {
		done, err = at.next(ctx, env, job)
	} else {
		err = at.tasks(ctx, env, job)
	}
	if err != nil {
		return false, err
	}
	position, err := json.Marshal(at)
	job.Position = string(position)
	return done, err
}

// next finds the next project of the person and takes them out of it; where there is
// none left, it ends their sessions if this was their last place.
func (at *place) next(ctx context.Context, env *api.Env, job *table.JobRow) (done bool, err error) {
	person := job.About[aboutPerson]
	// A project's id begins with its workspace's: the person's other ones are not read.
	rows, _, err := table.QueryInto[table.PersonProjectRow](ctx, env.Table, table.Query{
		PK: table.UserPartition(person), Prefix: table.PrefixProject + "prj_" + strings.TrimPrefix(job.Workspace, "wks_"), After: at.After, Limit: 1,
	})
	if err != nil {
		return false, err
	}
	if len(rows) == 0 {
		return true, endSessions(ctx, env, person)
	}
	row := rows[0]
	if row.Kind != table.KindMember || row.CreatedAt.After(job.CreatedAt) { // they are back, and in the project again
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

// tasks looks at some items of the project that is done now. First of all the person is
// taken out of its people: from then on no task can be assigned to them.
func (at *place) tasks(ctx context.Context, env *api.Env, job *table.JobRow) error {
	if at.Item == "" && !at.Shared {
		if err := leave(ctx, env, at.Project, job.About[aboutPerson]); err != nil {
			return err
		}
	}
	pk := table.TeamProjectPartition(at.Project)
	if at.Shared {
		pk = table.ClientProjectPartition(at.Project)
	}
	prefix, _ := table.ItemPrefix(table.ItemTask)
	rows, more, err := table.QueryInto[table.ItemRow](ctx, env.Table, table.Query{PK: pk, Prefix: table.PrefixItem + prefix, After: at.Item, Limit: handOverRows})
	if err != nil {
		return err
	}
	for _, row := range rows {
		if at.Item = row.SK; row.Assignee != job.About[aboutPerson] {
			continue
		}
		if err := handOver(ctx, env, job, at.Project, row); err != nil {
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

// leave takes the person out of the project's people.
func leave(ctx context.Context, env *api.Env, project, person string) error {
	tx := &table.Tx{}
	for _, key := range []table.Key{table.Project(person, project), table.Person(project, person), table.TeamPerson(project, person)} {
		tx.Delete(key)
	}
	return env.Table.Write(ctx, tx)
}

// handOver gives one task to whom it is handed: the member who was named, or an owner
// where they have left the team meanwhile. table.ErrConflict where the task, or who gets
// it, was changed meanwhile: the slice is done again.
func handOver(ctx context.Context, env *api.Env, job *table.JobRow, project string, task table.ItemRow) error {
	to, name, err := heir(ctx, env, job)
	if err != nil {
		return err
	}
	var there table.PersonRow
	inProject, err := env.Table.Get(ctx, table.Person(project, to), &there)
	if err != nil {
		return err
	}
	now, tx := env.Now(), &table.Tx{}
	tx.Check(table.Membership(to, job.Workspace), ofTheTeam()).Else(table.ErrConflict)
	tx.Update(task.Key, table.Set("assignee", to).Set(expression.Name("version"), expression.Value(task.Version+1))).
		If(table.Is("version", task.Version)).Else(table.ErrConflict)
	if inProject {
		tx.Check(table.Person(project, to), table.Is("kind", table.KindMember)).Else(table.ErrConflict)
	} else {
		tx.Put(table.Project(to, project), table.PersonProjectRow{Project: project, Kind: table.KindMember, CreatedAt: now}).If(table.Absent()).Else(table.ErrConflict)
		tx.Put(table.Person(project, to), table.PersonRow{Person: to, Name: name, Kind: table.KindMember}).If(table.Absent()).Else(table.ErrConflict)
		tx.Put(table.TeamPerson(project, to), table.TeamPersonRow{Person: to, Kind: table.KindMember, AddedBy: job.Actor, AddedAt: now}).If(table.Absent()).Else(table.ErrConflict)
	}
	id := env.NewID(table.PrefixActivity)
	tx.Put(table.TeamProjectActivity(project, id), table.ActivityRow{
		Activity: id, Type: table.ActivityTaskHandedOver, Workspace: job.Workspace, Project: project, Item: task.Item, Assignee: to, Actor: job.Actor, At: now,
	})
	return env.Table.Write(ctx, tx)
}

// heir is who gets the tasks, and their name as the team has it.
func heir(ctx context.Context, env *api.Env, job *table.JobRow) (person, name string, err error) {
	person = job.About[aboutHandTo]
	var row table.MemberRow
	found, err := env.Table.Get(ctx, table.Member(job.Workspace, person), &row)
	if err == nil && (!found || !accepted(row)) {
		if person, err = anOwner(ctx, env.Table, job.Workspace, job.About[aboutPerson]); err == nil {
			_, err = env.Table.Get(ctx, table.Member(job.Workspace, person), &row)
		}
	}
	return person, row.Name, err
}

// endSessions ends the person's sessions, unless they have a place somewhere.
func endSessions(ctx context.Context, env *api.Env, person string) error {
	for q := (table.Query{PK: table.UserPartition(person), Prefix: table.PrefixMembership}); ; {
		rows, more, err := table.QueryInto[table.MembershipRow](ctx, env.Table, q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			if q.After = row.SK; row.Role != "" || len(row.Contacts) > 0 {
				return nil
			}
		}
		if !more {
			break
		}
	}
	return errors.Join(identity.From(env).SignOut(ctx, person), signout.Everywhere(ctx, env.Table, person))
}
