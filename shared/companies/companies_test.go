//go:build engine

package companies_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type scene struct {
	*foyertest.World
	ann       foyertest.Person
	workspace string
}

func begin(t *testing.T) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	ann, workspace := w.Workspace("Acme Agency", "Ann Archer", "ann@acme.example")
	return scene{World: w, ann: ann, workspace: workspace}
}

func (s scene) path(rest string) string { return "/v1/workspaces/" + s.workspace + "/companies" + rest }

func (s scene) company(name string) string {
	s.T.Helper()
	return s.Do(s.ann, "POST", s.path(""), map[string]any{"name": name}).Must(http.StatusCreated).String("id")
}

// found are the names on all pages of a list.
func (s scene) found(query string) string {
	s.T.Helper()
	var out []string
	for next := ""; ; {
		r := s.Do(s.ann, "GET", s.path("?"+query+"&cursor="+next), nil).Must(http.StatusOK)
		for _, c := range r.List("items") {
			out = append(out, c["name"].(string))
		}
		if next = r.String("next"); next == "" {
			return strings.Join(out, ", ")
		}
	}
}

func TestACompanyIsFoundByTheBeginningOfAnyWordOfItsName(t *testing.T) {
	s := begin(t)
	for _, name := range []string{"Müller & Söhne GmbH", "Globex", "Glob Globex Global", "Initech", "Globex"} {
		s.company(name)
	}
	other, workspace := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	s.Do(other, "POST", "/v1/workspaces/"+workspace+"/companies", map[string]any{"name": "Globex of others"}).Must(http.StatusCreated)
	for search, want := range map[string]string{
		"mull": "Müller & Söhne GmbH", "SOHN": "Müller & Söhne GmbH", "gmb": "Müller & Söhne GmbH", "söhne+müll": "Müller & Söhne GmbH",
		"glob": "Glob Globex Global, Globex, Globex", "globe": "Glob Globex Global, Globex, Globex", "global": "Glob Globex Global", "glob+global": "Glob Globex Global",
		"lobex": "", "globex+init": "", "!!": "",
	} {
		for _, limit := range []string{"1", "2", "20"} {
			if got := s.found("search=" + search + "&limit=" + limit); got != want {
				t.Errorf("%s, %s at a time: got %q, want %q", search, limit, got, want)
			}
		}
	}
	if got, want := s.found("limit=2"), "Glob Globex Global, Globex, "+"Globex, Initech, Müller & Söhne GmbH"; got != want {
		t.Errorf("all by name: got %q, want %q", got, want)
	}
}

func TestARenamedCompanyIsFoundByItsNewNameAlone(t *testing.T) {
	s := begin(t)
	id := s.company("Globex")
	before := s.Do(s.ann, "GET", s.path("/"+id), nil).Must(http.StatusOK)
	tag := foyertest.Header{Name: "If-Match", Value: before.Header.Get("ETag")}
	s.Do(s.ann, "PATCH", s.path("/"+id), map[string]any{"name": "Initech"}).Problem(http.StatusPreconditionRequired, "if-match-required")
	after := s.Do(s.ann, "PATCH", s.path("/"+id), map[string]any{"name": "Initech Europe"}, tag).Must(http.StatusOK)
	s.Unchanged(func() {
		s.Do(s.ann, "PATCH", s.path("/"+id), map[string]any{"name": "Hooli"}, tag).Problem(http.StatusPreconditionFailed, "changed")
	})
	for search, want := range map[string]string{"glob": "", "init": "Initech Europe", "euro": "Initech Europe"} {
		if got := s.found("search=" + search); got != want {
			t.Errorf("%s: got %q, want %q", search, got, want)
		}
	}
	if got := s.found(""); got != "Initech Europe" {
		t.Errorf("by name: got %q", got)
	}
	// clients-add finds “the” company of the new name, and none of the old.
	project := s.Project(s.ann, s.workspace, "New website")
	if carl := s.Invited(s.ann, project, "initech europe", "Carl Client", "carl@globex.example"); carl.Company != id {
		t.Errorf("got company %s by its new name, want %s", carl.Company, id)
	}
	if ivy := s.Invited(s.ann, project, "Globex", "Ivy Invited", "ivy@globex.example"); ivy.Company == id {
		t.Error("the company is still found by its old name")
	}
	people := s.Do(s.ann, "GET", "/v1/projects/"+project+"/people", nil).Must(http.StatusOK)
	if !strings.Contains(people.Body, `"name":"Initech Europe"`) {
		t.Errorf("the project's people name the company otherwise: %s", people.Body)
	}
	if after.Header.Get("ETag") == before.Header.Get("ETag") {
		t.Error("the entity tag is the same after the change")
	}
}

