package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"foyer/infra/local/proc"
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
	if err := daemonOf(dir).Write(c.daemon.identity.PID); err != nil {
		return c, "", errors.Join(err, c.daemon.kill())
	}
	err = c.daemon.waitFor(ctx.Done(), time.Minute, func() error {
		driver, err = c.api.driver(ctx)
		return err
	})
	if err != nil {
		return c, "", err
	}
	// Containers that a killed run left are in the data that dockerd has just read.
	if err := c.api.killContainers(ctx); err != nil {
		return c, "", err
	}
	var archive bytes.Buffer
	if err := writeImage(&archive, emulator); err != nil {
		return c, "", err
	}
	return c, driver, c.api.importImage(ctx, image, &archive)
}

// stopGrace is how long dockerd gets to end its containers and itself; a second or two on two cores.
const stopGrace = 30 * time.Second

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
			errs = append(errs, c.api.killContainers(ctx))
		}
		_, err := daemonOf(c.dir).Stop(stopGrace)
		errs = append(errs, err)
	}
	if c.network != nil {
		errs = append(errs, c.network.remove(ctx))
	}
	for _, name := range []string{bridgeFile, socketFile, pidFile, dataFolder, execFolder} {
		errs = append(errs, os.RemoveAll(filepath.Join(c.dir, name)))
	}
	return errors.Join(errs...)
}

// clearLeftovers ends the dockerd and removes the bridge of a run that was killed.
func clearLeftovers(ctx context.Context, dir string) error {
	if _, err := daemonOf(dir).Stop(stopGrace); err != nil {
		return fmt.Errorf("the dockerd of an earlier run: %w", err)
	}
	if err := os.Remove(filepath.Join(dir, pidFile)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	bridge := filepath.Join(dir, bridgeFile)
	name, err := os.ReadFile(bridge) //nolint:gosec // written by this program
	if errors.Is(err, fs.ErrNotExist) {
		return nil // nothing was left
	}
	if err != nil {
		return err
	}
	_ = ip(ctx, "link", "delete", string(name)) // it is gone already if the machine was started anew
	return os.Remove(bridge)
}

// daemonOf is the file with the identity of the dockerd that runs in dir. dockerd's own pid file has only a number,
// which may belong to another program by now.
func daemonOf(dir string) proc.File { return proc.File(filepath.Join(dir, "dockerd.json")) }

// socketFolder returns dir if dockerd's sockets fit into it, and otherwise a folder with a short path that is the same
// in every run for the same dir.
func socketFolder(dir, temp string) string {
	if len(dir)+len(longestSocketPath) <= socketPathLimit {
		return dir
	}
	return filepath.Join(temp, "foyer-samlocal-"+shortHash(dir))
}
