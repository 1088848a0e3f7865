// Command warmed is items-create with the most that a warm-up can do: the handler
// is called and a row is read, before the first poll (WARM_UP=before) or beside it
// (WARM_UP=beside). bench compares its first call with that of the function.
package main

import (
	"context"
	"log/slog"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"

	"foyer/shared/api"
	"foyer/shared/awsenv"
	"foyer/shared/items"
	"foyer/shared/lambdarun"
	"foyer/shared/table"
)

func main() {
	env := api.NewEnv(api.ConfigFromEnvironment(), awsenv.Config(), slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	handle := lambdarun.APIHandler(env, items.Create)
	warmUp := func() {
		var request events.APIGatewayV2HTTPRequest
		request.RawPath, request.RequestContext.HTTP.Method = "/v1/projects/none/items", "POST"
		_, _ = handle(context.Background(), request) // refused: it has no token
		var row table.ProjectFactsRow
		_, _ = env.Table.Get(context.Background(), table.ProjectFacts("none"), &row) // for the connection, whatever it finds
	}
	if os.Getenv("WARM_UP") == "before" {
		warmUp()
	} else {
		go warmUp()
	}
	lambda.Start(handle)
}
