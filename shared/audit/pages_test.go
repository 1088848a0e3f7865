//go:build engine

package audit_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// kept puts so many changes of a type into the audit of a day; the first are the oldest.
func kept(w *foyertest.World, workspace string, on time.Time, kind string, from, n int) {
	w.T.Helper()
	var rows []table.Rowed
	for i := from; i < from+n; i++ {
		id := fmt.Sprintf("act_01JD%022d", i)
		rows = append(rows, table.Rowed{Key: table.Audit(workspace, on, id), Row: table.ActivityRow{Activity: id, Type: kind, Workspace: workspace, At: on}})
	}
	if err := w.Table.BatchPut(w.T.Context(), rows...); err != nil {
		w.T.Fatal(err)
	}
}

// A page says whether others follow, and going on leaves nothing out and shows nothing
// twice, wherever a page ends.
func TestEveryPageSaysWhetherAnotherFollows(t *testing.T) {
	w, a := recorded(t)
	d1 := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	d2 := d1.AddDate(0, 0, 1)
	kept(w, a.Workspace, d1, "older", 0, 2)
	kept(w, a.Workspace, d1, "mark", 2, 1)
	kept(w, a.Workspace, d1, "common", 3, 199)
	kept(w, a.Workspace, d2, "newest", 300, 2)
	for _, c := range []struct {
		query string
		pages string // how many entries each has
	}{
		{"from=2026-03-02&to=2026-03-02&limit=2", "2"},                         // all of it, and nothing before it
		{"from=2026-03-02&to=2026-03-02&limit=1", "1 1"},                       //
		{"from=2026-03-01&to=2026-03-02&limit=2&type=newest", "2 0"},           // the day before has none of it, which is not known yet
		{"from=2026-03-01&to=2026-03-02&limit=1&type=older", "1 1"},            // behind a whole page of others
		{"from=2026-03-01&to=2026-03-01&limit=1&type=mark", "1 0"},             // the last of the rows that are read at once, and others follow
		{"from=2026-02-01&to=2026-02-28&limit=2", "0 0"},                       // more days than are read at once
		{"from=2026-02-01&to=2026-03-03&limit=100&type=newest&actor=", "2 0"},  // 31 days
		{"from=2026-03-01&to=2026-03-02&limit=100&type=nothing", "0"},          //
		{"from=2026-03-01&to=2026-03-02&limit=100&type=newest&subject=x", "0"}, //
	} {
		var pages []string
		seen := map[string]bool{}
		for next := ""; len(pages) < 10; {
			r := w.Do(a.Ann, "GET", "/v1/workspaces/"+a.Workspace+"/audit?"+c.query+"&cursor="+next, nil).Must(http.StatusOK)
			for _, e := range r.List("items") {
				if seen[e["id"].(string)] {
					t.Errorf("%s: %s is shown twice", c.query, e["id"])
				}
				seen[e["id"].(string)] = true
			}
			pages = append(pages, fmt.Sprint(len(r.List("items"))))
			if next = r.String("next"); next == "" {
				break
			}
		}
		if got := strings.Join(pages, " "); got != c.pages {
			t.Errorf("%s: got pages of %s, want %s", c.query, got, c.pages)
		}
	}
}

func TestWhatIsNoCursorOfTheListIsRefused(t *testing.T) {
	w, a := recorded(t)
	path := "/v1/workspaces/" + a.Workspace + "/audit?limit=1"
	cursor := w.Do(a.Ann, "GET", path, nil).Must(http.StatusOK).String("next")
	for _, query := range []string{"&cursor=bm90aGluZw", "&type=client-added&cursor=" + cursor} {
		w.Do(a.Ann, "GET", path+query, nil).Fault("query.cursor")
	}
}

func TestAnExportThatCannotGoOnFailsAndMakesNoFile(t *testing.T) {
	w, a := recorded(t)
	for what, change := range map[string]func(row *table.JobRow){
		"its end is no day":      func(row *table.JobRow) { row.About["to"] = "tomorrow" },
		"its beginning is none":  func(row *table.JobRow) { row.About["from"] = "yesterday" },
		"its position is broken": func(row *table.JobRow) { row.Position = "{" },
	} {
		id := w.Do(a.Ann, "POST", "/v1/workspaces/"+a.Workspace+"/audit/export", map[string]any{"format": "csv"}).Must(http.StatusAccepted).String("id")
		var row table.JobRow
		key := table.Job(a.Workspace, id)
		if _, err := w.Table.Get(t.Context(), key, &row); err != nil {
			t.Fatal(err)
		}
		change(&row)
		if err := w.Table.PutOne(t.Context(), key, row, nil); err != nil {
			t.Fatal(err)
		}
		w.RunJobs()
		r := w.Do(a.Ann, "GET", "/v1/workspaces/"+a.Workspace+"/jobs/"+id, nil).Must(http.StatusOK)
		if r.String("state") != table.JobFailed || r.String("reason") == "" || r.String("file.url") != "" {
			t.Errorf("%s: got %s, want it failed, with a reason and no file", what, r.Body)
		}
	}
}
