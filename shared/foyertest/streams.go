//go:build engine

package foyertest

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"foyer/shared/due"
	"foyer/shared/lambdarun"
	"foyer/shared/mail"
	"foyer/shared/notify"
	"foyer/shared/stream"
	"foyer/shared/table"
)

// consumers of the table's stream.
var consumers = []stream.Consumer{notify.Consumer, mail.Deliver}

// streams is the table's stream as Lambda's mappings hand it on. The engine's own
// mapping knows only success or failure of a whole batch, so this one does what
// AWS promises (see mapping), with the settings of template.yaml.
type streams struct {
	mu         sync.Mutex
	reader     *reader
	readAt     int                 // rows.calls when it was read last
	mappings   map[string]*mapping // by consumer
	deliveries int
	mails      []Mail
	bucketMade bool
	watch      func(Change)
}

// attempts is how often Drain hands a failing batch on before it leaves it waiting.
const attempts = 3

// Drain hands what is new in the table's stream to stream-notify and stream-mail,
// and what they write likewise, until nothing is new. What they report for a retry
// is tried a few times and then left waiting for the next Drain (see Waiting), as
// Lambda waits longer and longer between two tries.
// only names the consumers that run; the others' records wait. None: all run.
func (w *World) Drain(only ...string) {
	w.T.Helper()
	stuck := map[*lane]int{}
	for busy := true; busy; {
		w.readStream()
		busy = false
		for _, c := range consumers {
			if len(only) > 0 && !slices.Contains(only, c.ID) {
				continue
			}
			m := w.mapping(c.ID)
			for _, l := range m.ready() {
				if stuck[l] >= attempts {
					continue
				}
				busy = true
				progress, err := m.handOn(l)
				w.must(err)
				if stuck[l]++; progress {
					stuck[l] = 0
				}
			}
		}
	}
}

// Waiting is how many records wait for the consumer: reported for a retry, or not
// handed on yet.
func (w *World) Waiting(consumer string) int { return w.mapping(consumer).waiting() }

// Redeliver hands the consumer once more everything that it was ever given, as
// the stream may at any time.
func (w *World) Redeliver(consumer string) {
	w.T.Helper()
	for _, l := range w.mapping(consumer).lanes {
		l.again()
	}
	w.Drain(consumer)
}

// Settled lets what was handed on so far rest: Redeliver begins anew.
func (w *World) Settled() {
	for _, c := range consumers {
		for _, l := range w.mapping(c.ID).lanes {
			l.given = nil
		}
	}
}

// DeliverEachBatch lets every batch be handed on so often before the next:
// Lambda promises once at least.
func (w *World) DeliverEachBatch(times int) {
	w.streams.mu.Lock()
	w.streams.deliveries = times
	w.streams.mu.Unlock()
	for _, c := range consumers {
		w.mapping(c.ID).deliveries = times
	}
}

