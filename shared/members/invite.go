package members

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"
	"golang.org/x/sync/errgroup"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/invitations"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// InviteInput is a new member of a workspace.
type InviteInput struct {
	Workspace string `path:"workspace"`
	Body      NewMember
}

// NewMember is who is to be of the team.
type NewMember struct {
	Name  api.Line  `json:"name" minLength:"1" maxLength:"100" example:"Mia Member"`
	Email api.Email `json:"email" minLength:"3" maxLength:"254" example:"mia@acme.example"`
	Role  string    `json:"role" enum:"owner,admin,member"`
}

// Invite invites somebody to the team.
var Invite = api.Operation[InviteInput, Output]{
	ID: "members-invite", Method: http.MethodPost, Path: "/workspaces/{workspace}/members", Access: api.Admins, Status: http.StatusCreated,
	Summary: "Invite somebody to the team",
	Doc: "For owner and admins of the workspace; an owner only for owners (403 `role`). The person is a member once they accept. " +
		"The answer is the same whether or not Foyer knows the address. Somebody who was removed can be invited again. " +
		"409 `member-exists` where the address is a member's or of one who is invited (member-invitations-send sends again); " +
		"`is-client` where it is a client's of this workspace, or one's who is invited as a client: one account is either.",
	Floor: invitations.Floor,
	Reads: func(c *api.Call, _ func(string) string) []table.Key {
		return []table.Key{table.Member(c.Workspace, c.Person)}
	},
	Handle: invite, Replay: invitedBefore,
}

func invite(ctx context.Context, c *api.Call, in *InviteInput) (*Output, error) {
	if err := policy.ManageMember(policy.Role(c.Membership.Role), policy.Role(in.Body.Role)); err != nil {
		return nil, err
	}
	inviter, err := invitations.NameOfCaller(ctx, c)
	if err != nil {
		return nil, err
	}
	var out *Output
	err = table.Retry(ctx, attempts, func() error {
		s, err := standingOf(ctx, c, in.Body.Email.Canonical())
		if err != nil {
			return err
		}
		if err := s.mayInvite(); err != nil {
			return err
		}
		tx, row := s.inviting(c, in.Body, inviter)
		out = outputOf(c, row)
		return c.Table.Write(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// invitedBefore answers a repeated request with the member as they are now.
func invitedBefore(ctx context.Context, c *api.Call, _ *InviteInput, person string) (*Output, error) {
	if _, err := invitations.NameOfCaller(ctx, c); err != nil { // of the team still: it came with the access
		return nil, err
	}
	row, err := load(ctx, c, person)
	if err != nil {
		return nil, err
	}
	return outputOf(c, row), nil
}

// standing is how the person of an address stands in the workspace. It is the same
// reads for an address that Foyer knows and for one that it does not.
type standing struct {
	email   string
	account invitations.Known
	member  bool                 // of the team, or invited to it
	client  bool                 // has access as one
	waiting bool                 // is invited as one
	before  *table.InvitationRow // to the team, of somebody who was removed
}

func standingOf(ctx context.Context, c *api.Call, email string) (*standing, error) {
	s := &standing{email: email}
	var err error
	if s.account, err = invitations.Lookup(ctx, c, email); err != nil {
		return nil, err
	}
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() error { return s.readPlace(gctx, c) })
	group.Go(func() error { return s.readInvitations(gctx, c) })
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return s, nil
}

// readPlace reads whether the person is of the workspace. Whoever has a role there has
// a row of the team's, too.
func (s *standing) readPlace(ctx context.Context, c *api.Call) error {
	member, membership := table.Member(c.Workspace, s.account.Person), table.Membership(s.account.Person, c.Workspace)
	rows, err := c.Table.BatchGet(ctx, member, membership)
	if err != nil {
		return err
	}
	var row table.MemberRow
	var place table.MembershipRow
	found, e1 := rows.Into(member, &row)
	_, e2 := rows.Into(membership, &place)
	s.member, s.client = found, len(place.Contacts) > 0
	return errors.Join(e1, e2)
}

// readInvitations reads the person's invitations to the workspace: whether there was one
// to its team, and whether one as a client waits for its answer.
func (s *standing) readInvitations(ctx context.Context, c *api.Call) error {
	for q := (table.Query{PK: table.UserPartition(s.account.Person), Prefix: table.Invitation("", c.Workspace, "").SK}); ; {
		rows, more, err := table.QueryInto[table.InvitationRow](ctx, c.Table, q)
		if err != nil {
			return err
		}
		for _, row := range rows {
			q.After = row.SK
			switch {
			case row.Role != "":
				s.before = &row
			case contacts.Pending(row.State):
				s.waiting = true
			}
		}
		if !more {
			return nil
		}
	}
}

// mayInvite says whether the person may be invited to the team.
func (s *standing) mayInvite() error {
	switch {
	case s.member:
		return api.Conflict("member-exists", "This address is of a member, or of somebody who is invited to be one.")
	case s.client, s.waiting:
		return api.Conflict("is-client", "This person is, or is invited as, a client of your workspace, and cannot be of its team as well. Remove their access first.")
	}
	return nil
}

// inviting is the one transaction that invites the person. It gives back the member as
// they will be. An invitation as a client that is sent at the same moment is not seen:
// then the second acceptance of the two is refused (membership-mixed).
func (s *standing) inviting(c *api.Call, n NewMember, inviter string) (*table.Tx, table.MemberRow) {
	tx, person := &table.Tx{}, s.account.Person
	c.Remember(tx, person) // first: of two requests with one key, the second is answered like the first
	i := invitations.Invitee{
		Email: s.email, Name: n.Name.String(), Workspace: c.Workspace, WorkspaceName: c.Gate.Name, Role: n.Role, InviterName: inviter,
	}
	var inv table.InvitationRow
	if s.before == nil {
		inv = invitations.Invite(c, tx, s.account, i)
	} else {
		inv = invitations.Reinvite(c, tx, *s.before, i)
	}
	row := table.MemberRow{
		Person: person, Name: inv.Name, Email: inv.Email, Role: inv.Role, InvitationState: inv.State, ExpiresAt: inv.ExpiresAt, CreatedAt: c.Now(),
	}
	tx.Put(table.Member(c.Workspace, person), row.In(c.Workspace)).If(table.Absent()).Else(table.ErrConflict)
	if !s.account.New { // under an id that was minted just now no row can stand
		all := expression.Name("contacts")
		tx.Check(table.Membership(person, c.Workspace), expression.Name("role").AttributeNotExists().
			And(all.AttributeNotExists().Or(all.Size().Equal(expression.Value(0))))).Else(table.ErrConflict)
	}
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityMemberInvited, Subject: person})
	return tx, row
}
