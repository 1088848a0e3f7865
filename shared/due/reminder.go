package due

import (
	"context"
	"errors"

	"foyer/shared/api"
	"foyer/shared/invitations"
	"foyer/shared/table"
)

// remindTries is how often a reminder is decided anew when what it was decided
// on changes meanwhile.
const remindTries = 4

// remind sends a reminder of an invitation that is still open, and sees to the
// next one; where the invitation was accepted, revoked, sent again or has
// expired, its contact was removed, or the workspace sends no reminders any more, it
// only takes the due row away (rule 23).
func remind(ctx context.Context, env *api.Env, key table.Key, row table.DueRow) error {
	return table.Retry(ctx, remindTries, func() error {
		inv, holds, err := stillHolds(ctx, env, row)
		if err != nil {
			return err
		}
		if !holds {
			return env.Table.DeleteOne(ctx, key)
		}
		err = env.Table.Write(ctx, reminder(env, key, row, inv))
		if errors.Is(err, errTaken) {
			return nil // a run before this one did it
		}
		return err
	})
}

var errTaken = errors.New("the due row is gone")

// reminder is one transaction: the mail, the count, the record, the next reminder
// if there is to be one, and the end of this due row.
func reminder(env *api.Env, key table.Key, row table.DueRow, inv table.InvitationRow) *table.Tx {
	tx := &table.Tx{}
	tx.Delete(key).If(table.Exists()).Else(errTaken)
	tx.Update(table.Invitation(inv.Person, inv.Workspace, inv.Subject), table.Set("reminders", row.Number)).
		If(table.Is("generation", inv.Generation)).If(table.Is("state", inv.State)).Else(table.ErrConflict)
	invitations.PutMail(env, tx, inv, table.MailReminder, row.Number)
	id := env.NewID(table.PrefixActivity)
	tx.Put(table.WorkspaceActivity(inv.Workspace, id), table.ActivityRow{
		Activity: id, Type: table.ActivityReminderDue, Workspace: inv.Workspace, Project: inv.Project, Subject: inv.Subject, At: env.Now(),
	})
	invitations.PutReminder(env, tx, inv, row.Number+1)
	return tx
}

// stillHolds says whether the invitation is still open and is the one that the
// row was put for.
func stillHolds(ctx context.Context, env *api.Env, row table.DueRow) (table.InvitationRow, bool, error) {
	invitation, gate := table.Invitation(row.Person, row.Workspace, row.Subject), table.WorkspaceGate(row.Workspace)
	contactKey := table.Contact(row.Workspace, row.Subject) // finds nothing where a member is invited
	var inv table.InvitationRow
	var workspace table.WorkspaceGateRow
	var contact table.ContactRow
	rows, err := env.Table.BatchGet(ctx, invitation, gate, contactKey)
	if err != nil {
		return inv, false, err
	}
	if _, err := rows.Into(invitation, &inv); err != nil {
		return inv, false, err
	}
	open, err := rows.Into(gate, &workspace)
	if err != nil {
		return inv, false, err
	}
	if _, err := rows.Into(contactKey, &contact); err != nil {
		return inv, false, err
	}
	holds := inv.Generation == row.Generation && inv.Pending(env.Now()) && row.Number <= len(inv.RemindAt) &&
		open && !workspace.Closed && !workspace.RemindersOff() && !contact.Removed
	return inv, holds, nil
}
