package invitations

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/table"
)

// commit is the one transaction of an acceptance: either all of it holds or
// nothing. Of the team's realm it writes only. lease is empty where the account
// was confirmed before.
func commit(ctx context.Context, c *api.Call, p *pending, token, lease string) error {
	inv, tx := p.Invitation, &table.Tx{}
	if lease != "" {
		confirm := table.Set("state", table.AccountConfirmed).Remove(expression.Name("leaseId")).Remove(expression.Name("leaseUntil"))
		tx.Update(table.Account(inv.Person), confirm).If(table.Is("leaseId", lease)).If(table.Is("state", table.AccountInvited)).Else(underWay(leaseFor))
	}
	if err := p.join(c, tx); err != nil {
		return err
	}
	tx.Update(table.Invitation(inv.Person, inv.Workspace, inv.Subject), table.Set("state", table.InvitationAccepted)).
		If(table.Is("generation", inv.Generation)).
		If(stateIn(table.InvitationQueued, table.InvitationSent, table.InvitationOpened)).Else(api.NotFound())
	shown := tx.Update(inv.SubjectKey(), table.InState(inv.Workspace, table.InvitationAccepted))
	if inv.Role == "" {
		shown.If(table.Exists()).Else(api.NotFound())
	} else { // another role was given meanwhile, or they were removed: what holds now is read anew
		shown.If(table.Is("role", inv.Role)).Else(table.ErrConflict)
	}
	tx.Delete(table.Token(token)).If(table.Exists()).Else(api.NotFound())
	activity.InWorkspace(c, tx, inv.Workspace, table.ActivityRow{Type: table.ActivityInvitationAccepted, Actor: inv.Person, Subject: inv.Subject})
	return c.Table.Write(ctx, tx)
}

// mayJoin refuses what would make one account both member and client of a
// workspace (DESIGN.md: a membership is either a team role or contacts).
func (p *pending) mayJoin() error {
	if p.Invitation.Role != "" && len(p.Membership.Contacts) > 0 {
		return api.Conflict("membership-mixed", "You are a client of this workspace with this address, and cannot be of its team as well.")
	}
	if p.Invitation.Role == "" && p.Membership.Role != "" {
		return api.Conflict("membership-mixed", "You are of this workspace's team with this address, and cannot be its client as well.")
	}
	return nil
}

// join adds the membership to the transaction, on the condition that it is still
// as it was read.
func (p *pending) join(c *api.Call, tx *table.Tx) error {
	if err := p.mayJoin(); err != nil {
		return err
	}
	inv, had := p.Invitation, p.Membership
	key := table.Membership(inv.Person, inv.Workspace)
	role, clientOf := expression.Name("role"), expression.Name("contacts")
	switch {
	case inv.Role == "":
		contacts.Join(c, tx, inv.Workspace, table.ContactRow{Person: inv.Person, Contact: inv.Subject, Company: inv.Company}, had, p.Member)
	case !p.Member:
		tx.Put(key, table.MembershipRow{Workspace: inv.Workspace, Role: inv.Role, CreatedAt: c.Now()}).If(table.Absent()).Else(table.ErrConflict)
	case had.Role != "":
		// Already of the team: the role that they have stays.
		tx.Update(key, table.Set("role", had.Role)).If(table.Is("role", had.Role)).Else(table.ErrConflict)
	default:
		// Once a client, whose contacts were all removed.
		tx.Update(key, table.Set("role", inv.Role).Remove(clientOf)).If(role.AttributeNotExists()).
			If(clientOf.AttributeNotExists().Or(clientOf.Size().Equal(expression.Value(0)))).Else(table.ErrConflict)
	}
	return nil
}
