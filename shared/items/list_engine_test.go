//go:build engine

package items_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// many puts n messages past all operations, of which every third is shared, and
// gives their ids, newest first.
func (s scene) many(n int) (all, private, shared []string) {
	s.t.Helper()
	for i := range n {
		id := fmt.Sprintf("msg_01JD%022d", i)
		now := time.Date(2026, 11, 22, 10, 0, i, 0, time.UTC)
		row := table.ItemRow{Item: id, Kind: table.ItemMessage, Title: fmt.Sprint("Message ", i), Author: s.Ann.ID, CreatedAt: now, UpdatedAt: now, Version: 1}
		if i%3 == 0 {
			s.put(table.SharedItem(s.Project, id), row)
			shared = append(shared, id)
		} else {
			s.put(table.PrivateItem(s.Project, id), row)
			private = append(private, id)
		}
		all = append(all, id)
	}
	slices.Reverse(all)
	slices.Reverse(private)
	slices.Reverse(shared)
	return all, private, shared
}

// walk follows a list to its end and gives the ids.
func walk(s scene, who foyertest.Person, target string) (ids []string) {
	s.t.Helper()
	next := ""
	for range 1000 {
		page := s.Do(who, http.MethodGet, target+next, nil).Must(http.StatusOK)
		for _, item := range page.List("items") {
			ids = append(ids, item["id"].(string))
		}
		cursor := page.String("next")
		if cursor == "" {
			return ids
		}
		next = "&cursor=" + cursor
	}
	s.t.Fatal("the list does not end")
	return nil
}

func TestMembersSeePrivateAndSharedItemsInOneListEachOnceNewestFirst(t *testing.T) {
	s := newScene(t)
	all, private, shared := s.many(45)
	task := s.create(fields{"kind": "task", "title": "Of another kind"}).String("id")
	for _, limit := range []string{"", "&limit=1", "&limit=7", "&limit=44", "&limit=45", "&limit=100"} {
		for visibility, want := range map[string][]string{"": all, "&visibility=all": all, "&visibility=private": private, "&visibility=shared": shared} {
			if got := walk(s, s.Ann, s.items()+"?kind=message"+visibility+limit); !slices.Equal(got, want) {
				t.Errorf("%s%s: got %v, want %v", visibility, limit, got, want)
			}
		}
	}
	if got := walk(s, s.Ann, s.items()+"?kind=task"); !slices.Equal(got, []string{task}) {
		t.Errorf("got tasks %v, want %v", got, []string{task})
	}
	for _, item := range s.Do(s.Ann, http.MethodGet, s.items()+"?kind=message&limit=100", nil).Must(http.StatusOK).List("items") {
		if got, want := item["clientCanSee"], slices.Contains(shared, item["id"].(string)); got != want {
			t.Errorf("%s: got clientCanSee %v, want %v", item["id"], got, want)
		}
	}
}

func TestAnItemThatMovesBetweenTwoPagesIsNeitherLostNorDoubled(t *testing.T) {
	s := newScene(t)
	all, _, _ := s.many(12)
	first := s.Do(s.Ann, http.MethodGet, s.items()+"?kind=message&limit=6", nil).Must(http.StatusOK)
	for _, id := range all {
		was := s.Do(s.Ann, http.MethodGet, s.item(id), nil).Must(http.StatusOK).JSON()["clientCanSee"] == true
		s.share(id, !was).Must(http.StatusOK)
	}
	second := s.Do(s.Ann, http.MethodGet, s.items()+"?kind=message&limit=6&cursor="+first.String("next"), nil).Must(http.StatusOK)
	var got []string
	for _, page := range []foyertest.Response{first, second} {
		for _, item := range page.List("items") {
			got = append(got, item["id"].(string))
		}
	}
	if !slices.Equal(got, all) || second.String("next") != "" {
		t.Errorf("got %v, next %q; want %v", got, second.String("next"), all)
	}
}

