// Package stream runs the consumers of the table's stream. A consumer handles
// one row at a time and may be given the same row again, in any order.
package stream

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Record is a row that was put into the table.
type Record = table.Inserted

// Consumer is a function on the stream.
type Consumer struct {
	ID     string
	Handle func(ctx context.Context, env *api.Env, r Record) error
}

// ErrPoison marks what no retry will mend.
var ErrPoison = errors.New("cannot be processed")

// ErrLater marks what a retry will mend though nothing failed: somebody else is
// at it.
var ErrLater = errors.New("not now")

// reserve is how long before the function's end no further record is begun: a
// function that is cut off leaves half-done records behind, one that reports
// what it did not come to leaves none.
const reserve = 3 * time.Second

// Run hands the records to the consumer and gives back the sequence numbers of
// those that are worth a retry. What cannot be processed goes to the poison
// queue by its key (an SQS destination of the mapping itself would hold no
// record), and does not hold up the rest.
func (c Consumer) Run(ctx context.Context, env *api.Env, records []Record) (retry []string) {
	for _, r := range records {
		if end, ok := ctx.Deadline(); ok && time.Until(end) < reserve {
			env.Log.WarnContext(ctx, "no time left for stream record", "consumer", c.ID, "sequence", r.Sequence)
			retry = append(retry, r.Sequence)
			continue
		}
		err := Safely(func() error { return c.Handle(ctx, env, r) })
		if err == nil {
			continue
		}
		worth := WorthRetry(err)
		env.Log.ErrorContext(ctx, "stream record failed", "consumer", c.ID, "key", r.Key.String(), "sequence", r.Sequence, "retry", worth, "error", err.Error())
		if !worth {
			err = Poison(ctx, env, c.ID, r.Key)
		}
		if err != nil {
			retry = append(retry, r.Sequence)
		}
	}
	return retry
}

// WorthRetry says whether the failure may pass by itself.
func WorthRetry(err error) bool {
	return !errors.Is(err, ErrPoison) && (errors.Is(err, ErrLater) || api.Passing(err))
}

// Safely turns a panic into poison: one bad row must not stop its shard.
func Safely(do func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v: %w", p, ErrPoison)
		}
	}()
	return do()
}

// Poisoned is a message of the poison queue: which row which function could not
// process. It holds a key, never content.
type Poisoned struct {
	Consumer string `json:"consumer"`
	PK       string `json:"pk"`
	SK       string `json:"sk"`
}

// Poison puts the key of a row that consumer cannot process on the poison queue.
func Poison(ctx context.Context, env *api.Env, consumer string, key table.Key) error {
	body, err := json.Marshal(Poisoned{Consumer: consumer, PK: key.PK, SK: key.SK})
	if err != nil {
		return fmt.Errorf("poison message: %w", err)
	}
	queue := api.Resource(env, "sqs", func(e *api.Env) *sqs.Client { return sqs.NewFromConfig(e.AWS) })
	text, kind := string(body), "String"
	_, err = queue.SendMessage(ctx, &sqs.SendMessageInput{
		QueueUrl: &env.Config.PoisonQueueURL, MessageBody: &text,
		MessageAttributes: map[string]types.MessageAttributeValue{"consumer": {DataType: &kind, StringValue: &consumer}},
	})
	if err != nil {
		env.Log.ErrorContext(ctx, "poison queue", "consumer", consumer, "key", key.String(), "error", err.Error())
		return fmt.Errorf("poison queue: %w", err)
	}
	return nil
}
