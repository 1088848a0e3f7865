package members

import (
	"context"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// RemoveInput names a member, and who gets their tasks.
type RemoveInput struct {
	Workspace string `path:"workspace"`
	Person    string `path:"person"`
	HandTo    string `query:"handTo" maxLength:"64" doc:"The member who gets the tasks of the one who is removed; without it, the caller"`
}

// RemoveOutput is the job that does the rest.
type RemoveOutput struct{ Body Removed }

// Removed is what follows from a removal.
type Removed struct {
	Job string `json:"job,omitempty" doc:"Hands the tasks over and takes the person out of the projects (jobs-get); absent where they had not accepted"`
}

// Remove takes a person out of the team (rule 35).
var Remove = api.Operation[RemoveInput, RemoveOutput]{
	ID: "members-remove", Method: http.MethodDelete, Path: "/workspaces/{workspace}/members/{person}", Access: api.Admins, Status: http.StatusAccepted,
	Summary: "Remove a member, and hand their tasks to another",
	Doc: "For owner and admins of the workspace; an owner only for owners (403 `role`). From this moment every request of the person to the workspace is refused, also with a token that is still valid, and an invitation that waits for its answer cannot be accepted. " +
		"A job hands each task that is assigned to them to handTo (who is added to the project where they are not in it), takes them out of the projects' people, and ends their sessions if this was their last workspace. " +
		"What they wrote stays theirs. They can be invited again. 409 `last-owner`: a workspace keeps one who has accepted; 422 (query.handTo) where that is not somebody of the team who stays.",
	Reads: named, Handle: remove,
}

func remove(ctx context.Context, c *api.Call, in *RemoveInput) (*RemoveOutput, error) {
	var out RemoveOutput
	err := table.Retry(ctx, attempts, func() error {
		row, err := loadToChange(ctx, c, in.Person)
		if err != nil {
			return err
		}
		tx := &table.Tx{}
		tx.Delete(table.Member(c.Workspace, row.Person)).If(as(row)).Else(table.ErrConflict)
		if accepted(row) {
			if out.Body.Job, err = takeOut(ctx, c, tx, row, in.HandTo); err != nil {
				return err
			}
		} else if contacts.Pending(row.InvitationState) {
			// Its link dies with it, whether its time is over or not.
			tx.Update(table.Invitation(row.Person, c.Workspace, row.Person), table.Set("state", table.InvitationRemoved)).
				If(table.Is("state", row.InvitationState)).Else(table.ErrConflict)
		}
		activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityMemberRemoved, Subject: row.Person})
		return c.Table.Write(ctx, tx)
	})
	if err != nil {
		return nil, err
	}
	return &out, nil
}

// takeOut adds to the transaction that a member who has accepted loses their place, and
// the job that does the rest. An owner only while another stays.
func takeOut(ctx context.Context, c *api.Call, tx *table.Tx, row table.MemberRow, handTo string) (job string, err error) {
	other := ""
	if row.Role == table.RoleOwner { // first: where nobody else can stay, to whom the tasks go is not what is wrong
		if other, err = ownerBeside(ctx, c, row); err != nil {
			return "", err
		}
		if other == "" {
			return "", lastOwner()
		}
	}
	if handTo == "" {
		handTo = c.Person
	}
	if handTo == row.Person || !api.ValidID("person", handTo) {
		return "", api.Invalid(notStaying())
	}
	tx.Delete(table.Membership(row.Person, c.Workspace)).If(table.Is("role", row.Role)).Else(table.ErrConflict)
	if other != "" {
		tx.Check(table.Membership(other, c.Workspace), isOwner()).Else(table.ErrConflict)
	}
	if handTo != other { // each row once
		tx.Check(table.Membership(handTo, c.Workspace), ofTheTeam()).Else(api.Invalid(notStaying()))
	}
	return work.Start(c, tx, handOverKind, map[string]string{aboutPerson: row.Person, aboutHandTo: handTo}).Job, nil
}

func notStaying() api.FieldError {
	return api.Fault("query.handTo", "is not of a member who has accepted and who stays")
}
