//go:build engine

package contacts_test

import (
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

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

// Whoever is a client as two contacts is called in each project as the contact that they
// are there.
func TestANameIsOfOneContactAndNotOfThePersonsOther(t *testing.T) {
	s := begin(t)
	initech := s.World.Project(s.Ann, s.Acme.Workspace, "For Initech")
	s.Invited(s.Ann, initech, "Initech", "Carl Client", s.Carl.Email)
	s.Accept(s.Carl, s.Acme.Workspace)
	s.Do(s.Ann, "PATCH", s.at(s.Carl.Contact), map[string]any{"name": "Charles Client"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	s.jobsDone()
	for project, name := range map[string]string{s.Acme.Project: "Charles Client", initech: "Carl Client"} {
		if got := s.Do(s.Ann, "GET", "/v1/projects/"+project+"/people", nil).Must(http.StatusOK).Body; !strings.Contains(got, name) {
			t.Errorf("the people are %s, want %s among them", got, name)
		}
	}
}

// A contact who is gone, or was never invited, has no project to be renamed in.
func TestARenamingOfWhoIsGoneMeanwhileIsDone(t *testing.T) {
	s := begin(t)
	s.Do(s.Ann, "PATCH", s.at(s.Carl.Contact), map[string]any{"name": "Charles Client"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	s.Drain()
	s.erase(s.Ann, s.Carl.Contact).Must(http.StatusNoContent)
	s.Around("jobs-run", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if query, ok := c.Input.(*dynamodb.QueryInput); ok && reflect.DeepEqual(query.ExpressionAttributeValues[":pk"], &types.AttributeValueMemberS{Value: table.UserPartition("")}) {
			t.Error("the projects of nobody are looked for")
		}
		return next()
	})
	s.jobsDone()
}

// Of what a change was decided on, that it still holds is asked when it is written.
func TestAChangeMeetsAnother(t *testing.T) {
	name := func(to string) map[string]any { return map[string]any{"name": to} }
	for what, c := range map[string]struct {
		ours, theirs map[string]any
	}{
		"of the same letters": {name("Nadia New"), name("NORA NEW")},
		"of the address":      {name("Nadia New"), map[string]any{"email": "nora@other.example"}},
		"of the name":         {map[string]any{"email": "nora@other.example"}, name("NORA NEW")},
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			nora := s.at(s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated).String("id"))
			tag := s.Do(s.Ann, "GET", nora, nil).Must(http.StatusOK).Header.Get("ETag")
			var then string
			met := false
			s.Around("contacts-update", func(call foyertest.AWSCall, next func() (any, error)) (any, error) {
				if call.Name == "TransactWriteItems" && !met {
					met = true
					s.Do(s.Ann, "PATCH", nora, c.theirs, foyertest.Header{Name: "If-Match", Value: tag}).Must(http.StatusOK)
					then = s.Do(s.Ann, "GET", nora, nil).Body
				}
				return next()
			})
			s.Do(s.Ann, "PATCH", nora, c.ours, foyertest.Header{Name: "If-Match", Value: tag}).Problem(http.StatusPreconditionFailed, "changed")
			if got := s.Do(s.Ann, "GET", nora, nil).Body; !met || got != then {
				t.Errorf("the contact is %s, want %s (met %t)", got, then, met)
			}
		})
	}
}

func TestAChangeMeetsTheInvitation(t *testing.T) {
	for what, c := range map[string]struct {
		change map[string]any
		status int
		name   string
		email  string
	}{
		"of the address": {map[string]any{"email": "nora@other.example"}, http.StatusConflict, "Nora New", "nora@globex.example"},
		"of the name":    {map[string]any{"name": "Nadia New"}, http.StatusOK, "Nadia New", "nora@globex.example"},
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t)
			nora := s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated).String("id")
			met := false
			s.Around("contacts-update", func(call foyertest.AWSCall, next func() (any, error)) (any, error) {
				if call.Name == "TransactWriteItems" && !met {
					met = true
					s.Do(s.Ann, "POST", s.at(nora)+"/invitation", map[string]any{}).Must(http.StatusAccepted)
				}
				return next()
			})
			s.Do(s.Ann, "PATCH", s.at(nora), c.change, foyertest.Header{Name: "If-Match", Value: "*"}).Must(c.status)
			s.jobsDone()
			seen := s.Do(foyertest.Person{}, "GET", "/v1/invitations/"+s.Link("nora@globex.example", s.Acme.Workspace), nil).Must(http.StatusOK)
			if seen.String("name") != c.name || seen.String("email") != c.email || !met {
				t.Errorf("the invitation is of %s, want %s and %s (met %t)", seen.Body, c.name, c.email, met)
			}
		})
	}
}

