//go:build engine

// Package scene is a world in which every operation of the catalogue can be asked
// with success: what the guards of all operations begin with. An operation that is
// added later is asked by its sample in shared/catalog, at the things of the scene;
// where that does not do, it has a recipe (recipes.go).
package scene

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
	"foyer/shared/mailevents"
	"foyer/shared/table"
)

// Scene is Acme Agency with Ann (owner), Mia (member, in the project) and Carl of
// Globex (client of the project), and one thing of each kind.
type Scene struct {
	*foyertest.World
	Ann, Mia, Carl                    foyertest.Person
	WorkspaceID, ProjectID, CompanyID string

	// IDs are the things of the scene by the path parameter that names them.
	IDs map[string]string

	made int
}

// New makes a Scene.
func New(t *testing.T, options ...foyertest.Option) *Scene {
	t.Helper()
	s := &Scene{World: foyertest.New(t, options...)}
	acme := s.Acme()
	s.Ann, s.Carl, s.WorkspaceID, s.ProjectID, s.CompanyID = acme.Ann, acme.Carl, acme.Workspace, acme.Project, acme.Company
	s.Mia = s.member("Mia Member", "mia@acme.example", table.RoleMember)
	s.IDs = map[string]string{
		"workspace": s.WorkspaceID, "project": s.ProjectID, "company": s.CompanyID, "contact": s.Carl.Contact, "person": s.Carl.ID, "item": s.Item(true),
	}
	return s
}

// Item makes a message of the project.
func (s *Scene) Item(shared bool) string {
	s.T.Helper()
	return s.Do(s.Ann, "POST", "/v1/projects/"+s.ProjectID+"/items", map[string]any{"kind": "message", "title": "Kick-off", "clientCanSee": shared}).Must(http.StatusCreated).String("id")
}

// Invitee is somebody new who was invited to the project and has not answered.
func (s *Scene) Invitee() foyertest.Person {
	s.T.Helper()
	p := foyertest.Person{Name: "Ivy Invited", Email: s.Address(), Password: foyertest.Password, Company: s.CompanyID}
	// By its id: there may be more companies of the name meanwhile.
	r := s.Do(s.Ann, "POST", "/v1/projects/"+s.ProjectID+"/clients", map[string]any{"company": s.CompanyID, "name": p.Name, "email": p.Email}).Must(http.StatusCreated)
	p.ID, p.Contact = r.String("person"), r.String("contact")
	return p
}

// Bounced is somebody new who was invited to the project, and whose mail came back.
func (s *Scene) Bounced() foyertest.Person {
	s.T.Helper()
	p, tx := s.Invitee(), &table.Tx{}
	mailevents.Bounced(s.Env(mailevents.ID), tx, s.Invitations(p.Email, s.WorkspaceID)[0])
	if err := s.Table.Write(s.T.Context(), tx); err != nil {
		s.T.Fatal(err)
	}
	s.Put(table.Suppressed(p.Email), table.SuppressedRow{Why: table.SuppressedBounce, Message: "m1", At: s.Clock.Now()})
	return p
}

// Client is somebody new who is a client of the project.
func (s *Scene) Client() foyertest.Person {
	s.T.Helper()
	return s.Accept(s.Invitee(), s.WorkspaceID)
}

// InvitedMember is somebody new who was invited to the team and has not answered.
func (s *Scene) InvitedMember() foyertest.Person {
	s.T.Helper()
	p := foyertest.Person{Name: "Max Member", Email: s.Address(), Password: foyertest.Password}
	p.ID = s.Do(s.Ann, "POST", "/v1/workspaces/"+s.WorkspaceID+"/members", map[string]any{"name": p.Name, "email": p.Email, "role": table.RoleMember}).Must(http.StatusCreated).String("person")
	return p
}

// Member is somebody new who is of the team, and in no project.
func (s *Scene) Member() foyertest.Person {
	s.T.Helper()
	return s.Accept(s.InvitedMember(), s.WorkspaceID)
}

