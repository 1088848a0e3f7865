package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"

	"foyer/infra/local/engine"
	"foyer/infra/local/pyenv"
)

// lab is everything that a run starts, and what it needs to know of it.
type lab struct {
	report     *report
	root, work string
	arch       architecture

	bin        string // programs of the SAM CLI's environment
	stack      *stack
	containers *containers
	forwarder  *forwarder
	sam        *sam
	scene      scene
}

// prepare brings everything up to where functions can be invoked. It returns errFailed when a step's line in the report
// says why not.
func (l *lab) prepare(ctx context.Context) error {
	for _, step := range []struct {
		name string
		do   func(context.Context) (string, error)
	}{
		{"SAM CLI", l.findSAM},
		{"container engine", l.startContainers},
		{"sam build, local engine, sam deploy, demo data", l.deploy},
		{"events and variables for sam local", l.configure},
	} {
		if !l.report.check(step.name, func() (string, error) { return step.do(ctx) }) {
			return errFailed
		}
		if ctx.Err() != nil {
			return errInterrupted
		}
	}
	return nil
}

// findSAM finds the SAM CLI of infra/local, and installs it the first time.
func (l *lab) findSAM(ctx context.Context) (string, error) {
	log, err := os.Create(filepath.Join(l.work, "venv-sam.log"))
	if err != nil {
		return "", err
	}
	defer func() { _ = log.Close() }()
	if l.bin, err = pyenv.Ensure(ctx, l.root, pyenv.SAM, log); err != nil {
		return "", err
	}
	version, err := exec.CommandContext(ctx, filepath.Join(l.bin, "sam"), "--version").Output() //nolint:gosec // of the environment just made
	return strings.TrimSpace(string(version)), err
}

// startContainers starts the container engine and makes the functions' image.
func (l *lab) startContainers(ctx context.Context) (string, error) {
	emulator, err := l.arch.emulator(filepath.Dir(l.bin))
	if err != nil {
		return "", err
	}
	dockerd, err := exec.LookPath("dockerd")
	if err != nil {
		return "", err
	}
	dir := socketFolder(filepath.Join(l.work, "docker"), os.TempDir())
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", err
	}
	c, driver, err := startContainers(ctx, dir, dockerd, emulator, l.arch.image())
	if err != nil {
		return "", err
	}
	l.containers = c
	return fmt.Sprintf("%s, this machine is %s to the functions", driver, c.network.address), nil
}

// deploy builds the template and has it running in an engine of this run's own, with the demo data.
func (l *lab) deploy(ctx context.Context) (detail string, err error) {
	if l.stack, err = startStack(ctx, l.root, l.work); err != nil {
		return "", err
	}
	l.scene = scene{owner: l.stack.demo.Owner, client: l.stack.demo.Client}
	return fmt.Sprintf("%d functions at %s", len(l.stack.environments), l.stack.engine.Endpoint), nil
}

// configure opens the way from the containers to the engine and writes what sam local reads.
func (l *lab) configure(ctx context.Context) (detail string, err error) {
	if l.forwarder, err = forward(ctx, l.containers.network.address, strings.TrimPrefix(l.stack.engine.Endpoint, "http://")); err != nil {
		return "", err
	}
	l.sam = &sam{
		program: filepath.Join(l.bin, "sam"), dir: l.root, arch: l.arch, logs: l.work,
		envFile:  filepath.Join(l.work, "env-vars.json"),
		template: filepath.Join(l.work, "template.yaml"),
		env:      samEnvironment(l.bin, filepath.Join(l.work, "home"), l.containers.host()),
	}
	if err := os.MkdirAll(filepath.Join(l.work, "home"), 0o700); err != nil {
		return "", err
	}
	built, err := os.ReadFile(l.stack.template)
	if err != nil {
		return "", err
	}
	template, err := localTemplate(built, filepath.Dir(l.stack.template))
	if err != nil {
		return "", err
	}
	variables, err := envVars(l.stack.environments, l.forwarder.url())
	if err != nil {
		return "", err
	}
	if err := os.WriteFile(l.sam.template, template, 0o600); err != nil { //nolint:gosec // below .local
		return "", err
	}
	return "", os.WriteFile(l.sam.envFile, variables, 0o600)
}

// samEnvironment is all that `sam local` gets to see. Nothing of the person's own is in it: AWS credentials would reach
// the functions, and proxies would reach the containers through Docker's configuration.
func samEnvironment(bin, home, engineHost string) []string {
	return []string{
		"PATH=" + bin + string(filepath.ListSeparator) + os.Getenv("PATH"),
		"HOME=" + home, "DOCKER_CONFIG=" + filepath.Join(home, ".docker"), "DOCKER_HOST=" + engineHost,
		"LANG=C.UTF-8", "SAM_CLI_TELEMETRY=0", "AWS_EC2_METADATA_DISABLED=true",
		"SAM_CLI_CONTAINER_CONNECTION_TIMEOUT=60", // seconds; 20 are few for a cold disk with all functions starting at once
		"AWS_DEFAULT_REGION=" + engine.Region, "AWS_ACCESS_KEY_ID=" + engine.AccessKey, "AWS_SECRET_ACCESS_KEY=" + engine.AccessKey,
	}
}

// checkStartAPI starts `sam local start-api`, makes the HTTP calls and stops it.
func (l *lab) checkStartAPI(ctx context.Context) {
	var api *process
	base := ""
	started := l.report.check("sam local start-api, a warm container for each function", func() (string, error) {
		attempts, err := again(func() error {
			// Nothing runs in the engine but what an earlier attempt has left.
			if err := l.containers.api.killContainers(ctx); err != nil {
				return err
			}
			port, err := engine.FreePort(ctx)
			if err != nil {
				return err
			}
			base = "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
			api, err = l.sam.startAPI(ctx, port)
			return err
		})
		if attempts > 1 {
			return fmt.Sprintf("%s (attempt %d, after a port was taken)", base, attempts), err
		}
		return base, err
	})
	if !started {
		return
	}
	l.scene.checkAPI(ctx, l.report, base)
	// Nothing of its own is left by that: its containers are the container engine's to end.
	if err := api.kill(); err != nil {
		l.report.check("sam local start-api stopped", func() (string, error) { return "", err })
	}
}

// stop stops whatever runs, in the opposite order.
func (l *lab) stop() {
	l.report.check("everything stopped", func() (string, error) {
		var errs []error
		if l.containers != nil {
			errs = append(errs, l.containers.stop())
		}
		if l.forwarder != nil {
			errs = append(errs, l.forwarder.close())
		}
		if l.stack != nil {
			errs = append(errs, l.stack.stop())
		}
		return "", errors.Join(errs...)
	})
}
