//go:build engine

package scene

// recipes are how to ask the operations for which the sample does not do: because
// it works once only, or needs somebody's own words.
var recipes = map[string]func(s *Scene, r *Request){
	"workspaces-create": func(s *Scene, r *Request) {
		r.Body = map[string]any{"name": "New Agency", "ownerName": "Nora New", "ownerEmail": s.Address()}
	},
	"companies-create": func(s *Scene, r *Request) { r.Body = map[string]any{"name": s.CompanyName()} },
	"companies-unarchive": func(s *Scene, r *Request) {
		r.IDs["company"] = s.Company()
		s.Do(s.Ann, "PUT", "/v1/workspaces/"+s.WorkspaceID+"/companies/"+r.IDs["company"]+"/archive", nil).Must(200)
	},
	"companies-archive": func(s *Scene, r *Request) { r.IDs["company"] = s.Company() },
	"companies-update":  func(s *Scene, r *Request) { r.IDs["company"] = s.Company() },
	"contacts-create": func(s *Scene, r *Request) {
		r.Body = map[string]any{"name": "Nora New", "email": s.Address()}
	},
	"contacts-update": func(s *Scene, r *Request) { r.IDs["contact"] = s.Contact() },
	"licences-grant": func(s *Scene, r *Request) {
		s.Do(s.Ann, "PUT", "/v1/workspaces/"+s.WorkspaceID+"/subscription", map[string]any{"seats": 100000}).Must(200)
		r.IDs["company"] = s.Company()
	},
	"licences-release": func(s *Scene, r *Request) {
		s.Do(s.Ann, "PUT", "/v1/workspaces/"+s.WorkspaceID+"/subscription", map[string]any{"seats": 100000}).Must(200)
		r.IDs["company"] = s.Company()
		s.Do(s.Ann, "PUT", "/v1/workspaces/"+s.WorkspaceID+"/licences/"+r.IDs["company"], nil).Must(200)
	},
	"subscription-update": func(s *Scene, r *Request) {
		s.made++ // another number than it is
		r.Body = map[string]any{"seats": 100000 + s.made}
	},
	"access-remove": func(s *Scene, r *Request) { r.IDs["contact"] = s.Client().Contact },
	"access-restore": func(s *Scene, r *Request) {
		r.IDs["contact"] = s.Client().Contact
		s.Do(s.Ann, "DELETE", "/v1/workspaces/"+s.WorkspaceID+"/contacts/"+r.IDs["contact"]+"/access", nil).Must(204)
	},
	"invitations-view":   invited,
	"invitations-open":   invited,
	"invitations-accept": invited,
	"sessions-create": func(s *Scene, r *Request) {
		r.Body = map[string]any{"email": s.Carl.Email, "password": s.Carl.Password}
	},
	"sessions-end": func(s *Scene, r *Request) { r.Who = s.SignIn(s.Carl) },
	"clients-add": func(s *Scene, r *Request) {
		r.Body = map[string]any{"companyName": "Globex", "name": "Nina New", "email": s.Address(), "note": "Welcome aboard."}
	},
	"jobs-get": func(s *Scene, r *Request) {
		r.IDs["job"] = s.Do(s.Ann, "POST", "/v1/workspaces/"+s.WorkspaceID+"/audit/export", map[string]any{"format": "csv"}).Must(202).String("id")
	},
	"items-visibility": func(s *Scene, r *Request) { r.IDs["item"] = s.Item(false) },
}

func invited(s *Scene, r *Request) {
	r.IDs["token"] = s.Link(s.Invitee().Email, s.WorkspaceID)
}
