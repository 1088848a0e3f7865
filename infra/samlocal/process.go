package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

// process is a program that was started in the background, its output in a file.
type process struct {
	name string
	log  string
	cmd  *exec.Cmd
	done chan struct{} // closed when the program has ended
}

// startProcess starts argv with exactly env, output to the file log. The program is in a process group of its own, so
// that Ctrl-C reaches only this program, which then ends the others in order; and it is ended by the kernel should this
// program die without doing so (see ownedChild).
func startProcess(name, log, dir string, env []string, argv ...string) (*process, error) {
	out, err := os.Create(log)
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	cmd := exec.Command(argv[0], argv[1:]...) //nolint:gosec // every argument is this program's own
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = dir, env, out, out
	cmd.SysProcAttr = ownedChild()
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	p := &process{name: name, log: log, cmd: cmd, done: make(chan struct{})}
	go func() {
		_ = cmd.Wait()
		close(p.done)
	}()
	return p, nil
}

// stop asks the program to end and waits; after grace it is killed with its whole group.
func (p *process) stop(grace time.Duration) error {
	select {
	case <-p.done:
		return nil
	default:
	}
	_ = p.cmd.Process.Signal(syscall.SIGTERM)
	select {
	case <-p.done:
		return nil
	case <-time.After(grace):
	}
	p.kill()
	return fmt.Errorf("%s had to be killed after %s", p.name, grace)
}

// kill ends the program and its group at once: for one that has nothing to put in order.
func (p *process) kill() {
	select {
	case <-p.done:
		return // its number may belong to another program by now
	default:
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.done
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
			return fmt.Errorf("%s ended (%s):\n%s", p.name, p.cmd.ProcessState, tail(p.log, 20))
		case <-stop:
			return errInterrupted
		case <-deadline.C:
			return fmt.Errorf("%s was not ready after %s (%w):\n%s", p.name, limit, err, tail(p.log, 20))
		case <-tick.C:
		}
	}
}

// errInterrupted is what waiting returns when the run was cancelled by a signal.
var errInterrupted = errors.New("interrupted")

// tail returns the last n lines of a file, or the reason why there are none.
func tail(path string, n int) string {
	data, err := os.ReadFile(path) //nolint:gosec // a log of this program
	if err != nil {
		return err.Error()
	}
	return lastLines(string(data), n)
}

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
