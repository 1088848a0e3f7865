// Package notify tells people what happened: one line in their feed, and a mail.
// A line is told to whom policy says so, once, whatever the stream does. (Package
// notifications shows them.)
package notify

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"foyer/shared/api"
	"foyer/shared/audience"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/policy"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// Consumer takes every change that was recorded: tells the people of the project
// whom policy says to tell (rules 13, 14, 16), by a line in their feed and a mail
// for stream-mail to send, and copies the change to the audit. Everything that it writes is
// a function of the activity and the recipient, so being given an activity again
// changes nothing.
var Consumer = stream.Consumer{ID: "stream-notify", Handle: take}

// activityPartition ends the partition keys of recorded changes; the mapping's
// filter in template.yaml lets only these through, which leaves out this
// function's own copies (…#AUDIT#<day>) and lines (…#FEED#…).
const activityPartition = "#ACT"

func take(ctx context.Context, env *api.Env, r stream.Record) error {
	if strings.HasPrefix(r.Key.SK, table.PrefixJob) {
		return startJob(ctx, env, r)
	}
	if !strings.HasSuffix(r.Key.PK, activityPartition) || !strings.HasPrefix(r.Key.SK, table.PrefixActivity) {
		return nil // not a recorded change
	}
	var a table.ActivityRow
	if err := table.Unmarshal(r.New, &a); err != nil {
		return errors.Join(stream.ErrPoison, err)
	}
	teamOnly, err := realm(a, r.Key)
	if err != nil {
		return err
	}
	poison := act(ctx, env, a, teamOnly)
	if stream.WorthRetry(poison) {
		return poison
	}
	// Last, so that what is in the audit was told to its end: by this replay knows what
	// was left. What cannot be told is recorded all the same; the poison queue has it.
	if err := env.Table.PutOne(ctx, table.Audit(a.Workspace, a.At, a.Activity), a, nil); err != nil {
		return err
	}
	return poison
}

// act does what follows from a change, beyond that it is recorded.
func act(ctx context.Context, env *api.Env, a table.ActivityRow, teamOnly bool) error {
	switch a.Type {
	case table.ActivityPersonRenamed, table.ActivityAddressChanged:
		return follow(ctx, env, a)
	}
	if change := changeOf(a, teamOnly); !change.NeverTold {
		return tell(ctx, env, a, change)
	}
	return nil
}

// startJob hands a job that was asked for to jobs-run. Its row was put in the
// transaction that asked for it, so that none is forgotten, and none begins that
// was not asked for.
func startJob(ctx context.Context, env *api.Env, r stream.Record) error {
	var job table.JobRow
	if err := table.Unmarshal(r.New, &job); err != nil {
		return errors.Join(stream.ErrPoison, err)
	}
	if r.Key != table.Job(job.Workspace, job.Job) {
		return fmt.Errorf("the job is not the one of its key: %w", stream.ErrPoison)
	}
	return jobqueue.Enqueue(ctx, env, jobqueue.Message{Workspace: job.Workspace, Job: job.Job})
}

// realm says whether only the team may see the change, by where it was recorded;
// poison if the row is not the one that its key names.
func realm(a table.ActivityRow, at table.Key) (teamOnly bool, err error) {
	if a.Project != "" {
		if w, ok := table.WorkspaceOf(a.Project); !ok || w != a.Workspace {
			return false, fmt.Errorf("project %q is not of workspace %q: %w", a.Project, a.Workspace, stream.ErrPoison)
		}
	}
	switch at {
	case table.TeamProjectActivity(a.Project, a.Activity), table.WorkspaceActivity(a.Workspace, a.Activity):
		return true, nil
	case table.ClientProjectActivity(a.Project, a.Activity):
		return false, nil
	}
	return false, fmt.Errorf("the activity is not the one of its key: %w", stream.ErrPoison)
}

// changeOf is the activity as policy sees it. What is not listed is recorded and
// tells no one.
func changeOf(a table.ActivityRow, teamOnly bool) policy.Change {
	c := policy.Change{Actor: a.Actor, Assignee: a.Assignee, Mentions: a.Mentions, TeamOnly: teamOnly, NeverTold: true}
	switch a.Type {
	case table.ActivityItemCreated, table.ActivityItemShared:
		c.NeverTold = false
	}
	return c
}

func tell(ctx context.Context, env *api.Env, a table.ActivityRow, change policy.Change) error {
	persons, err := peopleOf(ctx, env.Table, a.Project)
	if err != nil {
		return err
	}
	place, standings, rows, err := audience.Of(ctx, env.Table, a.Project, table.ItemKeys(a.Project, a.Item), persons...)
	if err != nil {
		return err
	}
	item, found, err := audience.Item(ctx, env.Table, rows, a.Project, a.Item)
	if err != nil {
		return err
	}
	if !found {
		return nil // deleted meanwhile: there is nothing left to tell of
	}
	if !item.Shared() {
		change.TeamOnly = true // taken back meanwhile, or never shared
	}
	var lines []table.Rowed
	var mails []mail
	for _, s := range standings {
		reason := policy.TellOf(change, s.Recipient())
		if reason == "" {
			continue
		}
		lines = append(lines, lineOf(a, place.Workspace, s, reason))
		mails = append(mails, mail{mailOf(a, s, reason), s.Hours})
	}
	return write(ctx, env, lines, mails)
}

// write puts the lines, then the mails, one after another: what a run that ends in the
// middle has left undone comes after what it has done.
func write(ctx context.Context, env *api.Env, lines []table.Rowed, mails []mail) error {
	if err := env.Table.BatchPut(ctx, lines...); err != nil {
		return err
	}
	for _, m := range mails {
		if err := m.put(ctx, env); err != nil {
			return err
		}
	}
	return nil
}

// peopleOf are the ids of a project's people.
func peopleOf(ctx context.Context, t *table.Table, project string) ([]string, error) {
	var persons []string
	for q := (table.Query{PK: table.ClientProjectPartition(project), Prefix: table.PrefixPerson}); ; {
		rows, more, err := table.QueryInto[table.PersonRow](ctx, t, q)
		if err != nil {
			return nil, err
		}
		for _, row := range rows {
			persons = append(persons, row.Person)
			q.After = row.SK
		}
		if !more {
			return persons, nil
		}
	}
}

// lineOf is the line of the recipient's feed: as a client in their portal, as a
// member in that workspace.
func lineOf(a table.ActivityRow, workspace string, s audience.Standing, reason policy.Reason) table.Rowed {
	key := table.TeamFeed(s.Person, workspace, a.Activity)
	if s.Client {
		key = table.PortalFeed(s.Person, a.Activity)
	}
	return table.Rowed{Key: key, Row: table.FeedRow{
		Activity: a.Activity, Type: a.Type, Reason: string(reason), Workspace: workspace, Project: a.Project, Item: a.Item, Actor: a.Actor, At: a.At,
	}}
}
