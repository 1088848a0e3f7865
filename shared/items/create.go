package items

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// CreateInput is a new item of a project.
type CreateInput struct {
	Project string `path:"project"`
	Body    NewItem
}

// Create makes an item: private to the team unless its author says otherwise
// (rule 5), or assigns it to a client (rule 8).
var Create = api.Operation[CreateInput, api.Tagged[Item]]{
	ID: "items-create", Method: http.MethodPost, Path: "/projects/{project}/items", Access: api.StaffOfProject, Status: http.StatusCreated,
	Summary: "Make a message, file, task or event",
	Doc: "For the staff of the project. The item is private to the team unless clientCanSee is true. A task that is assigned to a client of the project is " +
		"shared by that, also when clientCanSee is false or absent: the answer's clientCanSee is then true. A file has no content yet: its upload comes after. " +
		"422 for a field of another kind, and for an assignee who is not in the project's people (body.assignee); 409 project-archived.",
	Handle: create, Replay: createAgain,
}

func create(ctx context.Context, c *api.Call, in *CreateInput) (*api.Tagged[Item], error) {
	if err := c.MayChange(); err != nil {
		return nil, err
	}
	row, faults := in.Body.row()
	if len(faults) > 0 {
		return nil, api.Invalid(faults...)
	}
	assignee, err := assigneeOf(ctx, c, row.Assignee)
	if err != nil {
		return nil, err
	}
	toClient := assignee.Kind == table.KindClient
	if row.Assignee != "" && assignee.Person == "" {
		faults = append(faults, unknownAssignee())
	}
	if row.Ask != "" && !toClient {
		faults = append(faults, api.Fault("body.ask", "is for a task that is assigned to a client"))
	}
	if len(faults) > 0 {
		return nil, api.Invalid(faults...)
	}

	prefix, _ := table.ItemPrefix(row.Kind) // the schema let only known kinds in
	now := c.Now()
	row.Item, row.Author, row.CreatedAt, row.UpdatedAt, row.Version = c.NewID(prefix), c.Person, now, now, 1
	shared := in.Body.ClientCanSee || toClient
	row.Key = keyOf(c.Project, row.Item, shared)

	var tx table.Tx
	tx.Check(table.ProjectFacts(c.Project), table.Is("archived", false)).Else(policy.ErrArchived)
	if row.Assignee != "" {
		// The kind too: it decided the realm.
		tx.Check(table.Person(c.Project, row.Assignee), table.Is("kind", assignee.Kind)).Else(api.Invalid(unknownAssignee()))
	}
	tx.Put(row.Key, row).If(table.Absent()).Else(table.ErrConflict)
	activity.InProject(c, &tx, shared, table.ActivityRow{Type: table.ActivityItemCreated, Item: row.Item, Assignee: row.Assignee})
	c.Remember(&tx, row.Item)
	if err := c.Table.Write(ctx, &tx); err != nil {
		return nil, err
	}
	return api.WithTag(Of(row)), nil
}

// createAgain answers a repeated request with the item as it is now.
func createAgain(ctx context.Context, c *api.Call, _ *CreateInput, id string) (*api.Tagged[Item], error) {
	row, err := load(ctx, c, id)
	if err != nil {
		return nil, err
	}
	return api.WithTag(Of(row)), nil
}

// assigneeOf is the project's person of that id; zero where there is none.
func assigneeOf(ctx context.Context, c *api.Call, person string) (table.PersonRow, error) {
	var row table.PersonRow
	if !api.ValidID("person", person) {
		return row, nil
	}
	_, err := c.Table.Get(ctx, table.Person(c.Project, person), &row)
	return row, err
}

func unknownAssignee() api.FieldError {
	return api.Fault("body.assignee", "is not one of the project's people")
}
