package proc

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// leader starts a shell that leads a group and has a child in it, which ignores
// SIGTERM, and gives both numbers.
func leader(t *testing.T) (*exec.Cmd, int) {
	t.Helper()
	told := filepath.Join(t.TempDir(), "child")
	cmd := exec.CommandContext(t.Context(), "sh", "-c", `(trap "" TERM; echo started; while :; do sleep 1; done) & echo $! > `+told+`.new && mv `+told+`.new `+told+`; wait`)
	Group(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { _ = cmd.Wait() }()
	t.Cleanup(func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	var raw []byte
	if !until(10*time.Second, func() bool { raw, _ = os.ReadFile(told); return len(raw) > 0 }) {
		t.Fatal("the shell did not start its child")
	}
	child, err := strconv.Atoi(strings.TrimSpace(string(raw)))
	if err != nil {
		t.Fatal(err)
	}
	return cmd, child
}

func TestStopEndsTheWholeGroup(t *testing.T) {
	cmd, child := leader(t)
	file := File(filepath.Join(t.TempDir(), "engine.pid"))
	if err := file.Write(cmd.Process.Pid); err != nil {
		t.Fatal(err)
	}
	was, err := file.Stop(5 * time.Second)
	if err != nil || !was {
		t.Fatalf("got %t, %v; want it ended", was, err)
	}
	for _, pid := range []int{cmd.Process.Pid, child} { // the child ignores SIGTERM
		if id, err := Identify(pid); err == nil && id.Alive() {
			t.Errorf("process %d still runs", pid)
		}
	}
	if _, err := os.Stat(string(file)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	if was, err := file.Stop(time.Second); was || err != nil {
		t.Errorf("a second stop: got %t, %v; want nothing to end", was, err)
	}
}

func TestStopLeavesAProcessAloneThatGotTheNumber(t *testing.T) {
	cmd, child := leader(t)
	id, err := Identify(cmd.Process.Pid)
	if err != nil {
		t.Fatal(err)
	}
	id.Started += "0" // as written down for an earlier process of that number
	if id.Alive() {
		t.Error("a process with another start time counts as this one")
	}
	if err := id.Stop(time.Second); err != nil {
		t.Error(err)
	}
	for _, pid := range []int{cmd.Process.Pid, child} {
		if id, err := Identify(pid); err != nil || !id.Alive() {
			t.Errorf("process %d was ended: %v", pid, err)
		}
	}
}

func TestAChildThatEndsAtOnceStillHasAnIdentity(t *testing.T) {
	cmd := exec.CommandContext(t.Context(), "true")
	Group(cmd)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	id, err := Identify(cmd.Process.Pid)
	if err != nil {
		t.Fatalf("before it was waited for: %v", err)
	}
	if !until(10*time.Second, func() bool { return !id.Alive() }) {
		t.Error("it counts as alive after its end")
	}
	if err := cmd.Wait(); err != nil {
		t.Fatal(err)
	}
	if err := id.Stop(time.Second); err != nil {
		t.Errorf("stop: %v", err)
	}
}

func TestAFileThatWasCutOffNamesNobody(t *testing.T) {
	for _, content := range []string{"", "{", `{"pid":0}`, `{"pid":1,"started":"1"}`, `{"pid":-1}`} {
		file := File(filepath.Join(t.TempDir(), "pid"))
		if err := os.WriteFile(string(file), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if was, err := file.Stop(time.Second); was || err != nil {
			t.Errorf("%q: got %t, %v; want nothing to end", content, was, err)
		}
	}
}
