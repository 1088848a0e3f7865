package main

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"time"

	"foyer/infra/bench/stub"
)

// figures are the medians of a subject's lives. Ratios are medians of the ratios
// to the bare handler that lived right before, so that what else the machine does
// meets both. Only the time on a processor until the first poll is the least of
// all lives: to be disturbed only ever adds to it.
type figures struct {
	life
	subject
	size                     int64
	startRatio, cpuRatio     float64
	sizeRatio                float64
	polledRatio, calledRatio float64
	status                   int // of the answer, where it has one
}

// lives lets every subject live runs times, in turn, each after a bare handler.
func lives(ctx context.Context, dir string, subjects []subject, runs int) (bareFigures figures, of []figures, err error) {
	bareSubject := subject{name: bare, binary: bare, event: "me-get"}
	world, err := newWorld(dir, append([]subject{bareSubject}, subjects...))
	if err != nil {
		return figures{}, nil, err
	}
	defer world.close()
	pairs := make([][][2]life, len(subjects))
	for run := range runs + 1 {
		for i, s := range subjects {
			b, err := world.live(ctx, bareSubject)
			if err != nil {
				return figures{}, nil, err
			}
			l, err := world.live(ctx, s)
			if err != nil {
				return figures{}, nil, err
			}
			if run > 0 { // the first one reads the binary from disk
				pairs[i] = append(pairs[i], [2]life{l, b})
			}
		}
	}
	var bares [][2]life
	for i, s := range subjects {
		f, err := summary(dir, s, pairs[i])
		if err != nil {
			return figures{}, nil, err
		}
		of = append(of, f)
		for _, p := range pairs[i] {
			bares = append(bares, [2]life{p[1], p[1]})
		}
	}
	bareFigures, err = summary(dir, bareSubject, bares)
	return bareFigures, of, err
}

// world is what functions find around them: their environment, and a stub for AWS.
type world struct {
	dir         string
	environment []string
	aws         map[string]*httptest.Server // by the function whose event succeeds there
}

func newWorld(dir string, subjects []subject) (*world, error) {
	w := &world{dir: dir, aws: map[string]*httptest.Server{}}
	// The stub's certificate stands beside those that a function trusts anyway, so
	// that it reads as many as on AWS.
	bundle, err := os.ReadFile(filepath.Join("shared", "awsenv", "roots.pem"))
	if err != nil {
		return nil, err
	}
	for _, s := range subjects {
		if w.aws[s.event] != nil {
			continue
		}
		fake, err := stub.New(stub.Rows(s.event)...)
		if err != nil {
			return nil, err
		}
		server := httptest.NewUnstartedServer(fake)
		server.Config.ErrorLog = log.New(io.Discard, "", 0) // processes are ended in the middle of a connection
		server.StartTLS()
		if len(w.aws) == 0 {
			bundle = append(bundle, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: server.Certificate().Raw})...)
		}
		w.aws[s.event] = server
	}
	file := filepath.Join(dir, "bundle.pem")
	w.environment = []string{
		"AWS_CA_BUNDLE=" + file, "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=a", "AWS_SECRET_ACCESS_KEY=b", "TABLE=foyer", "USER_POOL_ID=eu-central-1_pool",
		"USER_POOL_CLIENT_ID=client-id", "MAIL_FROM=foyer@example.com", "MAIL_TOKEN_KEY=key", "PUBLIC_URL=https://portal.example.com", "SIGN_UP=open",
	}
	return w, os.WriteFile(file, bundle, 0o600) //nolint:gosec // in a folder of this process
}

func (w *world) close() {
	for _, server := range w.aws {
		server.Close()
	}
}

func (w *world) live(ctx context.Context, s subject) (life, error) {
	event, err := os.ReadFile(filepath.Join("events", s.event+".json"))
	if err != nil {
		return life{}, err
	}
	environment := append(append(slices.Clone(w.environment), "AWS_ENDPOINT_URL="+w.aws[s.event].URL), s.environment...)
	l, err := live(ctx, filepath.Join(w.dir, s.binary), event, environment)
	if err == nil && l.failed {
		err = fmt.Errorf("%s: %s", s.name, l.answer)
	}
	return l, err
}

func summary(dir string, s subject, pairs [][2]life) (figures, error) {
	f := figures{subject: s}
	own, err := os.Stat(filepath.Join(dir, s.binary))
	if err != nil {
		return f, err
	}
	smallest, err := os.Stat(filepath.Join(dir, bare))
	if err != nil {
		return f, err
	}
	f.size, f.sizeRatio = own.Size(), float64(own.Size())/float64(smallest.Size())
	f.start = median(pairs, func(p [2]life) time.Duration { return p[0].start })
	f.startCPU = least(pairs, func(p [2]life) time.Duration { return p[0].startCPU })
	f.first = median(pairs, func(p [2]life) time.Duration { return p[0].first })
	f.firstCPU = median(pairs, func(p [2]life) time.Duration { return p[0].firstCPU })
	f.second = median(pairs, func(p [2]life) time.Duration { return p[0].second })
	f.polled = median(pairs, func(p [2]life) int64 { return p[0].polled })
	f.invoked = median(pairs, func(p [2]life) int64 { return p[0].invoked })
	f.startRatio = median(pairs, func(p [2]life) float64 { return float64(p[0].start) / float64(p[1].start) })
	f.cpuRatio = float64(f.startCPU) / float64(least(pairs, func(p [2]life) time.Duration { return p[1].startCPU }))
	f.polledRatio = median(pairs, func(p [2]life) float64 { return float64(p[0].polled) / float64(p[1].polled) })
	f.calledRatio = median(pairs, func(p [2]life) float64 { return float64(p[0].invoked) / float64(p[1].invoked) })
	var answer struct{ StatusCode int }
	if json.Unmarshal(pairs[0][0].answer, &answer) == nil { // consumers answer with something else
		f.status = answer.StatusCode
	}
	if f.status >= http.StatusInternalServerError {
		return f, fmt.Errorf("%s: its event was answered with %d: %s", s.name, f.status, pairs[0][0].answer)
	}
	return f, nil
}

func median[S any, T cmp.Ordered](samples []S, of func(S) T) T {
	return sorted(samples, of)[len(samples)/2]
}

func least[S any, T cmp.Ordered](samples []S, of func(S) T) T { return sorted(samples, of)[0] }

func sorted[S any, T cmp.Ordered](samples []S, of func(S) T) []T {
	values := make([]T, len(samples))
	for i, s := range samples {
		values[i] = of(s)
	}
	slices.Sort(values)
	return values
}
