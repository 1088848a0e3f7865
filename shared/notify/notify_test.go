//go:build engine

package notify_test

import (
	"net/http"
	"strings"
	"testing"

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
