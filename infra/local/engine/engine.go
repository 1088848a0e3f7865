// Package engine runs MiniStack, which plays AWS on one local port.
//
// It listens on the loopback interface alone and forgets everything when it ends.
// Two engines share nothing: each has its port and its folder, and the processes
// of its Lambda functions belong to its process group and end with it.
package engine

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"foyer/infra/local/proc"
	"foyer/infra/local/pyenv"
)

// What everything in the engine belongs to. Nothing of it is secret.
const (
	Region    = "us-east-1"
	AccountID = "000000000000"
	AccessKey = "test"
)

// startLimit is far above the 2 to 4 seconds that a start takes on two cores.
const startLimit = 90 * time.Second

// stopGrace is the time that the engine gets to end by itself.
const stopGrace = 10 * time.Second

// Options of an engine. The zero value of each but Root will do.
type Options struct {
	Root string // of the repository
	Port int    // 0: any free one
	Dir  string // for its files; "": a new temporary folder, removed by Stop
	Log  string // file that gets its output; "": a file in Dir
}

// Engine is a running MiniStack.
type Engine struct {
	Endpoint string // http://127.0.0.1:<port>
	Log      string // the file with its output

	identity proc.Identity
	dir      string
	own      bool // dir is temporary
	ended    chan struct{}
}

// Start starts an engine as a child of this program and waits until it answers.
func Start(ctx context.Context, o Options) (*Engine, error) {
	for attempt := 1; ; attempt++ {
		e, err := start(ctx, o)
		if err == nil || o.Port != 0 || attempt == 3 || ctx.Err() != nil {
			return e, err
		}
		// Another program may have taken the free port first.
	}
}

func start(ctx context.Context, o Options) (*Engine, error) {
	e, cmd, err := prepare(ctx, o)
	if err != nil {
		return nil, err
	}
	proc.Group(cmd)
	if err := e.run(ctx, cmd); err != nil {
		return nil, errors.Join(err, e.Stop())
	}
	return e, nil
}

// Keep gives the detached engine of the file, and starts one if none runs. It
// outlives this program; [StopKept] ends it.
func Keep(ctx context.Context, o Options, file proc.File) (e *Engine, started bool, err error) {
	id, alive, err := file.Read()
	if err != nil {
		return nil, false, err
	}
	if alive {
		e := &Engine{Endpoint: endpoint(o.Port), Log: o.Log, identity: id}
		if err := healthy(ctx, e.Endpoint); err != nil { // its data are not thrown away without being asked
			return nil, false, fmt.Errorf("the engine runs (process %d) but does not answer at %s; `make stop` ends it: %w", id.PID, e.Endpoint, err)
		}
		return e, false, nil
	}
	e, cmd, err := prepare(ctx, o)
	if err != nil {
		return nil, false, err
	}
	proc.Detach(cmd, nil)
	if err := e.run(ctx, cmd); err != nil {
		return nil, false, errors.Join(err, e.Stop())
	}
	return e, true, file.Write(cmd.Process.Pid)
}

// StopKept ends the detached engine of the file, if it runs.
func StopKept(file proc.File) error {
	_, err := file.Stop(stopGrace)
	return err
}

// Stop ends the engine, the processes of its functions, and nothing else.
func (e *Engine) Stop() error {
	err := e.identity.Stop(stopGrace)
	if e.own {
		err = errors.Join(err, os.RemoveAll(e.dir))
	}
	return err
}

// Life names this run of the engine: one that was started later has another.
func (e *Engine) Life() string { return fmt.Sprintf("%d-%s", e.identity.PID, e.identity.Started) }

// Ended is closed when the engine has ended, for whatever reason.
func (e *Engine) Ended() <-chan struct{} { return e.ended }

