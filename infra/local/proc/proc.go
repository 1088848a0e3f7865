// Package proc starts and ends the processes of the local engine, and nothing
// else: a process is only ended when its start time is the one written down, so
// that a number that the system gave to another program meanwhile is left alone.
package proc

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Identity names one process for good: numbers are given again, start times not.
type Identity struct {
	PID     int    `json:"pid"`
	Started string `json:"started"` // as the system gives it, see startTime
}

// Identify says who the process is now. It is an error when there is none; a child
// of this program that has ended is one until it was waited for.
func Identify(pid int) (Identity, error) {
	started, _, err := startTime(pid)
	if err != nil {
		return Identity{}, err
	}
	return Identity{PID: pid, Started: started}, nil
}

// Alive says whether exactly this process still runs.
func (id Identity) Alive() bool {
	if id.PID <= 1 {
		return false
	}
	started, ended, err := startTime(id.PID)
	return err == nil && !ended && started == id.Started
}

// Stop ends the process and its group: SIGTERM first, SIGKILL to what is left of
// the group when the process has gone or grace is over. It returns when the group
// is empty. A process that does not run any more is no error, and neither is
// another one that has its number: that is left alone.
//
// The process must lead its group, as those do that [Detach] or [Group] prepared.
func (id Identity) Stop(grace time.Duration) error {
	if !id.Alive() {
		return nil
	}
	if err := syscall.Kill(id.PID, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end process %d: %w", id.PID, err)
	}
	until(grace, func() bool { return !id.Alive() })
	// The number of a group is not given again while it has members, and it had
	// this one a moment ago.
	if err := syscall.Kill(-id.PID, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		return fmt.Errorf("end process group %d: %w", id.PID, err)
	}
	if !until(5*time.Second, func() bool { return !groupAlive(id.PID) }) {
		return fmt.Errorf("process group %d does not end", id.PID)
	}
	return nil
}

// groupAlive says whether the group has a process that is more than a zombie; a
// zombie only waits for its parent.
func groupAlive(pgid int) bool {
	if errors.Is(syscall.Kill(-pgid, 0), syscall.ESRCH) {
		return false
	}
	return !onlyZombies(pgid)
}

// until looks every 20 ms whether ok holds, for at most limit.
func until(limit time.Duration, ok func() bool) bool {
	for deadline := time.Now().Add(limit); ; time.Sleep(20 * time.Millisecond) {
		if ok() {
			return true
		}
		if time.Now().After(deadline) {
			return false
		}
	}
}

// Detach makes the command outlive this program: a session of its own, which is
// a process group of its own, output into the log file.
func Detach(cmd *exec.Cmd, log *os.File) {
	cmd.Stdin, cmd.Stdout, cmd.Stderr = nil, log, log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
}

// Group makes the command lead a process group of its own, and end with this
// program where the system can do that.
func Group(cmd *exec.Cmd) { cmd.SysProcAttr = ownedChild() }

// File is where the identity of a detached process is written down.
type File string

// Read gives the process of the file and whether it runs.
func (f File) Read() (Identity, bool, error) {
	raw, err := os.ReadFile(string(f))
	if errors.Is(err, fs.ErrNotExist) {
		return Identity{}, false, nil
	}
	if err != nil {
		return Identity{}, false, err
	}
	var id Identity
	if err := json.Unmarshal(raw, &id); err != nil {
		return Identity{}, false, nil // cut off while it was written: names nobody
	}
	return id, id.Alive(), nil
}

// Write writes the identity of a running process down.
func (f File) Write(pid int) error {
	id, err := Identify(pid)
	if err != nil {
		return err
	}
	raw, err := json.Marshal(id)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(string(f)), 0o750); err != nil {
		return err
	}
	return os.WriteFile(string(f), raw, 0o600)
}

// Stop ends the file's process and its group, if it runs, and removes the file.
// It says whether there was something to end.
func (f File) Stop(grace time.Duration) (bool, error) {
	id, alive, err := f.Read()
	if err != nil {
		return false, err
	}
	if err := id.Stop(grace); err != nil {
		return alive, err
	}
	if err := os.Remove(string(f)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return alive, err
	}
	return alive, nil
}

// Tail gives the last lines of a log, for an error message.
func Tail(path string, lines int) string {
	raw, err := os.ReadFile(path) //nolint:gosec // a log that this program wrote
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimRight(string(raw), "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
