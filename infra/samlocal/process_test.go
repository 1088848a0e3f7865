package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"foyer/infra/local/proc"
)

// start runs a shell script in the background and ends it with the test.
func start(t *testing.T, script string) *process {
	t.Helper()
	dir := t.TempDir()
	p, err := startProcess("script", filepath.Join(dir, "log"), dir, os.Environ(), "/bin/sh", "-c", script)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.kill() })
	return p
}

func TestWaitingEndsWithTheLogWhenTheProgramEnds(t *testing.T) {
	p := start(t, "echo no room on the disk; exit 3")
	err := p.waitFor(nil, time.Minute, func() error { return errors.New("connection refused") })
	if err == nil || !strings.Contains(err.Error(), "no room on the disk") {
		t.Errorf("got %v, want the log", err)
	}
}

func TestWaitingGivesUpWithTheLastReason(t *testing.T) {
	p := start(t, "exec sleep 60")
	err := p.waitFor(nil, 150*time.Millisecond, func() error { return errors.New("connection refused") })
	if err == nil || !strings.Contains(err.Error(), "connection refused") {
		t.Errorf("got %v, want the last reason", err)
	}
}

func TestWaitingEndsWhenTheRunIsInterrupted(t *testing.T) {
	p := start(t, "exec sleep 60")
	stop := make(chan struct{})
	close(stop)
	if err := p.waitFor(stop, time.Minute, func() error { return errors.New("not yet") }); !errors.Is(err, errInterrupted) {
		t.Errorf("got %v, want %v", err, errInterrupted)
	}
}

func TestStopKillsWhatDoesNotEndByItself(t *testing.T) {
	p := start(t, "trap '' TERM; echo ready; while :; do sleep 1; done")
	if err := p.waitFor(nil, time.Minute, func() error {
		if !strings.Contains(proc.Tail(p.log, 1), "ready") {
			return errors.New("no trap yet")
		}
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if err := p.stop(50 * time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if p.identity.Alive() {
		t.Error("it still runs")
	}
	if err := p.stop(time.Minute); err != nil {
		t.Errorf("stopped again: got %v, want nothing to do", err)
	}
}

func TestLastLines(t *testing.T) {
	if got, want := lastLines("a\n\nb\r\nc\n", 2), "b\nc"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := lastLines("", 5); got != "" {
		t.Errorf("got %q, want nothing", got)
	}
}
