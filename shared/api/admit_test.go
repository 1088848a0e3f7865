package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/shared/policy"
	"foyer/shared/table"
)

const (
	testWorkspace = "wks_01JD0000000000000000000000"
	testClientID  = "per_01JD0000000000000000000CAR" // whose view is previewed
)

// tryWith is an operation of that access that tells what its call is.
func tryWith(access Access, method string) Endpoint {
	path := "/workspaces/{workspace}/try"
	switch access {
	case StaffOfProject, ClientsOfProject, Access(99):
		path = "/projects/{project}/try"
	}
	handle := func(_ context.Context, c *Call) (*tryOutput, error) {
		var out tryOutput
		out.Body.Person = c.Viewer
		out.Body.Name = fmt.Sprintf("%v %v %s %s", c.Workspace == testWorkspace, c.Preview, c.ViewerContact, c.ViewerCompany)
		return &out, nil
	}
	if access == StaffOfProject || access == ClientsOfProject || access == Access(99) {
		return Operation[tryProject, tryOutput]{ID: "try", Method: method, Path: path, Access: access, Repeatable: "a test",
			Handle: func(ctx context.Context, c *Call, _ *tryProject) (*tryOutput, error) { return handle(ctx, c) }}
	}
	return Operation[tryWorkspace, tryOutput]{ID: "try", Method: method, Path: path, Access: access, Repeatable: "a test",
		Handle: func(ctx context.Context, c *Call, _ *tryWorkspace) (*tryOutput, error) { return handle(ctx, c) }}
}

type tryWorkspace struct {
	Workspace string `path:"workspace"`
}

type tryProject struct {
	Project string `path:"project"`
	As      string `query:"as"`
}

// place puts Acme's workspace and project, and how the caller stands to them.
func (s *standIn) place(role string, contacts map[string]string, kind, contact string) {
	s.signedIn()
	s.put(table.WorkspaceGate(testWorkspace), map[string]any{"name": textOf("Acme")})
	s.put(table.ProjectFacts(testProject), map[string]any{"name": textOf("Website")})
	membership := map[string]any{}
	if role != "" {
		membership["role"] = textOf(role)
	}
	if contacts != nil {
		all := map[string]any{}
		for c, company := range contacts {
			all[c] = textOf(company)
		}
		membership["contacts"] = map[string]any{"M": all}
	}
	s.put(table.Membership(testPerson, testWorkspace), membership)
	if kind != "" {
		s.put(table.Project(testPerson, testProject), map[string]any{"kind": textOf(kind), "contact": textOf(contact), "company": textOf("com-of-the-row")})
	}
	s.put(table.Project(testClientID, testProject), map[string]any{"kind": textOf(table.KindClient), "contact": textOf("con-carl"), "company": textOf("com-carl")})
}

func TestEachAccessLetsInWhomItNames(t *testing.T) {
	accesses := []Access{SignedIn, Staff, Admins, Owners, StaffOfProject, ClientsOfProject, Access(99)}
	for _, c := range []struct {
		who           string
		role          string
		contacts      map[string]string
		kind, contact string
		want          string // by access, in that order: + let in, 3 the role may not, 0 absent
	}{
		{"an owner", "owner", nil, "", "", "+++++00"},
		{"an admin", "admin", nil, "", "", "+++3+00"},
		{"a member of the project", "member", nil, "member", "", "++33+00"},
		{"a member outside it", "member", nil, "", "", "++33000"},
		{"a client of it", "", map[string]string{"con": "com"}, "client", "con", "+0000+0"},
		{"a client as another contact", "", map[string]string{"other": "com"}, "client", "con", "+000000"},
		{"a stranger", "", nil, "", "", "+000000"},
	} {
		s := newStandIn(t)
		s.place(c.role, c.contacts, c.kind, c.contact)
		for i, access := range accesses {
			target := "/v1/workspaces/" + testWorkspace + "/try"
			if i >= 4 {
				target = "/v1/projects/" + testProject + "/try"
			}
			want := map[byte]int{'+': http.StatusOK, '3': http.StatusForbidden, '0': http.StatusNotFound}[c.want[i]]
			if got := call(Handler(s.env(io.Discard), tryWith(access, "GET")), "GET", target, s.token(t), ""); got.Code != want {
				t.Errorf("%s, access %d: got %d %s, want %d", c.who, access, got.Code, got.Body, want)
			}
		}
	}
}

