//go:build engine

package notifications_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// feeds is Acme with lines in the feeds of its members.
type feeds struct {
	*foyertest.World
	workspace, project string
	ann, carl          foyertest.Person
	t                  *testing.T
}

func newFeeds(t *testing.T) feeds {
	t.Helper()
	w := foyertest.New(t)
	a := w.Acme()
	return feeds{World: w, workspace: a.Workspace, project: a.Project, ann: a.Ann, carl: a.Carl, t: t}
}

func (f feeds) path() string { return "/v1/workspaces/" + f.workspace + "/notifications" }

func (f feeds) put(key table.Key, row any) {
	f.t.Helper()
	if err := f.Table.PutOne(f.t.Context(), key, row, nil); err != nil {
		f.t.Fatal(err)
	}
}

// message puts a message into a project past all operations.
func (f feeds) message(project string, number int, shared bool) string {
	f.t.Helper()
	id := fmt.Sprintf("msg_01JD%022d", number)
	key := table.PrivateItem(project, id)
	if shared {
		key = table.SharedItem(project, id)
	}
	f.put(key, table.ItemRow{Item: id, Kind: table.ItemMessage, Title: fmt.Sprint("Message ", number), Author: f.ann.ID, Version: 1})
	return id
}

// line puts a line into a person's feed as a member, as stream-notify does.
func (f feeds) line(who foyertest.Person, number int, project, item string, actor foyertest.Person) string {
	f.t.Helper()
	id := fmt.Sprintf("act_01JD%022d", number)
	f.put(table.TeamFeed(who.ID, f.workspace, id), table.FeedRow{
		Activity: id, Type: table.ActivityItemCreated, Reason: "activity", Workspace: f.workspace, Project: project, Item: item, Actor: actor.ID,
		At: time.Date(2026, 11, 22, 10, 0, number, 0, time.UTC),
	})
	return id
}

// member makes someone who owns another workspace a member of this one, and of
// its project.
func (f feeds) member(name, email string) foyertest.Person {
	f.t.Helper()
	p, _ := f.Workspace("Agency of "+name, name, email)
	f.put(table.Membership(p.ID, f.workspace), table.MembershipRow{Workspace: f.workspace, Role: table.RoleMember})
	f.put(table.Project(p.ID, f.project), table.PersonProjectRow{Project: f.project, Kind: table.KindMember})
	f.put(table.Person(f.project, p.ID), table.PersonRow{Person: p.ID, Name: name, Kind: table.KindMember})
	return p
}

// ids follows a member's feed to its end.
func (f feeds) ids(who foyertest.Person, limit int) (ids []string, pages int) {
	f.t.Helper()
	for at := fmt.Sprintf("%s?limit=%d", f.path(), limit); pages < 1000; {
		page := f.Do(who, http.MethodGet, at, nil).Must(http.StatusOK)
		pages++
		for _, line := range page.List("items") {
			ids = append(ids, line["id"].(string))
		}
		cursor := page.String("next")
		if cursor == "" {
			return ids, pages
		}
		at = fmt.Sprintf("%s?limit=%d&cursor=%s", f.path(), limit, cursor)
	}
	f.t.Fatal("the feed does not end")
	return nil, 0
}

