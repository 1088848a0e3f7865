package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"

	"foyer/infra/local/dynamodb"
	"foyer/infra/local/engine"
	"foyer/infra/local/front"
	"foyer/infra/local/prereq"
	"foyer/infra/local/proc"
	"foyer/infra/local/pyenv"
	"foyer/infra/local/testsum"
)

// withEngine runs the command with an engine of its own, which it finds in
// FOYER_TEST_ENGINE, and DynamoDB Local for the tables (dynamodb.Pool), in
// FOYER_TEST_DYNAMODB. It ends both whatever happens.
func (l *local) withEngine(ctx context.Context, command []string) (err error) {
	if err := prereq.Check(ctx, prereq.ForTests...); err != nil {
		return fmt.Errorf("this is missing:\n%w", err)
	}
	var e *engine.Engine
	var d *dynamodb.Pool
	starts, startCtx := errgroup.WithContext(ctx)
	starts.Go(func() (err error) {
		e, err = engine.Start(startCtx, engine.Options{Root: l.root, Log: filepath.Join(l.logsDir, "test-engine.log")})
		return err
	})
	starts.Go(func() (err error) {
		d, err = dynamodb.StartPool(startCtx, l.root, filepath.Join(l.logsDir, "test-dynamodb"))
		return err
	})
	err = starts.Wait()
	defer func() {
		if e != nil {
			err = errors.Join(err, e.Stop())
		}
		if d != nil {
			err = errors.Join(err, d.Stop())
		}
	}()
	if err != nil {
		return err
	}
	return runWith(ctx, command, "FOYER_TEST_ENGINE="+e.Endpoint, "FOYER_TEST_DYNAMODB="+d.Endpoint)
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
	stack.Name += "-test" // so are its logs
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
	proc.Group(cmd) // with all that it starts: go test's programs
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

// resultFile has the count of the tests that were run last under the name.
func (l *local) resultFile(name string) string {
	return filepath.Join(l.root, ".local", "results", filepath.Base(name)+".json")
}

// test runs go test, prints its count, and writes it down for total.
func (l *local) test(ctx context.Context, name string, args []string) error {
	file := l.resultFile(name)
	if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o750), remove(file)); err != nil {
		return err
	}
	count, err := testsum.Run(ctx, os.Stdout, args...)
	fmt.Printf("%s: %s in %.1fs\n", name, count, count.Seconds)
	raw, _ := json.Marshal(count)                           // numbers: does not fail
	return errors.Join(err, os.WriteFile(file, raw, 0o600)) //nolint:gosec // below .local
}

// total prints the sum of what was run last under the names. What was not run is
// an error.
func (l *local) total(names []string) error {
	var sum testsum.Count
	for _, name := range names {
		raw, err := os.ReadFile(l.resultFile(name))
		if err != nil {
			return fmt.Errorf("the tests %q were not run: %w", name, err)
		}
		var count testsum.Count
		if err := json.Unmarshal(raw, &count); err != nil {
			return fmt.Errorf("the tests %q were not run to their end: %w", name, err)
		}
		sum = sum.Add(count)
	}
	fmt.Println(sum)
	if sum.Failed > 0 {
		return testsum.ErrFailed
	}
	return nil
}

// tools installs what the other commands need and is not there: Python's environments and
// DynamoDB Local. Each of them does so by itself, and then waits for it.
func (l *local) tools(ctx context.Context) error {
	all, ctx := errgroup.WithContext(ctx)
	for _, name := range []string{pyenv.SAM, pyenv.MiniStack, pyenv.Schemathesis} {
		all.Go(func() error {
			var said bytes.Buffer
			if _, err := pyenv.Ensure(ctx, l.root, name, &said); err != nil {
				return fmt.Errorf("%w:\n%s", err, said.String())
			}
			return nil
		})
	}
	all.Go(func() error {
		_, err := dynamodb.Ensure(ctx, l.root)
		return err
	})
	return all.Wait()
}
