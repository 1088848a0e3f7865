//go:build engine

package notify_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

const (
	notifyID = "stream-notify"
	mailID   = "stream-mail"
)

// scene is Acme with Max, a second member of the project, and everything told of
// that has happened so far.
type scene struct {
	*foyertest.World
	workspace, project string
	Ann, Carl, Max     foyertest.Person // owner, client, member
}

func begin(t *testing.T) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	acme := w.Acme()
	s := scene{World: w, workspace: acme.Workspace, project: acme.Project, Ann: acme.Ann, Carl: acme.Carl}
	s.Max = s.member("Max Member", "max@acme.example")
	w.Drain()
	w.ForgetMails()
	return s
}

// member puts the rows of a member of the project.
func (s scene) member(name, email string) foyertest.Person {
	s.T.Helper()
	p := foyertest.Person{Name: name, Email: email, ID: "per_01JD0000000000000000000MAX"}
	for key, row := range map[table.Key]any{
		table.Account(p.ID):                 table.AccountRow{Person: p.ID, Email: email, Name: name, State: table.AccountConfirmed},
		table.Membership(p.ID, s.workspace): table.MembershipRow{Workspace: s.workspace, Role: table.RoleMember},
		table.Project(p.ID, s.project):      table.PersonProjectRow{Project: s.project, Kind: table.KindMember},
		table.Person(s.project, p.ID):       table.PersonRow{Person: p.ID, Name: name, Kind: table.KindMember},
	} {
		s.put(key, row)
	}
	return p
}

func (s scene) put(key table.Key, row any) {
	s.T.Helper()
	if err := s.Table.PutOne(s.T.Context(), key, row, nil); err != nil {
		s.T.Fatal(err)
	}
}

func (s scene) item(body map[string]any) string {
	s.T.Helper()
	return s.Do(s.Ann, "POST", "/v1/projects/"+s.project+"/items", body).Must(http.StatusCreated).String("id")
}

func (s scene) share(item string, shared bool) {
	s.T.Helper()
	s.Do(s.Ann, "PUT", "/v1/projects/"+s.project+"/items/"+item+"/visibility", map[string]any{"clientCanSee": shared}).Must(http.StatusOK)
}

func (s scene) level(who foyertest.Person, general string, inProject string) {
	s.T.Helper()
	row := table.SettingsRow{Level: general, Version: 1}
	if inProject != "" {
		row.Projects = map[string]string{s.project: inProject}
	}
	s.put(table.Settings(who.ID), row)
}

// lines are the person's feed: as a client and as a member.
func (s scene) lines(who foyertest.Person) []table.FeedRow {
	s.T.Helper()
	var out []table.FeedRow
	for _, pk := range []string{table.PortalFeedPartition(who.ID), table.TeamFeedPartition(who.ID, s.workspace)} {
		rows, _, err := table.QueryInto[table.FeedRow](s.T.Context(), s.Table, table.Query{PK: pk})
		if err != nil {
			s.T.Fatal(err)
		}
		out = append(out, rows...)
	}
	return out
}

// told are the mails of notifications that were made for the person, sent or not.
func (s scene) told(who foyertest.Person) []table.MailRow {
	s.T.Helper()
	rows, _, err := table.QueryInto[table.MailRow](s.T.Context(), s.Table, table.Query{PK: table.UserPartition(who.ID), Prefix: table.PrefixMail + table.MailNotification})
	if err != nil {
		s.T.Fatal(err)
	}
	return rows
}

// hears asserts how many lines and mails the person has.
func (s scene) hears(who foyertest.Person, want int, why string) {
	s.T.Helper()
	if got := len(s.lines(who)); got != want {
		s.T.Errorf("%s, %s: got %d lines in the feed, want %d", who.Name, why, got, want)
	}
	if got := len(s.told(who)); got != want {
		s.T.Errorf("%s, %s: got %d mails to send, want %d", who.Name, why, got, want)
	}
	if got := len(s.Mails(who.Email)); got != want {
		s.T.Errorf("%s, %s: got %d mails sent, want %d", who.Name, why, got, want)
	}
}

