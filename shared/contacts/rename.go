package contacts

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

const renameKind = "contacts-rename" // as the rows of such jobs name it

// RenameKind is the job that gives a contact's projects the name that it has now.
// Several at once end in the same: each writes what the contact's row says.
var RenameKind = work.Kind{Name: renameKind, Slice: renameSlice}

// renameSliceProjects is how many projects one slice takes.
const renameSliceProjects = 25

func renameSlice(ctx context.Context, env *api.Env, job *table.JobRow) (bool, error) {
	var contact table.ContactRow
	_, err := env.Table.Get(ctx, table.Contact(job.Workspace, job.About["contact"]), &contact)
	if err != nil || contact.Person == "" { // erased meanwhile: whoever is renamed was invited
		return true, err
	}
	// A project's id begins with its workspace's: the person's other ones are not read.
	prefix := table.PrefixProject + "prj_" + strings.TrimPrefix(job.Workspace, "wks_")
	rows, more, err := table.QueryInto[table.PersonProjectRow](ctx, env.Table, table.Query{
		PK: table.UserPartition(contact.Person), Prefix: prefix, After: job.Position, Limit: renameSliceProjects,
	})
	if err != nil {
		return false, err
	}
	for _, row := range rows {
		job.Position = row.SK
		if row.Contact != contact.Contact {
			continue
		}
		err := env.Table.UpdateOne(ctx, table.Person(row.Project, contact.Person), table.Set("name", contact.Name), expression.Name("kind").Equal(expression.Value(table.KindClient)))
		if err != nil && !errors.Is(err, table.ErrConditionFailed) { // removed from the project meanwhile
			return false, err
		}
		job.Done++
	}
	job.Total = job.Done
	return !more, nil
}