func TestAListThatIsNotAskedForRightIsRefused(t *testing.T) {
	s := newScene(t)
	s.many(5)
	list := func(query string) foyertest.Response { return s.Do(s.Ann, http.MethodGet, s.items()+query, nil) }
	list("").Fault("query.kind")
	list("?kind=note").Fault("query.kind")
	list("?kind=message&visibility=everyone").Fault("query.visibility")
	list("?kind=message&limit=0").Fault("query.limit")
	list("?kind=message&limit=101").Fault("query.limit")
	list("?kind=message&limit=ten").Fault("query.limit")
	list("?kind=message&sort=title").Fault("query.sort")
	list("?kind=message&as=" + s.Carl.ID).Fault("query.as")
	list("?kind=message&kind=task").Problem(http.StatusBadRequest, "malformed")
	list("?kind=message&cursor=made-up").Fault("query.cursor")
	list("?kind=message&cursor=bXNnXzAxSkQ").Fault("query.cursor")

	cursor := list("?kind=message&limit=2").Must(http.StatusOK).String("next")
	list("?kind=message&limit=3&cursor=" + cursor).Must(http.StatusOK)
	list("?kind=task&cursor=" + cursor).Fault("query.cursor")
	list("?kind=message&visibility=shared&cursor=" + cursor).Fault("query.cursor")
	colleague := s.colleague("Bob Builder", "bob@builder.example", true)
	s.Do(colleague, http.MethodGet, s.items()+"?kind=message&cursor="+cursor, nil).Fault("query.cursor")
	other := s.Project2("Other")
	s.Do(s.Ann, http.MethodGet, "/v1/projects/"+other+"/items?kind=message&cursor="+cursor, nil).Fault("query.cursor")
}

// Rule: only the staff of the project; to everyone else it looks absent.
func TestItemsAreForTheStaffOfTheProjectOnly(t *testing.T) {
	s := newScene(t)
	private := s.create(fields{"kind": "message", "title": "Private"}).String("id")
	shared := s.create(fields{"kind": "message", "title": "Shared", "clientCanSee": true}).String("id")
	stranger, elsewhere := s.Workspace2("Eve Elsewhere", "eve@elsewhere.example")
	theirs := s.World.Project(stranger, elsewhere, "Theirs")
	theirItem := s.Do(stranger, http.MethodPost, "/v1/projects/"+theirs+"/items", fields{"kind": "message", "title": "Theirs"}).Must(http.StatusCreated).String("id")
	outside := s.colleague("Otto Outside", "otto@outside.example", false)
	inside := s.colleague("Ines Inside", "ines@inside.example", true)

	absent := s.Do(s.Ann, http.MethodGet, s.item(invented(private)), nil).Problem(http.StatusNotFound, "not-found")
	for name, who := range map[string]foyertest.Person{"a client of it": s.Carl, "an owner elsewhere": stranger, "a member outside the project": outside} {
		t.Run(name, func(t *testing.T) {
			s.Unchanged(func() {
				for _, id := range []string{private, shared} {
					s.Do(who, http.MethodGet, s.item(id), nil).Same(absent)
					s.Do(who, http.MethodPut, s.item(id)+"/visibility", fields{"clientCanSee": true}).Problem(http.StatusNotFound, "not-found")
				}
				s.Do(who, http.MethodGet, s.items()+"?kind=message", nil).Same(absent)
				s.Do(who, http.MethodPost, s.items(), fields{"kind": "message", "title": "x"}).Problem(http.StatusNotFound, "not-found")
			})
		})
	}
	for name, target := range map[string]string{
		"an item of another workspace":  s.item(theirItem),
		"a project of another one":      "/v1/projects/" + theirs + "/items/" + theirItem,
		"an item under another project": "/v1/projects/" + s.Project2("Second") + "/items/" + private,
		"an id of another type":         s.item(s.Carl.ID),
		"an id in lower case":           s.item("msg_01jd0000000000000000000000"),
		"a path in an id":               s.item("msg_01JD%2F0000000000000000000"),
	} {
		t.Run(name, func(t *testing.T) { s.Do(s.Ann, http.MethodGet, target, nil).Same(absent) })
	}
	s.Unchanged(func() {
		s.Do(s.Ann, http.MethodPut, s.item(theirItem)+"/visibility", fields{"clientCanSee": true}).Problem(http.StatusNotFound, "not-found")
	})
	s.Do(foyertest.Person{}, http.MethodGet, s.item(private), nil).Problem(http.StatusUnauthorized, "unauthorized")
	s.Do(inside, http.MethodGet, s.item(private), nil).Must(http.StatusOK)
	s.Do(inside, http.MethodPut, s.item(private)+"/visibility", fields{"clientCanSee": true}).Must(http.StatusOK)
}

// What moved meanwhile is read once more; where that fails no half of a list is shown.
func TestAListThatCannotBeReadOnceMoreIsNotShown(t *testing.T) {
	s := newScene(t)
	id := s.create(fields{"kind": "message", "title": "Moves"}).Must(http.StatusCreated).String("id")
	s.Before("items-list", "BatchGetItem", 2, func() { s.share(id, true).Must(http.StatusOK) })
	s.Failing("items-list", "Query", 3, foyertest.ErrStays)
	s.Do(s.Ann, http.MethodGet, s.items()+"?kind=message", nil).Problem(http.StatusInternalServerError, "internal")
	s.Release()
	if got := walk(s, s.Ann, s.items()+"?kind=message"); !slices.Equal(got, []string{id}) {
		t.Errorf("got %v, want the item", got)
	}
}
