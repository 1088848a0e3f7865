package main

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"foyer/infra/local/proc"
)

// sam runs the SAM CLI on the template that it has built.
type sam struct {
	program  string // the sam command
	dir      string // root of the project
	template string // the built one, made fit for sam local (localTemplate)
	arch     architecture
	envFile  string   // --env-vars
	logs     string   // folder for the output of its runs
	env      []string // its environment: container engine, region, credentials
}

// invoke runs one function once, in a container of its own, with the event in a file.
func (s *sam) invoke(ctx context.Context, function, event string) (response, error) {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, s.program, append([]string{"local", "invoke", function, "--event", event}, s.common()...)...) //nolint:gosec // this program's own arguments
	var stdout, stderr bytes.Buffer
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = s.dir, s.env, &stdout, &stderr
	proc.Group(cmd)
	// Ended by SIGTERM, SAM takes its container down.
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 15 * time.Second
	err := cmd.Run()
	_ = os.WriteFile(filepath.Join(s.logs, "invoke-"+function+".log"), append(stderr.Bytes(), stdout.Bytes()...), 0o600)
	if err != nil {
		return response{}, fmt.Errorf("sam local invoke: %w:\n%s", err, lastLines(stderr.String(), 15))
	}
	got, err := gatewayResponse(stdout.Bytes())
	if err != nil {
		return response{}, fmt.Errorf("%s: %w; its log:\n%s", function, err, lastLines(stderr.String(), 15))
	}
	return got, nil
}

// gatewayResponse reads what a function returns to API Gateway (payload format 2.0). What a function that failed or
// crashed leaves (errorMessage, errorType) is none.
func gatewayResponse(output []byte) (response, error) {
	var answer events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(output, &answer); err != nil || answer.StatusCode == 0 {
		return response{}, fmt.Errorf("got %.500q, want a response", output)
	}
	if answer.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(answer.Body)
		if err != nil {
			return response{}, fmt.Errorf("body: %w", err)
		}
		answer.Body = string(body)
	}
	got := response{status: answer.StatusCode, body: answer.Body}
	for name, value := range answer.Headers {
		if strings.EqualFold(name, "Content-Type") {
			got.contentType = value
		}
	}
	return got, nil
}

// startAPI starts `sam local start-api` on a port of the loopback interface, with a warm container for each function,
// and waits until it answers.
func (s *sam) startAPI(ctx context.Context, port int) (*process, error) {
	p, err := startProcess("sam local start-api", filepath.Join(s.logs, "start-api.log"), s.dir, s.env,
		append([]string{s.program, "local", "start-api", "--host", "127.0.0.1", "--port", strconv.Itoa(port), "--warm-containers", "EAGER"}, s.common()...)...)
	if err != nil {
		return nil, err
	}
	err = p.waitFor(ctx.Done(), 5*time.Minute, func() error {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://127.0.0.1:"+strconv.Itoa(port)+"/", nil)
		if err != nil {
			return err
		}
		res, err := direct.Do(req)
		if err != nil {
			return err
		}
		return res.Body.Close() // any answer will do
	})
	if err != nil {
		return nil, errors.Join(err, p.kill())
	}
	return p, nil
}

// startAttempts is how often start-api is started when two functions got the same port.
const startAttempts = 3

// again calls start until it succeeds or fails for another reason than a port that was taken in between, and tells how
// many attempts it took. SAM picks a random port for each container and binds it only when the container starts: with
// all functions starting at once, two of them get the same one in a few runs of a hundred.
func again(start func() error) (attempts int, err error) {
	for attempts = 1; ; attempts++ {
		if err = start(); err == nil || attempts == startAttempts || !portTaken(err) {
			return attempts, err
		}
	}
}

// portTaken tells whether the reason is dockerd's for a port that another container, or another program, has.
func portTaken(err error) bool {
	return strings.Contains(err.Error(), "port is already allocated") || strings.Contains(err.Error(), "address already in use")
}

// common are the options that invoke and start-api share. SAM must not pull: its registry may be out of reach, and the
// image is there.
func (s *sam) common() []string {
	return []string{"--template", s.template, "--env-vars", s.envFile, "--parameter-overrides", "Architecture=" + string(s.arch), "--skip-pull-image"}
}

// direct is a client that uses no proxy and follows no redirection: everything it talks to is on this machine.
var direct = &http.Client{
	Transport:     &http.Transport{},
	Timeout:       30 * time.Second,
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
}
