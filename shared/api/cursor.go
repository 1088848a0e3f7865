package api

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// Page is the part of a list's input that every list has.
type Page struct {
	Limit  int    `query:"limit" minimum:"1" maximum:"100" default:"20" doc:"How many at most"`
	Cursor string `query:"cursor" maxLength:"512" doc:"Where to go on: the next of the answer before"`
}

// List is a page of a list.
type List[T any] struct {
	Body ListBody[T]
}

// ListBody is a page of a list as JSON.
type ListBody[T any] struct {
	Items []T    `json:"items" nullable:"false"`
	Next  string `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
}

const cursorSum = 9 // bytes of the binding sum; with it a cursor stays readable base64

// Cursor is an opaque cursor: a position in what this viewer was shown by this
// very list. It is bound to list and viewer, not secret: a position gives no
// access, the rows after it are asked for in the viewer's own realm.
func (c *Call) Cursor(position string) string {
	return base64.RawURLEncoding.EncodeToString(append(c.cursorBinding(position), position...))
}

// Position is the position in a cursor that this list gave this viewer; a
// cursor of someone else, of another list or made up is a 422.
func (c *Call) Position(cursor string) (string, error) {
	if cursor == "" {
		return "", nil
	}
	raw, _ := base64.RawURLEncoding.DecodeString(cursor) // of what cannot be read, the part that can
	if len(raw) <= cursorSum {
		return "", NotACursor()
	}
	position := string(raw[cursorSum:])
	if c.Cursor(position) != cursor { // also where it is written otherwise, or only in part a cursor
		return "", NotACursor()
	}
	return position, nil
}

// ItemPosition is Position for a list of items of one kind, whose cursors hold
// the last id that was returned; prefix is that of the kind's ids.
func (c *Call) ItemPosition(cursor, prefix string) (string, error) {
	id, err := c.Position(cursor)
	if id == "" { // the beginning, or no cursor of this list
		return "", err
	}
	if !strings.HasPrefix(id, prefix) || !ValidID("item", id) {
		return "", NotACursor()
	}
	return id, nil
}

// NotACursor is the 422 of a cursor that this list did not give.
func NotACursor() *Problem {
	return Invalid(Fault("query.cursor", "is not a cursor of this list: begin without one"))
}

func (c *Call) cursorBinding(position string) []byte {
	sum := sha256.Sum256([]byte(strings.Join([]string{c.Operation, c.Viewer, c.Workspace, c.Project, c.list, position}, "\x00")))
	return sum[:cursorSum]
}

// ListOf binds the cursors of this call further, to the part of the list that
// was asked for (a kind, a filter).
func (c *Call) ListOf(part string) { c.list = part }
