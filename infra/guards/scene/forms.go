//go:build engine

package scene

import (
	"net/http"
	"slices"
	"strings"

	"foyer/shared/api"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// Form is one way to ask an operation with success: an operation can take several
// ways through its rows.
type Form struct {
	Name    string
	Prepare func() Request
}

// Forms are the ways to ask the operation: the usual one of Prepare, and those of
// its own (below). A POST that takes an Idempotency-Key is asked with one too, and
// once more with the same.
func (s *Scene) Forms(op api.Endpoint) []Form {
	id := op.Meta().ID
	usual := func() Request { return s.Prepare(op) }
	forms := []Form{{"usual", usual}}
	for _, f := range others[id] {
		forms = append(forms, Form{f.name, func() Request {
			r := usual()
			f.change(s, &r)
			return r
		}})
	}
	if op.Meta().Keyed {
		keyed := func() Request {
			r := usual()
			r.Headers = append(slices.Clone(r.Headers), foyertest.Header{Name: "Idempotency-Key", Value: s.Address()})
			return r
		}
		forms = append(forms, Form{"with a key", keyed}, Form{"the answer once more", func() Request {
			r := keyed()
			s.Send(r)
			return r
		}})
	}
	return forms
}

type other struct {
	name   string
	change func(s *Scene, r *Request)
}

func ownTemplate(s *Scene, _ *Request) { s.Template(`<a href="{{link}}">Accept</a>`) }

// asking asks with that query.
func asking(query string) func(*Scene, *Request) {
	return func(_ *Scene, r *Request) { r.Query = query }
}

// others are further forms, by operation.
var others = map[string][]other{
	"companies-update": {
		{"of a licensed one", func(s *Scene, r *Request) { s.license(r.IDs["company"]) }},
		{"to the same in capitals", func(s *Scene, r *Request) {
			name := s.Do(s.Ann, "GET", "/v1/workspaces/"+s.WorkspaceID+"/companies/"+r.IDs["company"], nil).Must(http.StatusOK).String("name")
			r.Body = map[string]any{"name": strings.ToUpper(name)}
		}},
	},
	"subscription-update": {{"where there are seats", func(s *Scene, _ *Request) {
		s.made++ // another number than is asked for
		s.Do(s.Ann, "PUT", "/v1/workspaces/"+s.WorkspaceID+"/subscription", map[string]any{"seats": 100000 + s.made}).Must(http.StatusOK)
	}}},
	"companies-list":   {{"by a word", asking("search=glob")}, {"licensed ones", asking("licensed=false")}},
	"contacts-list":    {{"by a word", asking("search=car")}},
	"licences-list":    {{"of one at least", func(s *Scene, _ *Request) { s.license(s.Company()) }}},
	"invitations-list": {{"with counts", asking("counts=true")}, {"of a state", asking("state=accepted")}},
	"audit-list":       {{"of a type", asking("type=client-added")}},
	"workspaces-create": {{"of somebody known", func(s *Scene, r *Request) {
		r.Body = map[string]any{"name": "New Agency", "ownerName": "Carl Client", "ownerEmail": s.Carl.Email}
	}}},
	"invitations-send": {
		{"again", func(s *Scene, r *Request) { r.IDs["contact"] = s.Invitee().Contact }},
		{"to somebody known", func(s *Scene, r *Request) {
			p := s.Client()
			company := s.Company()
			r.IDs["contact"] = s.Do(s.Ann, "POST", "/v1/workspaces/"+s.WorkspaceID+"/companies/"+company+"/contacts", map[string]any{"name": p.Name, "email": p.Email}).Must(http.StatusCreated).String("id")
		}},
	},
	"address-corrected": {
		{"to the same", func(s *Scene, r *Request) {
			p := s.Bounced()
			r.IDs["contact"], r.Body = p.Contact, map[string]any{"email": p.Email}
		}},
		{"to one who is known", func(s *Scene, r *Request) {
			p, _ := s.Workspace("Another Agency", "Nora New", s.Address())
			r.Body = map[string]any{"email": p.Email}
		}},
	},
	"members-invite": {
		{"of somebody known", func(s *Scene, r *Request) {
			p, _ := s.Workspace("Another Agency", "Nora New", s.Address())
			r.Body = map[string]any{"name": p.Name, "email": p.Email, "role": "admin"}
		}},
		{"of one who was removed", func(s *Scene, r *Request) {
			p := s.InvitedMember()
			s.Do(s.Ann, "DELETE", "/v1/workspaces/"+s.WorkspaceID+"/members/"+p.ID, nil).Must(http.StatusAccepted)
			r.Body = map[string]any{"name": p.Name, "email": p.Email, "role": "member"}
		}},
	},
	"members-update": {
		{"of one who is invited", func(s *Scene, r *Request) { r.IDs["person"] = s.InvitedMember().ID }},
		{"of an owner", func(s *Scene, r *Request) { r.IDs["person"] = s.owner().ID }},
	},
	"members-remove": {
		{"of one who is invited", func(s *Scene, r *Request) { r.IDs["person"] = s.InvitedMember().ID }},
		{"of an owner, by themselves", func(s *Scene, r *Request) {
			// In a workspace of its own: all members are read for another owner.
			first, w := s.Workspace("Another Agency", "Olga Owner", s.Address())
			r.Who = foyertest.Person{Name: "Max Member", Email: s.Address(), Password: foyertest.Password}
			s.Do(first, "POST", "/v1/workspaces/"+w+"/members", map[string]any{"name": r.Who.Name, "email": r.Who.Email, "role": table.RoleOwner}).Must(http.StatusCreated)
			r.Who = s.Accept(r.Who, w)
			r.IDs["workspace"], r.IDs["person"], r.Query = w, r.Who.ID, "handTo="+first.ID
		}},
	},
	"contacts-delete": {
		{"of an invitee", func(s *Scene, r *Request) { r.IDs["contact"] = s.Invitee().Contact }},
		{"of one who was never invited", func(s *Scene, r *Request) { r.IDs["contact"] = s.Contact() }},
		{"of one whose access was removed", func(s *Scene, r *Request) {
			r.IDs["contact"] = s.Client().Contact
			s.Do(s.Ann, "DELETE", "/v1/workspaces/"+s.WorkspaceID+"/contacts/"+r.IDs["contact"]+"/access", nil).Must(http.StatusNoContent)
		}},
	},
	"access-remove": {{"of an invitee", func(s *Scene, r *Request) { r.IDs["contact"] = s.Invitee().Contact }}},
	"access-restore": {{"of an invitee", func(s *Scene, r *Request) {
		r.IDs["contact"] = s.Invitee().Contact
		s.Do(s.Ann, "DELETE", "/v1/workspaces/"+s.WorkspaceID+"/contacts/"+r.IDs["contact"]+"/access", nil).Must(http.StatusNoContent)
	}}},
	"invitations-accept": {
		{"of somebody who has an account", func(s *Scene, r *Request) {
			p := s.Client()
			owner, workspace := s.Workspace("Another Agency", "Olga Other", "owner-of-"+s.Address())
			s.Invited(owner, s.Project(owner, workspace, "Elsewhere"), "Globex", p.Name, p.Email)
			r.Who, r.Body, r.IDs["token"] = p, map[string]any{}, s.Link(p.Email, workspace)
		}},
		{"as a second contact", func(s *Scene, r *Request) {
			p := s.Client()
			s.Invited(s.Ann, s.ProjectOf("Second"), "Initech", p.Name, p.Email)
			r.Who, r.Body, r.IDs["token"] = p, map[string]any{}, s.Link(p.Email, s.WorkspaceID)
		}},
	},
	"projects-create": {{"for a company", func(s *Scene, r *Request) {
		r.Body = map[string]any{"name": "For Globex", "company": s.CompanyID}
	}}},
	"clients-add": {
		{"of a new company", func(s *Scene, r *Request) {
			email := s.Address()
			r.Body = map[string]any{"companyName": "Company of " + email, "name": "Nina New", "email": email}
		}},
		{"as the first of a project", func(s *Scene, r *Request) {
			r.IDs["project"] = s.ProjectOf("First")
			r.Who, r.Body = s.Ann, map[string]any{"company": s.CompanyID, "name": "Nina New", "email": s.Address()}
		}},
		{"who has access already", func(s *Scene, r *Request) {
			p := s.Client()
			r.IDs["project"] = s.ProjectOf("Second")
			r.Who, r.Body = s.Ann, map[string]any{"company": s.CompanyID, "name": p.Name, "email": p.Email}
		}},
		{"whose invitation waits", func(s *Scene, r *Request) {
			p := s.Invitee()
			r.IDs["project"] = s.ProjectOf("Second")
			r.Who, r.Body = s.Ann, map[string]any{"company": s.CompanyID, "name": p.Name, "email": p.Email}
		}},
		{"who is a contact and was not invited", func(s *Scene, r *Request) {
			address := s.Address()
			s.Do(s.Ann, "POST", "/v1/workspaces/"+s.WorkspaceID+"/companies/"+s.CompanyID+"/contacts", map[string]any{"name": "Cora Contact", "email": address}).Must(201)
			r.Body = map[string]any{"companyName": "Globex", "name": "Cora Contact", "email": address}
		}},
		{"who has another address by now", func(s *Scene, r *Request) {
			p, email := s.Client(), s.Address()
			s.Put(table.ContactAddress(s.WorkspaceID, s.CompanyID, email), table.ContactAddressRow{Contact: p.Contact})
			r.IDs["project"] = s.ProjectOf("Second")
			r.Who, r.Body = s.Ann, map[string]any{"company": s.CompanyID, "name": p.Name, "email": email}
		}},
		{"who is one already", func(s *Scene, r *Request) {
			p := s.Client()
			r.Body = map[string]any{"companyName": "Globex", "name": p.Name, "email": p.Email}
		}},
		{"who is one already, as another contact", func(s *Scene, r *Request) {
			p := s.Client()
			r.Body = map[string]any{"companyName": "Initech", "name": p.Name, "email": p.Email}
		}},
	},
	"settings-put": {{"of a project", func(s *Scene, r *Request) {
		s.Put(table.Settings(s.Carl.ID), table.SettingsRow{Level: "limited", Version: 1})
		r.Body = map[string]any{"level": "all", "projects": map[string]any{s.ProjectID: "none"}}
	}}},
	"invitation-template-get":     {{"of its own", ownTemplate}},
	"invitation-template-preview": {{"of its own", ownTemplate}, {"of one that is given", func(_ *Scene, r *Request) { r.Body = map[string]any{"language": "de"} }}},
	"invitation-template-put":     {{"of another", ownTemplate}},
	"items-create": {
		{"for a client", func(s *Scene, r *Request) {
			r.Body = map[string]any{"kind": "task", "title": "Approve", "assignee": s.Carl.ID, "ask": "approval"}
		}},
		{"for a colleague", func(s *Scene, r *Request) {
			r.Body = map[string]any{"kind": "task", "title": "Call them", "assignee": s.Ann.ID}
		}},
	},
	"items-get": {{"private", func(s *Scene, r *Request) { r.IDs["item"] = s.Item(false) }}},
	"items-visibility": {{"taken back", func(s *Scene, r *Request) {
		r.IDs["item"], r.Body = s.Item(true), map[string]any{"clientCanSee": false}
	}}},
	"imports-get": {
		{"that waits for its file", func(s *Scene, r *Request) { r.IDs["import"] = s.Import("Globex,Nora New," + s.Address() + "\n") }},
		{"that is applied", func(s *Scene, r *Request) { applying(s, r) }},
	},
	"imports-plan":       {{"again", func(s *Scene, r *Request) { planned(s, r) }}},
	"imports-apply":      {{"once more", func(s *Scene, r *Request) { r.Body = map[string]any{"plan": applying(s, r)} }}},
	"notifications-list": {{"as a member", func(s *Scene, r *Request) { r.Who = s.Mia }}},
	"settings-get": {{"that were chosen", func(s *Scene, _ *Request) {
		s.Put(table.Settings(s.Carl.ID), table.SettingsRow{Level: "limited", Version: 1})
	}}},
	"me-get": {{"as a member", func(s *Scene, r *Request) { r.Who = s.Mia }}},

	"portal-projects-get": {{"as a preview", preview}},
	"portal-items-get":    {{"as a preview", preview}},
	"portal-items-list":   {{"as a preview", preview}},
}

func preview(s *Scene, r *Request) {
	if r.Who = s.Mia; r.Query != "" {
		r.Query += "&"
	}
	r.Query += "as=" + s.Carl.ID
}

// owner is somebody new who is an owner beside Ann.
func (s *Scene) owner() foyertest.Person {
	s.T.Helper()
	p := s.Member()
	s.Do(s.Ann, "PATCH", "/v1/workspaces/"+s.WorkspaceID+"/members/"+p.ID, map[string]any{"role": table.RoleOwner}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	return p
}

// ProjectOf makes another project of the workspace.
func (s *Scene) ProjectOf(name string) string {
	s.T.Helper()
	return s.Project(s.Ann, s.WorkspaceID, name)
}

// NewID is an id that nothing has yet.
func (s *Scene) NewID(prefix string) string { return s.Env("items-create").NewID(prefix) }

// Put writes a row past all operations.
func (s *Scene) Put(key table.Key, row any) {
	s.T.Helper()
	if err := s.Table.PutOne(s.T.Context(), key, row, nil); err != nil {
		s.T.Fatal(err)
	}
}
