package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"foyer/infra/local/deploy"
	"foyer/infra/local/engine"
	"foyer/infra/local/front"
	"foyer/infra/local/seed"
)

// stack is Foyer as deployed into an engine of this run's own, with the demo data in it.
type stack struct {
	engine       *engine.Engine
	files        string                       // the engine's folder
	template     string                       // the built template
	environments map[string]map[string]string // of the functions, by logical id
	demo         *seed.Demo
}

const (
	stackName = "foyer-samlocal" // in the engine, and in the names of the SAM CLI's logs
	mailFrom  = "foyer@example.com"
)

// startStack builds the template, starts an engine on a free port and deploys the one into the other. Beside it another
// engine may run, that of `make run` for instance; they share nothing but the build.
func startStack(ctx context.Context, root, work string) (_ *stack, err error) {
	port, err := engine.FreePort(ctx)
	if err != nil {
		return nil, err
	}
	local := deploy.Stack{
		Root: root, Name: stackName, MailFrom: mailFrom,
		Parameters: map[string]string{"SignUp": "open", "MailFrom": mailFrom, "PublicUrl": fmt.Sprintf("http://localhost:%d", port)},
		Progress:   func(format string, args ...any) { _, _ = fmt.Fprintf(os.Stderr, "            "+format+"\n", args...) },
	}
	s := &stack{files: filepath.Join(work, "engine")}
	if s.template, err = local.Build(ctx); err != nil {
		return nil, err
	}
	if err := os.RemoveAll(s.files); err != nil { // of a run that was killed
		return nil, err
	}
	if s.engine, err = engine.Start(ctx, engine.Options{Root: root, Dir: s.files, Log: filepath.Join(work, "engine.log")}); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop())
		}
	}()
	local.Endpoint = s.engine.Endpoint
	deployed, err := local.DeployBuilt(ctx, s.template)
	if err != nil {
		return nil, err
	}
	if s.environments, err = environments(ctx, deploy.Config(s.engine.Endpoint)); err != nil {
		return nil, err
	}
	if s.demo, err = demoData(ctx, work, port, deployed.APIURL, s.engine.Endpoint); err != nil {
		return nil, err
	}
	return s, nil
}

// demoData makes the demo data as people would: by the API of the deployed stack, behind its front, and the links in the
// mails that it sends. `sam local` comes after, and knows these people from the engine's table and user pool alone.
func demoData(ctx context.Context, work string, port int, api, endpoint string) (demo *seed.Demo, err error) {
	log, err := os.Create(filepath.Join(work, "front.log")) //nolint:gosec // below .local
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, log.Close()) }()
	f, err := front.Serve(ctx, front.Options{API: api, Engine: endpoint, Port: port, Log: log})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Stop()) }()
	demo, _, err = seed.Ensure(ctx, seed.Options{API: f.APIURL, Mails: f.MailsURL + "/messages", File: filepath.Join(work, "demo.json")})
	return demo, err
}

// environments reads what variables each function of the deployed stack got: the references in the template are names
// and addresses there.
func environments(ctx context.Context, config aws.Config) (map[string]map[string]string, error) {
	resources, err := cloudformation.NewFromConfig(config).DescribeStackResources(ctx, &cloudformation.DescribeStackResourcesInput{StackName: aws.String(stackName)})
	if err != nil {
		return nil, fmt.Errorf("list the stack's functions: %w", err)
	}
	client := lambda.NewFromConfig(config)
	found := map[string]map[string]string{}
	for _, resource := range resources.StackResources {
		if aws.ToString(resource.ResourceType) != "AWS::Lambda::Function" {
			continue
		}
		function, err := client.GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: resource.PhysicalResourceId})
		if err != nil {
			return nil, fmt.Errorf("variables of %s: %w", aws.ToString(resource.LogicalResourceId), err)
		}
		variables := map[string]string{}
		if function.Environment != nil {
			maps.Copy(variables, function.Environment.Variables)
		}
		found[aws.ToString(resource.LogicalResourceId)] = variables
	}
	return found, nil
}

// stop ends the engine and removes its files.
func (s *stack) stop() error { return errors.Join(s.engine.Stop(), os.RemoveAll(s.files)) }
