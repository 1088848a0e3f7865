//go:build engine

package invariants_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"

	"foyer/infra/guards/invariants"
	"foyer/infra/guards/scene"
)

// exported are the kinds of rows that the export of a workspace has: as which record,
// and which attribute of the row is which field of it.
var exported = map[string]struct{ record, attribute, field string }{
	"Workspace":             {"workspace", "workspace", "id"},
	"WorkspaceGate":         {"workspace", "name", "name"},
	"Subscription":          {"subscription", "seats", "seats"},
	"Template":              {"invitation-template", "subject", "subject"},
	"Member":                {"member", "person", "person"},
	"Company":               {"company", "company", "id"},
	"Contact":               {"contact", "contact", "id"},
	"ProjectFacts":          {"project", "project", "id"},
	"TeamPerson":            {"person", "person", "person"},
	"PrivateItem":           {"item", "item", "id"},
	"SharedItem":            {"item", "item", "id"},
	"WorkspaceActivity":     {"change", "activity", "id"},
	"TeamProjectActivity":   {"change", "activity", "id"},
	"ClientProjectActivity": {"change", "activity", "id"},
}

// unexported are the others, and why they are in no export.
var unexported = map[string]string{
	"CompanyGate": "a field or two of the company's record", "Licence": "a field of the company's record",
	"Person":           "their name stands with the member or contact that they are",
	"WorkspaceProject": "a pointer", "CompanyProject": "a pointer",
	"CompanyByName": "an index", "CompanyWord": "an index", "ContactByName": "an index", "ContactWord": "an index", "ContactAddress": "an index",
	"CompanyNamed": "an index", "CompanyNameRevision": "an index",
	"Audit": "a copy of the changes",
	"Job":   "how far something is, for a month", "Import": "how far something is, for a month",
	"Invitation": "where it stands is with its contact or member; the rest is how it is sent",
	"Account":    "the person's own", "Session": "the person's own", "Settings": "the person's own", "Challenge": "the person's own", "PasswordReset": "the person's own",
	"AddressChange": "the person's own", "PortalFeed": "the person's own", "TeamFeed": "the person's own",
	"Membership": "the person's own; the workspace's side is the member or contact", "Project": "the person's own; the workspace's side is the record person",
	"Mail": "to send, for a month", "Held": "to send, for a month", "MailMark": "to send, for a month",
	"Address": "of no workspace", "Suppressed": "of no workspace", "Token": "a secret's hash", "Attempts": "of no workspace", "Idempotency": "of a request, for a day",
	"Due": "to do later", "DueWatermark": "of no workspace",
}

// Rule 35: an export has the workspace whole. Each row of each kind that there is stands
// in it, or has a reason not to.
func isExportedWhole(t *testing.T, s *scene.Scene) {
	t.Helper()
	rows := invariants.Read(s.World)
	s.Clock.Advance(-s.Config.Reminder - time.Minute) // as lived has passed them: tokens are good for their time
	job := s.Do(s.Ann, "POST", "/v1/workspaces/"+s.WorkspaceID+"/export", nil).Must(202).String("id")
	if failed := s.RunJobs(); failed > 0 {
		t.Fatalf("%d jobs failed", failed)
	}
	records := map[string]bool{} // record, field and value
	for line := range strings.Lines(s.Fetch(s.Do(s.Ann, "GET", "/v1/workspaces/"+s.WorkspaceID+"/jobs/"+job, nil).Must(200).String("file.url"))) {
		var one map[string]any
		if err := json.Unmarshal([]byte(line), &one); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		for field, value := range one {
			records[fmt.Sprint(one["record"], " ", field, " ", value)] = true
		}
	}
	asked := map[string]int{}
	for key, item := range rows {
		kind := invariants.Kind(key)
		in, is := exported[kind]
		if !is || !strings.Contains(key.PK, strings.TrimPrefix(s.WorkspaceID, "wks_")) {
			continue
		}
		var row map[string]any
		if err := attributevalue.UnmarshalMap(item, &row); err != nil {
			t.Fatal(err)
		}
		asked[kind]++
		if value := row[in.attribute]; value != nil && !records[fmt.Sprint(in.record, " ", in.field, " ", value)] {
			t.Errorf("the export has no %s with %s %v (%s)", in.record, in.field, value, key)
		}
	}
	for _, kind := range invariants.Known() {
		_, is := exported[kind]
		if why := unexported[kind]; is == (why != "") {
			t.Errorf("%s is neither in the export of a workspace (shared/workspaceexport) nor has it a reason not to be, or it has both", kind)
		}
		if is && asked[kind] == 0 {
			t.Errorf("the workspace has no row of the kind %s, so nothing was asked of it", kind)
		}
	}
}
