package invitations

import (
	"context"
	"fmt"

	"foyer/shared/api"
	"foyer/shared/mailtoken"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// pending is what a token of an invitation's mail leads to.
type pending struct {
	Invitation table.InvitationRow
	Account    table.AccountRow
	Gate       table.WorkspaceGateRow
	// Membership is the person's place in the workspace so far; Member is whether
	// the row exists (its contacts may all have been removed).
	Membership table.MembershipRow
	Member     bool
	// SignedIn: the call was made with an access token whose session holds.
	SignedIn bool
}

// also says what is read beside the invitation and its workspace.
type also struct{ account, membership, session bool }

// find follows a token to its invitation while that can be accepted. An invented,
// used, expired, revoked, removed or superseded one is the same 404; which it was
// is in the log. It reads no row of the team's realm, and of the person what more says.
func find(ctx context.Context, c *api.Call, token string, more also) (*pending, error) {
	var at table.TokenRow
	if _, err := c.Table.Get(ctx, table.Token(token), &at); err != nil {
		return nil, err
	}
	if at.Purpose != mailtoken.Invitation {
		return nil, hidden(ctx, c, "no such token")
	}
	invitation, account := table.Invitation(at.Person, at.Workspace, at.Subject), table.Account(at.Person)
	gate, membership := table.WorkspaceGate(at.Workspace), table.Membership(at.Person, at.Workspace)
	keys := []table.Key{invitation, gate}
	if more.account {
		keys = append(keys, account)
	}
	if more.membership {
		keys = append(keys, membership)
	}
	if more.session && c.Person != "" {
		keys = append(keys, c.SessionKey())
	}
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	var f pending
	invited, err := rows.Into(invitation, &f.Invitation)
	if err != nil {
		return nil, err
	}
	known, err := rows.Into(account, &f.Account)
	if err != nil {
		return nil, err
	}
	exists, err := rows.Into(gate, &f.Gate)
	if err != nil {
		return nil, err
	}
	if f.Member, err = rows.Into(membership, &f.Membership); err != nil {
		return nil, err
	}
	if f.SignedIn, err = c.SignedIn(rows); err != nil {
		return nil, err
	}
	if reason := whyHidden(c, at, f, invited, exists); reason != "" {
		return nil, hidden(ctx, c, reason)
	}
	if more.account && !known {
		return nil, fmt.Errorf("invitation of %s, who has no account row", at.Person)
	}
	return &f, nil
}

// whyHidden says why a token does not show its invitation; empty: it does.
func whyHidden(c *api.Call, at table.TokenRow, f pending, invited, workspaceExists bool) string {
	now := c.Now()
	switch {
	case !invited:
		return "no invitation"
	case at.Generation != f.Invitation.Generation:
		return "an older link than the last"
	case !f.Invitation.Pending(now), !now.Before(at.ExpiresAt):
		return "invitation is " + f.Invitation.State + " or has expired"
	case !workspaceExists, f.Gate.Closed:
		return "workspace is closed"
	}
	return ""
}

func hidden(ctx context.Context, c *api.Call, reason string) error {
	c.Log.InfoContext(ctx, "invitation hidden", "requestId", c.RequestID, "reason", reason)
	return policy.ErrHidden
}
