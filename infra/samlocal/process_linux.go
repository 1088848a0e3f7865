package main

import "syscall"

// ownedChild puts a child into a process group of its own and has the kernel end it when this program dies by SIGKILL.
// The kernel ties that to the thread that started the child: main keeps its thread for the whole run.
func ownedChild() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
}
