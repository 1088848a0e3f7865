//go:build engine

package workspaceexport_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

type fields = map[string]any

// agency is Acme with Carl's project, of which everything is exported.
type agency struct {
	*foyertest.World
	ann, carl                   foyertest.Person
	workspace, project, company string
}

func newAgency(t *testing.T) agency {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	acme := w.Acme()
	return agency{w, acme.Ann, acme.Carl, acme.Workspace, acme.Project, acme.Company}
}

func (a agency) at(rest string) string { return "/v1/workspaces/" + a.workspace + rest }

func (a agency) item(project, title string, shared bool) string {
	a.T.Helper()
	return a.Do(a.ann, "POST", "/v1/projects/"+project+"/items", fields{"kind": "message", "title": title, "clientCanSee": shared}).Must(http.StatusCreated).String("id")
}

// member is a new member of the team with that role.
func (a agency) member(name, email, role string) foyertest.Person {
	a.T.Helper()
	a.Do(a.ann, "POST", a.at("/members"), fields{"name": name, "email": email, "role": role}).Must(http.StatusCreated)
	return a.Accept(foyertest.Person{Name: name, Email: email, Password: foyertest.Password}, a.workspace)
}

// export asks for the file, has it made, and gives its lines back.
func (a agency) export() (lines []fields, file string) {
	a.T.Helper()
	job := a.Do(a.ann, "POST", a.at("/export"), nil).Must(http.StatusAccepted)
	if failed := a.RunJobs(); failed != 0 {
		a.T.Fatalf("%d jobs failed", failed)
	}
	done := a.Do(a.ann, "GET", a.at("/jobs/"+job.String("id")), nil).Must(http.StatusOK)
	if done.String("state") != table.JobDone || done.String("file.url") == "" {
		a.T.Fatalf("got %s, want it done, with its file", done.Body)
	}
	file = a.Fetch(done.String("file.url"))
	for line := range strings.Lines(file) {
		var one fields
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			a.T.Fatalf("%q: %v", line, err)
		}
		lines = append(lines, one)
	}
	if got := done.JSON()["done"]; got != float64(len(lines)) {
		a.T.Errorf("the job says %v records, the file has %d", got, len(lines))
	}
	return lines, file
}

// of are the values of a field in the records of a kind, in their order.
func of(lines []fields, record, field string) (values []string) {
	for _, line := range lines {
		if line["record"] == record {
			values = append(values, fmt.Sprint(line[field]))
		}
	}
	return values
}

