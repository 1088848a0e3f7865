package replay

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/lambda"

	"foyer/shared/api"
	"foyer/shared/lambdarun"
	"foyer/shared/table"
)

// batchMost is how many rows a consumer is called with at once: as many as its
// mapping hands it (BatchSize in template.yaml).
const batchMost = 25

// handOn calls the consumer's function with rows as if they were inserted now, and
// gives back those that it did not come to the end of. The function itself is
// called, and not its code, so that it acts with its own rights: replay may
// neither write feeds nor send mail.
func (r *run) handOn(ctx context.Context, function string, rows []table.Inserted) (left []table.Inserted, err error) {
	for batch := range slices.Chunk(rows, batchMost) {
		for len(batch) > 0 {
			if timeIsUp(ctx) {
				return nil, errTimeUp
			}
			failed, err := r.call(ctx, function, batch)
			if err != nil {
				return nil, err
			}
			r.out.Done += len(batch) - len(failed)
			if len(failed) == len(batch) {
				left = append(left, failed...)
				break
			}
			batch = failed // it came to a part of them: once more for the others
		}
	}
	return left, nil
}

// call calls the function once; failed are the rows that it reports, or all of
// them where it failed as a whole.
func (r *run) call(ctx context.Context, function string, rows []table.Inserted) (failed []table.Inserted, err error) {
	for i := range rows {
		rows[i].Sequence = strconv.Itoa(i)
	}
	event, err := lambdarun.StreamEvent(rows)
	if err != nil {
		return nil, err
	}
	payload, err := json.Marshal(event)
	if err != nil {
		return nil, fmt.Errorf("event: %w", err)
	}
	client := api.Resource(r.env, "lambda", func(e *api.Env) *lambda.Client { return lambda.NewFromConfig(e.AWS) })
	res, err := client.Invoke(ctx, &lambda.InvokeInput{FunctionName: &function, Payload: payload})
	switch {
	case err != nil && !api.Passing(err):
		return nil, fmt.Errorf("call %s: %w", function, err)
	case err != nil:
		r.env.Log.WarnContext(ctx, "consumer not called", "function", function, "error", err.Error())
		return rows, nil
	case res.FunctionError != nil:
		r.env.Log.WarnContext(ctx, "consumer failed", "function", function, "error", *res.FunctionError)
		return rows, nil
	}
	var answer events.DynamoDBEventResponse
	if err := json.Unmarshal(res.Payload, &answer); err != nil {
		return nil, fmt.Errorf("answer of %s: %w", function, err)
	}
	for _, f := range answer.BatchItemFailures {
		i, err := strconv.Atoi(f.ItemIdentifier)
		if err != nil || i < 0 || i >= len(rows) {
			return nil, fmt.Errorf("answer of %s: no record %q", function, f.ItemIdentifier)
		}
		failed = append(failed, rows[i])
	}
	return failed, nil
}
