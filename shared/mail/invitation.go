package mail

import (
	"context"
	"time"

	"foyer/shared/api"
	"foyer/shared/letters"
	"foyer/shared/mailevents"
	"foyer/shared/mailtoken"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// prepareInvitation: an invitation or its reminder is sent while it can be
// accepted, with the generation that the mail was made for, into a workspace
// that is open, and for a client a company that is.
func prepareInvitation(ctx context.Context, env *api.Env, c claim) (prepared, error) {
	m := c.mail
	invitation, gate := table.Invitation(m.Person, m.Workspace, m.Subject), table.WorkspaceGate(m.Workspace)
	contactKey := table.Contact(m.Workspace, m.Subject) // finds nothing where a member is invited
	rows, err := env.Table.BatchGet(ctx, invitation, gate, contactKey)
	if err != nil {
		return prepared{}, err
	}
	var inv table.InvitationRow
	var workspace table.WorkspaceGateRow
	var contact table.ContactRow
	found, err := rows.Into(invitation, &inv)
	if err != nil {
		return prepared{}, err
	}
	open, err := rows.Into(gate, &workspace)
	if err != nil {
		return prepared{}, err
	}
	if _, err := rows.Into(contactKey, &contact); err != nil {
		return prepared{}, err
	}
	switch {
	case !found:
		return stale("invitation-gone")
	case inv.Generation != m.Generation:
		return stale("invitation-sent-again")
	case !inv.Pending(env.Now()):
		return stale("invitation-" + inv.State)
	case !open, workspace.Closed:
		return stale("workspace-closed")
	case contact.Removed:
		return stale("access-removed")
	}
	if inv.Role == "" {
		var company table.CompanyGateRow
		exists, err := env.Table.Get(ctx, table.CompanyGate(m.Workspace, inv.Company), &company)
		if err != nil {
			return prepared{}, err
		}
		if policy.CompanyOpen(policy.Company{Exists: exists, Archived: company.Archived, Licensed: company.Licensed}, workspace.PortalNeedsLicence) != nil {
			return stale("company-closed")
		}
	}
	link, err := invitationLink(ctx, env, c.mark.KeyVersion, inv)
	if err != nil {
		return prepared{}, err
	}
	return prepared{content: letters.Invitation(inv, link, m.Kind == table.MailReminder), marks: func(tx *table.Tx) {
		if inv.State != table.InvitationQueued {
			return
		}
		// Only while it is queued: an answer that came meanwhile is not undone.
		tx.Update(invitation, table.Set("state", table.InvitationSent)).If(table.Is("state", table.InvitationQueued)).If(table.Is("generation", inv.Generation))
		tx.Update(inv.SubjectKey(), table.Set("invitationState", table.InvitationSent)).If(table.Is("invitationState", table.InvitationQueued))
	}, bounces: func(tx *table.Tx) { mailevents.Bounced(env, tx, inv) }}, nil
}

// tokenKeptFor is how long a token's row stands after the invitation's end.
const tokenKeptFor = 24 * time.Hour

// invitationLink makes the token of the invitation and puts the row that it
// opens, before anybody has the link. The table has the token's hash alone.
func invitationLink(ctx context.Context, env *api.Env, keyVersion string, inv table.InvitationRow) (string, error) {
	key, err := keys(env).Key(ctx, keyVersion)
	if err != nil {
		return "", err
	}
	token := mailtoken.Make(key, mailtoken.Invitation, inv.Person+inv.Workspace+inv.Subject, inv.Generation)
	err = env.Table.PutOne(ctx, table.Token(token), table.TokenRow{
		Purpose: mailtoken.Invitation, Person: inv.Person, Workspace: inv.Workspace, Subject: inv.Subject, Generation: inv.Generation,
		ExpiresAt: inv.ExpiresAt, TTL: inv.ExpiresAt.Add(tokenKeptFor).Unix(),
	}, nil)
	return env.Config.PublicURL + "/#/invitation/" + token, err
}
