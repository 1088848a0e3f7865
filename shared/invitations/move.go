package invitations

import (
	"context"
	"errors"

	"foyer/shared/api"
	"foyer/shared/handover"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

const moveKind = "address-corrected" // as the rows of such jobs name it

// MoveKind is the job of address-corrected: project by project it puts who the contact
// is by now in the place of who they were by the wrong address, and gives them the tasks
// that were meant for them. Who they are is asked anew each time, so that several of
// these jobs at once, after several corrections, end in the same.
var MoveKind = work.Kind{Name: moveKind, Slice: moveSlice}

// What a job is about.
const (
	aboutContact = "contact"
	aboutPerson  = "person" // who the contact was
)

func moveSlice(ctx context.Context, env *api.Env, job *table.JobRow) (bool, error) {
	m := mover{env: env, job: job, contact: job.About[aboutContact], from: job.About[aboutPerson]}
	return handover.Walk{
		Person: m.from,
		Takes:  func(own table.PersonProjectRow) bool { return own.Contact == m.contact },
		Leave:  m.leave, Task: m.task,
	}.Slice(ctx, env, job)
}

type mover struct {
	env           *api.Env
	job           *table.JobRow
	contact, from string
}

// as is the contact's own row; the transaction asks that it is still as it was read.
func (m mover) as(tx *table.Tx, contact table.ContactRow) {
	tx.Check(table.Contact(m.job.Workspace, m.contact), table.Is("person", contact.Person).And(table.Is("name", contact.Name))).Else(table.ErrConflict)
}

// inProject says whether the person is one of the project's people.
func (m mover) inProject(ctx context.Context, project, person string) (bool, error) {
	var row table.PersonRow
	return m.env.Table.Get(ctx, table.Person(project, person), &row)
}

// leave puts the contact's person of now into the project in the place of the one
// before: with the name that the contact has, and as they were added. Whoever is in the
// project already, as another contact of theirs, stays as they are. The three rows of a
// person in a project are written together: what holds of one does of all.
func (m mover) leave(ctx context.Context, project string) error {
	key := table.Contact(m.job.Workspace, m.contact)
	own, team := table.Project(m.from, project), table.TeamPerson(project, m.from)
	rows, err := m.env.Table.BatchGet(ctx, key, own, team)
	if err != nil {
		return err
	}
	var contact table.ContactRow
	var was table.PersonProjectRow
	var added table.TeamPersonRow
	_, e1 := rows.Into(key, &contact)
	_, e2 := rows.Into(own, &was)
	_, e3 := rows.Into(team, &added)
	if err := errors.Join(e1, e2, e3); err != nil {
		return err
	}
	if was.Contact != m.contact || contact.Person == "" || contact.Person == m.from {
		return nil // done before; or they are who they were again
	}
	there, err := m.inProject(ctx, project, contact.Person)
	if err != nil {
		return err
	}
	tx := &table.Tx{}
	m.as(tx, contact)
	tx.Delete(own).If(table.Is("contact", m.contact)).Else(table.ErrConflict)
	tx.Delete(team)
	tx.Delete(table.Person(project, m.from))
	if there {
		tx.Check(table.Person(project, contact.Person), table.Exists()).Else(table.ErrConflict)
	} else {
		added.Person = contact.Person
		tx.Put(table.Person(project, contact.Person), table.PersonRow{Person: contact.Person, Name: contact.Name, Kind: table.KindClient}).If(table.Absent()).Else(table.ErrConflict)
		tx.Put(table.Project(contact.Person, project), was)
		tx.Put(table.TeamPerson(project, contact.Person), added)
	}
	return m.env.Table.Write(ctx, tx)
}

// task gives a task to who the contact is now, if they are in its project.
func (m mover) task(ctx context.Context, project string, task table.ItemRow) error {
	var contact table.ContactRow
	if _, err := m.env.Table.Get(ctx, table.Contact(m.job.Workspace, m.contact), &contact); err != nil {
		return err
	}
	if contact.Person == "" || contact.Person == m.from {
		return nil
	}
	if there, err := m.inProject(ctx, project, contact.Person); err != nil || !there {
		return err
	}
	tx := &table.Tx{}
	m.as(tx, contact)
	tx.Check(table.Person(project, contact.Person), table.Exists()).Else(table.ErrConflict)
	handover.Assign(m.env, tx, m.job, project, task, contact.Person)
	return m.env.Table.Write(ctx, tx)
}
