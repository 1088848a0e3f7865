package audit

import (
	"context"
	"net/http"
	"strings"
	"time"

	"foyer/shared/api"
)

// ListInput says which changes.
type ListInput struct {
	Workspace string `path:"workspace"`
	From      string `query:"from" maxLength:"10" doc:"The first day (UTC); without it, the last 7 days up to to" example:"2026-11-01"`
	To        string `query:"to" maxLength:"10" doc:"The last day (UTC); without it, today" example:"2026-11-25"`
	Filter
	api.Page
}

// List shows the workspace's audit log, newest first.
var List = api.Operation[ListInput, api.List[Entry]]{
	ID: "audit-list", Method: http.MethodGet, Path: "/workspaces/{workspace}/audit", Access: api.Admins,
	Summary: "List the changes in a workspace",
	Doc: "For the workspace's owner and admins: every change in it, newest first, with ids and no content. At most 31 days at once. " +
		"Where a filter lets few through, a page may have fewer entries than asked for, even none: go on while there is a next. " +
		"A change appears here a moment after it was made.",
	Handle: list,
}

const (
	usualDays, mostDays = 7, 31
	// mostPages is how many pages of rows one request reads at most.
	mostPages = 20
)

func list(ctx context.Context, c *api.Call, in *ListInput) (*api.List[Entry], error) {
	s, err := spanOf(c.Now(), "query", in.From, in.To, usualDays, mostDays)
	if err != nil {
		return nil, err
	}
	c.ListOf(strings.Join([]string{in.From, in.To, in.Type, in.Actor, in.Project, in.Subject}, "\x00"))
	at, after, err := position(c, in.Cursor, s)
	if err != nil {
		return nil, err
	}
	out := &api.List[Entry]{Body: api.ListBody[Entry]{Items: []Entry{}}}
	for range mostPages {
		n := pageRows
		if in.Filter == (Filter{}) {
			n = in.Limit - len(out.Body.Items) + 1 // all are shown, and one more says that others follow
		}
		rows, more, err := page(ctx, c.Table, c.Workspace, at, after, true, n)
		if err != nil {
			return nil, err
		}
		for i, row := range rows {
			after = row.Activity
			if !in.lets(row) {
				continue
			}
			out.Body.Items = append(out.Body.Items, Of(row))
			if len(out.Body.Items) == in.Limit {
				if i < len(rows)-1 || more || at.After(s.from) {
					out.Body.Next = c.Cursor(at.Format(time.DateOnly) + after)
				}
				return out, nil
			}
		}
		if more {
			continue
		}
		if !at.After(s.from) {
			return out, nil
		}
		at, after = at.Add(-day), ""
	}
	out.Body.Next = c.Cursor(at.Format(time.DateOnly) + after)
	return out, nil
}

// position is where a page begins: a day, and the entry of that day to go on after.
func position(c *api.Call, cursor string, s span) (at time.Time, after string, err error) {
	raw, err := c.Position(cursor)
	if raw == "" { // the beginning, or no cursor of this list
		return s.to, "", err
	}
	const form = len(time.DateOnly)
	if len(raw) >= form {
		at, _ = time.Parse(time.DateOnly, raw[:form]) // what is no day is before all days
		if !at.Before(s.from) && !at.After(s.to) {
			return at, raw[form:], nil
		}
	}
	return at, "", api.NotACursor()
}
