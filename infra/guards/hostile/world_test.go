//go:build engine

package hostile_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"foyer/infra/guards/scene"
	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
)

// The marks that stand in whatever not everybody may see. Nobody can guess one:
// where it shows, it was shown.
const (
	ofTeam    = "qzTeamOnly"     // private things of the project: its staff
	ofOther   = "qzOtherProject" // the workspace's other project: its people, owner and admin
	ofStaff   = "qzStaff"        // the workspace's contacts: its staff, in whatever project
	ofForeign = "qzForeign"      // another workspace
)

// world is the scene of all guards, in which Mia and Carl ask, beside another
// project and another workspace that they are not to learn of.
type world struct {
	*scene.Scene
	foreign   []string            // ids of another workspace
	other     []string            // ids of another project, hidden from Mia and Carl
	values    map[string][]string // what is asked for, by its place in the document
	bodies    map[string]string   // JSON, of the operations that take one: one that succeeds
	addresses []string            // that no client may know
}

// newWorld makes the world. The values are by where in the document they belong.
func newWorld(t *testing.T) *world {
	w := &world{Scene: scene.New(t, foyertest.Lasting)}
	cleo := w.World.Client(w.Ann, w.ProjectID, "Initech", "Cleo Client", "cleo@initech.example")
	rita, _ := w.Workspace("Rita's Agency", "Rita Returns", "rita@returns.example")
	w.Invited(w.Ann, w.ProjectID, "Globex", rita.Name, rita.Email) // has a password: is asked to sign in first

	other := w.Project(w.Ann, w.WorkspaceID, ofOther)
	otto := w.World.Client(w.Ann, other, "Umbrella", "Otto "+ofStaff, "otto@umbrella.example")
	olga, foreignWorkspace := w.Workspace(ofForeign+" Agency", "Olga "+ofForeign, "olga@other.example")
	foreign := w.Project(olga, foreignWorkspace, ofForeign+" project")
	oscar := w.World.Client(olga, foreign, ofForeign+" company", "Oscar "+ofForeign, "oscar@other.example")
	w.addresses = []string{w.Ann.Email, w.Mia.Email, cleo.Email, otto.Email, olga.Email, oscar.Email}

	items := slices.Concat(w.items(w.Ann, w.ProjectID, "Shared", true), w.items(w.Ann, w.ProjectID, ofTeam, false))
	items = append(items, w.item(w.Ann, w.ProjectID, map[string]any{"kind": "task", "title": "Say what you think", "assignee": w.Carl.ID, "ask": "feedback"}))
	back := w.item(w.Ann, w.ProjectID, map[string]any{"kind": "message", "title": ofTeam + " taken back", "clientCanSee": true})
	w.Do(w.Ann, "PUT", "/v1/projects/"+w.ProjectID+"/items/"+back+"/visibility", map[string]any{"clientCanSee": false}).Must(http.StatusOK)
	w.other = append(w.items(w.Ann, other, ofOther, true), other)
	w.foreign = append(w.items(olga, foreign, ofForeign, true), foreign, foreignWorkspace, oscar.Contact, oscar.Company)
	hidden := slices.Concat(w.items(w.Ann, other, ofOther, false), w.other[:4], w.items(olga, foreign, ofForeign, false), w.foreign[:4])
	w.Drain() // the feeds have lines

	tokens := []string{w.Link(w.Invitee().Email, w.WorkspaceID), w.Link(rita.Email, w.WorkspaceID), w.Link(cleo.Email, w.WorkspaceID)}
	for range 3 {
		tokens = append(tokens, w.Link(w.Invitee().Email, w.WorkspaceID))
	}
	mine := func(id string) []string { return slices.Repeat([]string{id}, 4) } // what is there is asked for mostly
	w.values = map[string][]string{
		"path.workspace":         append(mine(w.WorkspaceID), foreignWorkspace),
		"path.project":           append(mine(w.ProjectID), other, foreign),
		"path.item":              slices.Concat(items, items, []string{back}, hidden),
		"path.contact":           {cleo.Contact, otto.Contact, w.Invitee().Contact, oscar.Contact},
		"path.token":             tokens,
		"query.as":               {w.Carl.ID, w.Carl.ID, cleo.ID, w.Mia.ID, otto.ID, oscar.ID},
		"body.assignee":          {w.Carl.ID, w.Mia.ID, cleo.ID, otto.ID, oscar.ID},
		"body.company":           {w.CompanyID, cleo.Company, oscar.Company},
		"body.email":             {w.Carl.Email, w.Carl.Email, "new@globex.example", "Nina@GLOBEX.example", olga.Email},
		"body.ownerEmail":        {"new@agency.example"},
		"body.password":          {foyertest.Password},
		"header.Idempotency-Key": {"one", "two", "three"},
	}
	w.prepare()
	return w
}

// prepare adds what the scene says to ask each operation with: of those that are
// added later too.
func (w *world) prepare() {
	w.bodies = map[string]string{}
	for _, op := range catalog.Operations() {
		r := w.Prepare(op)
		for name, id := range r.IDs {
			w.values["path."+name] = append(w.values["path."+name], id)
		}
		switch body := r.Body.(type) {
		case nil:
		case foyertest.Raw:
			w.bodies[r.Op.ID] = string(body)
		default:
			raw, err := json.Marshal(body)
			if err != nil {
				w.T.Fatal(err)
			}
			w.bodies[r.Op.ID] = string(raw)
		}
	}
	// By its id: there will be more companies of its name.
	w.bodies["clients-add"] = fmt.Sprintf(`{"company":%q,"name":"Nina New","email":%q}`, w.CompanyID, w.Address())
	for name, id := range w.IDs {
		if len(w.values["path."+name]) == 0 {
			w.values["path."+name] = []string{id}
		}
	}
}

