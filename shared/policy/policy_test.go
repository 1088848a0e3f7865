package policy

import (
	"errors"
	"fmt"
	"testing"
)

// The matrix reads as sentences: who, at a project of workspace w as the state
// says, gets what answer from each question.
const (
	yes        = "yes"
	hidden     = "hidden"
	role       = "role"
	out        = "signed out"
	readOnly   = "read-only"
	unlicensed = "unlicensed"
)

func answer(err error) string {
	for say, is := range map[string]error{hidden: ErrHidden, role: ErrRole, out: ErrSignedOut, readOnly: ErrReadOnly, unlicensed: ErrUnlicensed} {
		if errors.Is(err, is) {
			return say
		}
	}
	if err == nil {
		return yes
	}
	return err.Error()
}

func TestWhoMayDoWhat(t *testing.T) {
	project := Facts{SignedIn: true, WorkspaceExists: true, ProjectExists: true}
	with := func(m Membership, row ProjectRow, change ...func(*Facts)) Facts {
		f := project
		f.Membership, f.Project = m, row
		for _, c := range change {
			c(&f)
		}
		return f
	}
	var (
		owner       = Membership{Role: Owner}
		admin       = Membership{Role: Admin}
		member      = Membership{Role: Member}
		client      = Membership{Contacts: map[string]string{"con": "com"}}
		nobody      = Membership{}
		both        = Membership{Role: Member, Contacts: map[string]string{"con": "com"}} // never written, never trusted
		invented    = Membership{Role: "root"}
		memberRow   = ProjectRow{Kind: "member"}
		clientRow   = ProjectRow{Kind: "client", Contact: "con"}
		noRow       = ProjectRow{}
		signedOut   = func(f *Facts) { f.SignedIn = false }
		closed      = func(f *Facts) { f.WorkspaceClosed = true }
		noWorkspace = func(f *Facts) { f.WorkspaceExists = false }
		noProject   = func(f *Facts) { f.ProjectExists = false }
	)
	type asked struct{ staff, admins, owners, project, client string }
	for _, c := range []struct {
		who   string
		facts Facts
		want  asked
	}{
		{"an owner outside the project", with(owner, noRow), asked{yes, yes, yes, yes, hidden}},
		{"an admin outside the project", with(admin, noRow), asked{yes, yes, role, yes, hidden}},
		{"a member of the project", with(member, memberRow), asked{yes, role, role, yes, hidden}},
		{"a member outside the project", with(member, noRow), asked{yes, role, role, hidden, hidden}},
		{"a member with a client's row", with(member, clientRow), asked{yes, role, role, hidden, hidden}},
		{"a client of the project", with(client, clientRow), asked{hidden, hidden, hidden, hidden, yes}},
		{"a client of another project", with(client, noRow), asked{hidden, hidden, hidden, hidden, hidden}},
		{"a client as another contact", with(client, ProjectRow{Kind: "client", Contact: "other"}), asked{hidden, hidden, hidden, hidden, hidden}},
		{"a client with a member's row", with(client, memberRow), asked{hidden, hidden, hidden, hidden, hidden}},
		{"a removed client", with(nobody, clientRow), asked{hidden, hidden, hidden, hidden, hidden}},
		{"a removed member", with(nobody, memberRow), asked{hidden, hidden, hidden, hidden, hidden}},
		{"a stranger", with(nobody, noRow), asked{hidden, hidden, hidden, hidden, hidden}},
		{"a role that does not exist", with(invented, memberRow), asked{hidden, hidden, hidden, hidden, hidden}},
		{"someone with role and contact", with(both, clientRow), asked{yes, role, role, hidden, hidden}},
		{"an owner who signed out", with(owner, memberRow, signedOut), asked{out, out, out, out, out}},
		{"a client who signed out", with(client, clientRow, signedOut), asked{out, out, out, out, out}},
		{"an owner of a closed workspace", with(owner, memberRow, closed), asked{hidden, hidden, hidden, hidden, hidden}},
		{"a client of a closed workspace", with(client, clientRow, closed), asked{hidden, hidden, hidden, hidden, hidden}},
		{"an owner of no workspace", with(owner, memberRow, noWorkspace), asked{hidden, hidden, hidden, hidden, hidden}},
		{"a client of no workspace", with(client, clientRow, noWorkspace), asked{hidden, hidden, hidden, hidden, hidden}},
		{"an owner at no project", with(owner, noRow, noProject), asked{yes, yes, yes, hidden, hidden}},
		{"a client at no project", with(client, clientRow, noProject), asked{hidden, hidden, hidden, hidden, hidden}},
	} {
		t.Run(c.who, func(t *testing.T) {
			got := asked{answer(StaffOfWorkspace(c.facts)), answer(AdminOfWorkspace(c.facts)), answer(OwnerOfWorkspace(c.facts)), answer(StaffOfProject(c.facts)), answer(ClientOfProject(c.facts))}
			if got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
		})
	}
}

func TestAPreviewIsForStaffOfAClientAndReadsOnly(t *testing.T) {
	staff := Facts{SignedIn: true, WorkspaceExists: true, ProjectExists: true, Membership: Membership{Role: Member}, Project: ProjectRow{Kind: "member"}}
	outside := staff
	outside.Project = ProjectRow{}
	client := Facts{SignedIn: true, WorkspaceExists: true, ProjectExists: true, Membership: Membership{Contacts: map[string]string{"con": "com"}}, Project: ProjectRow{Kind: "client", Contact: "con"}}
	aClient, aMember, nobody := ProjectRow{Kind: "client", Contact: "con"}, ProjectRow{Kind: "member"}, ProjectRow{}
	for _, c := range []struct {
		who   string
		facts Facts
		as    ProjectRow
		write bool
		want  string
	}{
		{"staff of the project as a client", staff, aClient, false, yes},
		{"staff of the project as a client, writing", staff, aClient, true, readOnly},
		{"staff of the project as a member", staff, aMember, false, hidden},
		{"staff of the project as a stranger", staff, nobody, false, hidden},
		{"staff of the project as a stranger, writing", staff, nobody, true, hidden},
		{"staff outside the project", outside, aClient, false, hidden},
		{"a client as themselves", client, aClient, false, hidden},
	} {
		if got := answer(PreviewOfProject(c.facts, c.as, c.write)); got != c.want {
			t.Errorf("%s: got %s, want %s", c.who, got, c.want)
		}
	}
}

