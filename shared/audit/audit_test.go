//go:build engine

package audit_test

import (
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

// recorded makes Acme, whose changes stand in the audit.
func recorded(t *testing.T) (*foyertest.World, foyertest.Acme) {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	a := w.Acme()
	w.Drain()
	return w, a
}

func types(r foyertest.Response) string {
	var out []string
	for _, e := range r.List("items") {
		out = append(out, e["type"].(string))
	}
	return strings.Join(out, " ")
}

func TestAnOwnerReadsEveryChangeNewestFirst(t *testing.T) {
	w, a := recorded(t)
	path := "/v1/workspaces/" + a.Workspace + "/audit"
	all := w.Do(a.Ann, "GET", path, nil).Must(http.StatusOK)
	if got, want := types(all), "invitation-accepted client-added project-created invitation-accepted workspace-created"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	var paged []string
	for next := ""; ; {
		r := w.Do(a.Ann, "GET", path+"?limit=2&cursor="+next, nil).Must(http.StatusOK)
		paged = append(paged, types(r))
		if next = r.String("next"); next == "" {
			break
		}
	}
	if got := strings.Join(paged, " "); got != types(all) {
		t.Errorf("page by page: got %s, want %s", got, types(all))
	}
	if strings.Contains(all.Body, "Carl") || strings.Contains(all.Body, "carl@") {
		t.Errorf("the audit holds a name or an address: %s", all.Body)
	}
}

func TestAFilterLeavesOutTheOthers(t *testing.T) {
	w, a := recorded(t)
	path := "/v1/workspaces/" + a.Workspace + "/audit?"
	for query, want := range map[string]string{
		"type=client-added":             "client-added",
		"actor=" + a.Carl.ID:            "invitation-accepted",
		"project=" + a.Project:          "client-added project-created",
		"subject=" + a.Carl.Contact:     "invitation-accepted client-added",
		"type=nothing":                  "",
		"from=2020-01-01&to=2020-01-02": "",
	} {
		if got := types(w.Do(a.Ann, "GET", path+query, nil).Must(http.StatusOK)); got != want {
			t.Errorf("%s: got %q, want %q", query, got, want)
		}
	}
}

func TestDaysThatCannotBeAreRefusedWithTheirPlace(t *testing.T) {
	w, a := recorded(t)
	path := "/v1/workspaces/" + a.Workspace + "/audit"
	for query, place := range map[string]string{
		"?from=yesterday": "query.from", "?to=2026-02-30": "query.to", "?from=2026-01-02&to=2026-01-01": "query.from", "?from=2026-01-01&to=2026-02-01": "query.from",
	} {
		w.Do(a.Ann, "GET", path+query, nil).Fault(place)
	}
	if r := w.Do(a.Ann, "GET", path+"?from=yesterday", nil); !strings.Contains(r.Body, "must be a day") {
		t.Errorf("got %s, want it said that yesterday is no day", r.Body)
	}
	w.Unchanged(func() {
		w.Do(a.Ann, "POST", path+"/export", map[string]any{"format": "csv", "from": "2020-01-01", "to": "2026-01-01"}).Fault("body.from")
		w.Do(a.Ann, "POST", path+"/export", map[string]any{"format": "pdf"}).Fault("body.format")
	})
}

func TestAnExportHasWhatTheListShowsOldestFirst(t *testing.T) {
	w, a := recorded(t)
	shown := w.Do(a.Ann, "GET", "/v1/workspaces/"+a.Workspace+"/audit", nil).Must(http.StatusOK).List("items")
	for _, format := range []string{"jsonl", "csv"} {
		file := export(w, a, map[string]any{"format": format})
		var ids []string
		switch format {
		case "jsonl":
			for line := range strings.Lines(file) {
				var e map[string]any
				if err := json.Unmarshal([]byte(line), &e); err != nil {
					t.Fatalf("%q: %v", line, err)
				}
				ids = append(ids, e["id"].(string))
			}
		case "csv":
			rows, err := csv.NewReader(strings.NewReader(file)).ReadAll()
			if err != nil || rows[0][0] != "id" {
				t.Fatalf("%v: %v", err, file)
			}
			for _, r := range rows[1:] {
				ids = append(ids, r[0])
			}
		}
		if len(ids) < len(shown) {
			t.Fatalf("%s: got %d entries, want at least %d", format, len(ids), len(shown))
		}
		for i, e := range shown {
			if got := ids[len(shown)-1-i]; got != e["id"] {
				t.Errorf("%s: got %s, want %s", format, got, e["id"])
			}
		}
	}
}

// export asks for a file, has it made, and fetches it.
func export(w *foyertest.World, a foyertest.Acme, body map[string]any) string {
	w.T.Helper()
	job := w.Do(a.Ann, "POST", "/v1/workspaces/"+a.Workspace+"/audit/export", body).Must(http.StatusAccepted)
	if failed := w.RunJobs(); failed != 0 {
		w.T.Fatalf("%d jobs failed", failed)
	}
	done := w.Do(a.Ann, "GET", "/v1/workspaces/"+a.Workspace+"/jobs/"+job.String("id"), nil).Must(http.StatusOK)
	if done.String("state") != table.JobDone || done.String("file.url") == "" {
		w.T.Fatalf("got %s, want it done, with its file", done.Body)
	}
	return w.Fetch(done.String("file.url"))
}

// cutOffAfterCompletion makes the first completion of a file look as if it had
// failed, after its effect: the job is then taken up by a run that finds the file.
func cutOffAfterCompletion(w *foyertest.World) {
	first := true
	w.Intercept(jobqueue.ID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Cut", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			out, meta, err := next.HandleInitialize(ctx, in)
			if _, completes := in.Parameters.(*s3.CompleteMultipartUploadInput); completes && first {
				first = false
				return out, meta, errors.Join(err, context.DeadlineExceeded)
			}
			return out, meta, err
		}), middleware.Before)
	})
}

