package main

import (
	"errors"
	"strings"
	"testing"
	"time"
)

func TestReportCountsAndSaysWhatFailed(t *testing.T) {
	var out strings.Builder
	r := newReport(&out)
	now := time.Unix(0, 0)
	r.now = func() time.Time { now = now.Add(1500 * time.Millisecond); return now }

	if !r.check("container engine", func() (string, error) { return "vfs", nil }) {
		t.Error("a check without an error did not pass")
	}
	if r.check("forged token", func() (string, error) { return "", errors.New("got 200\nwant 401") }) {
		t.Error("a check with an error passed")
	}
	err := r.summary()

	want := "ok      1.5s  container engine: vfs\n" +
		"FAIL    1.5s  forged token: got 200\n              want 401\n" +
		"1 passed, 1 failed\n"
	if got := out.String(); got != want {
		t.Errorf("got:\n%s\nwant:\n%s", got, want)
	}
	if !errors.Is(err, errFailed) {
		t.Errorf("summary after a failure: got %v, want %v", err, errFailed)
	}
}

func TestReportOfNothingIsAFailure(t *testing.T) {
	if err := newReport(&strings.Builder{}).summary(); !errors.Is(err, errFailed) {
		t.Errorf("got %v, want %v: a run that checked nothing must not look like one that passed", err, errFailed)
	}
}
