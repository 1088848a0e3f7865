package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
)

// The goals (README.md, What a function costs), as ratios to a bare aws-lambda-go handler,
// and of a warm call to the same SDK calls written by hand.
const (
	goalStart  = 1.7
	goalBinary = 1.85
	goalMemory = 2.1
	goalWarm   = 1.2
)

// The limits: bench fails beyond them. They are the goals where a measurement
// gives the same on every machine, at whatever else it does. Times do not:
const (
	limitBinary = goalBinary
	limitMemory = goalMemory // at the first poll, and of the API's functions after a call
	limitAllocs = goalWarm   // allocations of a warm call, and their bytes

	// A start is held to what the function's libraries alone take in the same run, on
	// a processor: they come near the goal, or beyond it, by themselves.
	limitStart = 1.3
	// A consumer makes many calls at once or one after the other, to several services:
	// due-run 48, stream-mail over three connections.
	limitMemoryOther = 2.5
	limitWarmTime    = 1.6 // what a busy machine adds is not the same to both
)

// beyond are the functions that may have more than the goal: what it is of, and why.
var beyond = map[string]struct{ binary, called float64 }{
	// Every kind of job is in it, of contacts, members, exports and imports: S3, SQS and
	// Cognito alone are at 1.65, and a file's encodings and the folding of names are 0.1.
	"jobs-run": {binary: 2},
	// The sanitiser's regular expressions, made at the start, are 1 MB of their memory.
	"invitation-template-put":     {called: 2.25},
	"invitation-template-preview": {called: 2.25},
}

// held says whether the limits are for it: for functions, not for what they are
// compared with.
func held(f figures) bool { return f.kind == operation || f.kind == other }

func startOverLibraries(f figures, alone map[string]figures) float64 {
	return float64(f.startCPU) / float64(alone[f.libraries].startCPU)
}

// again lets functions live again, for longer, where one was slower than it may be
// beside its libraries: the least of a few lives is not yet the least, where the machine
// does other things. The libraries live again with all functions that have them, so that
// nobody is compared with more lives than its own.
func again(ctx context.Context, dir string, measured []figures, runs int) ([]figures, error) {
	alone := floors(measured)
	doubtful := map[string]bool{}
	for _, f := range measured {
		if held(f) && startOverLibraries(f, alone) > limitStart {
			doubtful[f.libraries] = true
		}
	}
	var subjects []subject
	for _, f := range measured {
		if held(f) && doubtful[f.libraries] || doubtful[f.name] {
			subjects = append(subjects, f.subject)
		}
	}
	if len(subjects) == 0 {
		return measured, nil
	}
	_, better, err := lives(ctx, dir, subjects, runs)
	if err != nil {
		return nil, err
	}
	for i, f := range measured {
		if at := slices.IndexFunc(better, func(b figures) bool { return b.name == f.name }); at >= 0 {
			measured[i] = better[at]
		}
	}
	return measured, nil
}

// exceeded says which limits were passed.
func exceeded(measured []figures, warm []warmFigures) error {
	alone := floors(measured)
	var failed []error
	hold := func(name, what string, got, limit float64) {
		if got > limit {
			failed = append(failed, fmt.Errorf("%s: %s is %.2f×, the limit is %.2f×", name, what, got, limit))
		}
	}
	for _, f := range measured {
		if !held(f) {
			continue
		}
		called := limitMemory
		if f.kind == other {
			called = limitMemoryOther
		}
		more := beyond[f.name]
		called = max(called, more.called)
		hold(f.name, "binary", f.sizeRatio, max(limitBinary, more.binary))
		hold(f.name, "memory at the first poll", f.polledRatio, limitMemory)
		hold(f.name, "memory after a call", f.calledRatio, called)
		hold(f.name, "start, to that of its libraries alone,", startOverLibraries(f, alone), limitStart)
	}
	for _, w := range warm {
		hold(w.name, "allocations of a warm call", w.count, limitAllocs)
		hold(w.name, "allocated bytes of a warm call", w.allocated, limitAllocs)
		hold(w.name, "time of a warm call", w.time, limitWarmTime)
	}
	return errors.Join(failed...)
}
