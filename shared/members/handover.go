package members

import (
	"context"
	"errors"

	"foyer/shared/api"
	"foyer/shared/handover"
	"foyer/shared/identity"
	"foyer/shared/jobs/work"
	"foyer/shared/signout"
	"foyer/shared/table"
)

const handOverKind = "members-remove" // as the rows of such jobs name it

// HandOverKind is the job of members-remove: project by project it takes the person out
// and hands their tasks over, then ends their sessions if they have no place any more.
var HandOverKind = work.Kind{Name: handOverKind, Slice: handOverSlice}

// What a job is about.
const (
	aboutPerson = "person"
	aboutHandTo = "handTo"
)

func handOverSlice(ctx context.Context, env *api.Env, job *table.JobRow) (done bool, err error) {
	person := job.About[aboutPerson]
	done, err = handover.Walk{
		Person: person,
		Takes: func(own table.PersonProjectRow) bool { // unless they are back, and in the project again
			return own.Kind == table.KindMember && !own.CreatedAt.After(job.CreatedAt)
		},
		Leave: func(ctx context.Context, project string) error { return leave(ctx, env, project, person) },
		Task: func(ctx context.Context, project string, task table.ItemRow) error {
			return handOver(ctx, env, job, project, task)
		},
	}.Slice(ctx, env, job)
	if err != nil || !done {
		return false, err
	}
	return true, endSessions(ctx, env, person)
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
	tx := &table.Tx{}
	tx.Check(table.Membership(to, job.Workspace), ofTheTeam()).Else(table.ErrConflict)
	if there.Kind == table.KindMember {
		tx.Check(table.Person(project, to), table.Is("kind", table.KindMember)).Else(table.ErrConflict)
	} else {
		asRead, now := table.Absent(), env.Now()
		if inProject { // from when they were a client
			asRead = table.Is("kind", there.Kind)
		}
		tx.Put(table.Person(project, to), table.PersonRow{Person: to, Name: name, Kind: table.KindMember}).If(asRead).Else(table.ErrConflict)
		// These two stand where that one does.
		tx.Put(table.Project(to, project), table.PersonProjectRow{Project: project, Kind: table.KindMember, CreatedAt: now})
		tx.Put(table.TeamPerson(project, to), table.TeamPersonRow{Person: to, Kind: table.KindMember, AddedBy: job.Actor, AddedAt: now})
	}
	handover.Assign(env, tx, job, project, task, to)
	return env.Table.Write(ctx, tx)
}

// heir is who gets the tasks, and their name as the team has it.
func heir(ctx context.Context, env *api.Env, job *table.JobRow) (person, name string, err error) {
	person = job.About[aboutHandTo]
	var row table.MemberRow
	_, err = env.Table.Get(ctx, table.Member(job.Workspace, person), &row)
	if err == nil && !accepted(row) { // nor has who is not there
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
