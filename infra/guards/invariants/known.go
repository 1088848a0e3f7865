package invariants

import (
	"reflect"
	"sync"

	"foyer/shared/table"
)

// known are rows as they were read. A guard asks after every step whether the whole table
// agrees with itself, and most of its rows are the very ones that it had before.
var known struct {
	mu   sync.Mutex
	rows map[is]remembered
}

// is names a row by where it is in memory: nobody changes a row that was read, and
// remembered.item keeps the place from becoming another's.
type is struct {
	at uintptr
	as reflect.Type
}

type remembered struct {
	item table.Item
	row  any
}

// mostKnown is many times what the tables of the guards that run at once have.
const mostKnown = 100_000

// read is the row as an R.
func read[R any](item table.Item) (row R, err error) {
	it := is{reflect.ValueOf(item).Pointer(), reflect.TypeFor[R]()}
	known.mu.Lock()
	had, ok := known.rows[it]
	known.mu.Unlock()
	if ok {
		return had.row.(R), nil
	}
	if err := table.Unmarshal(item, &row); err != nil {
		return row, err
	}
	known.mu.Lock()
	defer known.mu.Unlock()
	if known.rows == nil || len(known.rows) > mostKnown {
		known.rows = map[is]remembered{}
	}
	known.rows[it] = remembered{item, row}
	return row, nil
}
