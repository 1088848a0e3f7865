package stub

import (
	"fmt"
	"strings"
	"time"

	"foyer/shared/mailtoken"
	"foyer/shared/table"
)

// What the events in events/ name, and what they stand for.
const (
	Workspace = "wks_01JD0000000000000000000000"
	Project   = "prj_01JD000000000000000000000001JD0000000000000000000001"
	Person    = "per_01JD0000000000000000000000"
	Contact   = "con_01JD0000000000000000000000"
	Company   = "com_01JD0000000000000000000000"
	Item      = "msg_01JD0000000000000000000000"
	imported  = "imp_01JD0000000000000000000000"
	job       = "job_01JD0000000000000000000000"
	Session   = "00000000-0000-4000-8000-000000000000"
	actor     = "per_01JD0000000000000000000001"
	invited   = "per_01JD0000000000000000000002" // who the contact is
	task      = "tsk_01JD0000000000000000000000"
	challenge = "session"                        // the person's, of a sign-in
	asked     = "adr_01JD0000000000000000000000" // what the person asked for by mail
)

// messages is how many shared messages the project has, beside the event's own.
const messages = 9

// ForClients says whether the function's event is of a client.
func ForClients(function string) bool { return strings.HasPrefix(function, "portal-") }

// Rows are a workspace with a project in which the events of the function
// succeed: its person is a client there for functions of the portal, a member of
// the team for all others.
func Rows(function string) []Row {
	at := time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)
	later := time.Date(2100, time.January, 1, 0, 0, 0, 0, time.UTC)
	member := !ForClients(function)
	membership := table.MembershipRow{Workspace: Workspace, Role: table.RoleOwner, CreatedAt: at}
	own := table.PersonProjectRow{Project: Project, Kind: table.KindMember, CreatedAt: at}
	if !member {
		membership.Role, membership.Contacts = "", map[string]string{Contact: Company}
		own.Kind, own.Contact, own.Company = table.KindClient, Contact, Company
	}
	ann := table.MemberRow{Person: Person, Name: "Ann Archer", Email: "ann@acme.example", Role: table.RoleOwner, InvitationState: table.InvitationAccepted, CreatedAt: at, ExpiresAt: later}
	if strings.HasPrefix(function, "member-invitations-") {
		ann.InvitationState = table.InvitationSent
	}
	ofMember := invitation(Person, at, later).Row.(table.InvitationRow)
	ofMember.Subject, ofMember.Role, ofMember.Company, ofMember.Project = Person, ann.Role, "", ""
	rows := []Row{
		{Key: table.Invitation(Person, Workspace, Person), Row: ofMember},
		{Key: table.Session(Person, Session), Row: table.SessionRow{CreatedAt: at, TTL: later.Unix()}},
		{Key: table.Account(Person), Row: table.AccountRow{Person: Person, Email: "carl@globex.example", Name: "Carl Client", State: table.AccountConfirmed, TOTP: true, CreatedAt: at}},
		{Key: table.Challenge(Person, challenge), Row: table.ChallengeRow{TTL: later.Unix()}},
		{Key: table.PasswordReset(Person), Row: table.PasswordResetRow{Reset: asked, ExpiresAt: later, TTL: later.Unix()}},
		{Key: table.AddressChange(Person), Row: table.AddressChangeRow{Change: asked, Email: "carl@new.example", ExpiresAt: later, TTL: later.Unix()}},
		{Key: table.Address("ann@acme.example"), Row: table.AddressRow{Person: Person}},
		{Key: table.Membership(Person, Workspace), Row: membership},
		{Key: table.Project(Person, Project), Row: own},
		{Key: table.Membership(actor, Workspace), Row: table.MembershipRow{Workspace: Workspace, Role: table.RoleOwner, CreatedAt: at}},
		{Key: table.WorkspaceGate(Workspace), Row: table.WorkspaceGateRow{Name: "Studio North"}},
		{Key: table.Workspace(Workspace), Row: table.WorkspaceRow{Workspace: Workspace, CreatedAt: at}},
		{Key: table.Member(Workspace, Person), Row: ann.In(Workspace)},
		{Key: table.CompanyGate(Workspace, Company), Row: table.CompanyGateRow{Licensed: true}},
		{Key: table.Contact(Workspace, Contact), Row: table.ContactRow{Contact: Contact, Company: Company, Person: invited, Name: "Carl Client",
			Email: "carl@globex.example", InvitationState: table.InvitationAccepted, CreatedAt: at, ExpiresAt: later, Removed: function == "access-restore", RemovedFrom: table.InvitationAccepted}},
		{Key: table.ProjectFacts(Project), Row: table.ProjectFactsRow{Project: Project, Workspace: Workspace, Name: "New website", Company: Company, CreatedAt: at, Version: 1}},
		{Key: table.Person(Project, Person), Row: table.PersonRow{Person: Person, Name: "Carl Client", Kind: own.Kind}},
		{Key: table.TeamPerson(Project, Person), Row: table.TeamPersonRow{Person: Person, Kind: own.Kind, AddedBy: actor, AddedAt: at}},
		{Key: table.Person(Project, actor), Row: table.PersonRow{Person: actor, Name: "Ann Archer", Kind: table.KindMember}},
		{Key: table.Token(strings.Repeat("A", 43)), Row: tokenOf(function, later)},
		{Key: table.Account(invited), Row: table.AccountRow{Person: invited, Email: "carl@globex.example", Name: "Carl Client", State: table.AccountInvited, CreatedAt: at}},
		{Key: table.Membership(invited, Workspace), Row: table.MembershipRow{Workspace: Workspace, Contacts: map[string]string{}, CreatedAt: at}},
		invitation(invited, at, later), invitation(Person, at, later), // the second is whom the event of stream-mail tells
		{Key: table.Import(Workspace, imported), Row: table.ImportRow{Import: imported, Size: 2048, Actor: Person, CreatedAt: at, PlanJob: job, Plan: &table.ImportResult{New: 10}, TTL: later.Unix()}},
		{Key: table.Job(Workspace, job), Row: table.JobRow{Job: job, Workspace: Workspace, Kind: "imports-plan", State: table.JobDone, Done: 10, Total: 10, Actor: Person, CreatedAt: at, UpdatedAt: at, TTL: later.Unix()}},
		item(Item, at), item(task, at),
	}
	for i := range messages {
		rows = append(rows, item(fmt.Sprintf("msg_01JD000000000000000000001%d", i), at))
	}
	return rows
}

