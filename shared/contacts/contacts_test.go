//go:build engine

package contacts_test

import (
	"net/http"
	"strings"
	"testing"

	"foyer/shared/contacts"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type scene struct {
	*foyertest.World
	foyertest.Acme
}

func begin(t *testing.T) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	return scene{World: w, Acme: w.Acme()}
}

func (s scene) contact(name, email string) foyertest.Response {
	s.T.Helper()
	return s.Do(s.Ann, "POST", "/v1/workspaces/"+s.Acme.Workspace+"/companies/"+s.Company+"/contacts", map[string]any{"name": name, "email": email})
}

func (s scene) found(query string) string {
	s.T.Helper()
	var out []string
	for next := ""; ; {
		r := s.Do(s.Ann, "GET", "/v1/workspaces/"+s.Acme.Workspace+"/companies/"+s.Company+"/contacts?"+query+"&cursor="+next, nil).Must(http.StatusOK)
		for _, c := range r.List("items") {
			out = append(out, c["name"].(string)+" "+c["access"].(string))
		}
		if next = r.String("next"); next == "" {
			return strings.Join(out, ", ")
		}
	}
}

func TestContactsAreListedByHowFarTheyAre(t *testing.T) {
	s := begin(t)
	s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated)
	s.Invited(s.Ann, s.Acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
	rita := s.Client(s.Ann, s.Acme.Project, "Globex", "Rita Removed", "rita@globex.example")
	s.Do(s.Ann, "DELETE", "/v1/workspaces/"+s.Acme.Workspace+"/contacts/"+rita.Contact+"/access", nil).Must(http.StatusNoContent)
	for query, want := range map[string]string{
		"":                            "Carl Client active, Ivy Invited invited, Nora New none, Rita Removed removed",
		"limit=1":                     "Carl Client active, Ivy Invited invited, Nora New none, Rita Removed removed",
		"access=none":                 "Nora New none",
		"access=invited,removed":      "Ivy Invited invited, Rita Removed removed",
		"search=new":                  "Nora New none",
		"search=r&access=removed":     "Rita Removed removed",
		"search=client&access=active": "Carl Client active",
		"search=client&access=none":   "",
	} {
		if got := s.found(query); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	s.Do(s.Ann, "GET", "/v1/workspaces/"+s.Acme.Workspace+"/companies/"+s.Company+"/contacts?access=some", nil).Fault("query.access")
	s.Do(s.Ann, "GET", "/v1/workspaces/"+s.Acme.Workspace+"/companies/com_01JD0000000000000000000000/contacts", nil).Problem(http.StatusNotFound, "not-found")
}

// A contact who goes while a list is read is not shown as somebody without a name.
func TestAContactWhoIsGoneMeanwhileIsNotListed(t *testing.T) {
	s := begin(t)
	nora := s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated).String("id")
	if err := s.Table.DeleteOne(t.Context(), table.Contact(s.Acme.Workspace, nora)); err != nil {
		t.Fatal(err)
	}
	for query, want := range map[string]string{"": "Carl Client active", "search=nora": ""} {
		if got := s.found(query); got != want {
			t.Errorf("%q: got %q, want %q", query, got, want)
		}
	}
}

func TestAContactThatIsMadeByHandIsNotInvited(t *testing.T) {
	s := begin(t)
	s.Drain()
	s.ForgetMails()
	made := s.contact("Nora New", "Nora@Globex.Example").Must(http.StatusCreated)
	if made.String("access") != "none" || made.String("email") != "nora@globex.example" || made.String("company.name") != "Globex" {
		t.Errorf("got %s", made.Body)
	}
	s.Unchanged(func() {
		r := s.contact("Another name", "nora@globex.example").Problem(http.StatusConflict, "contact-exists")
		if m := r.List("matches"); len(m) != 1 || m[0]["id"] != made.String("id") {
			t.Errorf("got matches %v, want the contact that has the address", m)
		}
	})
	s.Drain()
	if mails := s.Mails(""); len(mails) > 0 {
		t.Errorf("got mails %+v, want none", mails)
	}
	// clients-add uses the record as it is.
	added := s.Do(s.Ann, "POST", "/v1/projects/"+s.Acme.Project+"/clients", map[string]any{"company": s.Company, "name": "N.", "email": "nora@globex.example"}).Must(http.StatusCreated)
	if added.String("contact") != made.String("id") || added.String("name") != "Nora New" {
		t.Errorf("got %s, want the contact that was there", added.Body)
	}
}

