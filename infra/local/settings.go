package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
	"time"

	"foyer/infra/local/deploy"
	"foyer/infra/local/engine"
	"foyer/infra/local/proc"
	"foyer/shared/samtemplate"
)

// local is this repository's local stack.
type local struct {
	root                          string
	enginePort, port, mailPort    int
	begun                         time.Time
	engineProcess, frontProcess   proc.File
	engineDir, engineLog, logsDir string
	demo                          string // file with the ids and passwords of the demo data
}

// stackName is the stack's name in the engine.
const stackName = "foyer"

// mailFrom is the sender of the demo's mail.
const mailFrom = "foyer@example.com"

// reminderMinutes is the demo's and the tests' time to an invitation's reminder:
// the least, since due-run takes minutes that lie at least two ahead.
const reminderMinutes = "2"

// here finds the repository and reads the settings from the environment.
func here() (*local, error) {
	root, err := samtemplate.Repository()
	if err != nil {
		return nil, err
	}
	state := filepath.Join(root, ".local")
	l := &local{root: root, begun: time.Now(), engineProcess: proc.File(filepath.Join(state, "engine.pid")), frontProcess: proc.File(filepath.Join(state, "front.pid")),
		engineDir: filepath.Join(state, "engine"), logsDir: filepath.Join(state, "log"), demo: filepath.Join(state, "demo.json")}
	l.engineLog = filepath.Join(l.logsDir, "engine.log")
	for _, p := range []struct {
		port     *int
		variable string
		usual    int
	}{{&l.port, "FOYER_PORT", 3000}, {&l.mailPort, "FOYER_MAIL_PORT", 3001}, {&l.enginePort, "FOYER_ENGINE_PORT", 4566}} {
		*p.port = p.usual
		if set := os.Getenv(p.variable); set != "" {
			if *p.port, err = strconv.Atoi(set); err != nil || *p.port < 1 || *p.port > 65535 {
				return nil, fmt.Errorf("%s=%s is not a port", p.variable, set)
			}
		}
	}
	return l, os.MkdirAll(l.logsDir, 0o750)
}

// say prints what begins, with the time since the start.
func (l *local) say(format string, args ...any) {
	fmt.Printf("%5.1fs  %s\n", time.Since(l.begun).Seconds(), fmt.Sprintf(format, args...))
}

// stack is the deployment of the template into an engine, reached at publicURL.
func (l *local) stack(e *engine.Engine, publicURL string) deploy.Stack {
	return deploy.Stack{Root: l.root, Endpoint: e.Endpoint, Name: stackName, MailFrom: mailFrom, Progress: l.say,
		Parameters: map[string]string{"PublicUrl": publicURL, "MailFrom": mailFrom, "SignUp": "open", "ReminderMinutes": reminderMinutes}}
}

// alone makes sure that no other run or stop works on this stack meanwhile.
func (l *local) alone() (release func(), err error) {
	f, err := os.OpenFile(filepath.Join(l.root, ".local", "run.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, errors.Join(errors.New("another `make run` or `make stop` is at work here; wait for it"), f.Close())
	}
	return func() { _ = f.Close() }, nil
}

// remove removes a file that need not be there.
func remove(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