func prepare(ctx context.Context, o Options) (*Engine, *exec.Cmd, error) {
	if err := os.MkdirAll(filepath.Join(o.Root, ".local", "log"), 0o750); err != nil {
		return nil, nil, err
	}
	pipLog, err := os.Create(filepath.Join(o.Root, ".local", "log", "venv-ministack.log"))
	if err != nil {
		return nil, nil, err
	}
	defer func() { _ = pipLog.Close() }()
	bin, err := pyenv.Ensure(ctx, o.Root, pyenv.MiniStack, pipLog)
	if err != nil {
		return nil, nil, fmt.Errorf("%w:\n%s", err, proc.Tail(pipLog.Name(), 15))
	}
	e := &Engine{dir: o.Dir, Log: o.Log, ended: make(chan struct{})}
	if e.dir == "" {
		if e.dir, err = os.MkdirTemp("", "foyer-engine-"); err != nil {
			return nil, nil, err
		}
		e.own = true
	}
	if e.Log == "" {
		e.Log = filepath.Join(e.dir, "engine.log")
	}
	for _, dir := range []string{filepath.Join(e.dir, "tmp"), filepath.Dir(e.Log)} {
		if err := os.MkdirAll(dir, 0o750); err != nil {
			return nil, nil, err
		}
	}
	port := o.Port
	if port == 0 {
		if port, err = FreePort(ctx); err != nil {
			return nil, nil, err
		}
	} else if err := portFree(ctx, port); err != nil {
		return nil, nil, err
	}
	e.Endpoint = endpoint(port)
	cmd := exec.CommandContext(context.WithoutCancel(ctx), filepath.Join(bin, "python"), "-m", "ministack") //nolint:gosec // of the environment just made
	cmd.Dir, cmd.Env = e.dir, environment(e.dir, port)
	return e, cmd, nil
}

// environment is all that the engine gets to see, since it hands it on to the
// functions: nothing of this program's (proxies, credentials, other endpoints).
func environment(dir string, port int) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "LANG=C.UTF-8",
		"TMPDIR=" + filepath.Join(dir, "tmp"), // code of the functions, its pid file
		"BIND_HOST=127.0.0.1",                 // every interface otherwise
		"GATEWAY_PORT=" + strconv.Itoa(port),
		"MINISTACK_HOST=localhost", // in the names that it gives, not what it binds
		"MINISTACK_REGION=" + Region, "AWS_DEFAULT_REGION=" + Region,
		"AWS_ENDPOINT_URL=" + endpoint(port), // of the functions; the real AWS otherwise
		"AWS_ACCESS_KEY_ID=" + AccessKey, "AWS_SECRET_ACCESS_KEY=" + AccessKey,
		"IOT_MTLS_ENABLED=0", "SFTP_ENABLED=0", // listeners that Foyer does not need
		"STATE_DIR=" + filepath.Join(dir, "state"), "S3_DATA_DIR=" + filepath.Join(dir, "s3"),
		"DOCKER_HOST=unix://" + filepath.Join(dir, "no-docker"), // it would remove containers of others
	}
}

// run starts the command and waits until the engine answers, it ends, or time is
// up.
func (e *Engine) run(ctx context.Context, cmd *exec.Cmd) error {
	log, err := os.Create(e.Log)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd.Stdout, cmd.Stderr = log, log
	if err := cmd.Start(); err != nil {
		return err
	}
	if e.identity, err = proc.Identify(cmd.Process.Pid); err != nil {
		return err
	}
	go func() {
		_ = cmd.Wait()
		close(e.ended)
	}()
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("it did not answer within %s", startLimit))
	defer cancel()
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		if healthy(ctx, e.Endpoint) == nil {
			tick.Stop()
			return nil
		}
		select {
		case <-e.ended:
			return fmt.Errorf("engine: it ended at once:\n%s", proc.Tail(e.Log, 15))
		case <-ctx.Done():
			return fmt.Errorf("engine: %w:\n%s", context.Cause(ctx), proc.Tail(e.Log, 15))
		case <-tick.C:
		}
	}
}

// direct uses no proxy of the environment: the engine is on this machine.
var direct = &http.Client{Transport: &http.Transport{}, Timeout: 5 * time.Second}

// Healthy says whether an engine answers at the endpoint.
func Healthy(ctx context.Context, endpoint string) bool { return healthy(ctx, endpoint) == nil }

func healthy(ctx context.Context, endpoint string) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, endpoint+"/_ministack/ready", nil)
	if err != nil {
		return err
	}
	res, err := direct.Do(req)
	if err != nil {
		return err
	}
	defer func() { _ = res.Body.Close() }()
	if res.StatusCode != http.StatusOK {
		return errors.New(res.Status)
	}
	return nil
}

func endpoint(port int) string { return "http://" + address(port) }

func address(port int) string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(port)) }

// FreePort finds a port of the loopback interface that nobody listens on.
func FreePort(ctx context.Context) (int, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address(0))
	if err != nil {
		return 0, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	return port, l.Close()
}

func portFree(ctx context.Context, port int) error {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", address(port))
	if err != nil {
		return fmt.Errorf("port %d is in use by another program: %w", port, err)
	}
	return l.Close()
}