// Whose view is rendered: the caller's own, or in a preview the client's, as the
// contact of the company that each of them is there.
func TestTheViewerIsTheCallerOrWhomAPreviewNames(t *testing.T) {
	s := newStandIn(t)
	s.place("", map[string]string{"con": "com-of-the-membership"}, "client", "con")
	h := Handler(s.env(io.Discard), tryWith(ClientsOfProject, "GET"))
	target := "/v1/projects/" + testProject + "/try"
	if got := call(h, "GET", target, s.token(t), "").Body.String(); !strings.Contains(got, testPerson) || !strings.Contains(got, "true false con com-of-the-membership") {
		t.Errorf("a client: got %s", got)
	}
	s.place("owner", nil, "", "")
	if got := call(h, "GET", target+"?as="+testClientID, s.token(t), "").Body.String(); !strings.Contains(got, testClientID) || !strings.Contains(got, "true "+"true con-carl com-carl") {
		t.Errorf("a preview: got %s", got)
	}
}

func TestAPreviewIsReadOnlyAndOfAClientOfTheProject(t *testing.T) {
	s := newStandIn(t)
	s.place("owner", nil, "", "")
	target := "/v1/projects/" + testProject + "/try?as="
	read, write := Handler(s.env(io.Discard), tryWith(ClientsOfProject, "GET")), Handler(s.env(io.Discard), tryWith(ClientsOfProject, "PUT"))
	problem(t, call(write, "PUT", target+testClientID, s.token(t), ""), 403, "preview-read-only")
	for _, as := range []string{"per_01JD00000000000000000000AA", testPerson, "carl", testClientID + "x"} {
		s.calls.Store(0)
		problem(t, call(read, "GET", target+as, s.token(t), ""), 404, "not-found")
		if got, is := s.calls.Load() > 0, ValidID("person", as); got != is {
			t.Errorf("%s: the table was asked: %v; is it the form of a person's id: %v", as, got, is)
		}
	}
	// Where there is no preview, as changes nothing of who is let in.
	if got := call(Handler(s.env(io.Discard), tryWith(StaffOfProject, "GET")), "GET", target+"carl", s.token(t), ""); got.Code != http.StatusOK {
		t.Errorf("got %d %s, want 200", got.Code, got.Body)
	}
}