// A name of characters that nobody sees is none, whatever its length.
func TestANameThatIsNothingIsRefused(t *testing.T) {
	s := begin(t)
	nora := s.contact("Nora New", "nora@globex.example").Must(http.StatusCreated).String("id")
	s.Unchanged(func() {
		s.contact("\u00ad\u00ad", "nobody@globex.example").Fault("body.name")
		s.Do(s.Ann, "PATCH", s.at(nora), map[string]any{"name": "\u00ad\u00ad"}, foyertest.Header{Name: "If-Match", Value: "*"}).Fault("body.name")
	})
}

// A change that changes nothing is not recorded as one.
func TestAChangeToWhatIsThereIsNone(t *testing.T) {
	s := begin(t)
	s.Unchanged(func() {
		s.Do(s.Ann, "PATCH", s.at(s.Carl.Contact), map[string]any{"name": "Carl Client", "email": s.Carl.Email}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	})
}

// A company that cannot be read is a failure, and not one that is not there.
func TestACompanyThatCannotBeReadIsAFailure(t *testing.T) {
	s := begin(t)
	if err := s.Table.PutOne(t.Context(), table.Company(s.Acme.Workspace, s.Company), map[string]any{"company": s.Company, "name": []string{"Globex"}}, nil); err != nil {
		t.Fatal(err)
	}
	s.Unchanged(func() {
		s.contact("Nora New", "nora@globex.example").Problem(http.StatusInternalServerError, "internal")
	})
}

// A key is remembered for its time, and not for as long as its row happens to stand.
func TestAKeyIsForgottenWithItsTime(t *testing.T) {
	s := begin(t)
	key := foyertest.Header{Name: "Idempotency-Key", Value: "once"}
	path := "/v1/workspaces/" + s.Acme.Workspace + "/companies/" + s.Company + "/contacts"
	first := s.Do(s.Ann, "POST", path, map[string]any{"name": "Nora New", "email": "nora@globex.example"}, key).Must(http.StatusCreated)
	again := map[string]any{"name": "Nina New", "email": "nina@globex.example"}
	s.Unchanged(func() {
		s.Do(s.Ann, "POST", path, again, key).Problem(http.StatusUnprocessableEntity, "idempotency-key-reused")
	})
	for at := range s.Rows() {
		if strings.HasPrefix(at.PK, "AUTH#IDEM#") {
			if err := s.Table.UpdateOne(t.Context(), at, table.Set("ttl", s.Clock.Now().Add(-time.Minute).Unix()), table.Exists()); err != nil {
				t.Fatal(err)
			}
		}
	}
	if second := s.Do(s.Ann, "POST", path, again, key).Must(http.StatusCreated); second.String("id") == first.String("id") {
		t.Errorf("got %s, want another contact", second.Body)
	}
}

// An invitation that is gone before the name is written does not come back with a name alone.
func TestANewNameMakesNoInvitation(t *testing.T) {
	s := begin(t)
	ivy := s.Invited(s.Ann, s.Acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
	key := s.Invitations(ivy.Email, s.Acme.Workspace)[0].Key
	s.Before("contacts-update", "TransactWriteItems", 1, func() {
		if err := s.Table.DeleteOne(t.Context(), key); err != nil {
			t.Fatal(err)
		}
	})
	s.Do(s.Ann, "PATCH", s.at(ivy.Contact), map[string]any{"name": "Ines Invited"}, foyertest.Header{Name: "If-Match", Value: "*"}).Problem(http.StatusConflict, "write-conflict")
	if row := s.Rows()[key]; row != nil {
		t.Errorf("there is %v", row)
	}
}
