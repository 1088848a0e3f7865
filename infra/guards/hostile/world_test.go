//go:build engine

package hostile_test

import (
	"net/http"
	"net/url"
	"slices"
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
	ofForeign = "qzForeign"      // another workspace
)

// world is the scene of all guards, in which Mia and Carl ask, beside another
// project and another workspace that they are not to learn of.
type world struct {
	*scene.Scene
	foreign   []string // ids that are hidden from both of them
	values    map[string][]string
	addresses []string // that no client may know
}

// newWorld makes the world. The values are by where in the document they belong.
func newWorld(t *testing.T) *world {
	w := &world{Scene: scene.New(t)}
	cleo := w.World.Client(w.Ann, w.ProjectID, "Initech", "Cleo Client", "cleo@initech.example")
	rita, _ := w.Workspace("Rita's Agency", "Rita Returns", "rita@returns.example")
	w.Invited(w.Ann, w.ProjectID, "Globex", rita.Name, rita.Email) // has a password: is asked to sign in first

	other := w.Project(w.Ann, w.WorkspaceID, ofOther)
	otto := w.World.Client(w.Ann, other, "Umbrella", "Otto "+ofOther, "otto@umbrella.example")
	olga, foreignWorkspace := w.Workspace(ofForeign+" Agency", "Olga "+ofForeign, "olga@other.example")
	foreign := w.Project(olga, foreignWorkspace, ofForeign+" project")
	oscar := w.World.Client(olga, foreign, ofForeign+" company", "Oscar "+ofForeign, "oscar@other.example")
	w.addresses = []string{w.Ann.Email, w.Mia.Email, cleo.Email, otto.Email, olga.Email, oscar.Email}

	items := slices.Concat(w.items(w.Ann, w.ProjectID, "Shared", true), w.items(w.Ann, w.ProjectID, ofTeam, false))
	items = append(items, w.item(w.Ann, w.ProjectID, map[string]any{"kind": "task", "title": "Say what you think", "assignee": w.Carl.ID, "ask": "feedback"}))
	back := w.item(w.Ann, w.ProjectID, map[string]any{"kind": "message", "title": ofTeam + " taken back", "clientCanSee": true})
	w.Do(w.Ann, "PUT", "/v1/projects/"+w.ProjectID+"/items/"+back+"/visibility", map[string]any{"clientCanSee": false}).Must(http.StatusOK)
	hidden := slices.Concat(w.items(w.Ann, other, ofOther, false), w.items(w.Ann, other, ofOther, true),
		w.items(olga, foreign, ofForeign, false), w.items(olga, foreign, ofForeign, true))
	w.Drain() // the feeds have lines

	w.foreign = slices.Concat(hidden, []string{other, foreign, foreignWorkspace, oscar.Contact, oscar.Company})
	tokens := []string{w.Link(rita.Email, w.WorkspaceID), w.Link(cleo.Email, w.WorkspaceID)}
	for range 4 {
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
	return w
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

	needs []string // query parameters without which little is theirs
}

// callers are those who ask, in their order: a member changes what the others see.
func (w *world) callers() []caller {
	marks := []string{ofTeam, ofOther, ofForeign}
	return []caller{
		{name: "anonymous", hidden: slices.Concat(marks, w.addresses, []string{w.Carl.Email}), let: []api.Access{api.Public}},
		{name: "client", person: w.Carl, hidden: slices.Concat(marks, w.addresses, []string{"Initech"}), let: []api.Access{api.Public, api.SignedIn, api.ClientsOfProject}},
		// A preview of a client's view is open to a member too.
		{name: "member", person: w.Mia, hidden: []string{ofOther, ofForeign}, let: []api.Access{api.Public, api.SignedIn, api.ClientsOfProject, api.Staff, api.StaffOfProject}, needs: []string{"as"}},
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
			r := scene.Request{Op: m, Query: catalog.SampleOf(m.ID).Query}
			answer := w.Send(scene.Request{Op: m, Who: who, Query: r.Query})
			if tag := answer.Header.Get("ETag"); tag != "" {
				values["header.If-Match"] = append(values["header.If-Match"], tag)
			}
			if answer.Status != http.StatusOK || answer.JSON()["items"] == nil {
				continue
			}
			query := url.Values{"limit": {"1"}}
			if r.Query != "" {
				query.Set("kind", "message")
			}
			if next := w.Send(scene.Request{Op: m, Who: who, Query: query.Encode()}).String("next"); next != "" {
				values["query.cursor"] = append(values["query.cursor"], next)
			}
		}
	}
	return values
}

// carriesOut says whether such an operation has to be carried out for the caller at
// least once: a refusal alone would show little.
func (w *world) carriesOut(c caller, a api.Access) bool {
	if a == api.Public {
		return c.person.Token == ""
	}
	return slices.Contains(c.let, a)
}
