//go:build engine

package clients_test

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// before does something, once, when clients-add makes its first call of that kind:
// what it has read until then no longer holds.
func (s scene) before(which func(input any) bool, do func()) {
	var once sync.Once
	s.Intercept("clients-add", func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Before", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if which(in.Parameters) {
				once.Do(do)
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}

func writes(input any) bool { _, ok := input.(*dynamodb.TransactWriteItemsInput); return ok }

func (s scene) delete(key table.Key) {
	s.t.Helper()
	if err := s.Table.DeleteOne(s.t.Context(), key); err != nil {
		s.t.Fatal(err)
	}
}

// What cannot be is a failure: nobody is added on the strength of rows that do not
// belong together.
func TestRowsThatDoNotBelongTogetherAddNobody(t *testing.T) {
	t.Run("the adder has a role and is no member", func(t *testing.T) {
		s := newScene(t)
		s.delete(table.Member(s.Workspace, s.Ann.ID))
		s.Unchanged(func() { s.add(s.Project, carl()).Problem(http.StatusInternalServerError, "internal") })
	})
	t.Run("an address leads to a contact that is not there", func(t *testing.T) {
		s := newScene(t)
		contact := s.add(s.Project, carl()).Must(http.StatusCreated).String("contact")
		second := s.another("Second")
		s.delete(table.Contact(s.Workspace, contact))
		s.Unchanged(func() { s.add(second, carl()).Problem(http.StatusInternalServerError, "internal") })
	})
}

// One account is a member or a client of a workspace: a row of the project from
// former days makes nobody a client who is of the team now.
func TestAMemberWithAClientsRowIsNoClient(t *testing.T) {
	s := newScene(t)
	bob := s.colleague("Bob Builder", "bob@acme.example", false)
	s.put(table.Project(bob.ID, s.Project), table.PersonProjectRow{Project: s.Project, Kind: table.KindClient, Contact: "con_01JD0000000000000000000000"})
	s.Unchanged(func() {
		s.add(s.Project, but(carl(), fields{"email": bob.Email})).Problem(http.StatusConflict, "is-member")
	})
}

// Rule 36, to the last moment: what is archived while the request is read is not
// changed by it.
func TestWhatIsArchivedMeanwhileGetsNoClient(t *testing.T) {
	t.Run("the project", func(t *testing.T) {
		s := newScene(t)
		s.before(writes, func() { s.set(table.ProjectFacts(s.Project), "archived", true) })
		s.add(s.Project, carl()).Problem(http.StatusConflict, "project-archived")
		equal(t, "contacts", len(s.contacts()), 0)
	})
	t.Run("the project, which has a company", func(t *testing.T) {
		s := newScene(t)
		s.add(s.Project, carl()).Must(http.StatusCreated)
		s.before(writes, func() { s.set(table.ProjectFacts(s.Project), "archived", true) })
		s.add(s.Project, but(carl(), fields{"email": "cora@globex.example"})).Problem(http.StatusConflict, "project-archived")
		equal(t, "contacts", len(s.contacts()), 1)
	})
	t.Run("the company", func(t *testing.T) {
		s := newScene(t)
		company := s.add(s.Project, carl()).Must(http.StatusCreated).String("company.id")
		s.before(writes, func() { s.set(table.CompanyGate(s.Workspace, company), "archived", true) })
		s.add(s.Project, but(carl(), fields{"email": "cora@globex.example"})).Problem(http.StatusConflict, "company-archived")
		equal(t, "contacts", len(s.contacts()), 1)
	})
}

// What the invitation says of a contact is what the contact is called and reached at
// when it is written.
func TestAContactWhoChangesMeanwhileIsInvitedAsTheyAreThen(t *testing.T) {
	s := newScene(t)
	company := s.add(s.Project, carl()).Must(http.StatusCreated).String("company.id")
	cora := s.Do(s.Ann, "POST", "/v1/workspaces/"+s.Workspace+"/companies/"+company+"/contacts", fields{"name": "Cora Contact", "email": "cora@globex.example"}).Must(http.StatusCreated).String("id")
	s.before(writes, func() {
		s.Do(s.Ann, "PATCH", "/v1/workspaces/"+s.Workspace+"/contacts/"+cora, fields{"name": "Cora Changed"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	})
	s.add(s.Project, but(carl(), fields{"email": "cora@globex.example"})).Must(http.StatusCreated)
	equal(t, "name in the invitation", s.Invitations("cora@globex.example", s.Workspace)[0].Name, "Cora Changed")
}

// Rule 18: a licence that is freed while the request is read counts no more.
func TestALicenceThatGoesMeanwhileIsMissed(t *testing.T) {
	s := newScene(t)
	company := s.add(s.Project, carl()).Must(http.StatusCreated).String("company.id")
	s.set(table.WorkspaceGate(s.Workspace), "portalNeedsLicence", true)
	s.set(table.CompanyGate(s.Workspace, company), "licensed", true)
	s.before(writes, func() { s.set(table.CompanyGate(s.Workspace, company), "licensed", false) })
	s.add(s.Project, but(carl(), fields{"email": "cora@globex.example"})).Problem(http.StatusConflict, "company-not-licensed")
	equal(t, "contacts", len(s.contacts()), 1)
}

// Where no licence is needed, its coming and going does not matter.
func TestALicenceThatIsNotNeededDoesNotMatter(t *testing.T) {
	s := newScene(t)
	company := s.add(s.Project, carl()).Must(http.StatusCreated).String("company.id")
	equal(t, "licensed", get[table.CompanyGateRow](s, table.CompanyGate(s.Workspace, company)).Licensed, false)
	s.add(s.Project, but(carl(), fields{"email": "cora@globex.example"})).Must(http.StatusCreated)
}

// Rule 24: whoever is removed while they are being added to one more project stays
// out, and gets no mail of it.
func TestWhoIsRemovedMeanwhileIsNotAdded(t *testing.T) {
	s := newScene(t)
	p := s.Client(s.Ann, s.Project, "Globex", "Carl Client", "carl@globex.example")
	second := s.another("Second")
	s.before(writes, func() {
		s.Do(s.Ann, http.MethodDelete, "/v1/workspaces/"+s.Workspace+"/contacts/"+p.Contact+"/access", nil).Must(http.StatusNoContent)
	})
	s.add(second, carl()).Problem(http.StatusConflict, "access-removed")
	equal(t, "mails put", s.mails(p.ID), []string{"invitation"})
	equal(t, "person of the second project", s.person(second, p.ID) == nil, true)
}

// The access alone goes, as no operation does it: the mail that tells of one more
// project depends on it.
func TestWhoseAccessGoesMeanwhileIsNotToldOfOneMoreProject(t *testing.T) {
	s := newScene(t)
	p := s.Client(s.Ann, s.Project, "Globex", "Carl Client", "carl@globex.example")
	second := s.another("Second")
	s.before(writes, func() {
		s.put(table.Membership(p.ID, s.Workspace), table.MembershipRow{Workspace: s.Workspace, Contacts: map[string]string{"con_01JD0000000000000000000000": p.Company}})
	})
	s.add(second, carl())
	equal(t, "mails put", s.mails(p.ID), []string{"invitation"})
}

// A contact as it was read: who is invited, or accepts, meanwhile is added as they
// are by then, with one invitation.
func TestAContactThatChangesMeanwhileIsReadAgain(t *testing.T) {
	for what, change := range map[string]func(s scene, contact string){
		"another state": func(s scene, id string) {
			s.set(table.Contact(s.Workspace, id), "invitationState", table.InvitationExpired)
		},
		"another person": func(s scene, id string) { s.set(table.Contact(s.Workspace, id), "person", s.Ann.ID) },
		"removed":        func(s scene, id string) { s.set(table.Contact(s.Workspace, id), "removed", true) },
	} {
		t.Run(what, func(t *testing.T) {
			s := newScene(t)
			p := s.Invited(s.Ann, s.Project, "Globex", "Carl Client", "carl@globex.example")
			second := s.another("Second")
			s.before(writes, func() { change(s, p.Contact) })
			r := s.add(second, carl())
			switch what {
			case "another state":
				equal(t, "state", r.Must(http.StatusCreated).String("invitation.state"), table.InvitationExpired)
			case "another person":
				r.Problem(http.StatusConflict, "is-member")
			case "removed":
				r.Problem(http.StatusConflict, "access-removed")
			}
		})
	}
}

// A contact who was not invited yet: whoever invites them first wins, and nobody
// invites a removed one.
func TestAContactIsInvitedOnce(t *testing.T) {
	for what, attribute := range map[string]string{"invited meanwhile": "person", "removed meanwhile": "removed"} {
		t.Run(what, func(t *testing.T) {
			s := newScene(t)
			first := s.add(s.Project, carl()).Must(http.StatusCreated)
			company, id := first.String("company.id"), "con_01JD00000000000000000CRA00"
			s.put(table.Contact(s.Workspace, id), table.ContactRow{Contact: id, Company: company, Name: "Cora", Email: "cora@globex.example"})
			s.put(table.ContactAddress(s.Workspace, company, "cora@globex.example"), table.ContactAddressRow{Contact: id})
			s.before(writes, func() {
				if attribute == "removed" {
					s.set(table.Contact(s.Workspace, id), "removed", true)
					return
				}
				s.set(table.Contact(s.Workspace, id), "person", s.Ann.ID)
			})
			r := s.add(s.Project, but(carl(), fields{"email": "cora@globex.example"}))
			if r.Status < http.StatusBadRequest {
				t.Errorf("got %d %s, want a refusal", r.Status, r.Body)
			}
			equal(t, "addresses", len(query[table.InvitationRow](s, table.UserPartition(s.Ann.ID), "INVITATION#"+s.Workspace+"#con_")), 0)
			s.Drain()
			equal(t, "mails", len(s.Mails("cora@globex.example")), 0)
		})
	}
}

// A company is made once of a name, also after companies of the name have come and
// gone before.
func TestACompanyOfAFormerNameIsMadeOnce(t *testing.T) {
	s := newScene(t)
	company := s.add(s.Project, carl()).Must(http.StatusCreated).String("company.id")
	s.delete(table.CompanyNamed(s.Workspace, "globex", company)) // renamed
	s.before(writes, func() {
		s.Release()
		s.add(s.another("Meanwhile"), but(carl(), fields{"email": "dora@globex.example"})).Must(http.StatusCreated)
	})
	s.add(s.another("Second"), but(carl(), fields{"email": "cora@globex.example"})).Must(http.StatusCreated)
	equal(t, "companies", len(s.companies()), 2) // the renamed one, and one of the name
}

// The contact's person counts, whatever address they have by now: also an address that
// nobody had before leads to somebody who may be of the team.
func TestAContactOfAnotherAddressIsAskedForLikeAnyOther(t *testing.T) {
	add := func(s scene, meanwhile func(person string)) foyertest.Response {
		first := s.add(s.Project, carl()).Must(http.StatusCreated)
		s.put(table.ContactAddress(s.Workspace, first.String("company.id"), "new@globex.example"), table.ContactAddressRow{Contact: first.String("contact")})
		s.before(writes, func() { meanwhile(first.String("person")) })
		return s.add(s.another("Second"), but(carl(), fields{"email": "new@globex.example"}))
	}
	t.Run("who joins the team meanwhile", func(t *testing.T) {
		s := newScene(t)
		add(s, func(person string) {
			s.put(table.Member(s.Workspace, person), table.MemberRow{Person: person, Role: table.RoleMember})
		}).Problem(http.StatusConflict, "is-member")
	})
	t.Run("who has the address still", func(t *testing.T) {
		s := newScene(t)
		place := table.Membership(s.add(s.Project, carl()).Must(http.StatusCreated).String("person"), s.Workspace)
		second, reads := s.another("Second"), 0
		s.Around("clients-add", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
			if get, ok := c.Input.(*dynamodb.BatchGetItemInput); ok {
				for _, item := range get.RequestItems[s.Config.Table].Keys {
					var key table.Key
					if err := table.Unmarshal(item, &key); err != nil {
						t.Error(err)
					}
					if key == place {
						reads++
					}
				}
			}
			return next()
		})
		s.add(second, carl()).Must(http.StatusCreated)
		equal(t, "reads of their place in the workspace", reads, 1)
	})
	t.Run("whom nothing hinders", func(t *testing.T) {
		s := newScene(t)
		var person string
		r := add(s, func(p string) { person = p }).Must(http.StatusCreated)
		equal(t, "person", r.String("person"), person)
	})
}

func TestWhatIsNoCompanysIDIsNotLookedFor(t *testing.T) {
	s := newScene(t)
	s.Around("clients-add", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if get, ok := c.Input.(*dynamodb.GetItemInput); ok && strings.Contains(get.Key["SK"].(*types.AttributeValueMemberS).Value, "no-company") {
			t.Error("a row is read by whatever the request says")
		}
		return next()
	})
	s.add(s.Project, but(carl(), fields{"companyName": nil, "company": "no-company"})).Fault("body.company")
}