// Agency is another workspace that Ann is an owner of, and Mia a member.
func (s *Scene) Agency(name string) (workspace string) {
	s.T.Helper()
	olga, workspace := s.Workspace(name, "Olga Owner", s.Address())
	for who, role := range map[*foyertest.Person]string{&s.Ann: "owner", &s.Mia: "member"} {
		s.Do(olga, "POST", "/v1/workspaces/"+workspace+"/members", map[string]any{"name": who.Name, "email": who.Email, "role": role}).Must(http.StatusCreated)
		s.Do(*who, "POST", "/v1/invitations/"+s.Link(who.Email, workspace)+"/acceptance", map[string]any{}).Must(http.StatusOK)
	}
	return workspace
}

// Company is a company that nobody has touched yet.
func (s *Scene) Company() string {
	s.T.Helper()
	return s.Do(s.Ann, "POST", "/v1/workspaces/"+s.WorkspaceID+"/companies", map[string]any{"name": s.CompanyName()}).Must(http.StatusCreated).String("id")
}

// license gives the company a licence, of seats enough for all.
func (s *Scene) license(company string) {
	s.T.Helper()
	s.Do(s.Ann, "PUT", "/v1/workspaces/"+s.WorkspaceID+"/subscription", map[string]any{"seats": 100000}).Must(http.StatusOK)
	s.Do(s.Ann, "PUT", "/v1/workspaces/"+s.WorkspaceID+"/licences/"+company, nil).Must(http.StatusOK)
}

// CompanyName is a name, of one word, that no company has yet.
func (s *Scene) CompanyName() string {
	s.made++
	return fmt.Sprintf("Hooli%d", s.made)
}

// Contact is a contact of Globex whom nobody has invited.
func (s *Scene) Contact() string {
	s.T.Helper()
	return s.Do(s.Ann, "POST", "/v1/workspaces/"+s.WorkspaceID+"/companies/"+s.CompanyID+"/contacts", map[string]any{"name": "Nora New", "email": s.Address()}).Must(http.StatusCreated).String("id")
}

// Admin is a new admin of the workspace.
func (s *Scene) Admin() foyertest.Person {
	s.T.Helper()
	return s.member("Adam Admin", s.Address(), table.RoleAdmin)
}

