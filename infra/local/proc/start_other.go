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
func startTime(pid int) (string, error) {
	out, err := exec.Command("ps", "-o", "stat=,lstart=", "-p", strconv.Itoa(pid)).Output() //nolint:gosec,noctx // a number; answers at once
	if err != nil {
		return "", fmt.Errorf("no process %d", pid)
	}
	state, started, _ := strings.Cut(strings.TrimSpace(string(out)), " ")
	if started == "" || strings.HasPrefix(state, "Z") {
		return "", fmt.Errorf("process %d has ended", pid)
	}
	return strings.TrimSpace(started), nil
}

// onlyZombies cannot be told cheaply here.
func onlyZombies(int) bool { return false }

func ownedChild() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
