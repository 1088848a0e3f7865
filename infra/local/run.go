package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"

	"golang.org/x/sync/errgroup"

	"foyer/infra/local/engine"
	"foyer/infra/local/front"
	"foyer/infra/local/prereq"
	"foyer/infra/local/proc"
	"foyer/infra/local/pyenv"
	"foyer/infra/local/seed"
)

// run brings the stack up, or what runs up to date: engine and data stay then.
func (l *local) run(ctx context.Context) error {
	if err := prereq.Check(ctx); err != nil {
		return fmt.Errorf("this is missing:\n%w", err)
	}
	release, err := l.alone()
	if err != nil {
		return err
	}
	defer release()
	if err := l.portsFree(ctx); err != nil {
		return err
	}
	if err := l.environments(ctx); err != nil {
		return err
	}
	e, started, err := engine.Keep(ctx, engine.Options{Root: l.root, Port: l.enginePort, Dir: l.engineDir, Log: l.engineLog}, l.engineProcess)
	if err != nil {
		return err
	}
	if started {
		l.say("the engine that plays AWS runs at %s", e.Endpoint)
	} else {
		l.say("the engine runs already at %s; its data stay", e.Endpoint)
	}
	deployed, err := l.stack(e, l.url()).Deploy(ctx)
	if err != nil {
		return err
	}
	if err := l.startFront(ctx, deployed.APIURL, e.Endpoint); err != nil {
		return err
	}
	demo, made, err := seed.Ensure(ctx, seed.Options{API: l.url(), Mails: l.mailsURL() + "/messages", File: l.demo, Run: e.Life()})
	if err != nil {
		return err
	}
	if made {
		l.say("the demo data are made")
	}
	l.say("ready")
	fmt.Print(demo.Tour(l.url(), l.mailsURL()))
	return nil
}

func (l *local) url() string { return fmt.Sprintf("http://localhost:%d", l.port) }

func (l *local) mailsURL() string { return fmt.Sprintf("http://localhost:%d", l.mailPort) }

// portsFree looks, before anything is built, whether another program has a port.
func (l *local) portsFree(ctx context.Context) error {
	var taken []error
	for _, p := range []struct {
		port     int
		variable string
		ours     proc.File
	}{{l.enginePort, "FOYER_ENGINE_PORT", l.engineProcess}, {l.port, "FOYER_PORT", l.frontProcess}, {l.mailPort, "FOYER_MAIL_PORT", l.frontProcess}} {
		_, alive, err := p.ours.Read()
		if err != nil {
			return err
		}
		if alive {
			continue
		}
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)))
		if err != nil {
			taken = append(taken, fmt.Errorf("port %d is in use by another program; choose another one with %s=… make run", p.port, p.variable))
			continue
		}
		_ = listener.Close()
	}
	return errors.Join(taken...)
}

// environments makes both Python environments, at the same time.
func (l *local) environments(ctx context.Context) error {
	g, ctx := errgroup.WithContext(ctx)
	for _, name := range []string{pyenv.SAM, pyenv.MiniStack} {
		if _, err := os.Stat(filepath.Join(l.root, ".local", "venv-"+name)); err != nil {
			l.say("making the Python environment of %s", name)
		}
		g.Go(func() error {
			log, err := os.Create(filepath.Join(l.logsDir, "venv-"+name+".log")) //nolint:gosec // below .local
			if err != nil {
				return err
			}
			defer func() { _ = log.Close() }()
			if _, err := pyenv.Ensure(ctx, l.root, name, log); err != nil {
				return fmt.Errorf("%w:\n%s", err, proc.Tail(log.Name(), 15))
			}
			return nil
		})
	}
	return g.Wait()
}

// startFront starts the proxy and the mail page anew, detached, and waits until
// they answer. They keep nothing, so a moment without them is all it costs.
func (l *local) startFront(ctx context.Context, api, endpoint string) error {
	if _, err := l.frontProcess.Stop(5 * time.Second); err != nil {
		return err
	}
	// This program's own file is a temporary one under `go run`.
	program := filepath.Join(l.root, ".local", "bin", "foyer-front")
	if err := copyProgram(program); err != nil {
		return err
	}
	log, err := os.Create(filepath.Join(l.logsDir, "front.log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.CommandContext(context.WithoutCancel(ctx), program, "front", "-api", api, "-engine", endpoint, //nolint:gosec // this program
		"-port", strconv.Itoa(l.port), "-mails", strconv.Itoa(l.mailPort))
	cmd.Dir = l.root
	proc.Detach(cmd, log)
	if err := cmd.Start(); err != nil {
		return err
	}
	ended := make(chan struct{})
	go func() { _ = cmd.Wait(); close(ended) }()
	if err := l.frontProcess.Write(cmd.Process.Pid); err != nil {
		return err
	}
	for deadline := time.Now().Add(20 * time.Second); !answers(ctx, l.mailsURL()+"/messages") || !answers(ctx, l.url()+"/"); {
		select {
		case <-ended:
			return fmt.Errorf("the proxy ended at once:\n%s", proc.Tail(log.Name(), 10))
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return fmt.Errorf("the proxy does not answer:\n%s", proc.Tail(log.Name(), 10))
		}
	}
	return nil
}

// direct uses no proxy of the environment: all addresses are on this machine.
var direct = &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}

// answers says whether somebody answers, whatever the answer is.
func answers(ctx context.Context, url string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return false
	}
	res, err := direct.Do(req)
	if err != nil {
		return false
	}
	return res.Body.Close() == nil
}

func copyProgram(to string) error {
	own, err := os.Executable()
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	in, err := os.Open(own) //nolint:gosec // this program
	if err != nil {
		return err
	}
	defer func() { _ = in.Close() }()
	out, err := os.CreateTemp(filepath.Dir(to), ".front-")
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	if err := errors.Join(err, out.Chmod(0o700), out.Close()); err != nil {
		return errors.Join(err, os.Remove(out.Name()))
	}
	return os.Rename(out.Name(), to) // one that runs keeps its file
}

// serveFront is the detached program that startFront starts.
func serveFront(ctx context.Context, args []string) error {
	var o front.Options
	flags := flag.NewFlagSet("front", flag.ContinueOnError)
	flags.StringVar(&o.API, "api", "", "address of the HTTP API inside the engine")
	flags.StringVar(&o.Engine, "engine", "", "address of the engine")
	flags.IntVar(&o.Port, "port", 0, "port of the proxy")
	flags.IntVar(&o.MailsPort, "mails", 0, "port of the mail page")
	if err := flags.Parse(args); err != nil {
		return err
	}
	o.Log = os.Stderr
	f, err := front.Serve(ctx, o)
	if err != nil {
		return err
	}
	return errors.Join(f.Wait(ctx), f.Stop())
}