// A file of several parts, each day of it with more than a page.
func TestALargeExportIsWrittenInPartsAndLosesNothing(t *testing.T) {
	w, a := recorded(t)
	const days, each = 3, 3000 // of 800 bytes: more than the 5 MiB of a part
	subject := strings.Repeat("s", 600)
	start := w.Clock.Now().UTC().Truncate(24 * time.Hour)
	want := map[string]bool{}
	for d := range days {
		var rows []table.Rowed
		at := start.Add(-time.Duration(d+1) * 24 * time.Hour)
		for n := range each {
			id := fmt.Sprintf("act_%026d", d*each+n)
			want[id] = true
			rows = append(rows, table.Rowed{Key: table.Audit(a.Workspace, at, id), Row: table.ActivityRow{
				Activity: id, Type: "item-created", Workspace: a.Workspace, At: at, Actor: a.Ann.ID, Project: a.Project, Item: "msg_01JD0000000000000000000000", Subject: subject,
			}})
		}
		if err := w.Table.BatchPut(t.Context(), rows...); err != nil {
			t.Fatal(err)
		}
	}
	cutOffAfterCompletion(w)
	parts := 0
	w.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "UploadPart" {
			parts++
		}
		return next()
	})
	w.JobTime = 10 * time.Second // less than a run keeps in reserve: each slice is a run, which hands the rest on
	file := export(w, a, map[string]any{"format": "jsonl", "from": start.Add(-days * 24 * time.Hour).Format(time.DateOnly), "to": start.Add(-24 * time.Hour).Format(time.DateOnly)})
	if len(file) < 5<<20 {
		t.Fatalf("the file has %d bytes: not enough for two parts", len(file))
	}
	if parts < 2 {
		t.Errorf("the file was written in %d parts: no slice may hold all of it", parts)
	}
	last := ""
	for line := range strings.Lines(file) {
		var e struct {
			ID string
			At time.Time
		}
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if !want[e.ID] {
			t.Fatalf("%s is there twice, or was never recorded", e.ID)
		}
		delete(want, e.ID)
		if order := e.At.Format(time.RFC3339) + e.ID; order < last {
			t.Fatalf("%s comes after %s", order, last)
		} else {
			last = order
		}
	}
	if len(want) > 0 {
		t.Errorf("%d changes are missing", len(want))
	}
}
