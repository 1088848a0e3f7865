package proc

import (
	"bytes"
	"errors"
	"os"
	"strconv"
	"syscall"
)

// startTime is field 22 of /proc/<pid>/stat, in clock ticks since the machine
// started; ended is a zombie, whose parent has not noticed yet.
func startTime(pid int) (started string, ended bool, err error) {
	fields, err := stat(pid)
	if err != nil {
		return "", false, err
	}
	return string(fields[19]), zombie(fields), nil
}

func zombie(fields [][]byte) bool { return string(fields[0]) == "Z" || string(fields[0]) == "X" }

// stat gives the fields of /proc/<pid>/stat from the third on (the second, the
// name, may have blanks and parentheses in it).
func stat(pid int) ([][]byte, error) {
	raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return nil, err
	}
	end := bytes.LastIndexByte(raw, ')')
	fields := bytes.Fields(raw[end+1:])
	if end < 0 || len(fields) < 20 {
		return nil, errors.New("unknown form of /proc/<pid>/stat")
	}
	return fields, nil
}

// onlyZombies says whether all that is left of the group has ended and only waits
// for its parent to notice.
func onlyZombies(pgid int) bool {
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return false
	}
	for _, e := range entries {
		pid, err := strconv.Atoi(e.Name())
		if err != nil {
			continue
		}
		fields, err := stat(pid)
		if err == nil && string(fields[2]) == strconv.Itoa(pgid) && !zombie(fields) {
			return false
		}
	}
	return true
}

// ownedChild: the kernel ends the child should this program die without doing it.
func ownedChild() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
