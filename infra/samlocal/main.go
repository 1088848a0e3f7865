// Command samlocal runs Foyer by `sam local invoke` and `sam local start-api`, for real, and checks what it answers.
//
// It needs no running container engine: it starts a dockerd of its own (Debian's docker.io, as root), and an engine that
// plays AWS, deploys the real template into it and fills it with the demo data. Everything is below .local/samlocal and
// on free ports, so it may run beside `make run`, and everything is stopped at the end, also when it is interrupted.
//
// It prints a line for each check and ends with "N passed, N failed"; the exit code is 1 if anything failed, was missing
// or could not be stopped. Nothing is ever skipped in silence.
package main

import (
	"context"
	"errors"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"syscall"

	"foyer/infra/local/prereq"
)

func main() {
	// The kernel ends the children when the thread that started them is gone (see proc.Group): keep this one.
	runtime.LockOSThread()
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	r := newReport(os.Stdout)
	err := run(ctx, r)
	if err != nil && !errors.Is(err, errFailed) {
		r.check("run", func() (string, error) { return "", err })
	}
	cancel()
	if r.summary() != nil {
		os.Exit(1)
	}
}

// run does everything; a step that failed has its line in the report, and what builds on it is not tried.
func run(ctx context.Context, r *report) error {
	if err := os.Setenv("PATH", addSystemFolders(os.Getenv("PATH"))); err != nil {
		return err
	}
	if !r.check("prerequisites", func() (string, error) { return "", errors.Join(prereq.Check(ctx), thisMachine().missing()) }) {
		return errFailed
	}
	root, err := projectRoot()
	if err != nil {
		return err
	}
	defer giveBack(r, filepath.Join(root, ".local"))
	work := filepath.Join(root, ".local", "samlocal")
	if err := os.MkdirAll(work, 0o750); err != nil {
		return err
	}
	unlock, err := lock(work)
	if err != nil {
		return err
	}
	defer unlock()
	arch, err := architectureOf(runtime.GOARCH)
	if err != nil {
		return err
	}
	l := &lab{report: r, root: root, work: work, arch: arch}
	defer l.stop()
	if err := l.prepare(ctx); err != nil {
		return err
	}
	l.checkStartAPI(ctx)
	if l.scene.shared != "" && l.scene.private != "" { // otherwise start-api has failed, and there is nothing to ask for
		l.scene.checkInvoke(ctx, r, l.sam, root, work)
	}
	if ctx.Err() != nil {
		return errInterrupted
	}
	return nil
}

// projectRoot is the folder with the template at or above the current one.
func projectRoot() (string, error) {
	dir, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for ; ; dir = filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "template.yaml")); err == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", errors.New("no template.yaml here or above: run it in the project")
		}
	}
}
