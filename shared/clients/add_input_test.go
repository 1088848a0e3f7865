//go:build engine

package clients_test

import (
	"net/http"
	"strings"
	"testing"

	"foyer/shared/foyertest"
)

func TestAClientThatIsNotRightIsRefusedWithThePlaceAndNothingIsWritten(t *testing.T) {
	s := newScene(t)
	s.Unchanged(func() {
		for name, test := range map[string]struct {
			other fields
			at    string
		}{
			"neither company nor its name":      {fields{"companyName": nil}, "body.companyName"},
			"company and its name":              {fields{"company": "com_01JD0000000000000000000001"}, "body.company"},
			"an empty name of the company":      {fields{"companyName": ""}, "body.companyName"},
			"a blank name of the company":       {fields{"companyName": " \t "}, "body.companyName"},
			"a name that nobody sees":           {fields{"companyName": "\u200b\u2060"}, "body.companyName"},
			"a company of two lines":            {fields{"companyName": "Glo\nbex"}, "body.companyName"},
			"a company's name too long":         {fields{"companyName": strings.Repeat("é", 101)}, "body.companyName"},
			"a company's name that is a number": {fields{"companyName": 7}, "body.companyName"},
			"a company's id that is a list":     {fields{"companyName": nil, "company": []string{"x"}}, "body.company"},
			"a company's id too long":           {fields{"companyName": nil, "company": strings.Repeat("c", 65)}, "body.company"},
			"no name":                           {fields{"name": nil}, "body"},
			"an empty name":                     {fields{"name": ""}, "body.name"},
			"a blank name":                      {fields{"name": "   "}, "body.name"},
			"a name too long":                   {fields{"name": strings.Repeat("a", 101)}, "body.name"},
			"a name with a line end":            {fields{"name": "Carl\r\nBcc: all@example.com"}, "body.name"},
			"a name written backwards":          {fields{"name": "Carl \u202etxt"}, "body.name"},
			"no e-mail":                         {fields{"email": nil}, "body"},
			"not an e-mail":                     {fields{"email": "carl at globex"}, "body.email"},
			"an e-mail with a name":             {fields{"email": "Carl <carl@globex.example>"}, "body.email"},
			"two e-mails":                       {fields{"email": "a@globex.example,b@globex.example"}, "body.email"},
			"an e-mail with a header in it":     {fields{"email": "carl@globex.example\r\nBcc: all@example.com"}, "body.email"},
			"an e-mail too long":                {fields{"email": strings.Repeat("a", 250) + "@globex.example"}, "body.email"},
			"a note too long":                   {fields{"note": strings.Repeat("n", 1001)}, "body.note"},
			"a note with control characters":    {fields{"note": "a\x00b"}, "body.note"},
			"an unknown field":                  {fields{"role": "owner"}, "body.role"},
			"a state of the invitation":         {fields{"invitation": fields{"state": "accepted"}}, "body.invitation"},
		} {
			t.Run(name, func(t *testing.T) {
				r := s.add(s.Project, but(carl(), test.other)).Fault(test.at)
				if strings.Contains(r.Body, "Bcc") {
					t.Errorf("the answer repeats the input: %s", r.Body)
				}
			})
		}
		for name, body := range map[string]string{
			"not JSON": `{"companyName":`, "no object": `[]`, "invalid UTF-8": "{\"companyName\":\"Globex\",\"name\":\"C\xff\",\"email\":\"carl@globex.example\"}",
		} {
			t.Run(name, func(t *testing.T) {
				if r := s.add(s.Project, foyertest.Raw(body)); r.Status != http.StatusBadRequest && r.Status != http.StatusUnprocessableEntity {
					t.Errorf("got %d %s, want it refused", r.Status, r.Body)
				}
			})
		}
		s.add(s.Project, foyertest.Raw("{\"name\":\"C\xff\"}")).Problem(http.StatusBadRequest, "malformed")
		s.add(s.Project, but(carl(), fields{"note": strings.Repeat("n", 70<<10)})).Problem(http.StatusRequestEntityTooLarge, "too-large")
		s.Do(s.Ann, http.MethodPost, clientsOf(s.Project)+"?as=x", carl()).Must(http.StatusUnprocessableEntity)
	})
}

func TestOnlyTheStaffOfTheProjectAddClients(t *testing.T) {
	s := newScene(t)
	in := s.Client(s.Ann, s.Project, "Globex", "Carl Client", "carl@globex.example")
	olga, theirs := s.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	elsewhere := s.World.Project(olga, theirs, "Elsewhere")
	outside := s.colleague("Bea Beside", "bea@acme.example", false)
	inside := s.colleague("Bob Builder", "bob@acme.example", true)
	cora := but(carl(), fields{"email": "cora@globex.example"})
	absent := s.add(invented(s.Project), cora).Problem(http.StatusNotFound, "not-found")
	s.Unchanged(func() {
		s.Do(foyertest.Person{}, http.MethodPost, clientsOf(s.Project), cora).Problem(http.StatusUnauthorized, "unauthorized")
		for name, who := range map[string]foyertest.Person{"a client of it": in, "another agency": olga, "a colleague who is not in it": outside} {
			t.Run(name, func(*testing.T) {
				s.Do(who, http.MethodPost, clientsOf(s.Project), cora).Same(absent)
				// Nor do they learn from validation that there is such a project.
				s.Do(who, http.MethodPost, clientsOf(s.Project), fields{"x": 1}).Same(absent)
			})
		}
		for name, id := range map[string]string{
			"another workspace's project": elsewhere, "a workspace's id": s.Workspace, "an item's id": "msg_01JD0000000000000000000000", "a person's id": s.Ann.ID,
			"an escaped slash": s.Project + "%2Fclients", "a slash in front": "%2F" + s.Project, "in lower case": strings.ToLower(s.Project), "too long": s.Project + "0",
			// The other's workspace with this project's own part, and the reverse.
			"a mixture": s.Project[:30] + elsewhere[30:], "the other mixture": elsewhere[:30] + s.Project[30:],
		} {
			t.Run(name, func(*testing.T) { s.add(id, cora).Same(absent) })
		}
	})
	s.Do(inside, http.MethodPost, clientsOf(s.Project), cora).Must(http.StatusCreated)
}
