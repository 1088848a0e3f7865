// Package deploy brings the repository's template.yaml into a local engine, by
// the real SAM CLI, and then does what the engine leaves out: the routes of the
// HTTP API and the sender's identity in SES.
package deploy

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sort"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"

	"foyer/infra/local/engine"
	"foyer/infra/local/proc"
	"foyer/infra/local/pyenv"
)

// artifacts is the bucket in the engine that takes the functions' code.
const artifacts = "foyer-artifacts"

// Stack is one deployment of the template into one engine.
type Stack struct {
	Root     string // of the repository
	Endpoint string // of the engine
	Name     string
	// Parameters override the template's. Architecture is added: the machine's own.
	Parameters map[string]string
	// MailFrom is the sender that gets verified.
	MailFrom string
	// Progress is told what begins.
	Progress func(format string, args ...any)
}

// Deployed is what a deployment made.
type Deployed struct {
	Outputs map[string]string // of the stack
	APIURL  string            // of the HTTP API inside the engine, without a slash at the end
}

// Architecture is the machine's own, as the template's parameter names it.
func Architecture() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

// Config is the AWS configuration for an engine.
func Config(endpoint string) aws.Config {
	return aws.Config{Region: engine.Region, BaseEndpoint: aws.String(endpoint),
		Credentials: credentials.NewStaticCredentialsProvider(engine.AccessKey, engine.AccessKey, "")}
}

// Deploy builds the functions, deploys the template, and brings routes and sender
// up to date. A second call updates the stack in place; its data stay.
func (s Stack) Deploy(ctx context.Context) (*Deployed, error) {
	template, err := s.Build(ctx)
	if err != nil {
		return nil, err
	}
	return s.DeployBuilt(ctx, template)
}

// DeployBuilt is [Stack.Deploy] of a template that [Stack.Build] gave.
func (s Stack) DeployBuilt(ctx context.Context, template string) (*Deployed, error) {
	if err := s.bucket(ctx); err != nil {
		return nil, err
	}
	s.Progress("deploying the template (sam deploy)")
	args := make([]string, 0, 16+len(s.Parameters))
	args = append(args, "deploy", "--config-env", "local", "--template-file", template, "--stack-name", s.Name, "--s3-bucket", artifacts, "--s3-prefix", s.Name,
		"--region", engine.Region, "--capabilities", "CAPABILITY_IAM", "--no-confirm-changeset", "--no-fail-on-empty-changeset", "--no-progressbar", "--parameter-overrides")
	if err := s.sam(ctx, append(args, s.overrides()...), "AWS_ENDPOINT_URL="+s.Endpoint); err != nil {
		return nil, err
	}
	s.Progress("bringing the routes of the HTTP API up to date")
	stack, err := readStack(ctx, cloudformation.NewFromConfig(Config(s.Endpoint)), s.Name)
	if err != nil {
		return nil, err
	}
	api, err := stack.httpAPI()
	if err != nil {
		return nil, err
	}
	want, err := stack.gateway(api)
	if err != nil {
		return nil, err
	}
	id, err := stack.physical(api)
	if err != nil {
		return nil, err
	}
	if err := want.apply(ctx, apigatewayv2.NewFromConfig(Config(s.Endpoint)), id); err != nil {
		return nil, fmt.Errorf("routes of the HTTP API: %w", err)
	}
	if err := s.verifySender(ctx); err != nil {
		return nil, err
	}
	return &Deployed{Outputs: stack.outputs, APIURL: s.Endpoint + "/_aws/execute-api/" + id + "/$default"}, nil
}

// overrides are the parameters in the SAM CLI's form, in order.
func (s Stack) overrides() []string {
	out := make([]string, 0, len(s.Parameters)+1)
	out = append(out, "ParameterKey=Architecture,ParameterValue="+Architecture())
	for name, value := range s.Parameters {
		out = append(out, "ParameterKey="+name+",ParameterValue="+value)
	}
	sort.Strings(out)
	return out
}

func (s Stack) bucket(ctx context.Context) error {
	client := s3.NewFromConfig(Config(s.Endpoint), func(o *s3.Options) { o.UsePathStyle = true })
	if _, err := client.HeadBucket(ctx, &s3.HeadBucketInput{Bucket: aws.String(artifacts)}); err == nil {
		return nil
	}
	if _, err := client.CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String(artifacts)}); err != nil {
		return fmt.Errorf("bucket for the functions' code: %w", err)
	}
	return nil
}

// verifySender makes the sender one that SES accepts, which on AWS is done by
// hand once.
func (s Stack) verifySender(ctx context.Context) error {
	_, err := sesv2.NewFromConfig(Config(s.Endpoint)).CreateEmailIdentity(ctx, &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String(s.MailFrom)})
	var there *types.AlreadyExistsException
	if err != nil && !errors.As(err, &there) {
		return fmt.Errorf("verify the sender %s in SES: %w", s.MailFrom, err)
	}
	return nil
}

// Validate runs `sam validate --lint` on the repository's template and shows what
// it says.
func Validate(ctx context.Context, root string) error {
	bin, err := pyenv.Ensure(ctx, root, pyenv.SAM, os.Stderr)
	if err != nil {
		return err
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "sam"), "validate", "--lint", "--region", engine.Region, "--template-file", filepath.Join(root, "template.yaml")) //nolint:gosec // arguments of this program
	cmd.Dir, cmd.Stdout, cmd.Stderr, cmd.Env = root, os.Stdout, os.Stderr, samEnvironment(root, bin, os.Environ())
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("sam validate: %w", err)
	}
	return nil
}

// sam runs the SAM CLI at the root of the repository. What it says goes into
// .local/log/sam-<command>-<stack>.log; an error has the end of it.
func (s Stack) sam(ctx context.Context, args []string, env ...string) error {
	logPath := filepath.Join(s.Root, ".local", "log", "sam-"+args[0]+"-"+s.Name+".log")
	if err := os.MkdirAll(filepath.Dir(logPath), 0o750); err != nil {
		return err
	}
	log, err := os.Create(logPath) //nolint:gosec // below .local
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	bin, err := pyenv.Ensure(ctx, s.Root, pyenv.SAM, log)
	if err != nil {
		return fmt.Errorf("%w:\n%s", err, proc.Tail(logPath, 15))
	}
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "sam"), args...) //nolint:gosec // arguments of this program
	cmd.Dir, cmd.Stdout, cmd.Stderr = s.Root, log, log
	cmd.Env = samEnvironment(s.Root, bin, os.Environ(), env...)
	proc.Group(cmd) // its compilers end with it
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if err := cmd.Run(); ctx.Err() != nil {
		return fmt.Errorf("sam %s: interrupted", args[0])
	} else if err != nil {
		return fmt.Errorf("sam %s: %w; the end of %s:\n%s", args[0], err, logPath, proc.Tail(logPath, 25))
	}
	return nil
}
