package main

import (
	"errors"
	"io/fs"
	"os"
	"strconv"
)

// giveBack makes everything in dir belong to the person who called this program by sudo. `make run`, which needs no
// root, uses the same Python environments and builds, and could not write there afterwards.
func giveBack(r *report, dir string) {
	user, group, ok := sudoCaller(os.Getenv)
	if !ok {
		return
	}
	if err := chownAll(dir, user, group); err != nil {
		r.check("files of "+dir+" given back to the caller of sudo", func() (string, error) { return "", err })
	}
}

// sudoCaller returns the ids of who called sudo, if somebody did.
func sudoCaller(getenv func(string) string) (user, group int, ok bool) {
	user, err := strconv.Atoi(getenv("SUDO_UID"))
	if err != nil {
		return 0, 0, false
	}
	group, err = strconv.Atoi(getenv("SUDO_GID"))
	return user, group, err == nil
}

// chownAll changes the owner of everything in dir; of a symbolic link itself, never of what it points to, and never of
// anything outside.
func chownAll(dir string, user, group int) error {
	root, err := os.OpenRoot(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer func() { _ = root.Close() }()
	return fs.WalkDir(root.FS(), ".", func(path string, _ fs.DirEntry, err error) error {
		if err == nil {
			err = root.Lchown(path, user, group)
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // another run has removed it just now
		}
		return err
	})
}
