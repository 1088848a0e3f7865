// Package lambdarun is the entry of every function; it alone knows Lambda.
package lambdarun

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"os"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"

	"foyer/shared/api"
	"foyer/shared/awsenv"
	"foyer/shared/table"
)

// API serves one operation of the HTTP API.
func API(op api.Endpoint) { lambda.Start(APIHandler(environment(), op)) }

// HTTP serves any handler behind the HTTP API: the page.
func HTTP(h http.Handler) { lambda.Start(httpHandler(environment().Guard(h))) }

// Consumer is a stream.Consumer; named here by what it does, so that functions of
// the API do not link what consumers need.
type Consumer interface {
	// Run gives back the sequence numbers of what is worth a retry.
	Run(ctx context.Context, env *api.Env, records []table.Inserted) (retry []string)
}

// Stream runs a consumer of the table's stream.
func Stream(c Consumer) { lambda.Start(StreamHandler(environment(), c)) }

// Schedule runs a function that the scheduler calls.
func Schedule(run func(context.Context, *api.Env) error) {
	env := environment()
	lambda.Start(func(ctx context.Context) error { return run(ctx, env) })
}

// Queue runs what takes messages of a queue, one by one.
func Queue(run func(ctx context.Context, env *api.Env, body string) error) {
	lambda.Start(QueueHandler(environment(), run))
}

// QueueHandler is the Lambda handler of a queue, on any environment. A message that
// failed is delivered again, and after some deliveries goes to the queue's own
// dead-letter queue.
func QueueHandler(env *api.Env, run func(ctx context.Context, env *api.Env, body string) error) func(context.Context, events.SQSEvent) (events.SQSEventResponse, error) {
	return func(ctx context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		res := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}
		for _, m := range e.Records {
			if err := run(ctx, env, m.Body); err != nil {
				env.Log.ErrorContext(ctx, "message failed", "message", m.MessageId, "error", err.Error())
				res.BatchItemFailures = append(res.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
			}
		}
		return res, nil
	}
}

// OnDemand runs a function that somebody calls by hand.
func OnDemand[I, O any](run func(context.Context, *api.Env, I) (O, error)) {
	env := environment()
	lambda.Start(func(ctx context.Context, in I) (O, error) { return run(ctx, env, in) })
}

// Trigger answers a trigger of the user pool.
func Trigger[E any](answer func(E) E) {
	lambda.Start(func(_ context.Context, e E) (E, error) { return answer(e), nil })
}

func environment() *api.Env {
	log := slog.New(slog.NewJSONHandler(os.Stdout, nil))
	return api.NewEnv(api.ConfigFromEnvironment(), awsenv.Config(), log)
}

// GatewayHandler answers requests of the HTTP API (payload format 2.0).
type GatewayHandler func(context.Context, events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error)

// APIHandler is the Lambda handler of an operation, on any environment.
func APIHandler(env *api.Env, op api.Endpoint) GatewayHandler {
	return httpHandler(api.Handler(env, op))
}

func httpHandler(h http.Handler) GatewayHandler {
	adapter := httpadapter.NewV2(h)
	return func(ctx context.Context, req events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		if _, err := url.Parse("https://gateway" + req.RawPath); err != nil {
			return notFound() // a path that is no URL: the adapter would make a 5xx of it
		}
		return adapter.ProxyWithContext(ctx, req)
	}
}

func notFound() (events.APIGatewayV2HTTPResponse, error) {
	p := api.NotFound()
	body, err := json.Marshal(p)
	return events.APIGatewayV2HTTPResponse{StatusCode: p.Status, Headers: map[string]string{"Content-Type": p.ContentType("")}, Body: string(body) + "\n"}, err
}

// StreamHandler is the Lambda handler of a consumer, on any environment.
func StreamHandler(env *api.Env, c Consumer) func(context.Context, events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
	return func(ctx context.Context, e events.DynamoDBEvent) (events.DynamoDBEventResponse, error) {
		records := make([]table.Inserted, 0, len(e.Records))
		for _, r := range e.Records {
			if events.DynamoDBOperationType(r.EventName) != events.DynamoDBOperationTypeInsert {
				continue // the mapping's filter lets only these through
			}
			records = append(records, table.Inserted{Sequence: r.Change.SequenceNumber, New: item(r.Change.NewImage),
				Key: table.Key{PK: text(r.Change.Keys["PK"]), SK: text(r.Change.Keys["SK"])}})
		}
		res := events.DynamoDBEventResponse{BatchItemFailures: []events.DynamoDBBatchItemFailure{}}
		for _, seq := range c.Run(ctx, env, records) {
			res.BatchItemFailures = append(res.BatchItemFailures, events.DynamoDBBatchItemFailure{ItemIdentifier: seq})
		}
		return res, nil
	}
}
