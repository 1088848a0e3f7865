package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"foyer/infra/local/engine"
)

// stop ends the proxy and the engine that run started, and the engine's data with
// it. Another program that has one of their numbers by now is left alone.
func (l *local) stop() error {
	release, err := l.alone()
	if err != nil {
		return err
	}
	defer release()
	var failed error
	none := true
	for _, p := range []struct {
		what string
		stop func() (bool, error)
	}{
		{"proxy and mail page", func() (bool, error) { return l.frontProcess.Stop(5 * time.Second) }},
		{"engine, with its data", func() (bool, error) {
			_, alive, err := l.engineProcess.Read()
			return alive, errors.Join(err, engine.StopKept(l.engineProcess))
		}},
	} {
		was, err := p.stop()
		if err != nil {
			failed = errors.Join(failed, fmt.Errorf("%s: %w", p.what, err))
		} else if was {
			none = false
			l.say("stopped: %s", p.what)
		}
	}
	if failed != nil {
		return failed
	}
	if none {
		l.say("nothing runs")
	}
	return errors.Join(os.RemoveAll(l.engineDir), remove(l.demo))
}

// status prints what runs. It is an error when not all does.
func (l *local) status(ctx context.Context) error {
	complete := true
	for _, p := range []struct {
		what, address string
		alive         func() (bool, error)
	}{
		{"engine", fmt.Sprintf("http://127.0.0.1:%d", l.enginePort), func() (bool, error) { _, alive, err := l.engineProcess.Read(); return alive, err }},
		{"API and page", l.url(), func() (bool, error) { _, alive, err := l.frontProcess.Read(); return alive, err }},
		{"sent mails", l.mailsURL(), func() (bool, error) { _, alive, err := l.frontProcess.Read(); return alive, err }},
	} {
		alive, err := p.alive()
		if err != nil {
			return err
		}
		state := "runs"
		switch {
		case !alive:
			state, complete = "does not run", false
		case !answers(ctx, p.address+"/"):
			state, complete = "runs but does not answer", false
		}
		fmt.Printf("%-14s %-24s %s\n", p.what, p.address, state)
	}
	if !complete {
		return errors.New("not all of it runs; `make run` mends that")
	}
	return nil
}
