package replay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"foyer/shared/api"
	"foyer/shared/stream"
	"foyer/shared/table"
)

const (
	// hidden is for how many seconds a message that was received is nobody else's:
	// longer than the function may run (Timeout in template.yaml, a test compares
	// them). After a crash it comes back.
	hidden = 960
	// messagesMost is how many messages one run takes. They are all taken before the
	// first is acted on: what comes onto the queue meanwhile (a row that is poison
	// still) is for the next run, and a run comes to its end.
	messagesMost = 2000
	// sqsMost is how many messages SQS takes in one call.
	sqsMost = 10
)

// The functions that put keys on the poison queue. They are named here by what they
// are called, not by their code: replay would link all of it (a test compares them).
const (
	streamNotify = "stream-notify"
	streamMail   = "stream-mail"
	dueRun       = "due-run"
)

// putOffFor is how far ahead a due row is put: two whole minutes at least, for
// due-run may have taken the current one and the next already begun.
const putOffFor = 3 * time.Minute

// left is a row that stands on the poison queue, with all messages that name it.
type left struct {
	stream.Poisoned
	receipts []string
}

func (l left) key() table.Key { return table.Key{PK: l.PK, SK: l.SK} }

// poison brings back the rows on the poison queue. A message is deleted when its
// row was handed on: a consumer that still cannot process it puts it there again.
func (r *run) poison(ctx context.Context) error {
	all, others, full, err := r.receive(ctx)
	if err != nil {
		return err
	}
	release := others
	for _, c := range []struct {
		id     string
		handOn func(context.Context, []table.Inserted) ([]table.Inserted, error)
	}{
		{streamNotify, r.to(r.env.Config.NotifyFunction)},
		{streamMail, r.to(r.env.Config.MailFunction)},
		{dueRun, r.putOff},
	} {
		mine := slices.DeleteFunc(slices.Clone(all), func(l *left) bool { return l.Consumer != c.id })
		for some := range slices.Chunk(mine, batchMost) {
			if err != nil {
				release = append(release, receiptsOf(some)...)
				continue
			}
			var stay []*left
			stay, err = r.poisonBatch(ctx, some, c.handOn)
			release = append(release, receiptsOf(stay)...)
		}
	}
	r.release(ctx, release)
	if err == nil && full {
		err = errTimeUp
	}
	return err
}

func (r *run) to(function string) func(context.Context, []table.Inserted) ([]table.Inserted, error) {
	return func(ctx context.Context, rows []table.Inserted) ([]table.Inserted, error) {
		return r.handOn(ctx, function, rows)
	}
}

// poisonBatch hands some rows on and deletes their messages; stay are those that
// were not come to the end of.
func (r *run) poisonBatch(ctx context.Context, some []*left, handOn func(context.Context, []table.Inserted) ([]table.Inserted, error)) (stay []*left, err error) {
	var keys []table.Key
	for _, l := range some {
		keys = append(keys, l.key())
	}
	rows, err := r.fetch(ctx, keys)
	if err != nil {
		return some, err
	}
	failed, err := handOn(ctx, rows)
	if err != nil {
		return some, err
	}
	r.out.Failed += len(failed)
	var done []*left
	for _, l := range some {
		if slices.ContainsFunc(failed, func(f table.Inserted) bool { return f.Key == l.key() }) {
			stay = append(stay, l)
		} else {
			done = append(done, l)
		}
	}
	return stay, r.remove(ctx, receiptsOf(done))
}

// putOff puts due rows that due-run could not process into a minute to come: the
// minutes that have passed are not looked at again.
func (r *run) putOff(ctx context.Context, rows []table.Inserted) (failed []table.Inserted, err error) {
	minute := r.env.Now().Truncate(time.Minute).Add(putOffFor)
	for _, row := range rows {
		var d table.DueRow
		if err := table.Unmarshal(row.New, &d); err != nil {
			r.env.Log.ErrorContext(ctx, "due row cannot be read", "key", row.Key.String(), "error", err.Error())
			failed = append(failed, row)
			continue
		}
		if later := table.Due(minute, row.Key.SK); later != row.Key {
			tx := &table.Tx{}
			tx.Delete(row.Key).If(table.Exists()).Else(errTaken)
			tx.Put(later, d)
			if err := r.env.Table.Write(ctx, tx); err != nil && !errors.Is(err, errTaken) {
				return nil, err
			}
		}
		r.out.Done++
	}
	return failed, nil
}

