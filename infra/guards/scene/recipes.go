//go:build engine

package scene

import (
	"fmt"

	"foyer/shared/foyertest"
)

// recipes are how to ask the operations for which the sample does not do: because
// it works once only, or needs somebody's own words.
var recipes = map[string]func(s *Scene, r *Request){
	"workspaces-create": func(s *Scene, r *Request) {
		r.Body = map[string]any{"name": "New Agency", "ownerName": "Nora New", "ownerEmail": s.Address()}
	},
	"workspaces-update": func(s *Scene, r *Request) {
		s.made++ // another name than it has
		r.Body = map[string]any{"name": fmt.Sprintf("Acme Agency %d", s.made)}
	},
	"workspaces-close": func(s *Scene, r *Request) {
		r.IDs["workspace"] = s.Agency("Another Agency") // of its own: nothing can be asked in it any more
		r.Body = map[string]any{"name": "Another Agency"}
	},
	"members-get": func(s *Scene, r *Request) { r.IDs["person"] = s.Mia.ID },
	"members-invite": func(s *Scene, r *Request) {
		r.Body = map[string]any{"name": "Max Member", "email": s.Address(), "role": "member"}
	},
	"members-update":            func(s *Scene, r *Request) { r.IDs["person"] = s.Member().ID },
	"members-remove":            func(s *Scene, r *Request) { r.IDs["person"] = s.Member().ID },
	"member-invitations-send":   func(s *Scene, r *Request) { r.IDs["person"] = s.InvitedMember().ID },
	"member-invitations-revoke": func(s *Scene, r *Request) { r.IDs["person"] = s.InvitedMember().ID },
	"companies-create":          func(s *Scene, r *Request) { r.Body = map[string]any{"name": s.CompanyName()} },
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
	"contacts-delete": func(s *Scene, r *Request) { r.IDs["contact"] = s.Client().Contact },
	"imports-get":     func(s *Scene, r *Request) { planned(s, r) },
	"imports-plan":    func(s *Scene, r *Request) { r.IDs["import"] = s.Import("Globex,Nora New," + s.Address() + "\n") },
	"imports-apply":   func(s *Scene, r *Request) { r.Body = map[string]any{"plan": planned(s, r)} },
	"licences-grant": func(s *Scene, r *Request) {
		s.Do(s.Ann, "PUT", "/v1/workspaces/"+s.WorkspaceID+"/subscription", map[string]any{"seats": 100000}).Must(200)
		r.IDs["company"] = s.Company()
	},
	"licences-release": func(s *Scene, r *Request) {
		r.IDs["company"] = s.Company()
		s.license(r.IDs["company"])
	},
	"subscription-update": func(s *Scene, r *Request) {
		s.made++ // another number than it is
		r.Body = map[string]any{"seats": 100000 + s.made}
	},
	"invitations-send":     func(s *Scene, r *Request) { r.IDs["contact"] = s.Contact() },
	"invitations-send-all": func(s *Scene, _ *Request) { s.Contact() },
	"invitations-revoke":   func(s *Scene, r *Request) { r.IDs["contact"] = s.Invitee().Contact },
	"address-corrected": func(s *Scene, r *Request) {
		r.IDs["contact"] = s.Bounced().Contact
		r.Body = map[string]any{"email": s.Address()}
	},
	"invitation-template-put": func(s *Scene, r *Request) {
		s.made++
		r.Body = map[string]any{"subject": fmt.Sprintf("{{invitedTo}} %d", s.made), "html": `<p><a href="{{link}}">Accept</a></p>`}
	},
	"invitation-template-reset": func(s *Scene, _ *Request) { s.Template(`<a href="{{link}}">Accept</a>`) },
	"invitation-template-test": func(s *Scene, r *Request) {
		r.Who = s.Admin() // each may ask for some only
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
		carl := s.Client()
		r.Who = s.stranger()
		r.Body = map[string]any{"email": carl.Email, "password": carl.Password}
	},
	"sessions-end": func(s *Scene, r *Request) { r.Who = s.SignIn(s.Carl) },
	"sessions-answer": func(s *Scene, r *Request) {
		carl := s.Client()
		secret := s.SecondFactor(carl)
		r.Who = s.stranger()
		who := r.Who
		r.Renew = func() any {
			challenge := s.Do(who, "POST", "/v1/sessions", map[string]any{"email": carl.Email, "password": carl.Password}).Must(200).String("challenge")
			return map[string]any{"challenge": challenge, "code": s.Code(secret)}
		}
		r.Body = r.Renew()
	},
	"sessions-refresh": func(s *Scene, r *Request) { r.Body = map[string]any{"refresh": s.SignIn(s.Carl).Refresh} },
	"sessions-end-all": func(s *Scene, r *Request) { r.Who = s.Client() },
	"totp-start": func(s *Scene, r *Request) {
		r.Who = s.Client()
		r.Body = map[string]any{"password": r.Who.Password}
	},
	"totp-confirm": func(s *Scene, r *Request) {
		r.Who = s.Client()
		secret := s.Do(r.Who, "POST", "/v1/me/totp", map[string]any{"password": r.Who.Password}).Must(200).String("secret")
		r.Body = map[string]any{"password": r.Who.Password, "code": s.Code(secret)}
	},
	"totp-remove": func(s *Scene, r *Request) {
		r.Who = s.Client()
		r.Body = map[string]any{"password": r.Who.Password, "code": s.Code(s.SecondFactor(r.Who))}
	},
	"passwords-forgot": func(s *Scene, r *Request) {
		r.Who = s.stranger()
		r.Body = map[string]any{"email": s.Client().Email}
	},
	"passwords-reset": func(s *Scene, r *Request) {
		carl := s.Client()
		r.Who = s.stranger()
		s.Do(r.Who, "POST", "/v1/password-resets", map[string]any{"email": carl.Email}).Must(202)
		r.IDs["token"] = s.ResetLink(carl.ID)
	},
	"me-update": func(s *Scene, r *Request) {
		s.made++
		r.Body = map[string]any{"name": fmt.Sprintf("Carl Client %d", s.made)}
	},
	"me-password": func(s *Scene, r *Request) { r.Who = s.Client() },
	"me-address-change": func(s *Scene, r *Request) {
		r.Who = s.Client()
		r.Body = map[string]any{"email": s.Address(), "password": r.Who.Password}
	},
	"me-address-confirm": func(s *Scene, r *Request) {
		carl := s.Client()
		r.Who = s.stranger()
		s.Do(carl, "POST", "/v1/me/address", map[string]any{"email": s.Address(), "password": carl.Password}).Must(202)
		r.IDs["token"] = s.AddressLink(carl.ID)
	},
	"mfa-reset": func(s *Scene, r *Request) {
		carl := s.Client()
		s.SecondFactor(carl)
		r.IDs["person"] = carl.ID
	},
	"clients-add": func(s *Scene, r *Request) {
		r.Body = map[string]any{"companyName": "Globex", "name": "Nina New", "email": s.Address(), "note": "Welcome aboard."}
	},
	"jobs-get": func(s *Scene, r *Request) {
		r.IDs["job"] = s.Do(s.Ann, "POST", "/v1/workspaces/"+s.WorkspaceID+"/audit/export", map[string]any{"format": "csv"}).Must(202).String("id")
	},
	"items-visibility": func(s *Scene, r *Request) { r.IDs["item"] = s.Item(false) },
}

// stranger is somebody who calls from where nobody else does: what is counted by
// source is not counted with others.
func (s *Scene) stranger() foyertest.Person {
	s.made++
	return foyertest.Person{Source: fmt.Sprintf("10.%d.%d.%d", s.made>>16&255, s.made>>8&255, s.made&255)}
}

func invited(s *Scene, r *Request) {
	r.IDs["token"] = s.Link(s.Invitee().Email, s.WorkspaceID)
}
