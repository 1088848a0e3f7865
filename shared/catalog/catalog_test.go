package catalog_test

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest/iam"
	"foyer/shared/samtemplate"
)

var root = filepath.Join("..", "..")

func template(t *testing.T) *samtemplate.Template {
	t.Helper()
	tpl, err := samtemplate.Load(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

// ids of everything that is a function.
func functionIDs() []string {
	var ids []string
	for _, op := range catalog.Operations() {
		ids = append(ids, op.Meta().ID)
	}
	for _, c := range catalog.WithoutOperation() {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestEveryOperationHasItsRouteAndNoOther(t *testing.T) {
	routes, err := template(t).Routes()
	if err != nil {
		t.Fatal(err)
	}
	inTemplate := map[string]string{}
	for _, r := range routes {
		who := "anyone"
		if !r.Public() {
			who = "authorizer " + r.Authorizer
		}
		if r.ID != "web" {
			inTemplate[r.ID] = r.Key() + " for " + who
		}
	}
	for _, op := range catalog.Operations() {
		m := op.Meta()
		want := m.Method + " " + m.Path + " for authorizer Cognito"
		if m.Public() {
			want = m.Method + " " + m.Path + " for anyone"
		}
		if got := inTemplate[m.ID]; got != want {
			t.Errorf("%s: template.yaml routes %q, want %q: mend the Events of %s", m.ID, got, want, samtemplate.LogicalID(m.ID))
		}
		delete(inTemplate, m.ID)
	}
	for id, route := range inTemplate {
		t.Errorf("template.yaml routes %s to %s, which is not in catalog.Operations: add it, or take the route away", route, id)
	}
}

func TestEveryFunctionHasItsFolderItsResourceAndItsEvent(t *testing.T) {
	var folders []string
	entries, err := os.ReadDir(filepath.Join(root, "functions"))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		folders = append(folders, e.Name())
	}
	var resources []string
	for _, f := range template(t).Functions {
		resources = append(resources, f.ID)
		if want := "functions/" + f.ID + "/"; f.CodeURI != want {
			t.Errorf("%s: CodeUri is %q, want %q", f.LogicalID, f.CodeURI, want)
		}
	}
	same(t, "functions/", folders, "make the folder with a main.go of one line, or add the operation to the catalogue")
	same(t, "template.yaml", resources, "write the function's resource with its own policy, or add the operation to the catalogue")
	for _, id := range functionIDs() {
		if _, err := os.Stat(filepath.Join(root, "events", id+".json")); err != nil {
			t.Errorf("events/%s.json is missing: run make openapi, or write it by hand where the function has no HTTP", id)
		}
	}
}

func same(t *testing.T, place string, got []string, mend string) {
	t.Helper()
	want := functionIDs()
	for _, id := range want {
		if !slices.Contains(got, id) {
			t.Errorf("%s is in the catalogue, not in %s: %s", id, place, mend)
		}
	}
	for _, id := range got {
		if !slices.Contains(want, id) {
			t.Errorf("%s is in %s, not in the catalogue: %s", id, place, mend)
		}
	}
}

var served = regexp.MustCompile(`(?m)^func main\(\) \{ lambdarun\.API\((\w+)\.(\w+)\) \}$`)

func TestEveryMainNamesItsOwnOperationInOneLine(t *testing.T) {
	for _, op := range catalog.Operations() {
		id := op.Meta().ID
		main, err := os.ReadFile(filepath.Join(root, "functions", id, "main.go"))
		if err != nil {
			t.Error(err)
			continue
		}
		m := served.FindSubmatch(main)
		if m == nil {
			t.Errorf("functions/%s/main.go: want one line func main() { lambdarun.API(<area>.<Operation>) }", id)
			continue
		}
		declared := regexp.MustCompile(`(?s)var ` + string(m[2]) + ` = api\.Operation\[.{0,200}?\]\{\s*ID:\s*"([a-z-]+)"`)
		found := ""
		sources, _ := filepath.Glob(filepath.Join(root, "shared", string(m[1]), "*.go"))
		for _, file := range sources {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if d := declared.FindSubmatch(text); d != nil {
				found = string(d[1])
			}
		}
		if found != id {
			t.Errorf("functions/%s/main.go serves %s.%s, whose ID is %q", id, m[1], m[2], found)
		}
	}
}

func TestIDsAndRoutesAreUnique(t *testing.T) {
	ids, routes := map[string]bool{}, map[string]string{}
	for _, op := range catalog.Operations() {
		m := op.Meta()
		if ids[m.ID] {
			t.Errorf("%s is in the catalogue twice", m.ID)
		}
		ids[m.ID] = true
		if other, ok := routes[m.Method+" "+m.Path]; ok {
			t.Errorf("%s and %s have the same route", m.ID, other)
		}
		routes[m.Method+" "+m.Path] = m.ID
	}
}

func TestEveryPostIsSafeToRepeat(t *testing.T) {
	for _, op := range catalog.Operations() {
		m := op.Meta()
		switch {
		case m.Method == http.MethodPost && !m.Keyed && m.Repeatable == "":
			t.Errorf("%s: a POST needs Replay (it takes an Idempotency-Key), or says in Repeatable why it needs none", m.ID)
		case m.Keyed && m.Repeatable != "":
			t.Errorf("%s: takes an Idempotency-Key and says that it needs none", m.ID)
		case m.Method != http.MethodPost && m.Keyed:
			t.Errorf("%s: only a POST takes an Idempotency-Key", m.ID)
		}
	}
}

func TestTheOpenAPIDocumentAndTheEventsAreUpToDate(t *testing.T) {
	document, err := catalog.OpenAPI()
	if err != nil {
		t.Fatal(err)
	}
	upToDate(t, filepath.Join("infra", "openapi.json"), document)
	for _, op := range catalog.Operations() {
		event, err := catalog.Event(op.Meta())
		if err != nil {
			t.Fatal(err)
		}
		upToDate(t, filepath.Join("events", op.Meta().ID+".json"), event)
	}
}

func upToDate(t *testing.T, name string, want []byte) {
	t.Helper()
	got, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Errorf("%v: run make openapi", err)
	} else if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the catalogue says: run make openapi and commit it", name)
	}
}

func TestTheTemplateStaysBelowCloudFormationsLimit(t *testing.T) {
	count, err := template(t).ResourceCount()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d of %d resources", count.Total, samtemplate.ResourceLimit)
	if count.Total > samtemplate.ResourceLimit {
		t.Errorf("template.yaml becomes %d resources, CloudFormation takes %d: let functions with the same needs share a role, or move an area into a nested stack", count.Total, samtemplate.ResourceLimit)
	}
}

// writesForTheTeam are the functions open to clients or the public that have TEAM#
// in their policy. They only write there; no other may be added without a reason.
var writesForTheTeam = map[string]iam.TeamException{
	"workspaces-create":  {Reason: "makes the workspace and its owner's row; reads nothing there"},
	"invitations-open":   {Reason: "shows the team that the invitation was opened; reads nothing there"},
	"invitations-accept": {Reason: "shows the team that the invitation was accepted and records it; reads nothing there"},
	"me-update":          {Reason: "records the new name for each of the person's workspaces; reads nothing there"},
	"me-address-confirm": {Reason: "records the new address for each of the person's workspaces; reads nothing there"},
}

// wildcards are the statements that need a wildcard resource, with the reason.
var wildcards = map[string]string{
	"jobs-get/Link":         "the files of exports are named by workspace and job; the function signs a link only to the one in the row of a job of the caller's workspace",
	"jobs-run/Exports":      "the files of exports are named by workspace and job",
	"jobs-run/Imports":      "the files of imports are named by workspace and import",
	"imports-create/Upload": "likewise; the function signs a link only to the one of the import that it makes in the caller's workspace",
	"imports-get/Link":      "likewise; the function signs a link only to those in the row of an import of the caller's workspace",
	"replay/FailedBatches":  "Lambda names the objects itself, aws/lambda/<mapping>/<shard>/<time>; the bucket holds nothing else",
}

func TestPoliciesKeepToTheirRealms(t *testing.T) {
	var open []string
	for _, op := range catalog.Operations() {
		switch m := op.Meta(); m.Access {
		case api.Public, api.SignedIn, api.ClientsOfProject:
			open = append(open, m.ID)
		case api.Staff, api.Admins, api.Owners, api.StaffOfProject:
		}
	}
	open = append(open, "web", "token-scopes")
	tpl := template(t)
	for what, check := range map[string]func() ([]iam.Finding, error){
		"a function that clients can call does not read TEAM#":    func() ([]iam.Finding, error) { return iam.OpenToClientsMayNotReadTeam(tpl, open, writesForTheTeam) },
		"every statement on the table is guarded by leading keys": func() ([]iam.Finding, error) { return iam.ItemAccessIsGuarded(tpl) },
		"leading keys name a realm":                               func() ([]iam.Finding, error) { return iam.LeadingKeysNameARealm(tpl) },
		"actions are named one by one, no Scan, no PartiQL":       func() ([]iam.Finding, error) { return iam.ActionsAreNamed(tpl) },
		"a wildcard resource has a written reason":                func() ([]iam.Finding, error) { return iam.WildcardsHaveReasons(tpl, wildcards) },
	} {
		t.Run(what, func(t *testing.T) {
			findings, err := check()
			if err != nil {
				t.Fatal(err)
			}
			for _, f := range findings {
				t.Error(fmt.Sprint(f))
			}
		})
	}
}

func TestEveryOperationIsDescribed(t *testing.T) {
	for _, op := range catalog.Operations() {
		m := op.Meta()
		if m.Summary == "" || strings.HasSuffix(m.Summary, ".") {
			t.Errorf("%s: Summary is one line without a full stop, got %q", m.ID, m.Summary)
		}
		if !strings.HasPrefix(m.Path, api.Prefix+"/") {
			t.Errorf("%s: path %s is not below %s", m.ID, m.Path, api.Prefix)
		}
	}
}
