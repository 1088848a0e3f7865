//go:build engine

package portal_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// scene is Acme with its project, and the paths that tests call.
type scene struct {
	*foyertest.World
	Workspace, Project, Company string
	Ann, Carl                   foyertest.Person
	t                           *testing.T
}

func newScene(t *testing.T) scene {
	t.Helper()
	w := foyertest.New(t)
	a := w.Acme()
	return scene{World: w, Workspace: a.Workspace, Project: a.Project, Company: a.Company, Ann: a.Ann, Carl: a.Carl, t: t}
}

type fields = map[string]any

const projects = "/v1/portal/projects"

func (s scene) project() string { return projects + "/" + s.Project }

func (s scene) list(kind string) string { return s.project() + "/items?kind=" + kind }

func (s scene) item(id string) string { return s.project() + "/items/" + id }

// get is a GET of that person.
func (s scene) get(who foyertest.Person, target string) foyertest.Response {
	s.t.Helper()
	return s.Do(who, http.MethodGet, target, nil)
}

// create makes an item as Ann and gives its id.
func (s scene) create(body fields) string {
	s.t.Helper()
	return s.Do(s.Ann, http.MethodPost, "/v1/projects/"+s.Project+"/items", body).Must(http.StatusCreated).String("id")
}

// share sets an item's visibility as Ann.
func (s scene) share(id string, clientCanSee bool) {
	s.t.Helper()
	s.Do(s.Ann, http.MethodPut, "/v1/projects/"+s.Project+"/items/"+id+"/visibility", fields{"clientCanSee": clientCanSee}).Must(http.StatusOK)
}

// put writes a row past all operations.
func (s scene) put(key table.Key, row any) {
	s.t.Helper()
	if err := s.Table.PutOne(s.t.Context(), key, row, nil); err != nil {
		s.t.Fatal(err)
	}
}

// set changes an attribute of a row past all operations.
func (s scene) set(key table.Key, name string, value any) {
	s.t.Helper()
	if err := s.Table.UpdateOne(s.t.Context(), key, table.Set(name, value), table.Exists()); err != nil {
		s.t.Fatal(err)
	}
}

// message puts a message past all operations; its id says its place in the order.
func (s scene) message(number int, shared bool) string {
	s.t.Helper()
	id := fmt.Sprintf("msg_01JD%022d", number)
	now := time.Date(2026, 11, 22, 10, 0, number, 0, time.UTC)
	key := table.PrivateItem(s.Project, id)
	if shared {
		key = table.SharedItem(s.Project, id)
	}
	s.put(key, table.ItemRow{Item: id, Kind: table.ItemMessage, Title: fmt.Sprint("Message ", number), Author: s.Ann.ID, CreatedAt: now, UpdatedAt: now, Version: 1})
	return id
}

// ids follows a list of that person to its end.
func (s scene) ids(who foyertest.Person, target string) (ids []string) {
	s.t.Helper()
	for _, page := range s.pages(who, target) {
		for _, item := range page.List("items") {
			ids = append(ids, item["id"].(string))
		}
	}
	return ids
}

// pages follows a list of that person to its end.
func (s scene) pages(who foyertest.Person, target string) (pages []foyertest.Response) {
	s.t.Helper()
	join := "?"
	if strings.Contains(target, "?") {
		join = "&"
	}
	at := target
	for range 1000 {
		page := s.get(who, at).Must(http.StatusOK)
		pages = append(pages, page)
		cursor := page.String("next")
		if cursor == "" {
			return pages
		}
		at = target + join + "cursor=" + cursor
	}
	s.t.Fatal("the list does not end")
	return nil
}

// line puts a line into a person's feed as a client, as stream-notify does.
func (s scene) line(who foyertest.Person, number int, project, item string) string {
	s.t.Helper()
	id := fmt.Sprintf("act_01JD%022d", number)
	workspace, _ := table.WorkspaceOf(project)
	s.put(table.PortalFeed(who.ID, id), table.FeedRow{
		Activity: id, Type: table.ActivityItemCreated, Reason: "activity", Workspace: workspace, Project: project, Item: item, Actor: s.Ann.ID,
		At: time.Date(2026, 11, 22, 10, 0, number, 0, time.UTC),
	})
	return id
}

// invented is an id of the same form that does not exist.
func invented(id string) string { return id[:len(id)-6] + strings.Repeat("Z", 6) }
