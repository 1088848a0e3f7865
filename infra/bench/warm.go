package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"foyer/infra/bench/stub"
	"foyer/shared/api"
	"foyer/shared/items"
	"foyer/shared/lambdarun"
	"foyer/shared/portal"
)

// warmCall is one operation, against the same written by hand.
type warmCall struct {
	op     api.Endpoint
	byHand func(byHand) func(context.Context, request) (response, error)
	same   bool // both answer with the same bytes
}

var warmed = []warmCall{
	{portal.ItemsList, func(h byHand) func(context.Context, request) (response, error) { return h.itemsList }, true},
	{items.Create, func(h byHand) func(context.Context, request) (response, error) { return h.itemsCreate }, false}, // its ids are new each time
}

// warmFigures are what a call costs in a process that has made some: the least of
// all rounds, for to be disturbed only ever adds to it.
type warmFigures struct {
	name                   string
	ours, byHand           testing.BenchmarkResult
	time, allocated, count float64 // ratios
}

// warmCalls compares the handlers as Lambda calls them, from the event's bytes
// to the answer's, on a stub of DynamoDB in the same process: without a network,
// what is added to the SDK's own work shows most.
func warmCalls(rounds int) ([]warmFigures, error) {
	var out []warmFigures
	for _, w := range warmed {
		name := w.op.Meta().ID
		r, err := w.rig()
		if err != nil {
			return nil, err
		}
		if err := w.check(r); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		f := warmFigures{name: name}
		for range rounds { // in turn, so that what else the machine does meets both
			f.ours, f.byHand = lesser(f.ours, benchmark(r.ours, r.event)), lesser(f.byHand, benchmark(r.byHand, r.event))
		}
		f.time = f.ours.Extra[cpuTime] / f.byHand.Extra[cpuTime]
		f.count = float64(f.ours.AllocsPerOp()) / float64(f.byHand.AllocsPerOp())
		f.allocated = float64(f.ours.AllocedBytesPerOp()) / float64(f.byHand.AllocedBytesPerOp())
		out = append(out, f)
	}
	return out, nil
}

// rig is both handlers of an operation, the event that they are called with, and the
// AWS that both call.
type rig struct {
	ours, byHand lambda.Handler
	event        []byte
	aws          *stub.AWS
}

func (w warmCall) rig() (rig, error) {
	name := w.op.Meta().ID
	fake, err := stub.New(stub.Rows(name)...)
	if err != nil {
		return rig{}, err
	}
	event, err := os.ReadFile(filepath.Join("events", name+".json")) //nolint:gosec // of this repository
	if err != nil {
		return rig{}, err
	}
	cfg := aws.Config{Region: "eu-central-1", Credentials: aws.NewCredentialsCache(credentials.NewStaticCredentialsProvider("a", "b", "")), HTTPClient: fake}
	log := slog.New(slog.NewJSONHandler(io.Discard, nil))
	env := api.NewEnv(api.Config{Table: "foyer", UserPoolClientID: "client-id", Region: "eu-central-1"}, cfg, log)
	hand := byHand{db: dynamodb.NewFromConfig(cfg), log: log}
	return rig{lambda.NewHandler(lambdarun.APIHandler(env, w.op)), lambda.NewHandler(w.byHand(hand)), event, fake}, nil
}

// check sees that both succeed, alike, by the same calls.
func (w warmCall) check(r rig) error {
	ask := func(h lambda.Handler, into *response) ([]string, error) {
		return r.aws.Calls(func() error {
			raw, err := h.Invoke(context.Background(), r.event)
			if err != nil {
				return err
			}
			return json.Unmarshal(raw, into)
		})
	}
	var got, want response
	calls, e1 := ask(r.ours, &got)
	callsByHand, e2 := ask(r.byHand, &want)
	if err := errors.Join(e1, e2); err != nil {
		return err
	}
	if !slices.Equal(calls, callsByHand) {
		return fmt.Errorf("the calls differ: %v, by hand %v", calls, callsByHand)
	}
	if got.StatusCode != want.StatusCode || got.StatusCode >= 300 || w.same && got.Body != want.Body || !slices.Equal(names(got.Body), names(want.Body)) {
		return fmt.Errorf("the handlers differ: %d %s, by hand %d %s", got.StatusCode, got.Body, want.StatusCode, want.Body)
	}
	return nil
}

// names are the fields of an answer.
func names(body string) []string {
	var fields map[string]any
	_ = json.Unmarshal([]byte(body), &fields) // what is no object has none
	return slices.Sorted(maps.Keys(fields))
}

func lesser(a, b testing.BenchmarkResult) testing.BenchmarkResult {
	if a.N == 0 || b.Extra[cpuTime] < a.Extra[cpuTime] {
		return b
	}
	return a
}

func benchmark(h lambda.Handler, event []byte) testing.BenchmarkResult {
	return testing.Benchmark(func(b *testing.B) {
		b.ReportAllocs()
		before := processCPU()
		for b.Loop() {
			if _, err := h.Invoke(context.Background(), event); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(processCPU()-before)/float64(b.N), cpuTime)
	})
}

// cpuTime is what a call costs of a processor: of a machine that does other things
// too, the clock would measure those.
const cpuTime = "cpu-ns/op"

func processCPU() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err) // RUSAGE_SELF is always there
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
