package contacts

import (
	"context"
	"errors"
	"strings"

	"foyer/shared/api"
	"foyer/shared/handover"
	"foyer/shared/jobs"
	"foyer/shared/table"
)

// EraseKind is the job of contacts-delete: it takes whoever the contact was out of the
// projects, with the name that those show; their tasks there are nobody's then.
var EraseKind = jobs.Kind{Name: "contacts-delete", Slice: jobs.At(eraseSlice)}

// What a job is about.
const (
	aboutContact = "contact"
	aboutPersons = "persons" // who the contact was, apart by spaces: who it was last first
)

// erased is how far the job is.
type erased struct {
	Person int    // which of them
	At     string // of their projects
}

func eraseSlice(ctx context.Context, env *api.Env, job *table.JobRow, at *erased) (bool, error) {
	persons := strings.Fields(job.About[aboutPersons]) // at least one: else there is no job
	e := eraser{env: env, job: job, contact: job.About[aboutContact], person: persons[at.Person]}
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
		*at = erased{Person: at.Person + 1}
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
	tx, its := &table.Tx{}, table.Is("contact", e.contact)
	tx.Delete(table.Project(e.person, project)).If(its).Else(errOther)
	tx.Delete(table.TeamPerson(project, e.person)).If(its).Else(errOther)
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
