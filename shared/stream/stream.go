// Package stream runs the consumers of the table's stream. A consumer handles
// one row at a time and may be given the same row again, in any order.
package stream

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Record is a row that was put into the table.
type Record struct {
	Sequence string // what the mapping wants to hear of failures by
	Key      table.Key
	New      table.Item
}

// Consumer is a function on the stream.
type Consumer struct {
	ID     string
	Handle func(ctx context.Context, env *api.Env, r Record) error
}

// ErrPoison marks what no retry will mend.
var ErrPoison = errors.New("cannot be processed")

// Run hands the records to the consumer and gives back the sequence numbers of
// those that are worth a retry. What cannot be processed goes to the poison
// queue by its key (an SQS destination of the mapping itself would hold no
// record), and does not hold up the rest.
func (c Consumer) Run(ctx context.Context, env *api.Env, records []Record) (retry []string) {
	for _, r := range records {
		err := c.handle(ctx, env, r)
		if err == nil {
			continue
		}
		worth := api.Passing(err) && !errors.Is(err, ErrPoison)
		env.Log.ErrorContext(ctx, "stream record failed", "consumer", c.ID, "key", r.Key.String(), "sequence", r.Sequence, "retry", worth, "error", err.Error())
		if !worth {
			err = c.poison(ctx, env, r)
		}
		if err != nil {
			retry = append(retry, r.Sequence)
		}
	}
	return retry
}

// handle turns a panic into poison: one bad row must not stop its shard.
func (c Consumer) handle(ctx context.Context, env *api.Env, r Record) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v: %w", p, ErrPoison)
		}
	}()
	return c.Handle(ctx, env, r)
}

func (c Consumer) poison(ctx context.Context, env *api.Env, r Record) error {
	queue := api.Resource(env, "sqs", func(e *api.Env) *sqs.Client { return sqs.NewFromConfig(e.AWS) })
	text := func(s string) types.MessageAttributeValue {
		kind := "String"
		return types.MessageAttributeValue{DataType: &kind, StringValue: &s}
	}
	body := fmt.Sprintf(`{"consumer":%q,"pk":%q,"sk":%q}`, c.ID, r.Key.PK, r.Key.SK)
	_, err := queue.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &env.Config.PoisonQueueURL, MessageBody: &body,
		MessageAttributes: map[string]types.MessageAttributeValue{"consumer": text(c.ID)},
	})
	if err != nil {
		env.Log.ErrorContext(ctx, "poison queue", "consumer", c.ID, "key", r.Key.String(), "error", err.Error())
	}
	return err
}