func TestAnArchivedCompanysClientsHaveNoAccessUntilItIsUnarchived(t *testing.T) {
	s := begin(t)
	project := s.Project(s.ann, s.workspace, "New website")
	carl := s.Client(s.ann, project, "Globex", "Carl Client", "carl@globex.example")
	s.Drain()
	s.ForgetMails()
	portal := "/v1/portal/projects/" + project
	s.Do(carl, "GET", portal, nil).Must(http.StatusOK)
	for range 2 { // repeating it changes nothing
		if r := s.Do(s.ann, "PUT", s.path("/"+carl.Company+"/archive"), nil).Must(http.StatusOK); r.JSON()["archived"] != true {
			t.Errorf("got %s, want it archived", r.Body)
		}
		s.Do(carl, "GET", portal, nil).Problem(http.StatusNotFound, "not-found")
	}
	s.Do(s.ann, "POST", "/v1/projects/"+project+"/clients", map[string]any{"company": carl.Company, "name": "Dora", "email": "dora@globex.example"}).Problem(http.StatusConflict, "company-archived")
	s.Unchanged(func() { s.Do(s.ann, "PUT", s.path("/"+carl.Company+"/archive"), nil).Must(http.StatusOK) })
	s.Do(s.ann, "DELETE", s.path("/"+carl.Company+"/archive"), nil).Must(http.StatusOK)
	s.Do(carl, "GET", portal, nil).Must(http.StatusOK)
	s.Drain()
	if mails := s.Mails(""); len(mails) > 0 {
		t.Errorf("got mails %+v, want none", mails)
	}
}

func TestACompanyThatIsNotOfTheWorkspaceIsAbsent(t *testing.T) {
	s := begin(t)
	other, workspace := s.Workspace("Other Agency", "Olga Other", "olga@other.example")
	theirs := s.Do(other, "POST", "/v1/workspaces/"+workspace+"/companies", map[string]any{"name": "Globex"}).Must(http.StatusCreated).String("id")
	whatever := foyertest.Header{Name: "If-Match", Value: "*"}
	s.Unchanged(func() {
		for _, id := range []string{theirs, "com_01JD0000000000000000000000"} {
			s.Do(s.ann, "GET", s.path("/"+id), nil).Problem(http.StatusNotFound, "not-found")
			s.Do(s.ann, "PATCH", s.path("/"+id), map[string]any{"name": "Mine"}, whatever).Problem(http.StatusNotFound, "not-found")
			s.Do(s.ann, "PUT", s.path("/"+id+"/archive"), nil).Problem(http.StatusNotFound, "not-found")
		}
		s.Do(s.ann, "POST", s.path(""), map[string]any{"name": "\u200b"}).Fault("body.name")
	})
}

func TestManyCompaniesComeTwentyAtATime(t *testing.T) {
	s := begin(t)
	for n := range 25 {
		s.company(fmt.Sprintf("Globex %02d", n))
	}
	r := s.Do(s.ann, "GET", s.path("?search=glo"), nil).Must(http.StatusOK)
	if n := len(r.List("items")); n != 20 || r.String("next") == "" {
		t.Errorf("got %d and next %q, want 20 and more to come", n, r.String("next"))
	}
	if n := len(strings.Split(s.found("search=glo"), ", ")); n != 25 {
		t.Errorf("got %d on all pages, want 25", n)
	}
}

func TestANameThatNobodySeesIsRefused(t *testing.T) {
	s := begin(t)
	id := s.company("Globex")
	for _, name := range []string{"\u200b", "\u00ad \u200d"} {
		s.Unchanged(func() {
			s.Do(s.ann, "POST", s.path(""), map[string]any{"name": name}).Fault("body.name")
			s.Do(s.ann, "PATCH", s.path("/"+id), map[string]any{"name": name}, foyertest.Header{Name: "If-Match", Value: "*"}).Fault("body.name")
		})
	}
}

// An entry of an index gives nothing: what it leads to is asked.
func TestAnEntryThatLeadsToNoCompanyShowsNone(t *testing.T) {
	s := begin(t)
	s.company("Globex")
	gone := s.company("Initech")
	if err := s.Table.DeleteOne(t.Context(), table.Company(s.workspace, gone)); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{"": "Globex", "search=init": "", "search=glob": "Globex"} {
		if got := s.found(query); got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
}
