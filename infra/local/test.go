package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"foyer/infra/local/engine"
	"foyer/infra/local/front"
	"foyer/infra/local/prereq"
)

// withEngine runs the command with an engine of its own, which it finds in
// FOYER_TEST_ENGINE, and ends that whatever happens.
func (l *local) withEngine(ctx context.Context, command []string) (err error) {
	if err := prereq.Check(ctx); err != nil {
		return fmt.Errorf("this is missing:\n%w", err)
	}
	e, err := engine.Start(ctx, engine.Options{Root: l.root, Log: filepath.Join(l.logsDir, "test-engine.log")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Stop()) }()
	return runWith(ctx, command, "FOYER_TEST_ENGINE="+e.Endpoint)
}

// deployTest deploys the template into an engine of its own, puts a proxy before
// it, and runs the command with their addresses:
//
//	FOYER_URL               the API, like http://localhost:3000
//	FOYER_MAILS_URL         the sent mails as JSON; ?to= for one recipient
//	FOYER_TEST_ENGINE       the engine
//	FOYER_REMINDER_MINUTES  from an invitation to its reminder
//	FOYER_TABLE, FOYER_USER_POOL, FOYER_USER_POOL_CLIENT   the stack's outputs
//
// It ends all of it whatever happens.
func (l *local) deployTest(ctx context.Context, command []string) (err error) {
	if err := prereq.Check(ctx); err != nil {
		return fmt.Errorf("this is missing:\n%w", err)
	}
	e, err := engine.Start(ctx, engine.Options{Root: l.root, Log: filepath.Join(l.logsDir, "story-engine.log")})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, e.Stop()) }()
	port, err := engine.FreePort(ctx)
	if err != nil {
		return err
	}
	stack := l.stack(e, fmt.Sprintf("http://localhost:%d", port))
	deployed, err := stack.Deploy(ctx)
	if err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(l.logsDir, "story-front.log"))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	f, err := front.Serve(ctx, front.Options{API: deployed.APIURL, Engine: e.Endpoint, Port: port, Log: log})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Stop()) }()
	l.say("deployed at %s", f.APIURL)
	return runWith(ctx, command,
		"FOYER_URL="+f.APIURL, "FOYER_MAILS_URL="+f.MailsURL+"/messages", "FOYER_TEST_ENGINE="+e.Endpoint, "FOYER_REMINDER_MINUTES="+reminderMinutes,
		"FOYER_TABLE="+deployed.Outputs["TableName"], "FOYER_USER_POOL="+deployed.Outputs["UserPoolId"], "FOYER_USER_POOL_CLIENT="+deployed.Outputs["UserPoolClientId"])
}

// runWith runs a command of the caller with more in its environment. When this
// program is told to end, the command and all that it started are told so too.
func runWith(ctx context.Context, command []string, env ...string) error {
	cmd := exec.CommandContext(ctx, command[0], command[1:]...) //nolint:gosec // the caller's own command
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	cmd.Env = append(append(os.Environ(), "NO_PROXY=127.0.0.1,localhost,"+os.Getenv("NO_PROXY")), env...)
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // go test's programs too
	group := func(s syscall.Signal) error {
		if err := syscall.Kill(-cmd.Process.Pid, s); !errors.Is(err, syscall.ESRCH) {
			return err
		}
		return os.ErrProcessDone
	}
	cmd.Cancel = func() error { return group(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	err := cmd.Run()
	if cmd.Process != nil {
		_ = group(syscall.SIGKILL) // what it left behind
	}
	if err != nil && ctx.Err() != nil {
		return fmt.Errorf("ended by a signal: %w", ctx.Err())
	}
	return err
}
