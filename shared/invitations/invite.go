// Package invitations is the way of a person into a workspace: an e-mail with a
// single-use link, seen, opened, accepted.
package invitations

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Invitee is who is invited to what. For a member Role is set, for a client
// Contact, Company and (when it is to a project) Project.
type Invitee struct {
	Email, Name                       string // Email in its canonical form
	Workspace, WorkspaceName          string
	Role                              string
	Contact, Company, CompanyName     string
	Project, ProjectName, InviterName string
	Note                              string

	// Job is the job that invites; empty: somebody's own request.
	Job string

	// SelfService: the workspace was made by sign-up, so its names are whatever a
	// stranger typed; the mail must not carry them.
	SelfService bool
}

// Floor is how soon whoever invites an address is answered at the earliest: more than
// the writes take that an address needs which Foyer does not know yet.
const Floor = 300 * time.Millisecond

// Known is what Foyer knows of an address: the account it leads to, or a new id
// for one that is minted by the invitation.
type Known struct {
	Person string
	New    bool

	invited int // how often the address was invited so far (table.AddressRow)
}

// Lookup finds the account of a canonical address, or mints an id. Nothing is
// written, and the read is the same for a known and an unknown address.
func Lookup(ctx context.Context, c *api.Call, email string) (Known, error) {
	var at table.AddressRow
	found, err := c.Table.Get(ctx, table.Address(email), &at)
	if err != nil {
		return Known{}, err
	}
	return knownAs(c, at, found), nil
}

// knownAs is what Foyer knows of an address whose row was found, or not.
func knownAs(c *api.Call, at table.AddressRow, found bool) Known {
	if !found {
		return Known{Person: c.NewPersonID(), New: true}
	}
	return Known{Person: at.Person, invited: at.Invited}
}

// Invite adds to the transaction everything that an invitation is: the account
// and its address if they are new, the invitation (queued), its mail and its
// reminder. The row of the team's realm that shows the state is the caller's to
// put, with InvitationQueued. It returns the invitation.
func Invite(c *api.Call, tx *table.Tx, known Known, i Invitee) table.InvitationRow {
	return anew(c, tx, known, i, nil, 0)
}

// Reinvite is Invite for somebody who was a member of the workspace before, or invited
// to it, and was removed: their invitation of then is sent with other names, another
// role and a new link.
func Reinvite(c *api.Call, tx *table.Tx, before table.InvitationRow, i Invitee) table.InvitationRow {
	return anew(c, tx, Known{Person: before.Person}, i, &before, 0)
}

// anew puts the whole invitation: in the place of the one before, if there was one, and
// as a later generation than that and than last: no link and no mail of any other is this
// one's. Whether its state is as it was the caller asks of the team's row, which shows it.
func anew(c *api.Call, tx *table.Tx, known Known, i Invitee, before *table.InvitationRow, last int) table.InvitationRow {
	now := c.Now()
	if before == nil {
		// The address leads to the account still, and says that it does for one invitation
		// more: whoever is about to end an account that nobody invites has to look again.
		asRead := table.Absent()
		if !known.New {
			asRead = table.AddressRow{Person: known.Person, Invited: known.invited}.Same()
		}
		tx.Put(table.Address(i.Email), table.AddressRow{Person: known.Person, Invited: known.invited + 1}).If(asRead).Else(table.ErrConflict)
	}
	if known.New {
		tx.Put(table.Account(known.Person), table.AccountRow{Person: known.Person, Email: i.Email, Name: i.Name, State: table.AccountInvited, CreatedAt: now}).
			If(table.Absent()).Else(table.ErrConflict)
	}
	subject := i.Contact
	if i.Role != "" {
		subject = known.Person
	}
	inv := table.InvitationRow{
		Person: known.Person, Workspace: i.Workspace, Subject: subject, Role: i.Role, Company: i.Company, Project: i.Project,
		CompanyName: i.CompanyName, SelfService: i.SelfService,
		Email: i.Email, Name: i.Name, WorkspaceName: i.WorkspaceName, ProjectName: i.ProjectName, InviterName: i.InviterName, Note: i.Note,
		Generation: last + 1, State: table.InvitationQueued, CreatedAt: now,
	}
	inv.ExpiresAt, inv.RemindAt = times(c, now)
	same := table.Absent()
	if before != nil {
		inv.Generation = max(before.Generation, last) + 1
		same = table.Is("generation", before.Generation)
	}
	tx.Put(table.Invitation(known.Person, i.Workspace, subject), inv).If(same).Else(table.ErrConflict)
	PutMail(c.Env, tx, inv, table.MailInvitation, 0)
	PutReminder(c.Env, tx, inv, 1)
	return inv
}