// One BatchGet, of what the access needs and of nothing else.
func TestLettingInReadsTheRowsOfItsPlace(t *testing.T) {
	for access, want := range map[Access]int{SignedIn: 3, Staff: 3, StaffOfProject: 5, ClientsOfProject: 5} {
		s := newStandIn(t)
		s.place("owner", nil, "", "")
		target := "/v1/workspaces/" + testWorkspace + "/try"
		if access == StaffOfProject || access == ClientsOfProject {
			target = "/v1/projects/" + testProject + "/try"
		}
		call(Handler(s.env(io.Discard), tryWith(access, "GET")), "GET", target, s.token(t), "")
		if got := s.asked.Load(); int(got) != want || s.calls.Load() != 1 {
			t.Errorf("access %d: got %d rows in %d calls, want %d in one", access, got, s.calls.Load(), want)
		}
	}
	s := newStandIn(t)
	s.signedIn()
	call(Handler(s.env(io.Discard), trySignedIn), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`)
	if got := s.asked.Load(); got != 1 {
		t.Errorf("without a place: got %d rows, want the session alone", got)
	}
}

func TestASessionEndsAtItsSecond(t *testing.T) {
	now := time.Now().Add(time.Minute) // tokens are made before
	for after, want := range map[int64]int{-1: 401, 0: 401, 1: 200} {
		s := newStandIn(t)
		s.put(table.Session(testPerson, testSession), map[string]any{"ttl": numberOf(now.Unix() + after)})
		env := s.env(io.Discard)
		env.Clock = func() time.Time { return now }
		if got := call(Handler(env, trySignedIn), "POST", "/v1/try", s.token(t), `{"name":"Ann"}`); got.Code != want {
			t.Errorf("%d seconds before its end: got %d, want %d", after, got.Code, want)
		}
		c := &Call{Env: env, Person: testPerson, Session: testSession}
		if in, err := callerSignedIn(t, c); err != nil || in != (want == 200) {
			t.Errorf("%d seconds before its end, public: got %v %v", after, in, err)
		}
	}
}

func TestAnonymousAndSignedOutCallersOfAPublicOperationAreNotSignedIn(t *testing.T) {
	s := newStandIn(t)
	s.put(table.Session("", ""), map[string]any{"ttl": numberOf(4102444800)}) // nobody's
	for _, c := range []*Call{{Env: s.env(io.Discard)}, {Env: s.env(io.Discard), Person: testPerson, Session: testSession}} {
		if in, err := callerSignedIn(t, c); in || err != nil {
			t.Errorf("person %q: got %v %v, want not signed in", c.Person, in, err)
		}
	}
	s.put(table.Session(testPerson, testSession), map[string]any{"ttl": flagOf(true)})
	if in, err := callerSignedIn(t, &Call{Env: s.env(io.Discard), Person: testPerson, Session: testSession}); in || err == nil {
		t.Errorf("an unreadable session: got %v %v, want a failure", in, err)
	}
}

func callerSignedIn(t *testing.T, c *Call) (bool, error) {
	t.Helper()
	rows, err := c.Read(t.Context(), c.SessionKey())
	if err != nil {
		t.Fatal(err)
	}
	return c.SignedIn(rows)
}

// What is read beside the access cannot be read either: a failure, not an absence.
func TestARowThatAHandlerCannotReadIsAFailure(t *testing.T) {
	s := newStandIn(t)
	c := &Call{Env: s.env(io.Discard), Person: testPerson}
	s.Close()
	if rows, err := c.Read(t.Context(), table.Settings(testPerson)); err == nil {
		t.Errorf("got %v and no error", rows)
	}
}

func TestARowThatIsNeededIsThereOrAbsentOrAFailure(t *testing.T) {
	s := newStandIn(t)
	need := func() (level string, status int, err error) {
		var row table.SettingsRow
		err = (&Call{Env: s.env(io.Discard), Person: testPerson}).Need(t.Context(), table.Settings(testPerson), &row)
		var p *Problem
		if errors.As(err, &p) {
			status = p.Status
		}
		return row.Level, status, err
	}
	if _, status, err := need(); status != http.StatusNotFound {
		t.Errorf("an absent row: got %v, want a 404", err)
	}
	s.put(table.Settings(testPerson), map[string]any{"level": textOf("all")})
	if level, _, err := need(); level != "all" || err != nil {
		t.Errorf("got %q and %v, want the row", level, err)
	}
	s.put(table.Settings(testPerson), map[string]any{"level": flagOf(true)})
	if _, status, err := need(); err == nil || status != 0 {
		t.Errorf("a row that cannot be read: got %v, want a failure", err)
	}
	s.Close()
	if _, status, err := need(); err == nil || status != 0 {
		t.Errorf("no answer: got %v, want a failure", err)
	}
}

// What has not the form of an id is absent, for a public operation whoever asks.
func TestAPublicOperationsPathIsCheckedToo(t *testing.T) {
	s := newStandIn(t)
	s.signedIn()
	h := Handler(s.env(io.Discard), tryWith(Public, "GET"))
	for _, token := range []string{"", "made-up", s.token(t)} {
		problem(t, call(h, "GET", "/v1/workspaces/wks_1/try", token, ""), 404, "not-found")
		if got := call(h, "GET", "/v1/workspaces/"+testWorkspace+"/try", token, ""); got.Code != 200 {
			t.Errorf("got %d %s, want 200", got.Code, got.Body)
		}
	}
}

// A row that cannot be read is none that is absent.
func TestAnUnreadableRowOfAccessIsAFailure(t *testing.T) {
	for _, key := range []table.Key{
		table.Session(testPerson, testSession), table.WorkspaceGate(testWorkspace), table.Membership(testPerson, testWorkspace),
		table.Project(testPerson, testProject), table.ProjectFacts(testProject),
	} {
		s := newStandIn(t)
		s.place("owner", nil, "member", "")
		s.put(key, map[string]any{"ttl": flagOf(true), "name": flagOf(true), "role": flagOf(true), "kind": flagOf(true)})
		problem(t, call(Handler(s.env(io.Discard), tryWith(StaffOfProject, "GET")), "GET", "/v1/projects/"+testProject+"/try", s.token(t), ""), 500, "internal")
	}
}

func TestACompanyIsOpenByItsGateAndTheWorkspaces(t *testing.T) {
	for _, c := range []struct {
		gate  map[string]any // nil: absent
		needs bool
		want  error
	}{
		{map[string]any{}, false, nil},
		{map[string]any{"licensed": flagOf(true)}, true, nil},
		{map[string]any{}, true, policy.ErrUnlicensed},
		{map[string]any{"archived": flagOf(true), "licensed": flagOf(true)}, false, policy.ErrHidden},
		{nil, false, policy.ErrHidden},
	} {
		s := newStandIn(t)
		call := &Call{Env: s.env(io.Discard), Workspace: testWorkspace, ViewerCompany: "com", Gate: table.WorkspaceGateRow{PortalNeedsLicence: c.needs}}
		if c.gate != nil {
			s.put(call.CompanyGateKey(), c.gate)
		}
		rows, err := call.Table.BatchGet(t.Context(), call.CompanyGateKey())
		if err != nil {
			t.Fatal(err)
		}
		if got := call.CompanyOpen(rows); !errors.Is(got, c.want) {
			t.Errorf("%v, needs a licence %v: got %v, want %v", c.gate, c.needs, got, c.want)
		}
	}
	s := newStandIn(t)
	broken := &Call{Env: s.env(io.Discard), Workspace: testWorkspace, ViewerCompany: "com"}
	s.put(broken.CompanyGateKey(), map[string]any{"archived": textOf("?")})
	rows, err := broken.Table.BatchGet(t.Context(), broken.CompanyGateKey())
	if err != nil {
		t.Fatal(err)
	}
	if got := broken.CompanyOpen(rows); got == nil || errors.Is(got, policy.ErrHidden) {
		t.Errorf("an unreadable gate: got %v, want a failure", got)
	}
}

func TestAnArchivedProjectOfTheCallMayNotBeChanged(t *testing.T) {
	for archived, want := range map[bool]int{false: 200, true: 409} {
		s := newStandIn(t)
		s.place("owner", nil, "", "")
		s.put(table.ProjectFacts(testProject), map[string]any{"archived": flagOf(archived)})
		op := Operation[tryProject, tryOutput]{ID: "try", Method: "PUT", Path: "/projects/{project}/try", Access: StaffOfProject,
			Handle: func(_ context.Context, c *Call, _ *tryProject) (*tryOutput, error) {
				return &tryOutput{}, c.MayChange()
			}}
		if got := call(Handler(s.env(io.Discard), op), "PUT", "/v1/projects/"+testProject+"/try", s.token(t), ""); got.Code != want {
			t.Errorf("archived %v: got %d %s, want %d", archived, got.Code, got.Body, want)
		}
	}
}