func TestAnOwnerHasTheWorkspaceWhole(t *testing.T) {
	a := newAgency(t)
	mia := a.member("Mia Member", "mia@acme.example", "member")
	hidden := a.Project(mia, a.workspace, "Mia's own")
	private, shared := a.item(a.project, "Budget", false), a.item(a.project, "Launch plan", true)
	kept := a.Do(mia, "POST", "/v1/projects/"+hidden+"/items", fields{"kind": "task", "title": "Call Carl", "text": "Line one\nline <two>"}).Must(http.StatusCreated).String("id")
	ivy := a.Invited(a.ann, a.project, "Initech", "Ivy Invited", "ivy@initech.example")
	olga, theirs := a.Workspace("Other Agency", "Olga Other", "olga@other.example")
	elsewhere := a.Project(olga, theirs, "Elsewhere")
	a.Invited(olga, elsewhere, "Globex", "Carl as Olga has him", a.carl.Email)
	a.Do(a.ann, "PUT", a.at("/invitation-template"), fields{"subject": "Join {{workspaceName}}"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(http.StatusOK)
	a.Drain() // invitations leave, with their links

	lines, file := a.export()
	for record, want := range map[string]struct {
		field  string
		values []string
	}{
		"workspace":           {"name", []string{"Acme Agency"}},
		"subscription":        {"seats", []string{"0"}},
		"invitation-template": {"subject", []string{"Join {{workspaceName}}"}},
		"member":              {"email", []string{"ann@acme.example", "mia@acme.example"}},
		"company":             {"name", []string{"Globex", "Initech"}},
		"contact":             {"email", []string{a.carl.Email, ivy.Email}},
		"project":             {"id", []string{a.project, hidden}},
		"item":                {"id", []string{private, shared, kept}},
	} {
		got := of(lines, record, want.field)
		slices.Sort(got)
		slices.Sort(want.values)
		if !slices.Equal(got, want.values) {
			t.Errorf("%s: got %q, want %q", record, got, want.values)
		}
	}
	for _, line := range lines {
		if line["record"] == "item" && line["id"] == kept && (line["project"] != hidden || line["text"] != "Line one\nline <two>" || line["clientCanSee"] != false) {
			t.Errorf("got %v, want the item as it is, with its project", line)
		}
		if line["record"] == "person" && line["person"] == a.carl.ID && (line["project"] != a.project || line["contact"] != a.carl.Contact || line["kind"] != "client") {
			t.Errorf("got %v, want Carl in the project as that contact", line)
		}
	}
	recorded := of(lines, "change", "type")
	for _, want := range []string{"workspace-created", "project-created", "client-added", "item-created", "invitation-accepted", "invitation-template-changed", "workspace-exported"} {
		if !slices.Contains(recorded, want) {
			t.Errorf("the changes are %q, without %s", recorded, want)
		}
	}
	for what, not := range map[string]string{"another workspace": theirs, "what another workspace calls its contact": "Carl as Olga has him", "a project of another workspace": elsewhere, "a link": a.Link(ivy.Email, a.workspace)} {
		if strings.Contains(file, not) {
			t.Errorf("the export has %s", what)
		}
	}
}

func TestOnlyAnOwnerExportsAndOnlyOwnersGetTheFile(t *testing.T) {
	a := newAgency(t)
	admin, owner := a.member("Adam Admin", "adam@acme.example", "admin"), a.member("Otto Owner", "otto@acme.example", "owner")
	mia := a.member("Mia Member", "mia@acme.example", "member")
	olga, _ := a.Workspace("Other Agency", "Olga Other", "olga@other.example")
	a.Unchanged(func() {
		a.Do(foyertest.Person{}, "POST", a.at("/export"), nil).Must(http.StatusUnauthorized)
		a.Do(admin, "POST", a.at("/export"), nil).Problem(http.StatusForbidden, "role")
		a.Do(mia, "POST", a.at("/export"), nil).Problem(http.StatusForbidden, "role")
		a.Do(a.carl, "POST", a.at("/export"), nil).Problem(http.StatusNotFound, "not-found")
		a.Do(olga, "POST", a.at("/export"), nil).Problem(http.StatusNotFound, "not-found")
	})
	key := foyertest.Header{Name: "Idempotency-Key", Value: "once"}
	job := a.Do(a.ann, "POST", a.at("/export"), nil, key).Must(http.StatusAccepted).String("id")
	if again := a.Do(a.ann, "POST", a.at("/export"), nil, key).Must(http.StatusAccepted).String("id"); again != job {
		t.Errorf("the repeated request made the job %s beside %s", again, job)
	}
	a.RunJobs()
	for who, gets := range map[*foyertest.Person]bool{&a.ann: true, &owner: true, &admin: false, &mia: false} {
		done := a.Do(*who, "GET", a.at("/jobs/"+job), nil).Must(http.StatusOK)
		if got := done.String("file.url") != ""; got != gets || done.String("state") != table.JobDone {
			t.Errorf("%s: got %s, want the link: %v", who.Name, done.Body, gets)
		}
	}
	a.Do(a.carl, "GET", a.at("/jobs/"+job), nil).Problem(http.StatusNotFound, "not-found")
	audited := a.Do(a.ann, "POST", a.at("/audit/export"), fields{"format": "csv"}).Must(http.StatusAccepted).String("id")
	a.RunJobs()
	if done := a.Do(admin, "GET", a.at("/jobs/"+audited), nil).Must(http.StatusOK); done.String("file.url") == "" {
		t.Errorf("an admin gets no link to the audit any more: %s", done.Body)
	}
}

// Of an item that moves between the two realms while they are read there is one line,
// as it was or as it is.
func TestAnItemThatMovesMeanwhileIsThereOnce(t *testing.T) {
	for _, shared := range []bool{false, true} {
		t.Run(map[bool]string{false: "it is shared", true: "it is taken back"}[shared], func(t *testing.T) {
			a := newAgency(t)
			moved, stays := a.item(a.project, "Moves", shared), a.item(a.project, "Stays", !shared)
			done := false
			a.Around("jobs-run", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
				if !done && readsShared(c, a.project) {
					done = true
					a.Do(a.ann, "PUT", "/v1/projects/"+a.project+"/items/"+moved+"/visibility", fields{"clientCanSee": !shared}).Must(http.StatusOK)
				}
				return next()
			})
			lines, _ := a.export()
			if got, want := of(lines, "item", "id"), []string{moved, stays}; !done || !slices.Equal(got, want) {
				t.Errorf("moved %v: the export has the items %q, want %q", done, got, want)
			}
		})
	}
}

// readsShared says whether the call reads the project's shared items, which come after
// the private ones.
func readsShared(c foyertest.AWSCall, project string) bool {
	q, ok := c.Input.(*dynamodb.QueryInput)
	return ok && reflect.DeepEqual(q.ExpressionAttributeValues, map[string]types.AttributeValue{
		":pk":     &types.AttributeValueMemberS{Value: table.ClientProjectPartition(project)},
		":prefix": &types.AttributeValueMemberS{Value: table.PrefixItem},
	})
}

// More than a page of everything, more than a part of the file, runs that are cut off:
// nothing is lost, and nothing there twice.
func TestALargeWorkspaceIsExportedInSlicesAndLosesNothing(t *testing.T) {
	a := newAgency(t)
	const contacts, items = 230, 330
	text := strings.Repeat("x", 20_000) // an item's page is cut at DynamoDB's megabyte
	var rows []table.Rowed
	for n := range contacts {
		id := fmt.Sprintf("con_%026d", n)
		rows = append(rows, table.Rowed{Key: table.Contact(a.workspace, id), Row: table.ContactRow{Contact: id, Company: a.company, Name: "Many", Email: id + "@globex.example"}})
	}
	for n := range items {
		id := fmt.Sprintf("msg_%026d", n)
		key := table.PrivateItem(a.project, id)
		if n%3 == 0 {
			key = table.SharedItem(a.project, id)
		}
		rows = append(rows, table.Rowed{Key: key, Row: table.ItemRow{Item: id, Kind: table.ItemMessage, Title: "Many", Text: text, Author: a.ann.ID, Version: 1}})
	}
	if err := a.Table.BatchPut(t.Context(), rows...); err != nil {
		t.Fatal(err)
	}
	others := make([]string, 12) // projects without much in them
	for i := range others {
		others[i] = a.Project(a.ann, a.workspace, fmt.Sprintf("Other %d", i))
	}
	a.JobTime = 10 * time.Second // less than a run keeps in reserve: each slice is a run, which hands the rest on
	a.Failing("jobs-run", "UploadPart", 1, foyertest.ErrPasses)
	a.Failing("jobs-run", "Query", 40, foyertest.ErrPasses)
	lines, file := a.export()
	if len(file) < 6<<20 {
		t.Fatalf("the file has %d bytes: not enough for two parts", len(file))
	}
	for record, want := range map[string]int{"contact": contacts + 1, "item": items, "project": len(others) + 1, "workspace": 1} {
		ids := of(lines, record, "id")
		if len(ids) != want || !slices.IsSorted(ids) || len(slices.Compact(ids)) != want {
			t.Errorf("%d records of %s, want %d, in order, each once", len(ids), record, want)
		}
	}
}