func TestACompanysClientsHaveAccessWhileItIsOpen(t *testing.T) {
	for _, c := range []struct {
		company Company
		needs   bool
		want    error
	}{
		{Company{Exists: true}, false, nil},
		{Company{Exists: true, Licensed: true}, true, nil},
		{Company{Exists: true}, true, ErrUnlicensed},
		{Company{Exists: true, Archived: true, Licensed: true}, false, ErrHidden},
		{Company{Exists: true, Archived: true}, true, ErrHidden}, // absent, not “unlicensed”
		{Company{}, false, ErrHidden},
		{Company{Licensed: true}, true, ErrHidden},
	} {
		if got := CompanyOpen(c.company, c.needs); !errors.Is(got, c.want) {
			t.Errorf("%+v, portal needs a licence: %v: got %v, want %v", c.company, c.needs, got, c.want)
		}
	}
}

func TestAnArchivedProjectIsReadOnly(t *testing.T) {
	if err := ChangeInProject(Facts{ProjectArchived: true}); !errors.Is(err, ErrArchived) {
		t.Errorf("got %v, want %v", err, ErrArchived)
	}
	if err := ChangeInProject(Facts{}); err != nil {
		t.Errorf("got %v, want none", err)
	}
}

func TestWhoIsToldOfAChange(t *testing.T) {
	active := func(r Recipient) Recipient { r.Active = true; return r }
	shared := Change{Actor: "ann"}
	private := Change{Actor: "ann", TeamOnly: true}
	task := Change{Actor: "ann", Assignee: "carl"}
	mention := Change{Actor: "ann", Mentions: []string{"dora", "carl"}}
	for _, c := range []struct {
		what   string
		change Change
		to     Recipient
		want   Reason
	}{
		{"a shared message, client at limited", shared, active(Recipient{Person: "carl", Client: true, Level: LevelLimited}), ""},
		{"a shared message, client at all", shared, active(Recipient{Person: "carl", Client: true, Level: LevelAll}), ReasonActivity},
		{"a shared message, client at none", shared, active(Recipient{Person: "carl", Client: true, Level: LevelNone}), ""},
		{"a private message, client at all", private, active(Recipient{Person: "carl", Client: true, Level: LevelAll}), ""},
		{"a private message, member at all", private, active(Recipient{Person: "mia", Level: LevelAll}), ReasonActivity},
		{"a private message, member at limited", private, active(Recipient{Person: "mia", Level: LevelLimited}), ""},
		{"a task for the client, at limited", task, active(Recipient{Person: "carl", Client: true, Level: LevelLimited}), ReasonAssigned},
		{"a task for the client, at none", task, active(Recipient{Person: "carl", Client: true, Level: LevelNone}), ""},
		{"a task for another, client at limited", task, active(Recipient{Person: "dora", Client: true, Level: LevelLimited}), ""},
		{"a mention, at limited", mention, active(Recipient{Person: "carl", Client: true, Level: LevelLimited}), ReasonMentioned},
		{"a mention of others, at limited", mention, active(Recipient{Person: "mia", Level: LevelLimited}), ""},
		{"a mention that is private, client", Change{Actor: "ann", Mentions: []string{"carl"}, TeamOnly: true}, active(Recipient{Person: "carl", Client: true, Level: LevelAll}), ""},
		{"one's own act", shared, active(Recipient{Person: "ann", Level: LevelAll}), ""},
		{"one's own task", Change{Actor: "ann", Assignee: "ann"}, active(Recipient{Person: "ann", Level: LevelAll}), ""},
		{"a task for a removed client", task, Recipient{Person: "carl", Client: true, Level: LevelAll}, ""},
		{"a change that tells no one", Change{Actor: "ann", NeverTold: true}, active(Recipient{Person: "mia", Level: LevelAll}), ""},
		{"a level that does not exist", shared, active(Recipient{Person: "mia", Level: "everything"}), ""},
	} {
		if got := TellOf(c.change, c.to); got != c.want {
			t.Errorf("%s: got %q, want %q", c.what, got, c.want)
		}
	}
}

func TestLevelsAreTheProjectsOwnThenTheGeneralThenTheRolesDefault(t *testing.T) {
	for _, c := range []struct {
		s      Settings
		client bool
		want   Level
	}{
		{Settings{}, true, LevelLimited},
		{Settings{}, false, LevelAll},
		{Settings{General: LevelNone}, true, LevelNone},
		{Settings{General: LevelLimited}, false, LevelLimited},
		{Settings{General: LevelNone, Projects: map[string]Level{"p": LevelAll}}, true, LevelAll},
		{Settings{General: LevelNone, Projects: map[string]Level{"q": LevelAll}}, false, LevelNone},
		{Settings{General: "loud", Projects: map[string]Level{"p": "louder"}}, true, LevelLimited},
	} {
		if got := c.s.LevelIn("p", c.client); got != c.want {
			t.Errorf("%s: got %s, want %s", fmt.Sprint(c.s, c.client), got, c.want)
		}
	}
}
