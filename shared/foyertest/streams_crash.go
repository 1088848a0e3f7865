//go:build engine

package foyertest

import (
	"context"
	"errors"
	"reflect"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// ErrCrashed is what an invocation gives whose process ended in the middle.
var ErrCrashed = errors.New("the function's process ended")

// process is one invocation of a function; processKey is where its context has it.
type (
	process    struct{ _ byte }
	processKey struct{}
)

// Way is how a function ends in the middle, or is held up.
type Way string

// The ways.
const (
	Killed   Way = "killed"   // the process is gone: nothing of its code runs any more
	TimeUp   Way = "time up"  // its context has ended: every further call fails, the code goes on
	Panicked Way = "panicked" // its code panics
	Refused  Way = "refused"  // the call itself is not made: AWS fails this once
	Lost     Way = "lost"     // the call's answer is lost on the way
	goesOn   Way = ""
)

// Ways are all of them.
var Ways = []Way{Killed, TimeUp, Panicked, Refused, Lost}

// errPassing is a failure of AWS that passes.
var errPassing = &smithy.GenericAPIError{Code: "InternalServerError", Message: "injected", Fault: smithy.FaultServer}

// Call is one AWS call of a function: its input, such as *dynamodb.GetItemInput,
// and its error, if it failed.
type Call struct {
	Input any
	Err   error
}

// String is the call's name, such as GetItem.
func (c Call) String() string {
	return strings.TrimSuffix(reflect.Indirect(reflect.ValueOf(c.Input)).Type().Name(), "Input")
}

// Crash is an end in the middle that was asked for.
type Crash struct {
	way   Way
	after int // calls
	do    func()

	mu    sync.Mutex
	calls []Call
	ended *process // the invocation that it happened in
}

// CrashAfter lets the function end in the middle, once: after its calls-th AWS call
// from now on has had its effect (but Refused), before its code goes on with the
// answer.
func (w *World) CrashAfter(function string, calls int, way Way) *Crash {
	return w.crash(function, &Crash{way: way, after: calls})
}

// After does something once after the function's calls-th AWS call from now on,
// before its code goes on: what others do while it runs.
func (w *World) After(function string, calls int, do func()) *Crash {
	return w.crash(function, &Crash{way: goesOn, after: calls, do: do})
}

// Record notes the function's AWS calls from now on.
func (w *World) Record(function string) *Crash { return w.crash(function, &Crash{}) }

func (w *World) crash(function string, c *Crash) *Crash {
	w.Intercept(function, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Crash", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return c.call(ctx, w, in, next)
		}), middleware.Before)
	})
	return c
}

// Happened says whether the function came so far.
func (c *Crash) Happened() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ended != nil
}

// Calls are the function's calls up to the crash, and those after it.
func (c *Crash) Calls() (before, after []Call) {
	c.mu.Lock()
	defer c.mu.Unlock()
	n := len(c.calls)
	if c.after > 0 {
		n = min(n, c.after)
	}
	return slices.Clone(c.calls[:n]), slices.Clone(c.calls[n:])
}

func (c *Crash) call(ctx context.Context, w *World, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	running, _ := ctx.Value(processKey{}).(*process)
	c.mu.Lock()
	over := c.way == TimeUp && c.ended != nil && c.ended == running
	c.mu.Unlock()
	if over {
		return middleware.InitializeOutput{}, middleware.Metadata{}, &aws.RequestCanceledError{Err: context.DeadlineExceeded}
	}
	c.mu.Lock()
	now := c.after > 0 && len(c.calls) == c.after-1 && c.ended == nil
	c.mu.Unlock()
	if now && c.way == Refused {
		c.note(Call{Input: in.Parameters, Err: errPassing}, running)
		return middleware.InitializeOutput{}, middleware.Metadata{}, errPassing
	}
	out, meta, err := next.HandleInitialize(ctx, in)
	if !c.note(Call{Input: in.Parameters, Err: err}, running) {
		return out, meta, err
	}
	if c.do != nil {
		c.do()
	}
	send, sent := in.Parameters.(*sesv2.SendEmailInput)
	if sent = sent && err == nil; sent && (c.way == Killed || c.way == Panicked || c.way == Lost) {
		w.keepMail(send) // whoever keeps mails does not come to it
	}
	switch c.way {
	case Killed:
		runtime.Goexit()
	case Panicked:
		panic("injected")
	case Lost:
		if err == nil {
			return middleware.InitializeOutput{}, middleware.Metadata{}, errPassing
		}
	case TimeUp, Refused, goesOn:
	}
	return out, meta, err
}

// note writes a call down, and says whether it is the one that was asked for.
func (c *Crash) note(call Call, running *process) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.calls = append(c.calls, call)
	if c.after == 0 || len(c.calls) != c.after {
		return false
	}
	c.ended = running
	return true
}