// remindersUsual is how many reminders an invitation has where the workspace has not
// chosen: each the deployment's interval after the one before.
const remindersUsual = 3

// times are the end of an invitation that is sent at now, and when it is reminded of, as
// the workspace has it set at this moment. What it changes later concerns others.
func times(c *api.Call, now time.Time) (end time.Time, reminders []time.Time) {
	const day = 24 * time.Hour
	life := c.Config.InvitationLife
	if days := c.Gate.InvitationDays; days > 0 {
		life = time.Duration(days) * day
	}
	var after []time.Duration
	if chosen := c.Gate.Reminders; chosen != nil {
		for _, days := range chosen.Days {
			after = append(after, time.Duration(days)*day)
		}
	} else {
		for n := range remindersUsual {
			after = append(after, time.Duration(n+1)*c.Config.Reminder)
		}
	}
	for _, d := range after {
		if d < life { // nobody is reminded of what has ended
			reminders = append(reminders, now.Add(d))
		}
	}
	return now.Add(life), reminders
}

// Again adds to the transaction that the invitation is sent once more, with a new
// link: the one before is dead with the generation that it was made for. What else the
// mail says is as i has it now; the name and the project stay. Where its state is shown,
// the caller asks whether that is as it was. It returns the invitation.
func Again(c *api.Call, tx *table.Tx, inv table.InvitationRow, i Invitee) table.InvitationRow {
	was := inv.Generation
	inv.Generation, inv.State, inv.Reminders = was+1, table.InvitationQueued, 0
	inv.ExpiresAt, inv.RemindAt = times(c, c.Now())
	inv.WorkspaceName, inv.CompanyName, inv.InviterName, inv.Note = i.WorkspaceName, i.CompanyName, i.InviterName, i.Note
	name, value := expression.Name, expression.Value
	u := table.Set("generation", inv.Generation).Set(name("state"), value(inv.State)).Set(name("reminders"), value(0)).Set(name("expiresAt"), value(inv.ExpiresAt)).Set(name("remindAt"), value(inv.RemindAt)).
		Set(name("workspaceName"), value(inv.WorkspaceName)).Set(name("companyName"), value(inv.CompanyName)).Set(name("inviterName"), value(inv.InviterName)).Set(name("note"), value(inv.Note))
	tx.Update(table.Invitation(inv.Person, inv.Workspace, inv.Subject), u).If(table.Is("generation", was)).Else(table.ErrConflict)
	PutMail(c.Env, tx, inv, table.MailInvitation, 0)
	PutReminder(c.Env, tx, inv, 1)
	return inv
}

// PutMail adds the mail of an invitation (kind invitation or reminder, the how
// manieth). Its id is a function of what it tells: putting it twice is one mail.
func PutMail(env *api.Env, tx *table.Tx, inv table.InvitationRow, kind string, number int) {
	now := env.Now()
	id := fmt.Sprintf("%s#%s#%s#%d#%d", kind, inv.Workspace, inv.Subject, inv.Generation, number)
	tx.Put(table.Mail(inv.Person, id), table.MailRow{
		Mail: id, Kind: kind, Person: inv.Person, Workspace: inv.Workspace, Subject: inv.Subject, Generation: inv.Generation,
		Project: inv.Project, At: now, TTL: now.Add(table.MailKeptFor).Unix(),
	})
}

// PutReminder adds the row that makes due-run look at the invitation again, at the
// next of its times; none where there is none left. Nothing cancels it: due-run asks
// whether it still holds.
func PutReminder(env *api.Env, tx *table.Tx, inv table.InvitationRow, number int) {
	now := env.Now()
	next := slices.IndexFunc(inv.RemindAt, now.Before) // times that passed while due-run did not run are not made up for
	if next < 0 {
		return
	}
	minute := table.DueMinute(now, inv.RemindAt[next].Sub(now))
	if !minute.Before(inv.ExpiresAt) {
		return // it would find nothing to remind of
	}
	id := fmt.Sprintf("%s#%s#%s#%d#%d", table.DueReminder, inv.Workspace, inv.Subject, inv.Generation, number)
	tx.Put(table.Due(minute, id), table.DueRow{
		Due: id, Kind: table.DueReminder, Person: inv.Person, Workspace: inv.Workspace, Subject: inv.Subject, Generation: inv.Generation, Number: number,
	})
}
