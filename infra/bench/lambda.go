package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// life is what one process of a function cost. Each time has its own ratio to the
// same of a bare handler that lived right before (zero for the bare one).
type life struct {
	start, startCPU time.Duration // from the start of the process to its first poll of Lambda's runtime API; of that, on a processor
	first, firstCPU time.Duration // of the first invocation, which that poll is given
	second          time.Duration // of the next invocation
	polled, invoked int64         // peak of memory (VmHWM) in bytes, at the first poll and after the first invocation
	answer          []byte        // to the first invocation
	failed          bool          // that answer is an error
}

// patience is how long a function may take for all of its life.
const patience = 20 * time.Second

// live starts a binary as Lambda does, gives it the event twice, and ends it.
func live(ctx context.Context, binary string, event []byte, environment []string) (l life, err error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return l, err
	}
	api := &runtimeAPI{event: event, polls: make(chan time.Time, 1), next: make(chan struct{}), answers: make(chan answer, 1)}
	server := &http.Server{ReadHeaderTimeout: patience, Handler: api}
	go server.Serve(listener) //nolint:errcheck // ends by Close
	defer server.Close()      //nolint:errcheck // nothing to lose
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = append([]string{"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(), "AWS_LAMBDA_FUNCTION_NAME=bench", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256", "AWS_LAMBDA_FUNCTION_VERSION=1"}, environment...)
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return l, err
	}
	defer func() {
		_ = cmd.Process.Kill() // it waits for an invocation that never comes
		_ = cmd.Wait()
	}()
	if err := l.observe(ctx, api, cmd.Process.Pid, began); err != nil {
		return l, fmt.Errorf("%s: %w", filepath.Base(binary), err)
	}
	return l, nil
}

func (l *life) observe(ctx context.Context, api *runtimeAPI, pid int, began time.Time) error {
	polled, err := receive(ctx, api.polls)
	if err != nil {
		return fmt.Errorf("did not poll: %w", err)
	}
	l.start = polled.Sub(began)
	var e1, e2, e3, e4 error
	l.polled, e1 = peak(pid)
	l.startCPU, e2 = onCPU(pid)
	a, took, err := api.invoke(ctx)
	if err != nil {
		return fmt.Errorf("did not answer: %w", err)
	}
	l.first, l.answer, l.failed = took, a.body, a.failed
	l.invoked, e3 = peak(pid)
	l.firstCPU, e4 = onCPU(pid)
	l.firstCPU -= l.startCPU
	_, l.second, err = api.invoke(ctx)
	return errors.Join(e1, e2, e3, e4, err)
}

// runtimeAPI is Lambda's side of one process.
type runtimeAPI struct {
	event   []byte
	polls   chan time.Time
	next    chan struct{}
	answers chan answer
}

type answer struct {
	at     time.Time
	body   []byte
	failed bool
}

// invoke gives the process an invocation, and waits for its answer and next poll.
func (a *runtimeAPI) invoke(ctx context.Context) (answer, time.Duration, error) {
	began := time.Now()
	select {
	case a.next <- struct{}{}:
	case <-ctx.Done():
		return answer{}, 0, ctx.Err()
	}
	got, err := receive(ctx, a.answers)
	if err != nil {
		return got, 0, err
	}
	_, err = receive(ctx, a.polls)
	return got, got.at.Sub(began), err
}

func (a *runtimeAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now()
	if !strings.HasSuffix(r.URL.Path, "/runtime/invocation/next") { // …/response or …/error
		body, _ := io.ReadAll(r.Body) // what is missing shows in the answer
		a.answers <- answer{at: now, body: body, failed: strings.HasSuffix(r.URL.Path, "/error")}
		w.WriteHeader(http.StatusAccepted)
		return
	}
	a.polls <- now
	select {
	case <-a.next:
	case <-r.Context().Done(): // the process was ended
		return
	}
	w.Header().Set("Lambda-Runtime-Aws-Request-Id", "00000000-0000-4000-8000-000000000001")
	w.Header().Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(patience).UnixMilli(), 10))
	w.Header().Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:eu-central-1:123456789012:function:bench")
	_, _ = w.Write(a.event) // the process was ended
}

func receive[T any](ctx context.Context, from <-chan T) (T, error) {
	select {
	case v := <-from:
		return v, nil
	case <-ctx.Done():
		var none T
		return none, ctx.Err()
	}
}

// peak is the most memory that the process has had resident, in bytes.
func peak(pid int) (int64, error) {
	raw, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0, err
	}
	_, rest, _ := bytes.Cut(raw, []byte("VmHWM:"))
	fields := bytes.Fields(rest)
	if len(fields) < 2 || string(fields[1]) != "kB" {
		return 0, errors.New("no VmHWM in /proc")
	}
	kb, err := strconv.ParseInt(string(fields[0]), 10, 64)
	return kb << 10, err
}

// onCPU is how long the threads of a process have run, waiting not counted.
func onCPU(pid int) (time.Duration, error) {
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", pid))
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, t := range threads {
		raw, err := os.ReadFile(t) //nolint:gosec // of /proc
		if err != nil {
			return 0, err
		}
		ran, _, _ := bytes.Cut(raw, []byte(" "))
		ns, err := strconv.ParseInt(string(ran), 10, 64)
		if err != nil {
			return 0, fmt.Errorf("%s: %w", t, err)
		}
		sum += time.Duration(ns)
	}
	return sum, nil
}
