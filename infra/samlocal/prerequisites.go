package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// tool is a program that has to be there.
type tool struct {
	name string
	why  string
	get  string // how to get it
}

// containerTools are what a container engine of one's own takes. Debian's package docker.io brings the first four.
var containerTools = []tool{
	{"dockerd", "the container engine", "apt-get install docker.io"},
	{"containerd", "dockerd starts it", "apt-get install docker.io"},
	{"runc", "containerd starts it", "apt-get install docker.io"},
	{"docker-proxy", "publishes the containers' ports", "apt-get install docker.io"},
	{"ip", "makes the containers' network bridge", "apt-get install iproute2"},
}

// machine is what the prerequisites ask of the machine; a test replaces it.
type machine struct {
	goos   string
	root   bool
	lookup func(name string) (path string, err error)
}

// thisMachine looks at the real one.
func thisMachine() machine {
	return machine{goos: runtime.GOOS, root: os.Geteuid() == 0, lookup: exec.LookPath}
}

// missing lists everything that the machine lacks, each with how to get it, so that one reading is enough.
func (m machine) missing() error {
	if m.goos != "linux" {
		return fmt.Errorf("a container engine of one's own needs Linux, and this is %s: run it in a Linux machine or container", m.goos)
	}
	var lacks []error
	if !m.root {
		lacks = append(lacks, errors.New("not root, and a container engine mounts and makes networks: sudo env PATH=\"$PATH\" make samlocal"))
	}
	for _, tool := range containerTools {
		if _, err := m.lookup(tool.name); err != nil {
			lacks = append(lacks, fmt.Errorf("no %s (%s): %s", tool.name, tool.why, tool.get))
		}
	}
	return errors.Join(lacks...)
}

// systemFolders are where Debian has programs for administrators, such as dockerd and ip; PATH often lacks them.
var systemFolders = []string{"/usr/local/sbin", "/usr/sbin", "/sbin"}

// addSystemFolders puts the system folders behind those of a PATH.
func addSystemFolders(path string) string {
	folders := filepath.SplitList(path)
	for _, folder := range systemFolders {
		if !slices.Contains(folders, folder) {
			folders = append(folders, folder)
		}
	}
	return strings.Join(folders, string(filepath.ListSeparator))
}
