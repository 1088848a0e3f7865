//go:build !linux

package proc

import (
	"fmt"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// startTime is what ps says, to the second.
func startTime(pid int) (started string, ended bool, err error) {
	out, err := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid)).Output() //nolint:gosec,noctx // a number; answers at once
	if err != nil {
		return "", false, fmt.Errorf("no process %d", pid)
	}
	state, started, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	return strings.TrimSpace(started), strings.HasPrefix(state, "Z"), nil
}

// onlyZombies cannot be told cheaply here.
func onlyZombies(int) bool { return false }

func ownedChild() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
