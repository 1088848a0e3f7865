package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// containers is a container engine of this run's own: a dockerd with its socket, data and pid file under one folder,
// on a bridge of its own. It neither sees nor disturbs another engine on the machine, and changes no firewall rule.
type containers struct {
	dir     string
	api     *containerAPI
	network *network
	daemon  *process
}

// The longest path that a Unix socket may have on Linux (sizeof sun_path, without the final zero byte), and the longest
// that dockerd makes below its exec-root.
const (
	socketPathLimit   = 107
	longestSocketPath = "/exec/containerd/containerd-debug.sock"
)

// startContainers starts dockerd and makes the image that SAM looks for. A run that was killed may have left its dockerd,
// bridge and data in dir: they are taken down first.
func startContainers(ctx context.Context, dir, dockerd, emulator, image string) (c *containers, driver string, err error) {
	if err := clearLeftovers(ctx, dir); err != nil {
		return nil, "", err
	}
	c = &containers{dir: dir, api: newContainerAPI(filepath.Join(dir, socketFile))}
	defer func() {
		if err != nil {
			err = errors.Join(err, c.stop())
		}
	}()
	if c.network, err = createNetwork(ctx); err != nil {
		return c, "", fmt.Errorf("network bridge: %w", err)
	}
	if err := os.WriteFile(filepath.Join(dir, bridgeFile), []byte(c.network.name), 0o600); err != nil {
		return c, "", err
	}
	if c.daemon, err = startDaemon(dir, dockerd, c.network.name); err != nil {
		return c, "", err
	}
	err = c.daemon.waitFor(ctx.Done(), time.Minute, func() error {
		driver, err = c.api.driver(ctx)
		return err
	})
	if err != nil {
		return c, "", err
	}
	// Containers that a killed run left are in the data that dockerd has just read.
	if _, err := c.api.killContainers(ctx); err != nil {
		return c, "", err
	}
	var archive bytes.Buffer
	if err := writeImage(&archive, emulator); err != nil {
		return c, "", err
	}
	return c, driver, c.api.importImage(ctx, image, &archive)
}

// The names of the files in the engine's folder.
const (
	socketFile = "docker.sock"
	pidFile    = "docker.pid"
	bridgeFile = "bridge"
	dataFolder = "data"
	execFolder = "exec"
)

// host is what DOCKER_HOST has to be for programs that shall use this engine.
func (c *containers) host() string { return "unix://" + filepath.Join(c.dir, socketFile) }

// startDaemon starts dockerd in dir.
func startDaemon(dir, dockerd, bridge string) (*process, error) {
	// An empty configuration of its own: that of the machine's engine (/etc/docker/daemon.json) would be read otherwise.
	config := filepath.Join(dir, "daemon.json")
	if err := os.WriteFile(config, []byte("{}\n"), 0o600); err != nil {
		return nil, err
	}
	return startProcess("dockerd", filepath.Join(dir, "dockerd.log"), dir, os.Environ(), dockerd,
		"--config-file", config,
		"--host", "unix://"+filepath.Join(dir, socketFile),
		"--data-root", filepath.Join(dir, dataFolder),
		"--exec-root", filepath.Join(dir, execFolder),
		"--pidfile", filepath.Join(dir, pidFile),
		"--log-level", "warn",
		// Docker's own default asks for more open files than a restricted machine allows, and no container would start.
		"--default-ulimit", "nofile=1024:4096",
		// Ports are published by docker-proxy and the functions only have to reach this machine: no firewall rule is
		// needed, and none of the machine's is touched.
		"--iptables=false", "--ip6tables=false", "--ip-masq=false", "--ip-forward=false",
		"--bridge", bridge,
	)
}

// stop ends everything and removes the engine's data; its log stays. It does not take a context: it has to run to its
// end also when the run was cancelled.
func (c *containers) stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	var errs []error
	if c.daemon != nil {
		if _, err := c.api.driver(ctx); err == nil {
			_, err = c.api.killContainers(ctx)
			errs = append(errs, err)
		}
		errs = append(errs, c.daemon.stop(30*time.Second))
	}
	if c.network != nil {
		errs = append(errs, c.network.remove(ctx))
	}
	for _, name := range []string{bridgeFile, socketFile, pidFile, dataFolder, execFolder} {
		errs = append(errs, os.RemoveAll(filepath.Join(c.dir, name)))
	}
	return errors.Join(errs...)
}

// clearLeftovers ends the dockerd and removes the bridge of a run that was killed. It only touches a process that runs
// with this very folder: the number in the pid file may belong to another program by now.
func clearLeftovers(ctx context.Context, dir string) error {
	if pid := daemonOf(dir); pid > 0 {
		if err := endProcess(pid, 30*time.Second); err != nil {
			return fmt.Errorf("the dockerd of an earlier run (process %d): %w", pid, err)
		}
	}
	if err := os.Remove(filepath.Join(dir, pidFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	name, err := os.ReadFile(filepath.Join(dir, bridgeFile)) //nolint:gosec // written by this program
	if err != nil {
		return nil // nothing was left
	}
	_ = ip(ctx, "link", "delete", string(name)) // gone after a restart of the machine
	return os.Remove(filepath.Join(dir, bridgeFile))
}

// daemonOf returns the process id of a running dockerd whose data is in dir, or 0.
func daemonOf(dir string) int {
	text, err := os.ReadFile(filepath.Join(dir, pidFile)) //nolint:gosec // written by dockerd
	if err != nil {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(text)))
	if err != nil {
		return 0
	}
	commandLine, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	if err != nil || !strings.Contains(string(commandLine), filepath.Join(dir, dataFolder)) {
		return 0
	}
	return pid
}

// endProcess asks a process that is no child of this one to end and waits until it is gone.
func endProcess(pid int, grace time.Duration) error {
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil {
		return err
	}
	deadline := time.After(grace)
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for syscall.Kill(pid, 0) == nil {
		select {
		case <-deadline:
			return syscall.Kill(pid, syscall.SIGKILL)
		case <-tick.C:
		}
	}
	return nil
}

// socketFolder returns dir if dockerd's sockets fit into it, and otherwise a folder with a short path that is the same
// in every run for the same dir.
func socketFolder(dir, temp string) string {
	if len(dir)+len(longestSocketPath) <= socketPathLimit {
		return dir
	}
	return filepath.Join(temp, "foyer-samlocal-"+shortHash(dir))
}
