// Package items is what a project holds: messages, files, tasks and events,
// private to the team or shared with the project's clients.
package items

import (
	"context"
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Item is an item as members see it.
type Item struct {
	ID           string     `json:"id" example:"msg_01JD0000000000000000000000"`
	Kind         string     `json:"kind" enum:"message,file,task,event"`
	Title        string     `json:"title"`
	Text         string     `json:"text,omitempty"`
	Author       string     `json:"author" doc:"The person who made it"`
	Assignee     string     `json:"assignee,omitempty" doc:"Of a task: the person whose task it is"`
	Ask          string     `json:"ask,omitempty" enum:"feedback,approval" doc:"Of a task: what a client is asked for"`
	Due          *time.Time `json:"due,omitempty" doc:"Of a task"`
	Start        *time.Time `json:"start,omitempty" doc:"Of an event"`
	End          *time.Time `json:"end,omitempty" doc:"Of an event"`
	CreatedAt    time.Time  `json:"createdAt"`
	UpdatedAt    time.Time  `json:"updatedAt" doc:"When its content last changed; sharing it or taking it back is no change of it"`
	ClientCanSee bool       `json:"clientCanSee" doc:"Shared: the clients of the project see it"`
}

// Of is the row as members see it.
func Of(r table.ItemRow) Item {
	return Item{
		ID: r.Item, Kind: r.Kind, Title: r.Title, Text: r.Text, Author: r.Author, Assignee: r.Assignee, Ask: r.Ask,
		Due: r.Due, Start: r.Start, End: r.End, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt, ClientCanSee: r.Shared(),
	}
}

// looks is how often both realms are read for an item that is found in neither. Each
// look falls into a move only if one is under way just then (a race of sixteen that move
// one item found twice too few).
const looks = 5

// load finds an item of the call's project in either realm, or is a 404. A read
// that misses in both may have fallen into a move, so it looks again: an item that is
// there is missed only if it moves during every look.
func load(ctx context.Context, c *api.Call, id string) (table.ItemRow, error) {
	for range looks {
		rows, err := c.Read(ctx, table.ItemKeys(c.Project, id)...)
		if err != nil {
			return table.ItemRow{}, err
		}
		if row, found, err := rows.Item(c.Project, id); err != nil || found {
			return row, err
		}
	}
	return table.ItemRow{}, api.NotFound()
}

// named are the two rows where the item that the path names can stand, to be read with
// the access (api.Operation.Reads).
func named(c *api.Call, path func(string) string) []table.Key {
	return table.ItemKeys(c.Project, path("item"))
}

// keyOf is where an item of the project stands while it is shared or private.
func keyOf(project, id string, shared bool) table.Key {
	if shared {
		return table.SharedItem(project, id)
	}
	return table.PrivateItem(project, id)
}