func (s scene) task() map[string]any {
	return map[string]any{"kind": "task", "title": "Approve the design", "assignee": s.Carl.ID, "ask": "approval"}
}

func TestOneChangeGivesOneLineAndOneMailHoweverOftenItIsDelivered(t *testing.T) {
	s := begin(t)
	item := s.item(s.task())
	s.Drain()
	s.Unchanged(func() {
		s.Redeliver(notifyID)
		s.Redeliver(notifyID)
		s.Redeliver(mailID)
		s.Drain()
	})
	s.hears(s.Carl, 1, "task assigned and delivered three times")
	s.hears(s.Max, 1, "at level all")
	s.hears(s.Ann, 0, "who acted herself")
	got := s.lines(s.Carl)[0]
	if got.PK != table.PortalFeedPartition(s.Carl.ID) || got.Item != item || got.Reason != "assigned" || got.Actor != s.Ann.ID || got.Type != table.ActivityItemCreated {
		t.Errorf("got the line %+v, want the assigned task in the portal's feed", got)
	}
	if got := s.lines(s.Max)[0]; got.PK != table.TeamFeedPartition(s.Max.ID, s.workspace) || got.Reason != "activity" {
		t.Errorf("got the line %+v, want activity in the team's feed", got)
	}
}

func TestLimitedIsToldOfAssignedTasksOnly(t *testing.T) {
	s := begin(t)
	s.item(map[string]any{"kind": "message", "title": "For all to see", "clientCanSee": true})
	s.Drain()
	s.hears(s.Carl, 0, "a merely shared message at limited")
	s.hears(s.Max, 1, "the same message at all")
	s.item(s.task())
	s.Drain()
	s.hears(s.Carl, 1, "a task assigned to him at limited")
}

func TestTheChosenLevelIsObeyed(t *testing.T) {
	s := begin(t)
	shared := map[string]any{"kind": "message", "title": "News", "clientCanSee": true}
	s.level(s.Carl, "all", "")
	s.level(s.Max, "limited", "")
	s.item(shared)
	s.Drain()
	s.hears(s.Carl, 1, "a shared message at all")
	s.hears(s.Max, 0, "a message at limited")
	s.level(s.Carl, "none", "")
	s.level(s.Max, "limited", "all")
	s.item(s.task())
	s.Drain()
	s.hears(s.Carl, 1, "not even an assigned task at none")
	s.hears(s.Max, 1, "all for this project, limited in general")
}

func TestWhatIsPrivateTellsNoClient(t *testing.T) {
	s := begin(t)
	s.level(s.Carl, "all", "")
	s.item(map[string]any{"kind": "message", "title": "Among us"})
	s.Drain()
	s.hears(s.Carl, 0, "a private message at all")
	s.hears(s.Max, 1, "a private message of his team")
}

func TestWhatWasTakenBackBeforeItWasToldTellsNoClient(t *testing.T) {
	s := begin(t)
	s.level(s.Carl, "all", "")
	item := s.item(map[string]any{"kind": "message", "title": "Oops", "clientCanSee": true})
	s.share(item, false)
	s.Drain()
	s.hears(s.Carl, 0, "a message that is private by now")
	s.share(item, true)
	s.Drain()
	// The first activity is not told again; the new sharing is.
	s.hears(s.Carl, 1, "shared again")
}

func TestWhatWasTakenBackBeforeItWasMailedIsNotSent(t *testing.T) {
	s := begin(t)
	item := s.item(s.task())
	s.Drain(notifyID)
	if got := len(s.told(s.Carl)); got != 1 {
		t.Fatalf("got %d mails to send, want 1", got)
	}
	s.share(item, false)
	s.Drain()
	if got := s.Mails(s.Carl.Email); len(got) != 0 {
		t.Errorf("got the mail %q, want none: the task is private now", got[0].Subject)
	}
	s.share(item, true)
	s.Redeliver(mailID)
	if got := s.Mails(s.Carl.Email); len(got) != 0 {
		t.Errorf("got the mail %q, want none: what was dropped stays dropped", got[0].Subject)
	}
}

