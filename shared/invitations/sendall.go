package invitations

import (
	"context"
	"errors"
	"net/http"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/companies"
	"foyer/shared/contacts"
	"foyer/shared/jobs/work"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// SendAll invites everyone of a company who was not invited yet (rule 22).
var SendAll = api.Operation[companies.GetInput, work.Output]{
	ID: "invitations-send-all", Method: http.MethodPost, Path: "/workspaces/{workspace}/companies/{company}/invitations", Access: api.Admins, Status: http.StatusAccepted,
	Summary: "Invite everyone of a company who was not invited yet",
	Doc: "For the workspace's owner and admins. Starts a job (jobs-get), which invites the company's contacts one after another as invitations-send does: done counts those who were not invited yet, " +
		"refused those of them who cannot be, since they are, or are invited as, members of your team. Whoever was invited before, whatever became of it, is left alone and gets no second mail, " +
		"however often this is called. Who is added or renamed while the job runs may be left to the next call. " +
		"409 `company-archived`; `company-not-licensed` where the workspace's portal needs a licence; where that comes to hold while the job runs, it fails and says so, as it does when you are no admin any more.",
	Reads: companies.InPath, Handle: sendAll, Replay: work.Again[companies.GetInput],
}

const sendAllKind = "invitations-send-all" // as the rows of such jobs name it

// SendAllKind is the job of invitations-send-all.
var SendAllKind = work.Kind{Name: sendAllKind, Slice: sendAllSlice}

// aboutCompany is whose contacts the job invites.
const aboutCompany = "company"

func sendAll(ctx context.Context, c *api.Call, in *companies.GetInput) (*work.Output, error) {
	_, gate, err := companies.Load(ctx, c, in.Company)
	if err != nil {
		return nil, err
	}
	if err := companies.MayInvite(c, gate); err != nil {
		return nil, err // the job asks again, with each invitation
	}
	tx := &table.Tx{}
	job := work.Start(c, tx, sendAllKind, map[string]string{aboutCompany: in.Company})
	c.Remember(tx, job.Job)
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityInvitationsSentAll, Subject: in.Company})
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	return &work.Output{Body: work.Show(job)}, nil
}

// sendAllContacts is how many contacts one slice looks at.
const sendAllContacts = 25

// sendAllSlice invites those of the next contacts, by name, who were not invited yet.
// Each is one transaction, which asks that they still were not: that alone keeps this
// job, another, and whoever invites by hand from inviting anybody twice.
func sendAllSlice(ctx context.Context, env *api.Env, job *table.JobRow) (bool, error) {
	listed, more, err := table.QueryInto[table.NamedRow](ctx, env.Table, table.Query{
		PK: table.ContactsPartition(job.Workspace, job.About[aboutCompany]), Prefix: table.PrefixContact, After: job.Position, Limit: sendAllContacts,
	})
	if err != nil {
		return false, err
	}
	a, of, err := openSlice(ctx, env, job, listed)
	if err != nil {
		return false, err
	}
	began := job.Position
	for _, one := range listed {
		err := a.one(ctx, of[one.ID])
		if errors.As(err, new(*work.Failure)) && job.Position != began {
			return false, nil // what was done up to here is written down first; the next slice fails
		}
		if err != nil {
			return false, err
		}
		job.Position, job.Total = one.SK, job.Done
	}
	return !more, nil
}

// all is one slice of inviting all of a company.
type all struct {
	call   *api.Call // as of who asked for the job
	job    *table.JobRow
	sender string
}

// openSlice reads the contacts, and asks whether the job may still be done: the
// workspace is open, and who asked for it is one of its admins. It gives back the
// contacts by their ids; of those who were invited, the row alone.
func openSlice(ctx context.Context, env *api.Env, job *table.JobRow, listed []table.NamedRow) (*all, map[string]*standing, error) {
	gate, actor := table.WorkspaceGate(job.Workspace), table.Member(job.Workspace, job.Actor)
	keys := []table.Key{gate, actor}
	for _, one := range listed {
		keys = append(keys, table.Contact(job.Workspace, one.ID))
	}
	rows, err := env.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, nil, err
	}
	a := &all{call: &api.Call{Env: env, Workspace: job.Workspace, Person: job.Actor}, job: job}
	var who table.MemberRow
	there, e1 := rows.Into(gate, &a.call.Gate)
	_, e2 := rows.Into(actor, &who)
	if err := errors.Join(e1, e2); err != nil {
		return nil, nil, err
	}
	role := policy.Role(who.Role) // none where they were removed
	switch {
	case !there, a.call.Gate.Closed:
		return nil, nil, &work.Failure{Reason: "The workspace is closed."}
	case role != policy.Owner && role != policy.Admin:
		return nil, nil, &work.Failure{Reason: "Whoever asked for this is no longer an owner or admin of the workspace."}
	}
	a.sender = who.Name
	of, err := a.standings(ctx, rows, listed)
	return a, of, err
}

// standings are the contacts among the rows by their ids.
func (a *all) standings(ctx context.Context, rows table.Rows, listed []table.NamedRow) (map[string]*standing, error) {
	of := make(map[string]*standing, len(listed))
	var left []table.ContactRow
	for _, one := range listed {
		var row table.ContactRow
		found, err := rows.Into(table.Contact(a.job.Workspace, one.ID), &row)
		switch {
		case err != nil:
			return nil, err
		case found && contacts.NotInvited(row):
			left = append(left, row)
		case found:
			of[one.ID] = &standing{contact: row}
		}
	}
	invited, _, err := standingsOf(ctx, a.call, besides{}, left...)
	for _, s := range invited {
		of[s.contact.Contact] = s
	}
	return of, err
}

// one invites one contact (nil: erased since it was listed), unless that was done
// before, and counts them.
func (a *all) one(ctx context.Context, s *standing) error {
	if s == nil {
		return nil
	}
	id := s.contact.Contact
	return table.Retry(ctx, attempts, func() (err error) {
		if s == nil { // another write was under way on the same rows: look again
			s, err = standingOf(ctx, a.call, id)
			switch {
			case errors.Is(err, api.NotFound()):
				return nil
			case err != nil:
				return err
			}
		}
		err = a.invite(ctx, s)
		s = nil
		return err
	})
}

func (a *all) invite(ctx context.Context, s *standing) error {
	switch {
	case s.contact.InvitedBy == a.job.Job: // by this job, which was cut off or did not hear of it
		a.job.Done++
		return nil
	case !contacts.NotInvited(s.contact):
		return nil
	case s.mayBeSent() != nil:
		a.job.Done, a.job.Refused = a.job.Done+1, a.job.Refused+1
		return nil
	}
	if err := companies.MayInvite(a.call, s.gate); err != nil {
		return closed(err)
	}
	tx, _ := s.sending(a.call, Invitee{WorkspaceName: a.call.Gate.Name, InviterName: a.sender, Job: a.job.Job})
	if err := a.call.Table.Write(ctx, tx); err != nil {
		return err
	}
	a.job.Done++
	return nil
}

// closed is how the job ends where the company's contacts cannot be invited any more.
func closed(err error) error {
	var p *api.Problem
	if errors.As(err, &p) {
		return &work.Failure{Reason: p.Detail}
	}
	return err
}
