package invitations

import (
	"context"
	"errors"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/table"
)

// OpenInput is the token of the invitation's mail.
type OpenInput struct {
	Token string `path:"token" doc:"Of the invitation's mail"`
}

// OpenOutput has nothing.
type OpenOutput struct{}

// Open records that the person has looked at their invitation. The page calls it
// when a person acts: fetching the link, as mail scanners do, records nothing.
var Open = api.Operation[OpenInput, OpenOutput]{
	ID: "invitations-open", Method: http.MethodPost, Path: "/invitations/{token}/opening", Access: api.Public,
	Summary:    "Record that an invitation was opened",
	Doc:        "For whoever has the token. Nothing comes back; repeating it changes nothing. A token that is expired, used, revoked or invented is the one 404.",
	Repeatable: "opened stays opened",
	Handle:     open,
}

func open(ctx context.Context, c *api.Call, in *OpenInput) (*OpenOutput, error) {
	p, err := find(ctx, c, in.Token, also{})
	if err != nil {
		return nil, err
	}
	inv := p.Invitation
	if inv.State == table.InvitationOpened {
		return &OpenOutput{}, nil
	}
	tx := &table.Tx{}
	tx.Update(table.Invitation(inv.Person, inv.Workspace, inv.Subject), table.Set("state", table.InvitationOpened)).
		If(table.Is("generation", inv.Generation)).If(stateIn(table.InvitationQueued, table.InvitationSent)).Else(errMoved)
	tx.Update(inv.SubjectKey(), table.InState(inv.Workspace, table.InvitationOpened)).If(table.Exists()).Else(api.NotFound())
	err = c.Table.Write(ctx, tx)
	if errors.Is(err, errMoved) || errors.Is(err, table.ErrConflict) {
		return reopened(ctx, c, in)
	}
	if err != nil {
		return nil, err
	}
	return &OpenOutput{}, nil
}

// errMoved: the invitation changed between being read and being written.
var errMoved = errors.New("the invitation changed meanwhile")

// reopened answers a request that lost a race: to another opening, which is as
// good as its own; to whatever ended the invitation; or to the mail, which marks
// it sent (then the caller repeats).
func reopened(ctx context.Context, c *api.Call, in *OpenInput) (*OpenOutput, error) {
	p, err := find(ctx, c, in.Token, also{})
	if err != nil {
		return nil, err
	}
	if p.Invitation.State != table.InvitationOpened {
		return nil, table.ErrConflict
	}
	return &OpenOutput{}, nil
}

// stateIn holds where the invitation's state is one of these.
func stateIn(first string, more ...string) expression.ConditionBuilder {
	rest := make([]expression.OperandBuilder, len(more))
	for i, s := range more {
		rest[i] = expression.Value(s)
	}
	return expression.Name("state").In(expression.Value(first), rest...)
}
