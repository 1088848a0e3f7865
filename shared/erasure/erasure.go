// Package erasure is what of a person is left to be erased once a contact was
// (contacts-delete): long work, and apart from contacts, since it needs the user pool.
package erasure

import (
	"context"
	"errors"
	"strings"

	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/handover"
	"foyer/shared/identity"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// Kind is the job of contacts-delete: it takes whoever the contact was out of the
// projects, with the name that those show; their tasks there are nobody's then. An
// account that nobody has accepted ends with the last of its invitations.
var Kind = work.Kind{Name: contacts.EraseJob, Slice: func(ctx context.Context, env *api.Env, job *table.JobRow) (bool, error) {
	return work.At(ctx, env, job, slice)
}}

// place is how far the job is.
type place struct {
	Person int    // which of them
	At     string // of their projects
}

func slice(ctx context.Context, env *api.Env, job *table.JobRow, at *place) (bool, error) {
	persons := strings.Fields(job.About[contacts.AboutPersons]) // at least one: else there is no job
	e := eraser{env: env, job: job, contact: job.About[contacts.AboutContact], person: persons[at.Person]}
	if at.Person > 0 && at.At == "" {
		// It has the wrong address; nobody can open it.
		if err := env.Table.DeleteOne(ctx, table.Invitation(e.person, job.Workspace, e.contact)); err != nil {
			return false, err
		}
	}
	walk := *job
	walk.Position = at.At
	done, err := handover.Walk{
		Person: e.person,
		Takes:  func(own table.PersonProjectRow) bool { return own.Contact == e.contact },
		Leave:  e.leave, Task: e.task,
	}.Slice(ctx, env, &walk)
	if err != nil {
		return false, err
	}
	job.Done, job.Total, at.At = walk.Done, walk.Total, walk.Position
	if done {
		if err := e.forget(ctx); err != nil {
			return false, err
		}
		*at = place{Person: at.Person + 1}
	}
	return at.Person == len(persons), nil
}

type eraser struct {
	env             *api.Env
	job             *table.JobRow
	contact, person string
}

// errOther: the person is in the project as another contact, or not at all any more.
var errOther = errors.New("the place in the project is not the contact's")

func (e eraser) leave(ctx context.Context, project string) error {
	tx := &table.Tx{}
	tx.Delete(table.Project(e.person, project)).If(table.Is("contact", e.contact)).Else(errOther)
	tx.Delete(table.TeamPerson(project, e.person)) // written with it, as the next one is
	tx.Delete(table.Person(project, e.person))
	if err := e.env.Table.Write(ctx, tx); !errors.Is(err, errOther) {
		return err
	}
	return nil
}

// errBack: the person is one of the project's people again, as a new contact; whatever is
// theirs there stays theirs.
var errBack = errors.New("the person is in the project again")

func (e eraser) task(ctx context.Context, project string, task table.ItemRow) error {
	tx := &table.Tx{}
	tx.Check(table.Person(project, e.person), table.Absent()).Else(errBack)
	handover.Assign(e.env, tx, e.job, project, task, "")
	if err := e.env.Table.Write(ctx, tx); !errors.Is(err, errBack) {
		return err
	}
	return nil
}

// forget ends the person's account where nobody has accepted it and no invitation is left
// that could be: then it is nobody's, and has no more than the address and the name that
// this workspace gave it. Whoever invites the address at the same moment writes its row,
// and this one looks again: table.ErrConflict, as while an acceptance is under way.
func (e eraser) forget(ctx context.Context) error {
	key := table.Account(e.person)
	var account table.AccountRow
	found, err := e.env.Table.Get(ctx, key, &account)
	if err != nil || account.State == table.AccountConfirmed {
		return err
	}
	if found {
		var at table.AddressRow // read before the invitations: of one that is made after, it tells
		if _, err := e.env.Table.Get(ctx, table.Address(account.Email), &at); err != nil {
			return err
		}
		left, _, err := e.env.Table.Query(ctx, table.Query{PK: table.UserPartition(e.person), Prefix: table.PrefixInvitation, Limit: 1})
		if err != nil || len(left) > 0 {
			return err
		}
		tx := &table.Tx{}
		tx.Delete(key).If(table.Is("state", table.AccountInvited)).If(table.Unleased(e.env.Now())).Else(table.ErrConflict)
		tx.Delete(table.Address(account.Email)).If(at.Same()).Else(table.ErrConflict)
		if err := e.env.Table.Write(ctx, tx); err != nil {
			return err
		}
	}
	// An acceptance that was cut off may have left a user; after the account, as only who
	// has one can accept, and once more if this was cut off here.
	return identity.From(e.env).Delete(ctx, e.person)
}
