// Command dev serves all operations and the page from one process, on the engine
// and the stack that `make run` has put up: same table, same accounts, same mail.
// Ending and starting it again takes seconds, so it is for work on handlers. What
// runs off the stream and the schedule are the deployed functions.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"foyer/infra/local/deploy"
	"foyer/infra/local/engine"
	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/web"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := serve(ctx, "http://127.0.0.1:"+setting("FOYER_ENGINE_PORT", "4566"), setting("FOYER_DEV_PORT", "3002"))
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "dev:", err)
		os.Exit(1)
	}
}

func setting(name, otherwise string) string {
	if v := os.Getenv(name); v != "" {
		return v
	}
	return otherwise
}

// stackName is the stack's name in the engine, as infra/local deploys it.
const stackName = "foyer"

func serve(ctx context.Context, endpoint, port string) error {
	if !engine.Healthy(ctx, endpoint) {
		return fmt.Errorf("no engine at %s: `make run` first", endpoint)
	}
	config, err := configuration(ctx, endpoint)
	if err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(os.Stderr, nil))
	env := api.NewEnv(config, deploy.Config(endpoint), log)
	operations := api.Handler(env, catalog.Operations()...)
	page := env.Guard(web.Handler())
	mux := http.NewServeMux()
	mux.Handle(api.Prefix+"/", operations)
	mux.Handle("/", page)
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", port))
	if err != nil {
		return err
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 10 * time.Second}
	go func() {
		<-ctx.Done()
		limited, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		_ = server.Shutdown(limited) // what has not ended by then is cut off
	}()
	fmt.Printf("all %d operations at http://localhost:%s%s; Ctrl-C ends\n", len(catalog.Operations()), port, api.Prefix)
	if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return nil
}

// configuration is that of the deployed functions: the environment of one of them.
func configuration(ctx context.Context, endpoint string) (api.Config, error) {
	aws := deploy.Config(endpoint)
	stack, name := stackName, "MeGetFunction"
	found, err := cloudformation.NewFromConfig(aws).DescribeStackResource(ctx, &cloudformation.DescribeStackResourceInput{StackName: &stack, LogicalResourceId: &name})
	if err != nil {
		return api.Config{}, fmt.Errorf("no stack in the engine, `make run` first: %w", err)
	}
	function, err := lambda.NewFromConfig(aws).GetFunctionConfiguration(ctx, &lambda.GetFunctionConfigurationInput{FunctionName: found.StackResourceDetail.PhysicalResourceId})
	if err != nil {
		return api.Config{}, err
	}
	if function.Environment == nil {
		return api.Config{}, errors.New("the deployed function has no environment")
	}
	variables := function.Environment.Variables
	variables["AWS_ENDPOINT_URL"], variables["AWS_REGION"] = endpoint, aws.Region
	for name, value := range variables {
		if err := os.Setenv(name, value); err != nil {
			return api.Config{}, err
		}
	}
	return api.ConfigFromEnvironment(), nil
}