// Template gives the workspace an invitation mail of its own.
func (s *Scene) Template(html string) {
	s.T.Helper()
	s.made++
	s.Do(s.Ann, "PUT", "/v1/workspaces/"+s.WorkspaceID+"/invitation-template", map[string]any{"subject": fmt.Sprintf("Welcome %d", s.made), "html": html}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
}

// Address is an e-mail address that nobody has used yet.
func (s *Scene) Address() string {
	s.made++
	return fmt.Sprintf("person-%d@globex.example", s.made)
}

// member makes a member past the operations, who is in the project: every row that an
// invitation, its acceptance and being added would have made.
func (s *Scene) member(name, email, role string) foyertest.Person {
	s.T.Helper()
	p, _ := s.Workspace("Agency of "+name, name, email)
	now, accepted := s.Clock.Now(), table.PrefixActivity+strings.TrimPrefix(p.ID, "per_")
	ends, invited := now.Add(s.Config.InvitationLife), s.NewID(table.PrefixActivity)
	for key, row := range map[table.Key]any{
		table.Membership(p.ID, s.WorkspaceID): table.MembershipRow{Workspace: s.WorkspaceID, Role: role, CreatedAt: now},
		table.Member(s.WorkspaceID, p.ID):     table.MemberRow{Person: p.ID, Name: name, Email: email, Role: role, InvitationState: table.InvitationAccepted, ExpiresAt: ends, CreatedAt: now}.In(s.WorkspaceID),
		table.Invitation(p.ID, s.WorkspaceID, p.ID): table.InvitationRow{Person: p.ID, Workspace: s.WorkspaceID, Subject: p.ID, Role: role, Email: email, Name: name,
			WorkspaceName: "Acme Agency", InviterName: s.Ann.Name, Generation: 1, State: table.InvitationAccepted, CreatedAt: now, ExpiresAt: ends},
		table.WorkspaceActivity(s.WorkspaceID, invited):  table.ActivityRow{Activity: invited, Type: table.ActivityMemberInvited, Workspace: s.WorkspaceID, Actor: s.Ann.ID, Subject: p.ID, At: now},
		table.WorkspaceActivity(s.WorkspaceID, accepted): table.ActivityRow{Activity: accepted, Type: table.ActivityInvitationAccepted, Workspace: s.WorkspaceID, Actor: p.ID, Subject: p.ID, At: now},
	} {
		s.Put(key, row)
	}
	s.IntoProject(p)
	return p
}

// IntoProject makes a member one of the project's people, past the operations.
func (s *Scene) IntoProject(p foyertest.Person) {
	s.T.Helper()
	now := s.Clock.Now()
	s.Put(table.Project(p.ID, s.ProjectID), table.PersonProjectRow{Project: s.ProjectID, Kind: table.KindMember, CreatedAt: now})
	s.Put(table.Person(s.ProjectID, p.ID), table.PersonRow{Person: p.ID, Name: p.Name, Kind: table.KindMember})
	s.Put(table.TeamPerson(s.ProjectID, p.ID), table.TeamPersonRow{Person: p.ID, Kind: table.KindMember, AddedBy: s.Ann.ID, AddedAt: now})
}

// Request is a request that succeeds.
type Request struct {
	Op      api.Meta
	Who     foyertest.Person
	IDs     map[string]string // path parameter → id; others are those of the scene
	Query   string
	Headers []foyertest.Header
	Body    any // nil: none

	// Renew gives the body of the same request begun again, where what it continues is
	// over once it failed; nil: it is repeated as it is.
	Renew func() any
}

// Target is the request's path and query.
func (s *Scene) Target(r Request) string {
	s.T.Helper()
	target := r.Op.Path
	for name, id := range s.IDs {
		if other, ok := r.IDs[name]; ok {
			id = other
		}
		target = strings.ReplaceAll(target, "{"+name+"}", id)
	}
	for name, id := range r.IDs {
		target = strings.ReplaceAll(target, "{"+name+"}", id)
	}
	if strings.Contains(target, "{") {
		s.T.Fatalf("%s: nothing in the scene is named by %s: add it to Scene.IDs, or write a recipe in infra/guards/scene/recipes.go", r.Op.ID, target)
	}
	if r.Query != "" {
		target += "?" + r.Query
	}
	return target
}

// Send sends the request as it is.
func (s *Scene) Send(r Request) foyertest.Response {
	s.T.Helper()
	return s.Do(r.Who, r.Op.Method, s.Target(r), r.Body, r.Headers...)
}

// Caller is who may call an operation of that access.
func (s *Scene) Caller(a api.Access) foyertest.Person {
	switch a {
	case api.Public:
		return foyertest.Person{}
	case api.SignedIn, api.ClientsOfProject:
		return s.Carl
	case api.StaffOfProject:
		return s.Mia
	case api.Staff, api.Admins, api.Owners:
	}
	return s.Ann
}

// Prepare brings the scene into a state in which the operation can be asked with
// success, once, and gives that request.
func (s *Scene) Prepare(op api.Endpoint) Request {
	s.T.Helper()
	m := op.Meta()
	sample := catalog.SampleOf(m.ID)
	r := Request{Op: m, Who: s.Caller(m.Access), IDs: map[string]string{}, Query: sample.Query}
	for name, value := range sample.Headers {
		r.Headers = append(r.Headers, foyertest.Header{Name: name, Value: value})
	}
	if sample.Body != "" {
		r.Body = foyertest.Raw(sample.Body)
	}
	if recipe, ok := recipes[m.ID]; ok {
		recipe(s, &r)
	}
	return r
}
