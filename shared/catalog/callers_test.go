//go:build engine

package catalog_test

import (
	"net/http"
	"sort"
	"strings"
	"testing"
	"time"

	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// The model of who is let in where, as a table written from API.md: kind of
// caller × access of the operation. It shares no code with shared/policy. A letter
// a column: P public, S anyone signed in, W staff of the workspace, A its owner
// and admins, O its owners, T staff of the project, C clients of the project.
//
//   - let in   1 401   3 403   0 404 (absent)
var letIn = map[string]string{
	//                                      PSWAOTC
	"the owner":                           "++++++0",
	"an admin outside the project":        "++++3+0",
	"a member of the project":             "+++33+0",
	"a member outside the project":        "+++3300",
	"a client of the project":             "++0000+",
	"a client of another project":         "++00000",
	"a client of another company":         "++0000+", // a client of the project all the same
	"a removed client":                    "++00000",
	"an invited client, here only":        "+111111", // has no account that could sign in
	"a client of an archived company":     "++00000",
	"the owner of another workspace":      "++00000",
	"anonymous":                           "+111111",
	"someone with a made-up token":        "+111111",
	"someone who signed out":              "+111111",
	"someone with an ID token":            "+111111",
	"someone whose token expired":         "+111111",
	"a client of an unlicensed company":   "++00003", // where the workspace's portal needs a licence
	"the owner, workspace closed":         "++00000",
	"a client of the project, it is gone": "++00000",
}

var columns = map[api.Access]int{api.Public: 0, api.SignedIn: 1, api.Staff: 2, api.Admins: 3, api.Owners: 4, api.StaffOfProject: 5, api.ClientsOfProject: 6}

// A request of each operation that would succeed if the caller is let in: for a
// GET the request itself; for what changes something, the same request with an
// unknown query parameter, which is refused with a 422 after the caller was let
// in and before anything is done.
func TestEveryOperationLetsInWhomTheModelLetsIn(t *testing.T) {
	w := foyertest.New(t)
	s := newCallers(w)
	asked := 0
	for _, kind := range s.order {
		column, ok := letIn[kind]
		if !ok {
			t.Fatalf("the model says nothing of %s", kind)
		}
		restore := s.prepare(kind)
		for _, op := range catalog.Operations() {
			m := op.Meta()
			at, ok := columns[m.Access]
			if !ok {
				t.Fatalf("%s: the model has no column for its access", m.ID)
			}
			r := w.Do(s.callers[kind], m.Method, s.target(m), nil)
			asked++
			want := column[at]
			if m.Method == http.MethodGet && m.Access == api.Public {
				want = '0' // the token is invented: let in, and absent
			}
			if got := verdict(m, r.Status); got != want {
				t.Errorf("%s asks %s (%s %s): got %d %s, want %c", kind, m.ID, m.Method, m.Path, r.Status, r.Body, want)
			}
		}
		restore()
	}
	if want := len(catalog.Operations()) * len(letIn); asked != want {
		t.Errorf("asked %d questions, want %d: every operation and every kind of caller", asked, want)
	}
}

func verdict(m api.Meta, status int) byte {
	switch {
	case m.Method == http.MethodGet && status == http.StatusOK, m.Method != http.MethodGet && status == http.StatusUnprocessableEntity:
		return '+'
	case status == http.StatusUnauthorized:
		return '1'
	case status == http.StatusForbidden:
		return '3'
	case status == http.StatusNotFound:
		return '0'
	}
	return '?'
}

type callers struct {
	w       *foyertest.World
	acme    foyertest.Acme
	item    string
	job     string
	imports string
	callers map[string]foyertest.Person
	order   []string
}

func newCallers(w *foyertest.World) *callers {
	acme := w.Acme()
	s := &callers{w: w, acme: acme, callers: map[string]foyertest.Person{}}
	s.item = w.Do(acme.Ann, "POST", "/v1/projects/"+acme.Project+"/items", map[string]any{"kind": "message", "title": "Kick-off", "clientCanSee": true}).Must(http.StatusCreated).String("id")
	s.job = w.Do(acme.Ann, "POST", "/v1/workspaces/"+acme.Workspace+"/audit/export", map[string]any{"format": "csv"}).Must(http.StatusAccepted).String("id")
	s.imports = w.Do(acme.Ann, "POST", "/v1/workspaces/"+acme.Workspace+"/imports", foyertest.Raw(catalog.SampleOf("imports-create").Body)).Must(http.StatusCreated).String("id")
	other := w.Project(acme.Ann, acme.Workspace, "Another project")
	olga, _ := w.Workspace("Other Agency", "Olga Other", "olga@other.example")
	removed := w.Client(acme.Ann, acme.Project, "Globex", "Rita Removed", "rita@globex.example")
	w.Do(acme.Ann, "DELETE", "/v1/workspaces/"+acme.Workspace+"/contacts/"+removed.Contact+"/access", nil).Must(http.StatusNoContent)
	out := w.SignIn(acme.Carl)
	w.Do(out, "DELETE", "/v1/sessions", nil).Must(http.StatusNoContent)
	for kind, p := range map[string]foyertest.Person{
		"the owner":                           acme.Ann,
		"an admin outside the project":        s.member("Ada Admin", table.RoleAdmin, false),
		"a member of the project":             s.member("Mia Member", table.RoleMember, true),
		"a member outside the project":        s.member("Max Member", table.RoleMember, false),
		"a client of the project":             acme.Carl,
		"a client of another project":         w.Client(acme.Ann, other, "Globex", "Otto Other", "otto@globex.example"),
		"a client of another company":         w.Client(acme.Ann, acme.Project, "Initech", "Ina Initech", "ina@initech.example"),
		"a removed client":                    removed,
		"an invited client, here only":        w.Invited(acme.Ann, acme.Project, "Globex", "Ines Invited", "ines@globex.example"),
		"a client of an archived company":     w.Client(acme.Ann, acme.Project, "Hooli", "Hugo Hooli", "hugo@hooli.example"),
		"the owner of another workspace":      olga,
		"anonymous":                           {},
		"someone with a made-up token":        {Token: "made-up"},
		"someone who signed out":              out,
		"someone with an ID token":            {Token: w.IDToken(acme.Ann)},
		"a client of an unlicensed company":   w.Client(acme.Ann, acme.Project, "Umbrella", "Uma Umbrella", "uma@umbrella.example"),
		"the owner, workspace closed":         acme.Ann,
		"a client of the project, it is gone": acme.Carl,
		"someone whose token expired":         acme.Ann,
	} {
		s.callers[kind] = p
		s.order = append(s.order, kind)
	}
	sort.Strings(s.order) // “someone whose token expired” moves the clock, and back
	return s
}

// member makes a member of Acme past the operations: inviting members comes later.
func (s *callers) member(name, role string, inProject bool) foyertest.Person {
	email := strings.ToLower(strings.Fields(name)[0]) + "@acme.example"
	p, _ := s.w.Workspace("Agency of "+name, name, email)
	s.put(table.Membership(p.ID, s.acme.Workspace), table.MembershipRow{Workspace: s.acme.Workspace, Role: role, CreatedAt: time.Now()})
	if inProject {
		s.put(table.Project(p.ID, s.acme.Project), table.PersonProjectRow{Project: s.acme.Project, Kind: table.KindMember})
	}
	return p
}

func (s *callers) put(key table.Key, row any) {
	s.w.T.Helper()
	if err := s.w.Table.PutOne(s.w.T.Context(), key, row, nil); err != nil {
		s.w.T.Fatal(err)
	}
}

// prepare brings the world into the state that the kind of caller is about, and
// gives back how it was.
func (s *callers) prepare(kind string) (restore func()) {
	w, gate := s.acme.Workspace, table.WorkspaceGateRow{Name: "Acme Agency"}
	switch kind {
	case "a client of an archived company":
		key := table.CompanyGate(w, s.callers[kind].Company)
		s.put(key, table.CompanyGateRow{Archived: true, Licensed: true})
		return func() { s.put(key, table.CompanyGateRow{}) }
	case "a client of an unlicensed company":
		needs := gate
		needs.PortalNeedsLicence = true
		s.put(table.WorkspaceGate(w), needs)
		return func() { s.put(table.WorkspaceGate(w), gate) }
	case "the owner, workspace closed":
		closed := gate
		closed.Closed = true
		s.put(table.WorkspaceGate(w), closed)
		return func() { s.put(table.WorkspaceGate(w), gate) }
	case "a client of the project, it is gone":
		var facts table.ProjectFactsRow
		if found, err := s.w.Table.Get(s.w.T.Context(), table.ProjectFacts(s.acme.Project), &facts); err != nil || !found {
			s.w.T.Fatalf("the project's facts: %v %v", found, err)
		}
		if err := s.w.Table.DeleteOne(s.w.T.Context(), table.ProjectFacts(s.acme.Project)); err != nil {
			s.w.T.Fatal(err)
		}
		return func() { s.put(table.ProjectFacts(s.acme.Project), facts) }
	case "someone whose token expired":
		s.w.Clock.Advance(2 * time.Hour)
		return func() { s.w.Clock.Advance(-2 * time.Hour) }
	}
	return func() {}
}

func (s *callers) target(m api.Meta) string {
	person := s.acme.Carl.ID
	if strings.Contains(m.Path, "/members/") {
		person = s.acme.Ann.ID
	}
	target := strings.NewReplacer("{workspace}", s.acme.Workspace, "{project}", s.acme.Project, "{item}", s.item, "{company}", s.acme.Company, "{job}", s.job, "{import}", s.imports, "{contact}", s.acme.Carl.Contact, "{person}", person,
		"{token}", strings.Repeat("x", 43)).Replace(m.Path)
	switch {
	case m.Method != http.MethodGet:
		return target + "?unknown=1"
	case strings.HasSuffix(m.Path, "/items"):
		return target + "?kind=message"
	}
	return target
}
