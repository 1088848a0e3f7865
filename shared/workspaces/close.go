package workspaces

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/table"
)

// CloseInput says which workspace is closed, and once more by its name.
type CloseInput struct {
	Workspace string `path:"workspace"`
	Body      Closing
}

// Closing is the confirmation that this workspace is meant.
type Closing struct {
	Name api.Line `json:"name" minLength:"1" maxLength:"100" doc:"The workspace's name, as it is written: so that no other is closed by mistake" example:"Studio North"`
}

// CloseOutput has nothing.
type CloseOutput struct{}

// Close closes a workspace (rule 35).
var Close = api.Operation[CloseInput, CloseOutput]{
	ID: "workspaces-close", Method: http.MethodPost, Path: "/workspaces/{workspace}/closure", Access: api.Owners, Status: http.StatusNoContent,
	Summary: "Close a workspace",
	Doc: "For an owner of the workspace; there is no operation that opens it again. From the next request on everything of the workspace is the one 404 for its team and its clients, me-get does not name it any more, " +
		"the links of its invitations open nothing, and no invitation, reminder or notification of it is sent. People's accounts, and their places in other workspaces, stay as they are. " +
		"Its data stays as it was: closing deletes none. 422 (body.name) where name is not the workspace's name; 404 where it is closed already.",
	Handle: closeIt, Repeatable: "what is closed is absent: to close it again is a 404",
}

func closeIt(ctx context.Context, c *api.Call, in *CloseInput) (*CloseOutput, error) {
	err := table.Retry(ctx, updateAttempts, func() error {
		var gate table.WorkspaceGateRow
		key := table.WorkspaceGate(c.Workspace)
		err := c.Need(ctx, key, &gate)
		switch {
		case err != nil:
			return err
		case gate.Closed:
			return api.NotFound() // since the call was let in
		case in.Body.Name.String() != gate.Name:
			return api.Invalid(api.Fault("body.name", "is not the name of this workspace"))
		}
		return c.Table.Write(ctx, closing(c, gate.Name))
	})
	if err != nil {
		return nil, err
	}
	return &CloseOutput{}, nil
}

// closing is the one transaction that closes a workspace of that name.
func closing(c *api.Call, name string) *table.Tx {
	tx := &table.Tx{}
	tx.Update(table.WorkspaceGate(c.Workspace), table.Set("closed", true)).If(table.Is("name", name)).If(table.Is("closed", false)).Else(table.ErrConflict)
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityWorkspaceClosed})
	return tx
}
