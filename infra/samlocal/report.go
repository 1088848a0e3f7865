package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// errFailed is returned by run when a check failed; its line has been printed already.
var errFailed = errors.New("a check failed")

// report prints one line for each check and counts them.
type report struct {
	out    io.Writer
	now    func() time.Time
	passed int
	failed int
}

// newReport makes a report that prints to out.
func newReport(out io.Writer) *report {
	return &report{out: out, now: time.Now}
}

// check runs fn, prints "ok" or "FAIL" with the time it took, and tells whether it passed. What fn returns beside an
// error (a driver, a number of functions) is printed behind the name.
func (r *report) check(name string, fn func() (detail string, err error)) bool {
	start := r.now()
	detail, err := fn()
	took := r.now().Sub(start).Seconds()
	if err != nil {
		r.failed++
		_, _ = fmt.Fprintf(r.out, "FAIL %6.1fs  %s: %s\n", took, name, indent(err.Error()))
		return false
	}
	r.passed++
	if detail != "" {
		name += ": " + detail
	}
	_, _ = fmt.Fprintf(r.out, "ok   %6.1fs  %s\n", took, name)
	return true
}

// summary prints the last line and returns errFailed if anything failed, or if nothing was checked at all.
func (r *report) summary() error {
	_, _ = fmt.Fprintf(r.out, "%d passed, %d failed\n", r.passed, r.failed)
	if r.failed > 0 || r.passed == 0 {
		return errFailed
	}
	return nil
}

// indent keeps the further lines of a message below its first.
func indent(text string) string {
	return strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n              ")
}