func TestWhoWasRemovedIsToldNothing(t *testing.T) {
	s := begin(t)
	s.item(s.task())
	s.Drain(notifyID)
	s.Do(s.Ann, "DELETE", "/v1/workspaces/"+s.workspace+"/contacts/"+s.Carl.Contact+"/access", nil).Must(http.StatusNoContent)
	s.item(map[string]any{"kind": "message", "title": "Later", "clientCanSee": true})
	s.level(s.Carl, "all", "")
	s.Drain()
	if got := s.Mails(s.Carl.Email); len(got) != 0 {
		t.Errorf("got the mail %q, want none after access was removed", got[0].Subject)
	}
	if got := len(s.lines(s.Carl)); got != 1 {
		t.Errorf("got %d lines, want the one from before the removal", got)
	}
}

func TestTheClientsOfAClosedCompanyAreToldNothing(t *testing.T) {
	s := begin(t)
	s.put(table.CompanyGate(s.workspace, s.Carl.Company), table.CompanyGateRow{Archived: true})
	s.item(s.task())
	s.Drain()
	s.hears(s.Carl, 0, "whose company is archived")
}

func TestLevelNoneIsObeyedAtTheMomentOfSending(t *testing.T) {
	s := begin(t)
	s.item(s.task())
	s.Drain(notifyID)
	s.level(s.Carl, "none", "")
	s.Drain()
	if got := s.Mails(s.Carl.Email); len(got) != 0 {
		t.Errorf("got the mail %q, want none at level none", got[0].Subject)
	}
}

func TestTheMailNamesTheTaskAndLeadsToIt(t *testing.T) {
	s := begin(t)
	item := s.item(s.task())
	s.Drain()
	m := s.Mails(s.Carl.Email)
	if len(m) != 1 {
		t.Fatalf("got %d mails, want 1", len(m))
	}
	if want := "Your approval is asked for: Approve the design"; m[0].Subject != want {
		t.Errorf("got subject %q, want %q", m[0].Subject, want)
	}
	for _, want := range []string{"Ann Archer of Acme Agency", "New website", "https://portal.example.com/#/portal/projects/" + s.project + "/items/" + item + "\n"} {
		if !strings.Contains(m[0].Text, want) {
			t.Errorf("the mail does not say %q: %s", want, m[0].Text)
		}
	}
	team := s.Mails(s.Max.Email)
	if len(team) != 1 || !strings.Contains(team[0].Text, "https://portal.example.com/#/projects/"+s.project+"/items/"+item+"\n") {
		t.Errorf("got %+v, want one mail that leads a member to the item in the team's view", team)
	}
}

func TestEveryActivityIsInTheAuditOnceAndNothingElse(t *testing.T) {
	s := begin(t)
	s.item(s.task())
	s.item(map[string]any{"kind": "message", "title": "Among us"})
	s.Drain()
	recorded, audited := map[string]bool{}, map[string]int{}
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		pk, rest, _ := strings.Cut(line, " / ")
		sk, _, _ := strings.Cut(rest, " ")
		switch {
		case !strings.HasPrefix(sk, table.PrefixActivity):
		case strings.HasSuffix(pk, "#ACT"):
			recorded[sk] = true
		case strings.Contains(pk, "#AUDIT#"):
			audited[sk]++
		}
	}
	if len(recorded) < 4 {
		t.Fatalf("got %d recorded changes, want at least workspace, project, client and items", len(recorded))
	}
	for id := range recorded {
		if audited[id] != 1 {
			t.Errorf("%s is in the audit %d times, want once", id, audited[id])
		}
	}
	if len(audited) != len(recorded) {
		t.Errorf("got %d rows in the audit, want the %d recorded changes: copies are not copied again", len(audited), len(recorded))
	}
}

