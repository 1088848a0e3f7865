// Package audit is the record of every change in a workspace (rule 35). It holds
// ids, never content: an erased person stands in it without their data.
package audit

import (
	"context"
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Entry is one change.
type Entry struct {
	ID       string    `json:"id" example:"act_01JD0000000000000000000000"`
	Type     string    `json:"type" doc:"What happened" example:"client-added"`
	At       time.Time `json:"at"`
	Actor    string    `json:"actor,omitempty" doc:"The person who did it; absent where Foyer did it by itself"`
	Project  string    `json:"project,omitempty"`
	Item     string    `json:"item,omitempty"`
	Subject  string    `json:"subject,omitempty" doc:"The contact, member or company that it is about"`
	Assignee string    `json:"assignee,omitempty"`
}

// Of is the row as the audit shows it.
func Of(a table.ActivityRow) Entry {
	return Entry{ID: a.Activity, Type: a.Type, At: a.At, Actor: a.Actor, Project: a.Project, Item: a.Item, Subject: a.Subject, Assignee: a.Assignee}
}

// Filter is which changes are meant; an empty field means any.
type Filter struct {
	Type    string `json:"type,omitempty" query:"type" maxLength:"64" doc:"Only changes of that type" example:"client-added"`
	Actor   string `json:"actor,omitempty" query:"actor" maxLength:"64" doc:"Only changes by that person"`
	Project string `json:"project,omitempty" query:"project" maxLength:"64" doc:"Only changes in that project"`
	Subject string `json:"subject,omitempty" query:"subject" maxLength:"64" doc:"Only changes about that contact, member or company"`
}

func (f Filter) lets(a table.ActivityRow) bool {
	for _, c := range []struct{ want, got string }{{f.Type, a.Type}, {f.Actor, a.Actor}, {f.Project, a.Project}, {f.Subject, a.Subject}} {
		if c.want != "" && c.want != c.got {
			return false
		}
	}
	return true
}

// span is a range of days, both included, in UTC.
type span struct{ from, to time.Time }

// days is how many days a span has.
func (s span) days() int { return int(s.to.Sub(s.from)/day) + 1 }

const day = 24 * time.Hour

// spanOf reads the days of a request; what is absent is the last usual days up to
// today. It refuses more than most days.
func spanOf(now time.Time, place, from, to string, usual, most int) (span, error) {
	today := now.UTC().Truncate(day)
	s := span{to: today}
	var err error
	if to != "" {
		if s.to, err = time.Parse(time.DateOnly, to); err != nil {
			return s, api.Invalid(api.Fault(place+".to", "must be a day, such as 2026-11-25"))
		}
	}
	s.from = s.to.Add(-time.Duration(usual-1) * day)
	if from != "" {
		if s.from, err = time.Parse(time.DateOnly, from); err != nil {
			return s, api.Invalid(api.Fault(place+".from", "must be a day, such as 2026-11-25"))
		}
	}
	switch n := s.days(); {
	case s.to.Before(s.from):
		return s, api.Invalid(api.Fault(place+".from", "must not be after to"))
	case n > most:
		return s, api.Invalid(api.Fault(place+".from", "must be at most %d days before to, both included", most-1))
	}
	return s, nil
}

// pageRows is how many rows of the audit are read at once where a filter may let few
// through, and for a file.
const pageRows = 200

// page reads the next n rows of a day after one of them, newest first or oldest
// first.
func page(ctx context.Context, t *table.Table, workspace string, on time.Time, after string, newest bool, n int) ([]table.ActivityRow, bool, error) {
	return table.QueryInto[table.ActivityRow](ctx, t, table.Query{
		PK: table.Audit(workspace, on, "").PK, Prefix: table.PrefixActivity, After: after, Descending: newest, Limit: n,
	})
}
