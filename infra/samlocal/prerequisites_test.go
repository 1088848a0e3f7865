package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

func TestEverythingMissingIsNamedAtOnceWithHowToGetIt(t *testing.T) {
	for _, c := range []struct {
		name   string
		os     string
		root   bool
		lacks  []string
		want   []string // parts of the message; none: nothing is missing
		beside []string // what must not be named
	}{
		{name: "complete", os: "linux", root: true},
		{name: "no docker.io", os: "linux", root: true, lacks: []string{"dockerd", "containerd"},
			want: []string{"no dockerd", "no containerd", "apt-get install docker.io"}, beside: []string{"root", "iproute2"}},
		{name: "a plain user without iproute2", os: "linux", lacks: []string{"ip"},
			want: []string{"not root", "no ip", "apt-get install iproute2"}, beside: []string{"docker.io"}},
		{name: "a Mac", os: "darwin", want: []string{"needs Linux"}, beside: []string{"apt-get"}},
	} {
		m := machine{goos: c.os, root: c.root, lookup: func(name string) (string, error) {
			if slices.Contains(c.lacks, name) {
				return "", exec.ErrNotFound
			}
			return "/usr/sbin/" + name, nil
		}}
		err := m.missing()
		if len(c.want) == 0 {
			if err != nil {
				t.Errorf("%s: got %v, want nothing missing", c.name, err)
			}
			continue
		}
		if err == nil {
			t.Errorf("%s: nothing is missing, want %q", c.name, c.want)
			continue
		}
		for _, part := range c.want {
			if !strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q is not in:\n%v", c.name, part, err)
			}
		}
		for _, part := range c.beside {
			if strings.Contains(err.Error(), part) {
				t.Errorf("%s: %q is in:\n%v", c.name, part, err)
			}
		}
	}
}

func TestSystemFoldersFollowThoseOfTheUser(t *testing.T) {
	got := addSystemFolders("/home/ann/bin:/usr/sbin")
	if want := "/home/ann/bin:/usr/sbin:/usr/local/sbin:/sbin"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