func TestAChangeThatCannotBeReadGoesToThePoisonQueueAndHoldsUpNothing(t *testing.T) {
	s := begin(t)
	bad := table.TeamProjectActivity(s.project, "act_0000000000000000000000000")
	s.put(bad, map[string]any{"activity": "act_another", "workspace": s.workspace, "project": s.project, "type": table.ActivityItemCreated})
	s.item(s.task())
	s.Drain()
	s.hears(s.Carl, 1, "after a change that cannot be read")
	if got := s.Waiting(notifyID); got != 0 {
		t.Errorf("got %d records waiting, want none: no retry mends them", got)
	}
	poisoned := s.Poisoned()
	if len(poisoned) != 1 || poisoned[0].Consumer != notifyID || poisoned[0].PK != bad.PK || poisoned[0].SK != bad.SK {
		t.Errorf("got %+v in the poison queue, want the key %s of stream-notify", poisoned, bad)
	}
}

// The audit's copy is the last of a change's effects: by it replay knows what was
// told to its end.
func TestTheCopyInTheAuditIsTheLastThatIsWritten(t *testing.T) {
	s := begin(t)
	s.item(s.task())
	run := s.Record(notifyID)
	s.Drain(notifyID)
	calls, _ := run.Calls()
	at, writes := -1, 0
	for i, c := range calls {
		put, ok := c.Input.(*dynamodb.PutItemInput)
		if _, lines := c.Input.(*dynamodb.BatchWriteItemInput); ok || lines {
			writes++
		}
		if ok && strings.Contains(put.Item["PK"].(*types.AttributeValueMemberS).Value, "#AUDIT#") {
			at = i
		}
	}
	if at != len(calls)-1 || writes < 4 { // lines, two mails, copy
		t.Errorf("got the copy as call %d of %v, want it last", at+1, calls)
	}
}

func TestAChangeThatIsNotToldYetIsNotInTheAudit(t *testing.T) {
	s := begin(t)
	s.Around(notifyID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "BatchWriteItem" {
			return nil, foyertest.ErrPasses
		}
		return next()
	})
	item := s.item(s.task())
	s.Drain(notifyID)
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		if strings.Contains(line, "#AUDIT#") && strings.Contains(line, item) {
			t.Error("the change is in the audit, and was not told: replay would not bring it back")
		}
	}
	s.Release()
	s.Drain()
	s.hears(s.Carl, 1, "told by the next delivery")
}

func TestAChangeWhoseCopyFailsIsCopiedLater(t *testing.T) {
	s := begin(t)
	s.Around(notifyID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if put, ok := c.Input.(*dynamodb.PutItemInput); ok && strings.Contains(put.Item["PK"].(*types.AttributeValueMemberS).Value, "#AUDIT#") {
			return nil, foyertest.ErrPasses
		}
		return next()
	})
	item := s.item(s.task())
	s.Drain(notifyID)
	if s.Waiting(notifyID) == 0 {
		t.Error("the change counts as processed, and is not in the audit")
	}
	s.Release()
	s.Drain()
	copies := 0
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		if strings.Contains(line, "#AUDIT#") && strings.Contains(line, item) {
			copies++
		}
	}
	if copies != 1 {
		t.Errorf("got %d copies in the audit, want 1", copies)
	}
	s.hears(s.Carl, 1, "once, though it was told before its copy failed")
}

func TestWhatCannotBeToldIsInTheAuditAllTheSame(t *testing.T) {
	s := begin(t)
	s.Intercept(notifyID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Refusing", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, ok := in.Parameters.(*dynamodb.BatchGetItemInput); ok {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &smithy.GenericAPIError{Code: "ValidationException", Message: "injected"}
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
	item := s.item(s.task())
	s.Drain()
	copies := 0
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		if strings.Contains(line, "#AUDIT#") && strings.Contains(line, item) {
			copies++
		}
	}
	if copies != 1 {
		t.Errorf("got %d copies in the audit, want 1", copies)
	}
	if got := len(s.Poisoned()); got != 1 {
		t.Errorf("got %d messages in the poison queue, want 1", got)
	}
	s.hears(s.Carl, 0, "who could not be told")
}
