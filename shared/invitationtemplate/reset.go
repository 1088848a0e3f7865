package invitationtemplate

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/table"
)

// ResetOutput has nothing.
type ResetOutput struct{}

// Reset gives the workspace the default invitation mail back.
var Reset = api.Operation[In, ResetOutput]{
	ID: "invitation-template-reset", Method: http.MethodDelete, Path: "/workspaces/{workspace}/invitation-template", Access: api.Admins,
	Summary: "Return to the default invitation mail",
	Doc:     "For the workspace's owner and admins. From then on invitations and reminders are Foyer's own, in English. Repeating it changes nothing.",
	Reads:   Stored, Handle: reset,
}

// attempts at a change while others change the same template.
const attempts = 4

func reset(ctx context.Context, c *api.Call, _ *In) (*ResetOutput, error) {
	err := table.Retry(ctx, attempts, func() error {
		row, found, err := Load(ctx, c)
		if err != nil || !found {
			return err
		}
		tx := &table.Tx{}
		tx.Delete(table.Template(c.Workspace)).If(table.Is("version", row.Version)).Else(table.ErrConflict)
		activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityTemplateReset})
		return c.Table.Write(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return &ResetOutput{}, nil
}
