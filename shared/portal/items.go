package portal

import (
	"time"

	"foyer/shared/table"
)

// SharedItem is an item as the project's clients see it. What only members know
// (that there was a time when it was private, a version, a rank) has no place in it.
type SharedItem struct {
	ID        string     `json:"id" example:"msg_01JD0000000000000000000000"`
	Kind      string     `json:"kind" enum:"message,file,task,event"`
	Title     string     `json:"title"`
	Text      string     `json:"text,omitempty"`
	Author    string     `json:"author" doc:"The person who made it"`
	Assignee  string     `json:"assignee,omitempty" doc:"Of a task: the person whose task it is"`
	Ask       string     `json:"ask,omitempty" enum:"feedback,approval" doc:"Of a task: what a client is asked for"`
	Due       *time.Time `json:"due,omitempty" doc:"Of a task"`
	Start     *time.Time `json:"start,omitempty" doc:"Of an event"`
	End       *time.Time `json:"end,omitempty" doc:"Of an event"`
	CreatedAt time.Time  `json:"createdAt"`
	UpdatedAt time.Time  `json:"updatedAt" doc:"When its content last changed"`
}

func itemOf(r table.ItemRow) SharedItem {
	return SharedItem{
		ID: r.Item, Kind: r.Kind, Title: r.Title, Text: r.Text, Author: r.Author, Assignee: r.Assignee, Ask: r.Ask,
		Due: r.Due, Start: r.Start, End: r.End, CreatedAt: r.CreatedAt, UpdatedAt: r.UpdatedAt,
	}
}
