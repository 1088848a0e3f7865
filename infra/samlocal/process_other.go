//go:build !linux

package main

import "syscall"

// ownedChild exists so that the project builds elsewhere: without Linux there is no dockerd to start, and the
// prerequisites say so.
func ownedChild() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
