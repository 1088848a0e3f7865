// Command bench measures what the functions cost before they do anything: the
// size of the binary, and the time from its start to its first poll of Lambda's
// runtime API, as ratios to a bare aws-lambda-go handler built in the same way.
// Run it at the root of the repository (make bench).
package main

import (
	"context"
	"flag"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	runs := flag.Int("runs", 40, "starts of each binary, in turn")
	flag.Parse()
	if err := bench(context.Background(), *runs); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// buildFlags are those that sam build is given by infra/local.
var buildFlags = []string{"build", "-trimpath", "-buildvcs=false", "-tags", "lambda.norpc", "-ldflags", "-s -w"}

func build(ctx context.Context, pkg, out string) (size int64, err error) {
	cmd := exec.CommandContext(ctx, "go", append(buildFlags, "-o", out, pkg)...) //nolint:gosec // packages of this repository
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	cmd.Stderr = os.Stderr
	if err := cmd.Run(); err != nil {
		return 0, fmt.Errorf("build %s: %w", pkg, err)
	}
	info, err := os.Stat(out)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func bench(ctx context.Context, runs int) error {
	dir, err := os.MkdirTemp("", "foyer-bench")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) //nolint:errcheck // temporary
	bare := filepath.Join(dir, "bare")
	bareSize, err := build(ctx, "./infra/bench/bare", bare)
	if err != nil {
		return err
	}
	folders, err := filepath.Glob(filepath.Join("functions", "*"))
	if err != nil {
		return err
	}
	largest, size := "", int64(0)
	for _, folder := range folders {
		name := filepath.Base(folder)
		s, err := build(ctx, "./functions/"+name, filepath.Join(dir, name))
		if err != nil {
			return err
		}
		if s > size {
			largest, size = name, s
		}
	}
	fmt.Printf("%d functions; the largest is %s\n", len(folders), largest)
	fmt.Printf("binary: %.2f MB, bare %.2f MB, ratio %.2f\n", mb(size), mb(bareSize), float64(size)/float64(bareSize))
	var ours, theirs []time.Duration
	for i := range runs + 2 {
		a, err := firstPoll(ctx, filepath.Join(dir, largest))
		if err != nil {
			return err
		}
		b, err := firstPoll(ctx, bare)
		if err != nil {
			return err
		}
		if i >= 2 { // the first ones read the binary from disk
			ours, theirs = append(ours, a), append(theirs, b)
		}
	}
	fmt.Printf("start to first poll, median of %d: %.2f ms, bare %.2f ms, ratio %.2f\n", runs, ms(median(ours)), ms(median(theirs)), float64(median(ours))/float64(median(theirs)))
	return nil
}

// firstPoll starts the binary as Lambda does and gives the time until it asks for
// its first invocation.
func firstPoll(ctx context.Context, binary string) (time.Duration, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	polled := make(chan time.Time, 1)
	server := &http.Server{ReadHeaderTimeout: time.Minute, Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if strings.HasSuffix(r.URL.Path, "/runtime/invocation/next") {
			polled <- time.Now()
			<-r.Context().Done() // as Lambda does while there is no invocation
		}
	})}
	go server.Serve(listener) //nolint:errcheck // ends by Close
	defer server.Close()      //nolint:errcheck // nothing to lose
	cmd := exec.CommandContext(ctx, binary)
	cmd.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + listener.Addr().String(), "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "TABLE=foyer",
		"AWS_LAMBDA_FUNCTION_NAME=bench", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256", "AWS_LAMBDA_FUNCTION_VERSION=1"}
	start := time.Now()
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	defer func() {
		_ = cmd.Process.Kill() // it waits for an invocation that never comes
		_ = cmd.Wait()
	}()
	select {
	case at := <-polled:
		return at.Sub(start), nil
	case <-time.After(10 * time.Second):
		return 0, fmt.Errorf("%s did not poll within 10 s", filepath.Base(binary))
	}
}

func median(d []time.Duration) time.Duration {
	slices.Sort(d)
	return d[len(d)/2]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
func mb(n int64) float64         { return float64(n) / 1e6 }