// readStream takes what is new in the stream to the consumers' mappings.
func (w *World) readStream() {
	w.T.Helper()
	at := w.rows.count()
	if w.streams.reader != nil && w.streams.readAt == at {
		return // nobody has written since
	}
	r := w.streamReader()
	var mappings []*mapping
	for _, c := range consumers {
		mappings = append(mappings, w.mapping(c.ID))
	}
	w.must(r.read(w.T.Context(), func(shard string, record events.DynamoDBEventRecord) error {
		w.watched(record)
		for _, m := range mappings {
			if err := m.take(shard, record); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, m := range mappings {
		m.parents = r.parents()
	}
	w.streams.readAt = at
}

func (w *World) streamReader() *reader {
	w.T.Helper()
	if w.streams.reader == nil {
		table, err := dynamodb.NewFromConfig(w.AWS).DescribeTable(w.T.Context(), &dynamodb.DescribeTableInput{TableName: &w.Config.Table})
		w.must(err)
		w.streams.reader = &reader{client: dynamodbstreams.NewFromConfig(w.AWS), stream: table.Table.LatestStreamArn}
	}
	return w.streams.reader
}

// mapping is the consumer's event source mapping.
func (w *World) mapping(consumer string) *mapping {
	w.T.Helper()
	w.streams.mu.Lock()
	defer w.streams.mu.Unlock()
	if m, ok := w.streams.mappings[consumer]; ok {
		return m
	}
	place := slices.IndexFunc(consumers, func(c stream.Consumer) bool { return c.ID == consumer })
	if place < 0 {
		w.T.Fatalf("%s is no consumer of the stream", consumer)
	}
	f, err := w.template.Function(consumer)
	w.must(err)
	m := &mapping{now: w.Clock.Now, deliveries: w.streams.deliveries}
	m.settings, err = settingsOf(f)
	w.must(err)
	m.invoke = func(records []events.DynamoDBEventRecord) ([]events.DynamoDBBatchItemFailure, error) {
		return w.consume(consumers[place], records)
	}
	m.giveUp = func(shard, condition string, b batch) error { return w.giveUp(f, m, shard, condition, b) }
	if w.streams.mappings == nil {
		w.streams.mappings = map[string]*mapping{}
	}
	w.streams.mappings[consumer] = m
	return m
}

// consume runs the consumer's real handler once, as a new process of its function.
func (w *World) consume(c stream.Consumer, records []events.DynamoDBEventRecord) ([]events.DynamoDBBatchItemFailure, error) {
	w.T.Helper()
	env := w.Env(c.ID)
	env.AWS.APIOptions = append(env.AWS.APIOptions, w.captureMail)
	handle := lambdarun.StreamHandler(env, c)
	batch := asSent(w, records)
	var res events.DynamoDBEventResponse
	err := w.invocation(c.ID, func(ctx context.Context) (err error) {
		res, err = handle(ctx, batch)
		return err
	})
	for _, f := range res.BatchItemFailures {
		if !slices.ContainsFunc(records, func(r events.DynamoDBEventRecord) bool { return r.Change.SequenceNumber == f.ItemIdentifier }) {
			w.T.Errorf("%s reported a failure by %q, which is no sequence number of the batch: AWS takes the whole batch as failed", c.ID, f.ItemIdentifier)
		}
	}
	return res.BatchItemFailures, err
}

// asSent is the batch as Lambda sends it: JSON.
func asSent(w *World, batch []events.DynamoDBEventRecord) events.DynamoDBEvent {
	w.T.Helper()
	raw, err := json.Marshal(events.DynamoDBEvent{Records: batch})
	w.must(err)
	var e events.DynamoDBEvent
	w.must(json.Unmarshal(raw, &e))
	return e
}

// RunDue runs due-run once, at the World's time.
func (w *World) RunDue() error {
	w.T.Helper()
	env := w.Env(due.ID)
	return w.invocation(due.ID, func(ctx context.Context) error { return due.Run(ctx, env) })
}

// DaysPass lets so many days pass. What falls due within a quarter of an hour of a day,
// counted from now, is done on that day: for all of it due-run would need a run for each
// hour.
func (w *World) DaysPass(days int) {
	w.T.Helper()
	for range days {
		w.Clock.Advance(24 * time.Hour)
		done := w.Clock.Now().UTC().Truncate(time.Minute).Add(-15 * time.Minute)
		for shard := range table.DueShards {
			w.must(w.Table.PutOne(w.T.Context(), table.DueWatermark(shard), table.WatermarkRow{Done: done.Format(time.RFC3339)}, nil))
		}
		w.must(w.RunDue())
	}
}

// invocation runs a function's code as Lambda does: with its Timeout, and in a
// process of its own, so to speak: it may end in the middle (ErrCrashed).
func (w *World) invocation(function string, run func(context.Context) error) error {
	w.T.Helper()
	f, err := w.template.Function(function)
	w.must(err)
	ctx, cancel := context.WithTimeout(context.WithValue(w.T.Context(), processKey{}, new(process)), time.Duration(f.Timeout)*time.Second)
	defer cancel()
	ended := make(chan error, 1)
	go func() {
		err := ErrCrashed // unless it comes to its end
		defer func() {
			if p := recover(); p != nil {
				w.T.Logf("%s: panic: %v", function, p)
			}
			ended <- err
		}()
		err = run(ctx)
	}()
	return <-ended
}

// Poisoned takes what stands in the poison queue out of it.
func (w *World) Poisoned() []stream.Poisoned {
	w.T.Helper()
	queue := sqs.NewFromConfig(w.AWS)
	var out []stream.Poisoned
	for {
		res, err := queue.ReceiveMessage(w.T.Context(), &sqs.ReceiveMessageInput{QueueUrl: &w.Config.PoisonQueueURL, MaxNumberOfMessages: 10})
		w.must(err)
		if len(res.Messages) == 0 {
			return out
		}
		for _, m := range res.Messages {
			var p stream.Poisoned
			w.must(json.Unmarshal([]byte(*m.Body), &p))
			out = append(out, p)
			_, err := queue.DeleteMessage(w.T.Context(), &sqs.DeleteMessageInput{QueueUrl: &w.Config.PoisonQueueURL, ReceiptHandle: m.ReceiptHandle})
			w.must(err)
		}
	}
}
