// Command local is Foyer on this machine: it starts an engine that plays AWS,
// deploys the real template into it with the real SAM CLI, and puts it behind
// one clean address. `make run` and `make stop` call it.
//
//	run                        start, or update what runs; prints addresses and a tour
//	stop                       end exactly what run started
//	status                     what runs
//	with-engine -- command     an engine for tests (FOYER_TEST_ENGINE), then the command
//	deploy-test -- command     a whole stack for tests (FOYER_URL, …), then the command
//	tools                      install what the other commands need and is not there
//	build                      sam build of all functions, for the deployments after it
//	validate                   sam validate --lint
//	test name args…            go test with these arguments, counted under the name
//	total name…                the sum of these counts
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"syscall"

	"foyer/infra/local/deploy"
	"foyer/infra/local/testsum"
)

func main() {
	// The kernel ends the children when the thread that started them is gone (see
	// proc.Group): this one stays.
	runtime.LockOSThread()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	err := command(ctx, os.Args[1:])
	stop()
	var exit *exec.ExitError
	switch {
	case err == nil:
	case errors.Is(err, testsum.ErrFailed):
		os.Exit(1) // printed already
	case errors.As(err, &exit) && exit.ExitCode() > 0:
		os.Exit(exit.ExitCode()) // the command has said what was wrong
	default:
		fmt.Fprintln(os.Stderr, "local:", err)
		os.Exit(1)
	}
}

// errUsage is about the command line.
var errUsage = errors.New("usage: go run ./infra/local run | stop | status | tools | build | validate | with-engine -- command … | deploy-test -- command … | test name args… | total name…")

func command(ctx context.Context, args []string) error {
	if len(args) == 0 {
		return errUsage
	}
	l, err := here()
	if err != nil {
		return err
	}
	verb, rest := args[0], args[1:]
	switch verb {
	case "with-engine", "deploy-test":
		if len(rest) < 2 || rest[0] != "--" {
			return errUsage
		}
		if verb == "with-engine" {
			return l.withEngine(ctx, rest[1:])
		}
		return l.deployTest(ctx, rest[1:])
	case "front":
		return serveFront(ctx, rest) // started by run
	case "test", "total":
		if len(rest) == 0 {
			return errUsage
		}
		if verb == "test" {
			return l.test(ctx, rest[0], rest[1:])
		}
		return l.total(rest)
	}
	if len(rest) > 0 {
		return errUsage
	}
	switch verb {
	case "run":
		return l.run(ctx)
	case "stop":
		return l.stop()
	case "status":
		return l.status(ctx)
	case "tools":
		return l.tools(ctx)
	case "build":
		_, err := deploy.Stack{Root: l.root, Name: stackName, Progress: l.say}.Build(ctx)
		return err
	case "validate":
		return deploy.Validate(ctx, l.root)
	}
	return errUsage
}