// receive takes the messages of the queue: those that can be read, a row at a time,
// and the receipts of the others. full says that there may be more.
func (r *run) receive(ctx context.Context) (all []*left, others []string, full bool, err error) {
	byRow := map[stream.Poisoned]*left{}
	for n := 0; n < messagesMost; {
		res, err := r.queue().ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &r.env.Config.PoisonQueueURL, MaxNumberOfMessages: sqsMost, VisibilityTimeout: hidden,
			WaitTimeSeconds: 1, // asks all of SQS's servers: an empty answer is a true one
		})
		if err != nil {
			return nil, nil, false, fmt.Errorf("poison queue: %w", err)
		}
		if len(res.Messages) == 0 {
			return all, others, false, nil
		}
		n += len(res.Messages)
		for _, m := range res.Messages {
			var p stream.Poisoned
			if err := json.Unmarshal([]byte(*m.Body), &p); err != nil || p.PK == "" || !slices.Contains([]string{streamNotify, streamMail, dueRun}, p.Consumer) {
				r.env.Log.ErrorContext(ctx, "message of the poison queue cannot be read", "message", *m.MessageId)
				r.out.Failed++
				others = append(others, *m.ReceiptHandle)
				continue
			}
			if byRow[p] == nil {
				byRow[p] = &left{Poisoned: p}
				all = append(all, byRow[p])
			}
			byRow[p].receipts = append(byRow[p].receipts, *m.ReceiptHandle)
		}
	}
	return all, others, true, nil
}

func receiptsOf(some []*left) (receipts []string) {
	for _, l := range some {
		receipts = append(receipts, l.receipts...)
	}
	return receipts
}

func (r *run) queue() *sqs.Client {
	return api.Resource(r.env, "sqs", func(e *api.Env) *sqs.Client { return sqs.NewFromConfig(e.AWS) })
}

// remove deletes messages. One that is not deleted comes back, and its row is
// handed on once more.
func (r *run) remove(ctx context.Context, receipts []string) error {
	for some := range slices.Chunk(receipts, sqsMost) {
		in := &sqs.DeleteMessageBatchInput{QueueUrl: &r.env.Config.PoisonQueueURL}
		for i := range some {
			id := strconv.Itoa(i)
			in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: &id, ReceiptHandle: &some[i]})
		}
		res, err := r.queue().DeleteMessageBatch(ctx, in)
		if err != nil {
			return fmt.Errorf("poison queue: %w", err)
		}
		if len(res.Failed) > 0 {
			r.env.Log.WarnContext(ctx, "messages not deleted", "messages", len(res.Failed), "error", *res.Failed[0].Code)
		}
	}
	return nil
}

// release lets others have messages at once. Without it they come back by themselves.
func (r *run) release(ctx context.Context, receipts []string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), consumerTime/2)
	defer cancel()
	for some := range slices.Chunk(receipts, sqsMost) {
		in := &sqs.ChangeMessageVisibilityBatchInput{QueueUrl: &r.env.Config.PoisonQueueURL}
		for i := range some {
			id := strconv.Itoa(i)
			in.Entries = append(in.Entries, types.ChangeMessageVisibilityBatchRequestEntry{Id: &id, ReceiptHandle: &some[i], VisibilityTimeout: 0})
		}
		if _, err := r.queue().ChangeMessageVisibilityBatch(ctx, in); err != nil {
			r.env.Log.WarnContext(ctx, "messages not released", "messages", len(some), "after", (hidden * time.Second).String(), "error", err.Error())
		}
	}
}
