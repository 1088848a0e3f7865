package workspaces

import (
	"context"
	"errors"
	"fmt"
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Workspace is an agency's account, as its members see it.
type Workspace struct {
	ID                 string    `json:"id" example:"wks_01JD0000000000000000000000"`
	Name               string    `json:"name"`
	PortalNeedsLicence bool      `json:"portalNeedsLicence" doc:"Whether clients reach the portal only while their company is licensed; boards need a licence in any case"`
	InvitationDays     int       `json:"invitationDays" doc:"For how many days an invitation can be accepted"`
	ReminderDays       *[]int    `json:"reminderDays,omitempty" doc:"How many days after it was sent an invitation is reminded of; empty: never; absent: the workspace has not chosen, and reminds as the deployment does"`
	CreatedAt          time.Time `json:"createdAt"`
}

// Output is a workspace with its entity tag.
type Output struct {
	ETag string `header:"ETag"`
	Body Workspace
}

// own is the workspace's own row, to be read with the access (api.Operation.Reads),
// which brings the gate.
func own(c *api.Call, _ func(string) string) []table.Key {
	return []table.Key{table.Workspace(c.Workspace)}
}

// load loads the workspace of the call, and its gate as it is now.
func load(ctx context.Context, c *api.Call) (row table.WorkspaceRow, gate table.WorkspaceGateRow, err error) {
	rows, err := c.Read(ctx, table.Workspace(c.Workspace), table.WorkspaceGate(c.Workspace))
	if err != nil {
		return row, gate, err
	}
	found, e1 := rows.Into(table.Workspace(c.Workspace), &row)
	_, e2 := rows.Into(table.WorkspaceGate(c.Workspace), &gate) // there as long as the workspace: it let the call in
	switch err := errors.Join(e1, e2); {
	case err != nil:
		return row, gate, err
	case gate.Closed:
		return row, gate, api.NotFound() // since the call was let in
	case !found:
		return row, gate, fmt.Errorf("workspace %s has a gate and no row", c.Workspace)
	}
	return row, gate, nil
}

// Of is the rows as the workspace's members see them; life is for how long an invitation
// can be accepted where the workspace has not chosen.
func Of(row table.WorkspaceRow, gate table.WorkspaceGateRow, life time.Duration) Workspace {
	const day = 24 * time.Hour
	w := Workspace{
		ID: row.Workspace, Name: gate.Name, PortalNeedsLicence: gate.PortalNeedsLicence, InvitationDays: gate.InvitationDays, CreatedAt: row.CreatedAt,
	}
	if w.InvitationDays == 0 {
		w.InvitationDays = int((life + day - 1) / day)
	}
	if chosen := gate.Reminders; chosen != nil {
		days := append([]int{}, chosen.Days...)
		w.ReminderDays = &days
	}
	return w
}

func outputOf(c *api.Call, row table.WorkspaceRow, gate table.WorkspaceGateRow) *Output {
	w := Of(row, gate, c.Config.InvitationLife)
	return &Output{ETag: api.TagOf(w), Body: w}
}
