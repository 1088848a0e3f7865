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
	contactKey := table.Contact(m.Workspace, m.Subject)
	rows, err := env.Table.BatchGet(ctx, append(saidBy(m), invitation, gate)...)
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
	content, err := contentOf(ctx, env, rows, inv, link, m.Kind == table.MailReminder)
	if err != nil {
		return prepared{}, err
	}
	return prepared{content: content, marks: func(tx *table.Tx) {
		if inv.State != table.InvitationQueued {
			return
		}
		// Only while it is queued: an answer that came meanwhile is not undone.
		tx.Update(invitation, table.Set("state", table.InvitationSent)).If(table.Is("state", table.InvitationQueued)).If(table.Is("generation", inv.Generation))
		tx.Update(inv.SubjectKey(), table.InState(inv.Workspace, table.InvitationSent)).If(table.Is("invitationState", table.InvitationQueued))
	}, bounces: func(tx *table.Tx) { mailevents.Bounced(env, tx, inv) }}, nil
}

// saidBy are the rows of who is invited that say whether and how it is told: of a
// contact, and the workspace's template; a member is told in the language of their
// account, if they have chosen one elsewhere.
func saidBy(m table.MailRow) []table.Key {
	if m.Subject == m.Person { // a member
		return []table.Key{table.Account(m.Person)}
	}
	return []table.Key{table.Contact(m.Workspace, m.Subject), table.Template(m.Workspace)}
}

// contentOf is the mail of the invitation as it is to be said now: a contact's by the
// workspace's template, without which it is the default mail; rows were read at saidBy. A
// template that cannot be used, which saving should have refused, does not hold an
// invitation up.
func contentOf(ctx context.Context, env *api.Env, rows table.Rows, inv table.InvitationRow, link string, reminder bool) (letters.Content, error) {
	if inv.Role != "" {
		var account table.AccountRow
		_, err := rows.Into(table.Account(inv.Person), &account)
		return letters.Invitation(inv, link, reminder, account.Language), err
	}
	var template table.TemplateRow
	if _, err := rows.Into(table.Template(inv.Workspace), &template); err != nil {
		return nil, err
	}
	content, broken := letters.FromTemplate(template, inv, link, reminder)
	if broken != nil {
		env.Log.ErrorContext(ctx, "the default mail is sent", "workspace", inv.Workspace, "error", broken.Error())
		content = letters.Invitation(inv, link, reminder, template.Language)
	}
	return content, nil
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
