// Package templateedit checks a workspace's invitation mail, and saves and shows it.
// It is apart from shared/invitationtemplate for its sanitiser, which builds regular
// expressions at the start of every function that links it.
package templateedit

import (
	"context"
	"errors"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/invitationtemplate"
	"foyer/shared/table"
)

// PutInput is the template as it is to be from now on.
type PutInput struct {
	Workspace string `path:"workspace"`
	api.IfMatch
	Body invitationtemplate.Template
}

// Put replaces the workspace's invitation mail.
var Put = api.Operation[PutInput, api.Tagged[invitationtemplate.Template]]{
	ID: "invitation-template-put", Method: http.MethodPut, Path: "/workspaces/{workspace}/invitation-template", Access: api.Admins,
	Summary: "Change the invitation mail",
	Doc: "For the workspace's owner and admins. Replaces all of it: what is left out is as in the default mail. It holds for every invitation and reminder to a contact that leaves from then on; the sender's address stays Foyer's, " +
		"and beneath the mail stands in Foyer's words why it came. " + rules +
		" 422 with field, line and column of each fault; 412 where it was changed since it was read, 428 without If-Match.",
	Reads: invitationtemplate.Stored, Handle: put, Problems: []int{http.StatusPreconditionFailed, http.StatusPreconditionRequired},
}

func put(ctx context.Context, c *api.Call, in *PutInput) (*api.Tagged[invitationtemplate.Template], error) {
	had, found, err := invitationtemplate.Load(ctx, c)
	if err != nil {
		return nil, err
	}
	if err := in.Require(api.TagOf(invitationtemplate.Of(had))); err != nil {
		return nil, err
	}
	row, err := checked(in.Body)
	if err != nil {
		return nil, err
	}
	if invitationtemplate.Of(row) == invitationtemplate.Of(had) {
		return api.WithTag(invitationtemplate.Of(had)), nil // repeated: it is recorded once
	}
	row.Version = had.Version + 1
	tx := &table.Tx{}
	write := tx.Put(table.Template(c.Workspace), row)
	if found {
		write.If(table.Is("version", had.Version))
	} else {
		write.If(table.Absent())
	}
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityTemplateChanged})
	switch err := c.Table.Write(ctx, tx); {
	case errors.Is(err, table.ErrConditionFailed):
		return nil, api.Changed()
	case err != nil:
		return nil, err
	}
	return api.WithTag(invitationtemplate.Of(row)), nil
}
