package workspaces

import (
	"context"
	"net/http"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/table"
)

// UpdateInput changes a workspace.
type UpdateInput struct {
	Workspace string `path:"workspace"`
	api.IfMatch
	Body Changes
}

// Changes are what is to be from now on; what is left out stays.
type Changes struct {
	Name               api.Line `json:"name,omitempty" minLength:"1" maxLength:"100" example:"Acme Agency"`
	PortalNeedsLicence *bool    `json:"portalNeedsLicence,omitempty" doc:"From the next request on, clients of companies without a licence see a page that says so, and their contacts cannot be invited"`
	InvitationDays     int      `json:"invitationDays,omitempty" minimum:"1" maximum:"30"`
	ReminderDays       *[]int   `json:"reminderDays,omitempty" maxItems:"5" doc:"Days after the sending, each once and less than invitationDays; empty: no reminders"`
}

// Update changes a workspace's name or settings.
var Update = api.Operation[UpdateInput, Output]{
	ID: "workspaces-update", Method: http.MethodPatch, Path: "/workspaces/{workspace}", Access: api.Admins,
	Summary: "Change a workspace's name or settings",
	Doc: "For owner and admins of the workspace. What is left out stays. The portal shows the new name at once; invitations that were sent go on naming the old one in their reminders. " +
		"Days of invitations and reminders are those of invitations that are sent from then on, but without reminders none goes any more, whenever it was sent. " +
		"412 where it was changed since it was read, 428 without If-Match.",
	Reads: own, Handle: update, Problems: []int{http.StatusPreconditionFailed, http.StatusPreconditionRequired},
}

// updateAttempts at a change while others change the same workspace.
const updateAttempts = 4

func update(ctx context.Context, c *api.Call, in *UpdateInput) (*Output, error) {
	var out *Output
	err := table.Retry(ctx, updateAttempts, func() error {
		row, gate, err := load(ctx, c)
		if err != nil {
			return err
		}
		before := outputOf(c, row, gate)
		if err := in.Require(before.ETag); err != nil {
			return err
		}
		read := gate.Version
		in.Body.into(&gate)
		out = outputOf(c, row, gate)
		if faults := in.Body.faults(out.Body); len(faults) > 0 {
			return api.Invalid(faults...)
		}
		if reflect.DeepEqual(out.Body, before.Body) {
			return nil
		}
		return c.Table.Write(ctx, changing(c, gate, read))
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// into makes the changes in the row.
func (n Changes) into(gate *table.WorkspaceGateRow) {
	if n.Name != "" {
		gate.Name = n.Name.String()
	}
	if n.PortalNeedsLicence != nil {
		gate.PortalNeedsLicence = *n.PortalNeedsLicence
	}
	if n.InvitationDays != 0 {
		gate.InvitationDays = n.InvitationDays
	}
	if n.ReminderDays != nil {
		gate.Reminders = &table.ReminderDays{Days: slices.Sorted(slices.Values(*n.ReminderDays))}
	}
}

// faults are what the schema does not say: a reminder comes once, and before the end of
// what it reminds of. w is the workspace as it would be.
func (n Changes) faults(w Workspace) (faults []api.FieldError) {
	if w.ReminderDays == nil {
		return nil
	}
	days := *w.ReminderDays
	at, what := "body.reminderDays", "must each be"
	if n.ReminderDays == nil {
		at, what = "body.invitationDays", "must be so many that the reminders, by their days, are each"
	}
	for i, d := range days {
		switch {
		case d < 1:
			return append(faults, api.Fault(at, "%s 1 or more", what))
		case d >= w.InvitationDays:
			return append(faults, api.Fault(at, "%s less than invitationDays, which are %d", what, w.InvitationDays))
		case i > 0 && days[i-1] == d:
			return append(faults, api.Fault(at, "%s there once", what))
		}
	}
	return nil
}

// changing is the one transaction that gives a workspace its name and settings.
func changing(c *api.Call, gate table.WorkspaceGateRow, read int) *table.Tx {
	tx, name, value := &table.Tx{}, expression.Name, expression.Value
	u := table.Set("name", gate.Name).Set(name("portalNeedsLicence"), value(gate.PortalNeedsLicence)).Set(name("version"), value(read+1))
	if gate.InvitationDays != 0 {
		u = u.Set(name("invitationDays"), value(gate.InvitationDays))
	}
	if gate.Reminders != nil {
		u = u.Set(name("reminders"), value(gate.Reminders))
	}
	tx.Update(table.WorkspaceGate(c.Workspace), u).If(table.Is("version", read)).If(table.Is("closed", false)).Else(table.ErrConflict)
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityWorkspaceUpdated})
	return tx
}