// tokenOf is what the token of the function's event opens.
func tokenOf(function string, until time.Time) table.TokenRow {
	row := table.TokenRow{Purpose: mailtoken.Invitation, Person: invited, Workspace: Workspace, Subject: Contact, Generation: 1, ExpiresAt: until, TTL: until.Unix()}
	for of, purpose := range map[string]string{"passwords-reset": mailtoken.PasswordReset, "me-address-confirm": mailtoken.AddressChange} {
		if of == function {
			row.Purpose, row.Person, row.Workspace, row.Subject = purpose, Person, "", asked
		}
	}
	return row
}

func item(id string, at time.Time) Row {
	kind := table.ItemMessage
	if id == task {
		kind = table.ItemTask
	}
	return Row{Key: table.SharedItem(Project, id), Row: table.ItemRow{
		Item: id, Kind: kind, Title: "Kick-off", Text: strings.Repeat("We start on Monday. ", 10), Author: actor, CreatedAt: at, UpdatedAt: at, Version: 1,
	}}
}

func invitation(person string, at, until time.Time) Row {
	return Row{Key: table.Invitation(person, Workspace, Contact), Row: table.InvitationRow{
		Person: person, Workspace: Workspace, Subject: Contact, Company: Company, Project: Project, Email: "carl@globex.example", Name: "Carl Client",
		WorkspaceName: "Acme Agency", CompanyName: "Globex", ProjectName: "New website", InviterName: "Ann Archer",
		Generation: 1, State: table.InvitationSent, CreatedAt: at, ExpiresAt: until,
	}}
}
