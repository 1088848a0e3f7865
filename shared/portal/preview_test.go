//go:build engine

package portal_test

import (
	"net/http"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// Rule 11: a member looks at the project as a given client does, through the very
// code that serves the client.
func TestAPreviewIsByteForByteWhatTheClientSees(t *testing.T) {
	s := newScene(t)
	item := s.create(fields{"kind": "task", "title": "For Carl", "assignee": s.Carl.ID})
	private := s.create(fields{"kind": "task", "title": "Secret"})
	for i := range 5 {
		s.message(i, i%2 == 0)
	}
	cursor := s.get(s.Carl, s.list("message")+"&limit=1").Must(http.StatusOK).String("next")
	s.Unchanged(func() { // a preview records nothing
		for _, target := range []string{
			s.project() + "?", s.item(item) + "?", s.item(private) + "?", s.item(invented(item)) + "?", s.item("x") + "?",
			s.list("message") + "&", s.list("message") + "&limit=1&", s.list("message") + "&limit=1&cursor=" + cursor + "&",
			s.list("note") + "&", s.list("message") + "&limit=0&", s.list("message") + "&cursor=made-up&",
		} {
			s.get(s.Ann, target+"as="+s.Carl.ID).Same(s.get(s.Carl, target[:len(target)-1]))
		}
	})
}

func TestAnInvitedClientsViewCanBeLookedAtToo(t *testing.T) {
	s := newScene(t)
	item := s.create(fields{"kind": "message", "title": "Open", "clientCanSee": true})
	cora := s.Invited(s.Ann, s.Project, "Globex", "Cora Client", "cora@globex.example")
	s.get(s.Ann, s.item(item)+"?as="+cora.ID).Same(s.get(s.Carl, s.item(item)).Must(http.StatusOK))
}

func TestAPreviewIsForTheStaffOfTheProjectAndOfItsClientsOnly(t *testing.T) {
	s := newScene(t)
	item := s.create(fields{"kind": "message", "title": "Open", "clientCanSee": true})
	cora := s.Client(s.Ann, s.Project, "Globex", "Cora Client", "cora@globex.example")
	other := s.World.Project(s.Ann, s.Workspace, "Other project")
	dora := s.Invited(s.Ann, other, "Initech", "Dora Other", "dora@initech.example")
	eve, _ := s.World.Workspace("Elsewhere", "Eve Elsewhere", "eve@elsewhere.example")
	absent := s.get(s.Carl, s.item(invented(item))).Problem(http.StatusNotFound, "not-found")
	for name, test := range map[string]struct {
		who foyertest.Person
		as  string
	}{
		"a client as another client":       {s.Carl, cora.ID},
		"a client as themselves":           {s.Carl, s.Carl.ID},
		"a client as a member":             {s.Carl, s.Ann.ID},
		"a stranger":                       {eve, s.Carl.ID},
		"as a member":                      {s.Ann, s.Ann.ID},
		"as a client of another project":   {s.Ann, dora.ID},
		"as a stranger":                    {s.Ann, eve.ID},
		"as someone who does not exist":    {s.Ann, invented(s.Carl.ID)},
		"as what is no person's id":        {s.Ann, "carl"},
		"as a person's id and more":        {s.Ann, s.Carl.ID + "x"},
		"as a contact instead of a person": {s.Ann, s.Carl.Contact},
	} {
		t.Run(name, func(t *testing.T) {
			for _, target := range []string{s.item(item) + "?as=", s.project() + "?as=", s.list("message") + "&as="} {
				s.get(test.who, target+test.as).Same(absent)
			}
		})
	}
}

func TestWhereThereIsNoPreviewAsIsAnUnknownParameter(t *testing.T) {
	s := newScene(t)
	for _, target := range []string{projects, "/v1/portal/notifications", "/v1/me", "/v1/workspaces/" + s.Workspace + "/notifications", "/v1/projects/" + s.Project + "/items"} {
		s.get(s.Ann, target+"?as="+s.Carl.ID).Fault("query.as")
	}
}

// The preview of a client whom the portal does not let in shows just that.
func TestAPreviewShowsAClosedDoorToo(t *testing.T) {
	s := newScene(t)
	item := s.create(fields{"kind": "message", "title": "Open", "clientCanSee": true})
	s.set(table.WorkspaceGate(s.Workspace), "portalNeedsLicence", true)
	refused := s.get(s.Carl, s.item(item)).Problem(http.StatusForbidden, "company-not-licensed")
	s.get(s.Ann, s.item(item)+"?as="+s.Carl.ID).Same(refused)
}
