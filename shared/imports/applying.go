package imports

import (
	"context"
	"fmt"
	"strconv"

	"golang.org/x/sync/errgroup"

	"foyer/shared/api"
	"foyer/shared/files"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// ApplicationKind is the job of imports-apply: plan line by plan line. A slice that is
// done again finds what it did: the ids of new contacts are functions of plan and line.
var ApplicationKind = work.Kind{Name: applicationKind, Slice: func(ctx context.Context, env *api.Env, job *table.JobRow) (bool, error) {
	return work.At(ctx, env, job, applySlice)
}}

const (
	applyRows  = 100       // of a slice
	applyBytes = 128 << 10 // of the plan
)

// applying is where an application is.
type applying struct {
	Offset int64
	Result table.ImportResult
	Report files.Growing // of rows that came out otherwise than planned
	Other  bool          // whether there is one
}

func applySlice(ctx context.Context, env *api.Env, job *table.JobRow, at *applying) (ended bool, err error) {
	if job.Total, err = strconv.Atoi(job.About[aboutRows]); err != nil {
		return false, fmt.Errorf("rows of the job: %w", err)
	}
	if job.Done < job.Total {
		if err := at.next(ctx, env, job); err != nil {
			return false, err
		}
	}
	if ended = job.Done >= job.Total; ended {
		if err := at.end(ctx, env, job); err != nil {
			return false, err
		}
	}
	return ended, nil
}

// next applies the next lines of the plan.
func (at *applying) next(ctx context.Context, env *api.Env, job *table.JobRow) error {
	plan := planKey(job.Workspace, job.About[aboutImport], job.About[aboutPlan])
	entries, next, err := linesOf(ctx, env, plan, at.Offset, applyBytes, applyRows)
	if err != nil {
		return err
	}
	a := &applier{call: callOf(env, job), plan: job.About[aboutPlan]}
	outcomes, companies, err := a.apply(ctx, entries)
	if err != nil {
		return err
	}
	var report []byte
	for i, e := range entries {
		if !e.actionable() {
			continue
		}
		job.Done++
		count(&at.Result, outcomes[i])
		if outcomes[i].Verdict != e.Verdict {
			report = outcomes[i].append(report)
		}
	}
	at.Offset, at.Result.Companies, job.Refused = next, at.Result.Companies+companies, at.Result.Refused
	if len(report) == 0 {
		return nil
	}
	at.Other = true
	at.Report, err = at.Report.Add(ctx, env, reportKey(job), jsonLines, report, false)
	return err
}

// reportKey is where an application's report is.
func reportKey(job *table.JobRow) string {
	return key(job.Workspace, job.About[aboutImport], job.Job+".jsonl")
}

// end completes the report, and writes down what became of the plan.
func (at *applying) end(ctx context.Context, env *api.Env, job *table.JobRow) (err error) {
	if at.Other {
		if at.Report, err = at.Report.Add(ctx, env, reportKey(job), jsonLines, nil, true); err != nil {
			return err
		}
		at.Result.File = reportKey(job)
	}
	return finish(ctx, env, job, "application", at.Result)
}

// applier applies lines of one plan.
type applier struct {
	call *api.Call
	plan string
}

// apply gives each line's outcome, and how many companies there are more. The rows of
// one company are done one after another: transactions that meet on it would be
// cancelled. Companies are done at once.
func (a *applier) apply(ctx context.Context, entries []entry) (outcomes []entry, companies int, err error) {
	outcomes = make([]entry, len(entries))
	place := map[string]int{}
	var groups [][]int
	for i, e := range entries {
		if !e.actionable() {
			continue
		}
		at, seen := place[e.group()]
		if !seen {
			at, groups = len(groups), append(groups, nil)
			place[e.group()] = at
		}
		groups[at] = append(groups[at], i)
	}
	made := make([]bool, len(groups))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for n, rows := range groups {
		group.Go(func() (err error) {
			made[n], err = a.company(gctx, entries, rows, outcomes)
			return err
		})
	}
	err = group.Wait()
	for _, one := range made {
		if one {
			companies++
		}
	}
	return outcomes, companies, err
}

// company applies the rows of one company, which it makes where it is needed; made says
// so once for all rows of the plan.
func (a *applier) company(ctx context.Context, entries []entry, rows []int, outcomes []entry) (made bool, err error) {
	first := entries[rows[0]]
	id, ambiguous, counted := first.CompanyID, false, false
	if id == "" {
		if id, made, ambiguous, err = a.found(ctx, first); err != nil {
			return false, err
		}
	}
	for _, i := range rows {
		outcomes[i] = entries[i]
		if ambiguous {
			outcomes[i].refuse(reasonCompanyAmbiguous)
			continue
		}
		outcomes[i].CompanyID = id
		counted = counted || outcomes[i].NewCompany
		if err := table.Retry(ctx, attempts, func() error { return a.row(ctx, &outcomes[i]) }); err != nil {
			return false, err
		}
	}
	return made && counted, nil
}
