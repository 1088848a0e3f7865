package main

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"

	"foyer/shared/catalog"
)

// kind says what of the report a subject belongs to.
type kind int

const (
	operation kind = iota // a function that serves an operation of the API
	other                 // a function that something else calls
	floor                 // what libraries alone cost
	warmUp                // the first call of one function, without and with a warm-up
)

// subject is a binary that is measured.
type subject struct {
	kind         kind
	name, binary string
	event        string // whose event of events/ it is given
	environment  []string
	libraries    string // of a function: the floor that it stands on
}

// What functions are measured against (infra/bench/floor): the least that a
// Lambda function in Go is, and what libraries alone cost.
const (
	bare = "bare"
	both = "both" // huma and the AWS SDK's client of DynamoDB
)

// all are the functions whose names are wanted, what their libraries alone are,
// and a function with and without a warm-up.
func all(ctx context.Context, wanted *regexp.Regexp) ([]subject, error) {
	names, err := functions()
	if err != nil {
		return nil, err
	}
	names = slices.DeleteFunc(names, func(name string) bool { return !wanted.MatchString(name) })
	alone, err := libraries(ctx, names)
	if err != nil {
		return nil, err
	}
	var out []subject
	for _, name := range names {
		out = append(out, subject{kind: kindOf(name), name: name, binary: name, event: name, libraries: alone[name]})
	}
	floors := append(slices.Collect(maps.Values(alone)), "sdk", "huma", both)
	slices.Sort(floors)
	for _, name := range slices.Compact(floors) {
		out = append(out, subject{kind: floor, name: name, binary: name, event: "me-get"})
	}
	return append(out,
		subject{kind: warmUp, name: "none", binary: "items-create", event: "items-create"},
		subject{kind: warmUp, name: "before the first poll", binary: "warmed", event: "items-create", environment: []string{"WARM_UP=before"}},
		subject{kind: warmUp, name: "beside it", binary: "warmed", event: "items-create", environment: []string{"WARM_UP=beside"}},
	), nil
}

// made are the floors that have no folder of their own.
func made(subjects []subject) []string {
	var out []string
	for _, s := range subjects {
		if s.kind == floor && strings.Contains(s.binary, "+") {
			out = append(out, s.binary)
		}
	}
	return out
}

// kindOf asks the catalogue what calls the function.
func kindOf(function string) kind {
	for _, f := range catalog.WithoutOperation() {
		if f.ID == function {
			return other
		}
	}
	return operation
}
