package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"

	"foyer/infra/local/proc"
)

// process is a program that was started in the background, its output in a file.
type process struct {
	name     string
	log      string
	identity proc.Identity
	done     chan struct{} // closed when the program has ended
}

// startProcess starts argv with exactly env, output to the file log. The program is in a process group of its own, so
// that Ctrl-C reaches only this program, which then ends the others in order; and the kernel ends it should this
// program die without doing so.
func startProcess(name, log, dir string, env []string, argv ...string) (*process, error) {
	out, err := os.Create(log) //nolint:gosec // a path of this program
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.Command(argv[0], argv[1:]...) //nolint:gosec,noctx // this program's own arguments; stop ends it, in order
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, out, out
	proc.Group(cmd)
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &process{name: name, log: log, done: make(chan struct{})}
	p.identity, err = proc.Identify(cmd.Process.Pid)
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	if err != nil {
		_ = cmd.Process.Kill()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return p, nil
}

// stop asks the program to end and waits; after grace it is killed with its whole group.
func (p *process) stop(grace time.Duration) error { return p.identity.Stop(grace) }

// kill ends the program and its group at once: for one that has nothing to put in order.
func (p *process) kill() error {
	if !p.identity.Alive() {
		return nil
	}
	if err := syscall.Kill(-p.identity.PID, syscall.SIGKILL); err != nil {
		return fmt.Errorf("kill %s: %w", p.name, err)
	}
	<-p.done
	return nil
}

// waitFor calls ready every 100 ms until it returns nil. It gives up when the program ends, when the run is cancelled
// or after limit, and then names the last reason and the end of the program's log.
func (p *process) waitFor(stop <-chan struct{}, limit time.Duration, ready func() error) error {
	deadline := time.NewTimer(limit)
	defer deadline.Stop()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ready()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return fmt.Errorf("%s ended by itself:\n%s", p.name, proc.Tail(p.log, 20))
		case <-stop:
			return errInterrupted
		case <-deadline.C:
			return fmt.Errorf("%s was not ready after %s (%w):\n%s", p.name, limit, err, proc.Tail(p.log, 20))
		case <-tick.C:
		}
	}
}

// errInterrupted is what waiting returns when the run was cancelled by a signal.
var errInterrupted = errors.New("interrupted")

// lastLines returns the last n lines of text that are not empty.
func lastLines(text string, n int) string {
	var lines []string
	for line := range strings.Lines(text) {
		if line = strings.TrimRight(line, "\r\n"); strings.TrimSpace(line) != "" {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}
