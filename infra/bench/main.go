// Command bench measures what the functions cost, as ratios to the least that a
// Lambda function in Go can be. Run it at the root of the repository (make bench).
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"regexp"
	"testing"
	"time"
)

func main() {
	testing.Init() // the warm handlers are measured by testing.Benchmark
	var o options
	flag.IntVar(&o.runs, "runs", 25, "lives of each function")
	flag.IntVar(&o.rounds, "rounds", 20, "rounds of the warm handlers")
	flag.StringVar(&o.only, "only", "", "measure only the functions whose names match this expression")
	flag.StringVar(&o.dir, "dir", "", "measure the binaries in this folder, of an earlier build")
	flag.BoolVar(&o.build, "build", false, "build into that folder first")
	flag.Parse()
	if err := flag.Set("test.benchtime", "200ms"); err != nil { // of a round
		panic(err) // testing.Init made it
	}
	if err := bench(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

type options struct {
	runs, rounds int
	only, dir    string
	build        bool
}

func bench(ctx context.Context, o options) error {
	wanted, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	subjects, err := all(ctx, wanted)
	if err != nil {
		return err
	}
	dir := o.dir
	if dir == "" {
		if dir, err = os.MkdirTemp("", "foyer-bench"); err != nil {
			return err
		}
		defer os.RemoveAll(dir) //nolint:errcheck // temporary
	}
	if o.dir == "" || o.build {
		say("building %d programs", len(subjects))
		if err := build(ctx, dir, made(subjects)); err != nil {
			return err
		}
	}
	say("%d lives of each", o.runs)
	least, measured, err := lives(ctx, dir, subjects, o.runs)
	if err != nil {
		return err
	}
	say("%d lives of those that look slow, if any does", o.runs*4)
	if measured, err = again(ctx, dir, measured, o.runs*4); err != nil {
		return err
	}
	say("%d rounds of warm handlers", o.rounds)
	warm, err := warmCalls(o.rounds)
	if err != nil {
		return err
	}
	return report(os.Stdout, least, measured, warm)
}

// say tells on stderr what is measured now: all of it takes minutes.
func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format(time.TimeOnly)+" "+format+"\n", args...)
}
