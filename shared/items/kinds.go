package items

import (
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// NewItem is an item as it is asked for. Which fields it may have depends on its
// kind; the others are refused, not dropped.
type NewItem struct {
	Kind         string     `json:"kind" enum:"message,file,task,event"`
	Title        api.Line   `json:"title" minLength:"1" maxLength:"200"`
	Text         api.Text   `json:"text,omitempty" maxLength:"20000"`
	ClientCanSee bool       `json:"clientCanSee,omitempty" default:"false" doc:"“The client can also see this”; a task that is assigned to a client is shared in any case"`
	Assignee     string     `json:"assignee,omitempty" minLength:"1" maxLength:"64" doc:"Of a task: one of the project's people. A client's task is shared by that"`
	Ask          string     `json:"ask,omitempty" enum:"feedback,approval" doc:"Of a task that is assigned to a client: what they are asked for"`
	Due          *time.Time `json:"due,omitempty" doc:"Of a task"`
	Start        *time.Time `json:"start,omitempty" doc:"Of an event, which needs it"`
	End          *time.Time `json:"end,omitempty" doc:"Of an event; after its start"`
}

// row is the new item's row as far as its input says it, with the faults that
// its kind finds in it.
func (n NewItem) row() (table.ItemRow, []api.FieldError) {
	row := table.ItemRow{
		Kind: n.Kind, Title: n.Title.String(), Text: string(n.Text), Assignee: n.Assignee, Ask: n.Ask,
		Due: instant(n.Due), Start: instant(n.Start), End: instant(n.End),
	}
	var faults []api.FieldError
	for _, f := range []struct {
		name, of string
		given    bool
		at       *time.Time
	}{
		{"assignee", table.ItemTask, n.Assignee != "", nil},
		{"ask", table.ItemTask, n.Ask != "", nil},
		{"due", table.ItemTask, n.Due != nil, row.Due},
		{"start", table.ItemEvent, n.Start != nil, row.Start},
		{"end", table.ItemEvent, n.End != nil, row.End},
	} {
		switch {
		case f.given && n.Kind != f.of:
			faults = append(faults, api.Fault("body."+f.name, "is for an item of the kind %s", f.of))
		case f.at != nil && (f.at.Year() < firstYear || f.at.Year() > lastYear):
			faults = append(faults, api.Fault("body."+f.name, "must lie in the years %d to %d", firstYear, lastYear))
		}
	}
	if n.Kind == table.ItemEvent {
		switch {
		case n.Start == nil:
			faults = append(faults, api.Fault("body.start", "is needed for an event"))
		case n.End != nil && !row.End.After(*row.Start):
			faults = append(faults, api.Fault("body.end", "must be after the start"))
		}
	}
	return row, faults
}

// The years that a time may lie in: what every calendar reads, and what RFC 3339
// can still write after a change of time zone.
const (
	firstYear = 1970
	lastYear  = 9998
)

// instant is a time as rows and answers have it: UTC, whole milliseconds.
func instant(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	at := t.UTC().Truncate(time.Millisecond)
	return &at
}