func TestAMembersLineSaysWhatHappenedToWhatByWhomAndWhetherTheClientSeesIt(t *testing.T) {
	f := newFeeds(t)
	private := f.line(f.ann, 1, f.project, f.message(f.project, 1, false), f.carl)
	shared := f.line(f.ann, 2, f.project, f.message(f.project, 2, true), foyertest.Person{ID: "per_01JD0000000000000000000000"})
	member := f.line(f.ann, 3, f.project, "", f.ann)
	if err := f.Table.DeleteOne(t.Context(), table.Person(f.project, f.ann.ID)); err != nil {
		t.Fatal(err)
	}
	line := func(id, second, item, actor, name string) string {
		return fmt.Sprintf(`{"id":%q,"type":"item-created","reason":"activity","at":"2026-11-22T10:00:0%sZ","project":{"id":%q,"name":"New website"},%s"actor":{"person":%q,"name":%q}}`,
			id, second, f.project, item, actor, name)
	}
	item := func(number string, shared bool) string {
		return fmt.Sprintf(`"item":{"id":"msg_01JD000000000000000000000%s","kind":"message","title":"Message %s","clientCanSee":%v},`, number, number, shared)
	}
	want := `{"items":[` + strings.Join([]string{
		line(member, "3", "", f.ann.ID, "Ann Archer"), // of the team, though not of the project
		line(shared, "2", item("2", true), "per_01JD0000000000000000000000", "someone no longer here"),
		line(private, "1", item("1", false), f.carl.ID, "Carl Client"),
	}, ",") + `]}`
	if got := strings.TrimSpace(f.Do(f.ann, http.MethodGet, f.path(), nil).Must(http.StatusOK).Body); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestAMembersFeedShowsWhatTheyCanOpenNowInFullPages(t *testing.T) {
	f := newFeeds(t)
	bob := f.member("Bob Builder", "bob@builder.example")
	other := f.Project(f.ann, f.workspace, "Other project")
	elsewhere, theirs := f.Workspace("Elsewhere", "Eve Elsewhere", "eve@elsewhere.example")
	foreign := f.Project(elsewhere, theirs, "Foreign")
	var ofMember, ofOwner []string
	for i := range 60 {
		var id string
		both := func(project, item string) {
			f.line(bob, i, project, item, f.ann)
			id = f.line(f.ann, i, project, item, bob)
		}
		switch i % 6 {
		case 0:
			both(f.project, f.message(f.project, i, false))
			ofMember = append(ofMember, id)
		case 1:
			both(f.project, f.message(f.project, i, true))
			ofMember = append(ofMember, id)
		case 2:
			both(f.project, fmt.Sprintf("msg_01JD%022d", i)) // deleted
			continue
		case 3:
			both(other, f.message(other, i, false)) // not a project of Bob's
		case 4:
			both(foreign, f.message(foreign, i, true)) // nothing crosses workspaces
			continue
		case 5:
			both(f.project, "")
			ofMember = append(ofMember, id)
		}
		ofOwner = append(ofOwner, id)
	}
	slices.Reverse(ofMember)
	slices.Reverse(ofOwner)
	for _, test := range []struct {
		name string
		who  foyertest.Person
		want []string
	}{{"a member, of their projects", bob, ofMember}, {"the owner, of every project", f.ann, ofOwner}} {
		for _, limit := range []int{1, 7, 10, 40, 100} {
			got, pages := f.ids(test.who, limit)
			if !slices.Equal(got, test.want) {
				t.Errorf("%s, limit %d: got %v, want %v", test.name, limit, got, test.want)
			}
			if want := (len(test.want) + limit - 1) / limit; pages != want {
				t.Errorf("%s, limit %d: got %d pages of %d lines, want %d", test.name, limit, pages, len(test.want), want)
			}
		}
	}
}

func TestAFeedOfAWorkspaceIsForItsStaffAndEachHasTheirOwn(t *testing.T) {
	f := newFeeds(t)
	bob := f.member("Bob Builder", "bob@builder.example")
	for i := range 3 {
		f.line(f.ann, i, f.project, f.message(f.project, i, true), bob)
	}
	if got, _ := f.ids(bob, 20); len(got) != 0 {
		t.Errorf("Bob's feed has %v of Ann's", got)
	}
	absent := f.Do(f.ann, http.MethodGet, "/v1/workspaces/wks_01JD0000000000000000000000/notifications", nil).Problem(http.StatusNotFound, "not-found")
	f.Do(f.carl, http.MethodGet, f.path(), nil).Same(absent)
	f.Do(foyertest.Person{}, http.MethodGet, f.path(), nil).Problem(http.StatusUnauthorized, "unauthorized")

	get := func(who foyertest.Person, query string) foyertest.Response {
		return f.Do(who, http.MethodGet, f.path()+query, nil)
	}
	cursor := get(f.ann, "?limit=1").Must(http.StatusOK).String("next")
	get(bob, "?cursor="+cursor).Fault("query.cursor")
	get(f.ann, "?cursor=made-up").Fault("query.cursor")
	get(f.ann, "?limit=0").Fault("query.limit")
	get(f.ann, "?unread=true").Fault("query.unread")
	get(f.ann, "?limit=2&cursor="+cursor).Must(http.StatusOK)
}