func TestANameChangesWhereverTheContactIsShown(t *testing.T) {
	s := begin(t)
	dora := s.Client(s.Ann, s.Acme.Project, "Globex", "Dora Client", "dora@globex.example")
	second := s.World.Project(s.Ann, s.Acme.Workspace, "Another project")
	s.Do(s.Ann, "POST", "/v1/projects/"+second+"/clients", map[string]any{"company": s.Company, "name": "Carl Client", "email": s.Carl.Email}).Must(http.StatusCreated)
	path := "/v1/workspaces/" + s.Acme.Workspace + "/contacts/" + s.Carl.Contact
	tag := s.Do(s.Ann, "GET", path, nil).Must(http.StatusOK).Header.Get("ETag")
	s.Do(s.Ann, "PATCH", path, map[string]any{"name": "Charles Client"}).Problem(http.StatusPreconditionRequired, "if-match-required")
	s.Do(s.Ann, "PATCH", path, map[string]any{"name": "Charles Client"}, foyertest.Header{Name: "If-Match", Value: tag}).Must(http.StatusOK)
	s.Do(s.Ann, "PATCH", path, map[string]any{"name": "Karl"}, foyertest.Header{Name: "If-Match", Value: tag}).Problem(http.StatusPreconditionFailed, "changed")
	gone := s.World.Project(s.Ann, s.Acme.Workspace, "A project that he is taken out of")
	s.Do(s.Ann, "POST", "/v1/projects/"+gone+"/clients", map[string]any{"company": s.Company, "name": "Carl Client", "email": s.Carl.Email}).Must(http.StatusCreated)
	if err := s.Table.DeleteOne(t.Context(), table.Person(gone, s.Carl.ID)); err != nil {
		t.Fatal(err)
	}
	if failed := s.RunJobs(); failed != 0 {
		t.Fatalf("%d jobs failed", failed)
	}
	if found, err := s.Table.Get(t.Context(), table.Person(gone, s.Carl.ID), &table.PersonRow{}); err != nil || found {
		t.Errorf("who was taken out of a project meanwhile is in it again: %v %v", found, err)
	}
	for _, item := range s.Rows() {
		var job table.JobRow
		if err := table.Unmarshal(item, &job); err == nil && job.Kind == contacts.RenameKind.Name && (job.State != table.JobDone || job.Done != 3 || job.Total != 3) {
			t.Errorf("the job is %+v, want it done, of three projects", job)
		}
	}
	shown := s.Do(dora, "GET", "/v1/portal/projects/"+s.Acme.Project, nil).Must(http.StatusOK).Body
	if !strings.Contains(shown, "Charles Client") || strings.Contains(shown, "Carl Client") {
		t.Errorf("another client of the project sees %s", shown)
	}
	for _, project := range []string{s.Acme.Project, second} {
		if got := s.Do(s.Ann, "GET", "/v1/projects/"+project+"/people", nil).Must(http.StatusOK).Body; !strings.Contains(got, "Charles Client") {
			t.Errorf("the team sees %s", got)
		}
	}
	for query, want := range map[string]string{"search=char": "Charles Client active", "search=carl": ""} {
		if got := s.found(query); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
	// The account is the person's own.
	if got := s.Do(s.Carl, "GET", "/v1/me", nil).Must(http.StatusOK).String("name"); got != "Carl Client" {
		t.Errorf("the account's name is %q now, by another's act", got)
	}
}

func TestAnAddressChangesOnlyUntilTheContactIsInvited(t *testing.T) {
	s := begin(t)
	nora := s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated).String("id")
	path := "/v1/workspaces/" + s.Acme.Workspace + "/contacts/"
	whatever := foyertest.Header{Name: "If-Match", Value: "*"}
	s.Unchanged(func() {
		s.Do(s.Ann, "PATCH", path+nora, map[string]any{"email": s.Carl.Email}, whatever).Problem(http.StatusConflict, "contact-exists")
		s.Do(s.Ann, "PATCH", path+s.Carl.Contact, map[string]any{"email": "carl@new.example"}, whatever).Problem(http.StatusConflict, "address-invited")
		s.Do(s.Ann, "PATCH", path+nora, map[string]any{"email": "no address"}, whatever).Fault("body.email")
	})
	s.Do(s.Ann, "PATCH", path+nora, map[string]any{"email": "nora@new.example"}, whatever).Must(http.StatusOK)
	// The old address is free again, the new one is taken.
	s.contact("Nina", "nora@globex.example").Must(http.StatusCreated)
	s.contact("Nick", "nora@new.example").Problem(http.StatusConflict, "contact-exists")
}
