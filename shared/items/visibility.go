package items

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// VisibilityInput says who is to see an item.
type VisibilityInput struct {
	Project string `path:"project"`
	Item    string `path:"item"`
	api.IfMatch
	Body ItemVisibility
}

// ItemVisibility is who sees an item.
type ItemVisibility struct {
	ClientCanSee    bool `json:"clientCanSee" doc:"Whether the project's clients see it"`
	IncludeComments bool `json:"includeComments,omitempty" default:"false" doc:"When sharing: also the comments that were made while it was private. Without effect until items have comments"`
}

// Visibility shares an item with the project's clients or takes it back (rule 6).
var Visibility = api.Operation[VisibilityInput, api.Tagged[Item]]{
	ID: "items-visibility", Method: http.MethodPut, Path: "/projects/{project}/items/{item}/visibility", Access: api.StaffOfProject,
	Summary: "Share an item with the client, or take it back",
	Doc: "For the staff of the project. From the moment of the answer every request of a client sees the item, or none does; a task that is assigned to a client " +
		"can be taken back too, and its assignee no longer sees it. What stands already as asked is answered and nothing is recorded. The item's content and its updatedAt stay as they are. " +
		"If-Match is obeyed if sent (412 changed); 409 project-archived; 409 write-conflict where others change the same item: try again.",
	Problems: []int{http.StatusPreconditionFailed},
	Reads:    named, Handle: visibility,
}

// moveTries: a move that met another change reads again and tries once more.
const moveTries = 2

func visibility(ctx context.Context, c *api.Call, in *VisibilityInput) (*api.Tagged[Item], error) {
	if err := c.MayChange(); err != nil {
		return nil, err
	}
	for range moveTries {
		row, err := load(ctx, c, in.Item)
		if err != nil {
			return nil, err
		}
		if err := in.Respect(api.TagOf(Of(row))); err != nil {
			return nil, err
		}
		if row.Shared() != in.Body.ClientCanSee {
			row, err = move(ctx, c, row, in.Body.ClientCanSee)
		}
		if err == nil {
			return api.WithTag(Of(row)), nil
		}
		if !errors.Is(err, table.ErrConflict) {
			return nil, err
		}
	}
	return nil, table.ErrConflict
}

// move takes the item's one row to the other realm. The transaction is the
// instant from which clients see the item, or do not.
func move(ctx context.Context, c *api.Call, row table.ItemRow, share bool) (table.ItemRow, error) {
	from, read := row.Key, row.Version
	row.Key = keyOf(c.Project, row.Item, share)
	row.Version++
	change := table.ActivityRow{Type: table.ActivityItemUnshared, Item: row.Item}
	if share {
		change.Type = table.ActivityItemShared
	}
	var tx table.Tx
	// With the check, which costs the same: items-list sees that something moved.
	tx.Update(table.ProjectFacts(c.Project), table.Set("moved", fmt.Sprintf("%s#%d", row.Item, row.Version))).
		If(table.Is("archived", false)).Else(policy.ErrArchived)
	tx.Delete(from).If(table.Is("version", read)).Else(table.ErrConflict)
	tx.Put(row.Key, row).If(table.Absent()).Else(table.ErrConflict)
	activity.InProject(c, &tx, share, change)
	return row, c.Table.Write(ctx, &tx)
}