// ids are one for each parameter of a path.
func (w *world) ids() map[string]string {
	ids := map[string]string{}
	for place, values := range w.values {
		if name, ok := strings.CutPrefix(place, "path."); ok {
			ids[name] = values[0]
		}
	}
	return ids
}

// items makes one item of each kind.
func (w *world) items(by foyertest.Person, project, title string, shared bool) []string {
	var ids []string
	for _, kind := range []string{"message", "file", "task", "event"} {
		body := map[string]any{"kind": kind, "title": title + " " + kind, "text": title + " text", "clientCanSee": shared}
		if kind == "event" {
			body["start"] = "2026-12-01T09:00:00Z"
		}
		ids = append(ids, w.item(by, project, body))
	}
	return ids
}

func (w *world) item(by foyertest.Person, project string, body map[string]any) string {
	return w.Do(by, "POST", "/v1/projects/"+project+"/items", body).Must(http.StatusCreated).String("id")
}

// caller is one who asks.
type caller struct {
	name   string
	person foyertest.Person
	hidden []string // marks that no answer to them may show
	let    []api.Access
	known  []api.Access // what they may know of and not do: a 403 instead of a 404

	needs []string // query parameters without which little is theirs
}

// fresh are the operations that are asked by somebody, or of something, that was made
// for it: they work once, or end or change what the caller goes on with.
var fresh = []string{"sessions-answer", "sessions-refresh", "sessions-end-all", "passwords-reset", "me-password", "me-address-change", "me-address-confirm",
	"totp-start", "totp-confirm", "totp-remove", "mfa-reset",
	"invitations-send", "address-corrected", "invitations-revoke", "member-invitations-send", "member-invitations-revoke", "members-remove", "contacts-delete", "workspaces-close", "members-update",
	"imports-plan", "imports-apply",
	"invitations-view", "invitations-open", "invitations-accept"} // an invitation that another case has accepted is a 404 for all of them

// callers are those who ask, in their order: a member changes what a client sees.
func (w *world) callers() []caller {
	anyone, client := []api.Access{api.Public}, []api.Access{api.Public, api.SignedIn, api.ClientsOfProject}
	member := slices.Concat(client, []api.Access{api.Staff, api.StaffOfProject}) // a client's view too, as a preview
	admin := []api.Access{api.Admins, api.Owners}
	return []caller{
		{name: "anonymous", let: anyone, hidden: slices.Concat([]string{ofTeam, ofOther, ofStaff, ofForeign, w.Carl.Email}, w.addresses)},
		{name: "client", person: w.Carl, let: client, hidden: slices.Concat([]string{ofTeam, ofOther, ofStaff, ofForeign, "Initech"}, w.addresses)},
		{name: "member", person: w.Mia, let: member, known: admin, hidden: []string{ofOther, ofForeign}, needs: []string{"as"}},
		{name: "owner", person: w.Ann, let: slices.Concat(member, admin), hidden: []string{ofForeign}, needs: []string{"as"}},
	}
}

// valuesOf are the world's values with the cursors and entity tags that the caller
// was given, and those of others.
func (w *world) valuesOf(c caller) map[string][]string {
	values := map[string][]string{"query.cursor": {}, "header.If-Match": {"*"}}
	for place, v := range w.values {
		values[place] = v
	}
	for _, who := range []foyertest.Person{c.person, w.Carl, w.Mia} {
		for _, op := range catalog.Operations() {
			m := op.Meta()
			if m.Method != http.MethodGet || m.Public() {
				continue
			}
			r := scene.Request{Op: m, Who: who, IDs: w.ids(), Query: catalog.SampleOf(m.ID).Query}
			answer := w.Send(r)
			if tag := answer.Header.Get("ETag"); tag != "" {
				values["header.If-Match"] = append(values["header.If-Match"], tag)
			}
			if answer.Status != http.StatusOK || answer.JSON()["items"] == nil {
				continue
			}
			r.Query = strings.TrimPrefix(r.Query+"&limit=1", "&")
			if next := w.Send(r).String("next"); next != "" {
				values["query.cursor"] = append(values["query.cursor"], next)
			}
		}
	}
	return values
}

// notOf are the ids that are hidden from the caller.
func (w *world) notOf(c caller) []string {
	if c.person.ID == w.Ann.ID {
		return w.foreign
	}
	return slices.Concat(w.foreign, w.other)
}

// ownAgencies are the workspaces beside Acme that the caller owns, without the
// prefix of their ids: those of their projects have it in them.
func (w *world) ownAgencies(c caller) []string {
	if c.person.Token == "" {
		return []string{}
	}
	return agenciesOf(w.Scene, c.person)
}

// agenciesOf are those workspaces of somebody who is signed in.
func agenciesOf(s *scene.Scene, p foyertest.Person) []string {
	own := []string{}
	for _, m := range s.Do(p, "GET", "/v1/me", nil).Must(http.StatusOK).List("memberships") {
		if id, ok := m["workspace"].(string); ok && m["role"] == "owner" && id != s.WorkspaceID {
			own = append(own, strings.TrimPrefix(id, "wks_"))
		}
	}
	return own
}

// own says whether such an operation is the caller's own: they are the least who may
// do it. Of those it has to be carried out at least once (a refusal alone would show
// little), and they are asked most; what others hear of it is asked too.
func own(c caller, a api.Access) bool {
	switch a {
	case api.Public:
		return c.name == "anonymous"
	case api.SignedIn, api.ClientsOfProject:
		return c.name == "client"
	case api.Staff, api.StaffOfProject:
		return c.name == "member"
	case api.Admins, api.Owners:
	}
	return c.name == "owner"
}
