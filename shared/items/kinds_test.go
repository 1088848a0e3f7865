package items

import (
	"slices"
	"testing"
	"time"

	"foyer/shared/api"
)

func at(s string) *time.Time {
	t, err := time.Parse(time.RFC3339Nano, s)
	if err != nil {
		panic(err)
	}
	return &t
}

func TestEveryKindHasItsOwnFieldsAndNoOthers(t *testing.T) {
	noon, one := at("2026-11-22T12:00:00Z"), at("2026-11-22T13:00:00Z")
	for _, test := range []struct {
		name string
		in   NewItem
		want []string // places of the faults
	}{
		{"a message", NewItem{Kind: "message", Text: "Hello"}, nil},
		{"a message that was shared", NewItem{Kind: "message", ClientCanSee: true}, nil},
		{"a message is nobody's task", NewItem{Kind: "message", Assignee: "per_x", Ask: "approval", Due: noon}, []string{"body.assignee", "body.ask", "body.due"}},
		{"a message has no time", NewItem{Kind: "message", Start: noon, End: one}, []string{"body.start", "body.end"}},
		{"a file, its upload comes later", NewItem{Kind: "file"}, nil},
		{"a file is nobody's task", NewItem{Kind: "file", Assignee: "per_x"}, []string{"body.assignee"}},
		{"a task of nobody", NewItem{Kind: "task"}, nil},
		{"a task with all of it", NewItem{Kind: "task", Assignee: "per_x", Ask: "feedback", Due: noon}, nil},
		{"a task has a due time, not a start", NewItem{Kind: "task", Start: noon}, []string{"body.start"}},
		{"an event", NewItem{Kind: "event", Start: noon}, nil},
		{"an event with an end", NewItem{Kind: "event", Start: noon, End: one}, nil},
		{"an event needs its start", NewItem{Kind: "event"}, []string{"body.start"}},
		{"an event that only ends", NewItem{Kind: "event", End: one}, []string{"body.start"}},
		{"an event that ends before it starts", NewItem{Kind: "event", Start: one, End: noon}, []string{"body.end"}},
		{"an event that ends as it starts", NewItem{Kind: "event", Start: noon, End: noon}, []string{"body.end"}},
		{"an event that ends within the millisecond of its start", NewItem{Kind: "event", Start: noon, End: at("2026-11-22T12:00:00.0004Z")}, []string{"body.end"}},
		{"a start in another time zone is compared as an instant", NewItem{Kind: "event", Start: at("2026-11-22T12:00:00Z"), End: at("2026-11-22T11:30:00-01:00")}, nil},
		{"an event is nobody's task", NewItem{Kind: "event", Start: noon, Assignee: "per_x", Due: one}, []string{"body.assignee", "body.due"}},
		{"a time that RFC 3339 could not write in UTC", NewItem{Kind: "task", Due: at("9999-12-31T23:59:59-05:00")}, []string{"body.due"}},
		{"the first year of all calendars", NewItem{Kind: "task", Due: at("1970-01-01T00:00:00Z")}, nil},
		{"the last year that every time zone can write", NewItem{Kind: "task", Due: at("9998-12-31T23:59:59Z")}, nil},
		{"a time before all calendars", NewItem{Kind: "event", Start: at("0001-01-01T00:00:00Z")}, []string{"body.start"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.in.Title = api.Line("Title")
			_, faults := test.in.row()
			var got []string
			for _, f := range faults {
				got = append(got, f.Location)
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("got faults at %v, want %v", got, test.want)
			}
		})
	}
}

func TestTimesAreKeptInUTCAndWholeMilliseconds(t *testing.T) {
	row, _ := NewItem{Kind: "task", Due: at("2026-11-22T12:00:00.123456+02:00")}.row()
	got, err := row.Due.MarshalJSON()
	if want := `"2026-11-22T10:00:00.123Z"`; err != nil || string(got) != want {
		t.Errorf("got due %s (%v), want %s", got, err, want)
	}
}
