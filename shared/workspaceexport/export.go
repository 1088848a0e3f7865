// Package workspaceexport is the job of workspaces-export: everything that a workspace
// has, as JSON lines (rule 35). Whatever an area adds to a workspace gets a section here;
// guard invariants fails for a kind of row that is in no export and has no reason for it.
package workspaceexport

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"foyer/shared/api"
	"foyer/shared/files"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// Kind is the job of workspaces-export.
var Kind = work.Kind{Name: work.WorkspaceExport, Slice: func(ctx context.Context, env *api.Env, job *table.JobRow) (bool, error) {
	return work.At(ctx, env, job, slice)
}}

// stepsOfSlice is how many steps one slice takes, each of one or two calls: a few
// seconds of work.
const stepsOfSlice = 100

// rowsOfStep is how many rows a step reads at most: what it looks up of them is one
// BatchGet.
const rowsOfStep = 100

// place is where the export is: its file, the section (of the project, where there is
// one), and the sort key after which that goes on.
type place struct {
	File    files.Growing
	Section int
	Project string `json:",omitempty"`
	After   string `json:",omitempty"`
}

// walk is one slice's way.
type walk struct {
	*api.Env
	job   *table.JobRow
	at    *place
	lines bytes.Buffer
	wrote int
}

// section writes the next lines of a part of the workspace, and says whether it goes on
// after them.
type section func(ctx context.Context, w *walk) (more bool, err error)

func slice(ctx context.Context, env *api.Env, job *table.JobRow, at *place) (bool, error) {
	w := &walk{Env: env, job: job, at: at}
	ended := false
	for n := 0; !ended && n < stepsOfSlice && w.lines.Len() < files.PartLeast; n++ {
		var err error
		if ended, err = w.step(ctx); err != nil {
			return false, err
		}
	}
	job.Done += w.wrote
	job.Total = job.Done
	key := fmt.Sprintf("exports/%s/%s/workspace.jsonl", job.Workspace, job.Job)
	var err error
	if w.at.File, err = w.at.File.Add(ctx, env, key, "application/jsonl", w.lines.Bytes(), ended); err != nil {
		return false, err
	}
	if ended {
		job.Result = key
	}
	return ended, nil
}

// step does the next bit; ended: there is none.
func (w *walk) step(ctx context.Context) (ended bool, err error) {
	sections := ofWorkspace
	if w.at.Project != "" {
		sections = ofProject
	}
	if w.at.Section == len(sections) {
		return w.nextProject(ctx)
	}
	more, err := sections[w.at.Section](ctx, w)
	if err == nil && !more {
		w.at.Section, w.at.After = w.at.Section+1, ""
	}
	return false, err
}

// nextProject goes on with the first project, or the next one after another.
func (w *walk) nextProject(ctx context.Context) (ended bool, err error) {
	rows, _, err := table.QueryInto[table.PointerRow](ctx, w.Table, table.Query{
		PK: table.WorkspaceProject(w.job.Workspace, "").PK, Prefix: table.PrefixProject, After: table.PrefixProject + w.at.Project, Limit: 1,
	})
	if err != nil || len(rows) == 0 {
		return err == nil, err
	}
	w.at.Project, w.at.Section, w.at.After = rows[0].Project, 0, ""
	return false, nil
}

// write writes one line: the fields of the value, which may have none, after the name of
// its record.
func (w *walk) write(record string, value any) error {
	fields, err := json.Marshal(value)
	if err != nil {
		return err
	}
	w.wrote++
	comma := ","
	if string(fields) == "{}" {
		comma = ""
	}
	fmt.Fprintf(&w.lines, "{\"record\":%q%s%s\n", record, comma, fields[1:])
	return nil
}

// page reads the next rows of the section below the prefix; what they hold is written
// by each.
func page[R any](ctx context.Context, w *walk, pk, prefix string, key func(R) table.Key, each func(rows []R) error) (bool, error) {
	rows, more, err := table.QueryInto[R](ctx, w.Table, table.Query{PK: pk, Prefix: prefix, After: w.at.After, Limit: rowsOfStep})
	if err != nil || len(rows) == 0 {
		return false, err
	}
	w.at.After = key(rows[len(rows)-1]).SK
	return more, each(rows)
}
