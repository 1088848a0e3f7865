package invariants

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"

	"foyer/shared/table"
)

// importOf is a file of contacts, and what its newest jobs made of it.
func importOf(c *checker, at place, row table.ImportRow) {
	w := at.ids["w"]
	same(c, at.key, "import", row.Import, at.ids["import"])
	c.has(at.key, table.Workspace(w))
	c.has(at.key, table.Account(row.Actor))
	sum, err := base64.StdEncoding.DecodeString(row.SHA256)
	c.want(at.key, row.Size > 0 && err == nil && len(sum) == sha256.Size, "announces no file")
	c.stage(at, row.PlanJob, "imports-plan", row.Plan)
	c.stage(at, row.ApplicationJob, "imports-apply", row.Application)
	same(c, at.key, "applied, and which plan", row.ApplicationOf != "", row.ApplicationJob != "")
	if row.ApplicationJob != "" {
		if job, ok := needs[table.JobRow](c, at.key, table.Job(w, row.ApplicationJob)); ok {
			same(c, at.key, "the plan that is applied", row.ApplicationOf, job.About["plan"])
		}
	}
	same(c, at.key, "applied, as recorded", c.recorded(table.ActivityImportApplied, w, "", row.Import) > 0, row.ApplicationJob != "")
}

// stage reports a plan, or an application, that is not what its job says of it.
func (c *checker) stage(at place, id, kind string, result *table.ImportResult) {
	if id == "" {
		c.want(at.key, result == nil, "has a result of no %s", kind)
		return
	}
	job, ok := needs[table.JobRow](c, at.key, table.Job(at.ids["w"], id))
	if !ok {
		return
	}
	same(c, at.key, "kind and import of its job", [2]string{job.Kind, job.About["import"]}, [2]string{kind, at.ids["import"]})
	c.want(at.key, result != nil || job.State != table.JobDone, "has no result of its %s, which is done", kind)
	if result != nil && job.State == table.JobDone {
		same(c, at.key, "rows of each kind, together", result.New+result.Changed+result.Unchanged+result.Refused, job.Total)
		same(c, at.key, "rows refused", result.Refused, job.Refused)
		c.want(at.key, result.File == "" || strings.HasPrefix(result.File, "imports/"+at.ids["w"]+"/"+at.ids["import"]+"/"), "has the file of another, %q", result.File)
	}
}

// importJob plans or applies an import.
func importJob(c *checker, at place, row table.JobRow) {
	w := at.ids["w"]
	c.has(at.key, table.Import(w, row.About["import"]))
	same(c, at.key, "file", row.Result, "")
	c.want(at.key, row.State != table.JobDone || row.Done == row.Total, "is done with %d of %d", row.Done, row.Total)
	if row.Kind == "imports-apply" {
		c.has(at.key, table.Job(w, row.About["plan"]))
		c.want(at.key, c.recorded(table.ActivityImportApplied, w, "", row.About["import"]) > 0, "was never recorded")
	}
}
