// Package dynamodb runs DynamoDB Local, Amazon's own: the meter of what a call
// consumes, the second opinion on what DynamoDB does, and the table of all tests
// but those of the deployed stack. It keeps everything in memory.
package dynamodb

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"foyer/infra/local/engine"
	"foyer/infra/local/proc"
)

// startLimit is far above the 2 seconds that a start takes on two cores.
const startLimit = 60 * time.Second

// Local is a running DynamoDB Local.
type Local struct {
	Endpoint string // http://127.0.0.1:<port>

	identity proc.Identity
	ended    chan struct{}
}

// Start starts one as a child of this program, in the repository at root, and
// waits until it answers. What it prints goes to the file log.
func Start(ctx context.Context, root, log string) (*Local, error) {
	jars, err := Ensure(ctx, root)
	if err != nil {
		return nil, err
	}
	for attempt := 1; ; attempt++ {
		l, err := start(ctx, jars, log)
		if err == nil || attempt == 3 || ctx.Err() != nil {
			return l, err
		}
		// Another program may have taken the free port first.
	}
}

func start(ctx context.Context, jars, log string) (*Local, error) {
	port, err := engine.FreePort(ctx)
	if err != nil {
		return nil, err
	}
	out, err := os.Create(log) //nolint:gosec // the caller's own file
	if err != nil {
		return nil, err
	}
	defer func() { _ = out.Close() }()
	// Java compiles with both of its compilers. What the thorough one takes is not won back
	// by three packages (Java 83 s instead of 76), but by all of them (1,592 s of both cores
	// instead of 1,671).
	cmd := exec.CommandContext(context.WithoutCancel(ctx), "java", "-Djava.library.path="+jars, "-Xmx2g", "-XX:+UseSerialGC", //nolint:gosec // as written here
		"-cp", filepath.Join(jars, "*"), "com.amazonaws.services.dynamodbv2.local.main.ServerRunner",
		"-inMemory", "-disableTelemetry", "-port", strconv.Itoa(port))
	cmd.Stdout, cmd.Stderr = out, out
	proc.Group(cmd)
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	l := &Local{Endpoint: "http://" + net.JoinHostPort("127.0.0.1", strconv.Itoa(port)), ended: make(chan struct{})}
	if l.identity, err = proc.Identify(cmd.Process.Pid); err != nil {
		return nil, err
	}
	go func() { _ = cmd.Wait(); close(l.ended) }()
	if err := l.answers(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("DynamoDB Local: %w:\n%s", err, proc.Tail(log, 15)), l.Stop())
	}
	return l, nil
}

// Stop ends it, and all that is in it.
func (l *Local) Stop() error { return l.identity.Stop(5 * time.Second) }

func (l *Local) answers(ctx context.Context) error {
	ctx, cancel := context.WithTimeoutCause(ctx, startLimit, fmt.Errorf("it did not answer within %s", startLimit))
	defer cancel()
	for tick := time.NewTicker(50 * time.Millisecond); ; {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, l.Endpoint, nil)
		if err != nil {
			return err
		}
		if res, err := direct.Do(req); err == nil { // with a 400: it was asked nothing
			tick.Stop()
			return res.Body.Close()
		}
		select {
		case <-l.ended:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

// direct uses no proxy of the environment.
var direct = &http.Client{Transport: &http.Transport{}, Timeout: 5 * time.Second}

// Ensure gives the folder with the program, and has Maven copy it first if it is
// not there or the version changed. Several programs may ask at once.
func Ensure(ctx context.Context, root string) (string, error) {
	pom := filepath.Join(root, "infra", "local", "dynamodb", "pom.xml")
	raw, err := os.ReadFile(pom) //nolint:gosec // a file of the repository
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	dir, want := filepath.Join(root, ".local", "dynamodb"), hex.EncodeToString(sum[:])
	if err := os.MkdirAll(filepath.Dir(dir), 0o750); err != nil {
		return "", err
	}
	lock, err := os.OpenFile(dir+".lock", os.O_CREATE|os.O_RDWR, 0o600) //nolint:gosec // below .local
	if err != nil {
		return "", err
	}
	defer func() { _ = lock.Close() }()
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX); err != nil {
		return "", err
	}
	stamp := filepath.Join(dir, "pom.sha256")
	if got, err := os.ReadFile(stamp); err == nil && string(got) == want { //nolint:gosec // below .local
		return dir, nil
	}
	if err := os.RemoveAll(dir); err != nil {
		return "", err
	}
	out, err := exec.CommandContext(ctx, "mvn", "--batch-mode", "--quiet", "--file", pom, //nolint:gosec // as written here
		"dependency:copy-dependencies", "-DincludeScope=runtime", "-DoutputDirectory="+dir).CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("copying DynamoDB Local: %w:\n%s", err, out)
	}
	return dir, os.WriteFile(stamp, []byte(want), 0o600) //nolint:gosec // below .local; last: a half-made folder has none
}
