package templateedit

import (
	"strings"
	"unicode/utf8"

	"foyer/shared/api"
)

// faultsMost is how many faults one answer names: beyond that nobody reads them.
const faultsMost = 20

// faults of one field, found in its text.
type faults struct {
	location, text string
	found          []api.FieldError
}

// at adds a fault at a position in bytes of the text.
func (f *faults) at(position int, format string, args ...any) {
	if len(f.found) == faultsMost {
		return
	}
	fault := api.Fault(f.location, format, args...)
	fault.Line, fault.Column = place(f.text, position)
	f.found = append(f.found, fault)
}

// place is the line and the column, in characters, of a position in bytes.
func place(text string, position int) (line, column int) {
	before := text[:min(position, len(text))]
	start := strings.LastIndexByte(before, '\n') + 1
	return strings.Count(before, "\n") + 1, utf8.RuneCountInString(before[start:]) + 1
}
