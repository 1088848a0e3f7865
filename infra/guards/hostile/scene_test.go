//go:build engine

package hostile_test

import (
	"net/http"
	"slices"
	"time"

	"foyer/shared/api"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// The marks that stand in whatever not everybody may see. Nobody can guess one:
// where it shows, it was shown.
const (
	ofTeam    = "qzTeamOnly"     // private things of the project: its staff
	ofOther   = "qzOtherProject" // the workspace's other project: its people, owner and admin
	ofForeign = "qzForeign"      // another workspace
)

// scene is Acme with a project whose members and clients ask, beside another
// project and another workspace that they are not to learn of.
type scene struct {
	w    *foyertest.World
	acme foyertest.Acme
	mia  foyertest.Person // member of the project, and of nothing else

	others  []foyertest.Person // whose addresses the project's clients may not know
	foreign []string           // ids that are hidden from client and member alike
	values  map[string][]string
}

func newScene(w *foyertest.World) *scene {
	s := &scene{w: w, acme: w.Acme(), values: map[string][]string{}}
	ann, project := s.acme.Ann, s.acme.Project
	s.mia = s.member("Mia Member", "mia@acme.example", project)
	cleo := w.Client(ann, project, "Initech", "Cleo Client", "cleo@initech.example")
	pat := w.Invited(ann, project, "Globex", "Pat Pending", "pat@globex.example")

	other := w.Project(ann, s.acme.Workspace, ofOther)
	otto := w.Client(ann, other, "Umbrella", "Otto "+ofOther, "otto@umbrella.example")
	olga, foreignWorkspace := w.Workspace(ofForeign+" Agency", "Olga "+ofForeign, "olga@other.example")
	foreign := w.Project(olga, foreignWorkspace, ofForeign+" project")
	oscar := w.Client(olga, foreign, ofForeign+" company", "Oscar "+ofForeign, "oscar@other.example")
	fay := w.Invited(olga, foreign, ofForeign+" company", "Fay "+ofForeign, "fay@other.example")
	s.others = []foyertest.Person{ann, s.mia, cleo, otto, olga, oscar, fay}

	items := s.items(ann, project, "Shared", true)
	items = append(items, s.items(ann, project, ofTeam, false)...)
	task := s.item(ann, project, map[string]any{"kind": "task", "title": "Say what you think", "assignee": s.acme.Carl.ID, "ask": "feedback"})
	back := s.item(ann, project, map[string]any{"kind": "message", "title": ofTeam + " taken back", "clientCanSee": true})
	w.Do(ann, "PUT", "/v1/projects/"+project+"/items/"+back+"/visibility", map[string]any{"clientCanSee": false}).Must(http.StatusOK)
	items = append(items, task, back)
	hidden := append(s.items(ann, other, ofOther, false), s.items(ann, other, ofOther, true)...)
	hidden = append(hidden, append(s.items(olga, foreign, ofForeign, false), s.items(olga, foreign, ofForeign, true)...)...)
	w.Drain() // so that the feeds have lines, and mails their tokens

	s.foreign = append(hidden, other, foreign, foreignWorkspace, oscar.Contact, fay.Contact, oscar.Company)
	s.values["workspace"] = []string{s.acme.Workspace, s.acme.Workspace, s.acme.Workspace, foreignWorkspace}
	s.values["project"] = []string{project, project, project, project, other, foreign}
	s.values["item"] = append(slices.Clone(items), hidden...)
	s.values["contact"] = []string{cleo.Contact, pat.Contact, otto.Contact, s.acme.Carl.Contact, oscar.Contact}
	s.values["token"] = []string{w.Link(pat.Email, s.acme.Workspace), w.Link(cleo.Email, s.acme.Workspace), s.invitedAgain()}
	s.values["as"] = []string{s.acme.Carl.ID, cleo.ID, pat.ID, s.mia.ID, otto.ID, oscar.ID}
	s.values["person"] = []string{s.acme.Carl.ID, s.mia.ID, ann.ID, otto.ID, oscar.ID}
	s.values["company"] = []string{s.acme.Company, cleo.Company, oscar.Company}
	s.values["email"] = []string{"cleo@initech.example", "new@globex.example", "olga@other.example", "Pat@GLOBEX.example"}
	s.values["password"] = []string{foyertest.Password}
	s.values["idempotency"] = []string{"one", "two", "three"}
	return s
}

// member makes a member of Acme past the operations, which cannot invite one yet.
func (s *scene) member(name, email, project string) foyertest.Person {
	p, own := s.w.Workspace("Agency of "+name, name, email)
	now := time.Now()
	s.must(s.w.Table.DeleteOne(s.w.T.Context(), table.Membership(p.ID, own)))
	for key, row := range map[table.Key]any{
		table.Membership(p.ID, s.acme.Workspace): table.MembershipRow{Workspace: s.acme.Workspace, Role: table.RoleMember, CreatedAt: now},
		table.Member(s.acme.Workspace, p.ID):     table.MemberRow{Person: p.ID, Name: name, Email: email, Role: table.RoleMember, InvitationState: table.InvitationAccepted, CreatedAt: now},
		table.Project(p.ID, project):             table.PersonProjectRow{Project: project, Kind: table.KindMember},
		table.Person(project, p.ID):              table.PersonRow{Person: p.ID, Name: name, Kind: table.KindMember},
		table.TeamPerson(project, p.ID):          table.TeamPersonRow{Person: p.ID, Kind: table.KindMember, AddedBy: s.acme.Ann.ID, AddedAt: now},
	} {
		s.must(s.w.Table.PutOne(s.w.T.Context(), key, row, nil))
	}
	return p
}

// invitedAgain is the token of someone with a password whom another project's
// invitation has not reached yet: acceptance wants their sign-in.
func (s *scene) invitedAgain() string {
	rita, _ := s.w.Workspace("Rita's Agency", "Rita Returns", "rita@returns.example")
	s.w.Invited(s.acme.Ann, s.acme.Project, "Globex", rita.Name, rita.Email)
	return s.w.Link(rita.Email, s.acme.Workspace)
}

// items makes one item of each kind.
func (s *scene) items(by foyertest.Person, project, title string, shared bool) []string {
	var ids []string
	for _, kind := range []string{"message", "file", "task", "event"} {
		body := map[string]any{"kind": kind, "title": title + " " + kind, "text": title + " text", "clientCanSee": shared}
		if kind == "event" {
			body["start"] = "2026-12-01T09:00:00Z"
		}
		ids = append(ids, s.item(by, project, body))
	}
	return ids
}

func (s *scene) item(by foyertest.Person, project string, body map[string]any) string {
	return s.w.Do(by, "POST", "/v1/projects/"+project+"/items", body).Must(http.StatusCreated).String("id")
}

func (s *scene) must(err error) {
	s.w.T.Helper()
	if err != nil {
		s.w.T.Fatal(err)
	}
}

// caller is one who asks, with the marks that no answer to them may show, and the
// kinds of access that are not theirs: nothing of those may succeed.
type caller struct {
	name   string
	person foyertest.Person
	hidden []string
	denied []api.Access
	values map[string][]string
}

func (s *scene) callers() []caller {
	var addresses []string
	for _, p := range s.others {
		addresses = append(addresses, p.Email)
	}
	staff := []api.Access{api.Staff, api.Admins, api.Owners, api.StaffOfProject}
	all := append(slices.Clone(staff), api.SignedIn, api.ClientsOfProject)
	return []caller{
		{name: "anonymous", hidden: append(slices.Clone(addresses), s.acme.Carl.Email, ofTeam, ofOther, ofForeign), denied: all},
		{name: "client", person: s.acme.Carl, hidden: append(slices.Clone(addresses), "Initech", ofTeam, ofOther, ofForeign), denied: staff},
		{name: "member", person: s.mia, hidden: []string{ofOther, ofForeign}, denied: []api.Access{api.Admins, api.Owners}},
	}
}
