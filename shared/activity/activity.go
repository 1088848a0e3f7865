// Package activity records changes. A change writes its activity row in its own
// transaction: audit, project feed and outbox at once, so nothing is sent that
// was not committed, and nothing committed is not sent.
package activity

import (
	"foyer/shared/api"
	"foyer/shared/table"
)

// InWorkspace adds to the transaction the record of a change of the workspace,
// its accounts or licences. Actor is the call's person where row names none.
func InWorkspace(c *api.Call, tx *table.Tx, workspace string, row table.ActivityRow) string {
	row = stamped(c, workspace, row)
	tx.Put(table.WorkspaceActivity(workspace, row.Activity), row)
	return row.Activity
}

// InProject adds the record of a change in the call's project; shared says
// whether its clients may see the change.
func InProject(c *api.Call, tx *table.Tx, shared bool, row table.ActivityRow) string {
	row = stamped(c, c.Workspace, row)
	row.Project = c.Project
	key := table.TeamProjectActivity(c.Project, row.Activity)
	if shared {
		key = table.ClientProjectActivity(c.Project, row.Activity)
	}
	tx.Put(key, row)
	return row.Activity
}

func stamped(c *api.Call, workspace string, row table.ActivityRow) table.ActivityRow {
	row.Activity, row.Workspace, row.At = c.NewID(table.PrefixActivity), workspace, c.Now()
	if row.Actor == "" {
		row.Actor = c.Person
	}
	return row
}
