package main

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestSudoCaller(t *testing.T) {
	for _, c := range []struct {
		name        string
		environment map[string]string
		want        bool
	}{
		{"by sudo", map[string]string{"SUDO_UID": "1000", "SUDO_GID": "100"}, true},
		{"by root itself", nil, false},
		{"half of it", map[string]string{"SUDO_UID": "1000"}, false},
		{"nonsense", map[string]string{"SUDO_UID": "ann", "SUDO_GID": "staff"}, false},
	} {
		user, group, got := sudoCaller(func(name string) string { return c.environment[name] })
		if got != c.want {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
		if got && (user != 1000 || group != 100) {
			t.Errorf("%s: got %d and %d, want 1000 and 100", c.name, user, group)
		}
	}
}

// Only root can give files away, so the test gives them to whom they belong: it has to reach all of them, and a link
// that points nowhere must not stop it.
func TestChownAllTakesLinksThemselves(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, "folder"), 0o700); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(dir, "folder", "link")
	if err := os.Symlink("/nowhere/at/all", link); err != nil {
		t.Fatal(err)
	}
	if err := chownAll(dir, os.Getuid(), os.Getgid()); err != nil {
		t.Fatal(err)
	}
	info, err := os.Lstat(link)
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Sys().(*syscall.Stat_t).Uid; int(got) != os.Getuid() {
		t.Errorf("owner of the link: got %d, want %d", got, os.Getuid())
	}
	if err := chownAll(filepath.Join(dir, "absent"), os.Getuid(), os.Getgid()); err != nil {
		t.Errorf("a folder that is not there: got %v, want nothing to do", err)
	}
}
