//go:build engine

package foyertest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"foyer/shared/due"
	"foyer/shared/lambdarun"
	"foyer/shared/mail"
	"foyer/shared/notify"
	"foyer/shared/stream"
)

// consumers of the table's stream.
var consumers = []stream.Consumer{notify.Consumer, mail.Deliver}

// streams is the table's stream as Lambda's mappings hand it on. The engine's own
// mapping knows only success or failure of a whole batch, so this one does what
// AWS promises: the mapping's filter and batch size of template.yaml, and after a
// partial failure the batch again from the lowest failed sequence number on.
type streams struct {
	mu       sync.Mutex
	client   *dynamodbstreams.Client
	iterator *string
	waiting  map[string][]events.DynamoDBEventRecord // consumer → not handed on yet
	given    map[string][]events.DynamoDBEventRecord // consumer → all that it was given
	mails    []Mail
}

// attempts is how often Drain hands a failing batch on before it leaves it waiting.
const attempts = 3

// Drain hands what is new in the table's stream to stream-notify and stream-mail,
// and what they write likewise, until nothing is new. What they report for a retry
// is tried a few times and then left waiting for the next Drain (see Waiting).
// only names the consumers that run; the others' records wait. None: all run.
func (w *World) Drain(only ...string) {
	w.T.Helper()
	blocked := map[string]bool{}
	for _, c := range consumers {
		blocked[c.ID] = len(only) > 0 && !slices.Contains(only, c.ID)
	}
	for {
		w.readStream()
		busy := false
		for _, c := range consumers {
			if !blocked[c.ID] && w.Waiting(c.ID) > 0 {
				busy = true
				blocked[c.ID] = !w.handOn(c)
			}
		}
		if !busy {
			return
		}
	}
}

// Waiting is how many records wait for the consumer: reported for a retry, or not
// handed on yet.
func (w *World) Waiting(consumer string) int {
	w.streams.mu.Lock()
	defer w.streams.mu.Unlock()
	return len(w.streams.waiting[consumer])
}

// Redeliver hands the consumer once more everything that it was ever given, as
// the stream may at any time.
func (w *World) Redeliver(consumer string) {
	w.T.Helper()
	w.streams.mu.Lock()
	w.streams.waiting[consumer] = append(w.streams.given[consumer], w.streams.waiting[consumer]...)
	w.streams.given[consumer] = nil
	w.streams.mu.Unlock()
	w.Drain(consumer)
}

// handOn gives the consumer its next batch; false if it was reported for a retry
// again and again.
func (w *World) handOn(c stream.Consumer) bool {
	w.T.Helper()
	size := int(w.mapping(c.ID)["BatchSize"].(float64))
	env := w.Env(c.ID)
	env.AWS.APIOptions = append(env.AWS.APIOptions, w.captureMail)
	handle := lambdarun.StreamHandler(env, c)
	for range attempts {
		w.streams.mu.Lock()
		queue := w.streams.waiting[c.ID]
		batch := queue[:min(size, len(queue))]
		w.streams.mu.Unlock()
		ctx, cancel := context.WithTimeout(w.T.Context(), time.Minute)
		res, err := handle(ctx, asSent(w, batch))
		cancel()
		w.must(err)
		done := len(batch)
		for _, f := range res.BatchItemFailures {
			done = min(done, w.place(batch, f.ItemIdentifier))
		}
		w.streams.mu.Lock()
		w.streams.given[c.ID] = append(w.streams.given[c.ID], batch[:done]...)
		w.streams.waiting[c.ID] = queue[done:]
		w.streams.mu.Unlock()
		if done == len(batch) {
			return true
		}
	}
	return false
}

// place is where in the batch the reported sequence number is.
func (w *World) place(batch []events.DynamoDBEventRecord, sequence string) int {
	w.T.Helper()
	for i, r := range batch {
		if r.Change.SequenceNumber == sequence {
			return i
		}
	}
	w.T.Fatalf("a failure was reported by %q, which is no sequence number of the batch: AWS would take the whole batch as failed", sequence)
	return 0
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

// readStream takes what is new in the stream to the consumers whose filter lets
// it through.
func (w *World) readStream() {
	w.T.Helper()
	ctx, s := w.T.Context(), &w.streams
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.client == nil {
		s.client, s.waiting, s.given = dynamodbstreams.NewFromConfig(w.AWS), map[string][]events.DynamoDBEventRecord{}, map[string][]events.DynamoDBEventRecord{}
		table, err := dynamodb.NewFromConfig(w.AWS).DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &w.Config.Table})
		w.must(err)
		described, err := s.client.DescribeStream(ctx, &dynamodbstreams.DescribeStreamInput{StreamArn: table.Table.LatestStreamArn})
		w.must(err)
		if n := len(described.StreamDescription.Shards); n != 1 {
			w.T.Fatalf("the engine's stream has %d shards, want 1", n)
		}
		it, err := s.client.GetShardIterator(ctx, &dynamodbstreams.GetShardIteratorInput{
			StreamArn: table.Table.LatestStreamArn, ShardId: described.StreamDescription.Shards[0].ShardId, ShardIteratorType: types.ShardIteratorTypeTrimHorizon,
		})
		w.must(err)
		s.iterator = it.ShardIterator
	}
	for {
		res, err := s.client.GetRecords(ctx, &dynamodbstreams.GetRecordsInput{ShardIterator: s.iterator})
		w.must(err)
		s.iterator = res.NextShardIterator
		if len(res.Records) == 0 {
			return
		}
		for _, r := range res.Records {
			record := recordOf(r)
			for _, c := range consumers {
				if w.letsThrough(c.ID, record) {
					s.waiting[c.ID] = append(s.waiting[c.ID], record)
				}
			}
		}
	}
}

// mapping is the function's event source mapping in template.yaml.
func (w *World) mapping(consumer string) map[string]any {
	w.T.Helper()
	f, err := w.template.Function(consumer)
	w.must(err)
	if n := len(f.Streams()); n != 1 {
		w.T.Fatalf("%s has %d stream mappings in template.yaml, want 1", consumer, n)
	}
	raw, err := json.Marshal(f.Streams()[0].Properties)
	w.must(err)
	var properties map[string]any
	w.must(json.Unmarshal(raw, &properties))
	return properties
}

func (w *World) letsThrough(consumer string, record events.DynamoDBEventRecord) bool {
	w.T.Helper()
	raw, err := json.Marshal(record)
	w.must(err)
	var value map[string]any
	w.must(json.Unmarshal(raw, &value))
	criteria, _ := w.mapping(consumer)["FilterCriteria"].(map[string]any)
	filters, _ := criteria["Filters"].([]any)
	for _, f := range filters {
		var pattern map[string]any
		w.must(json.Unmarshal([]byte(f.(map[string]any)["Pattern"].(string)), &pattern))
		if w.matches(pattern, value) {
			return true
		}
	}
	return len(filters) == 0
}

// matches says whether the value has the pattern of an event filter, as far as
// template.yaml uses them: exact strings, prefix and suffix.
func (w *World) matches(pattern map[string]any, value map[string]any) bool {
	w.T.Helper()
	for name, want := range pattern {
		switch want := want.(type) {
		case map[string]any:
			inner, ok := value[name].(map[string]any)
			if !ok || !w.matches(want, inner) {
				return false
			}
		case []any:
			text, ok := value[name].(string)
			if !ok || !w.oneOf(want, text) {
				return false
			}
		default:
			w.T.Fatalf("filter: %s has the unknown pattern %v", name, want)
		}
	}
	return true
}

func (w *World) oneOf(rules []any, text string) bool {
	w.T.Helper()
	for _, rule := range rules {
		switch rule := rule.(type) {
		case string:
			if rule == text {
				return true
			}
		case map[string]any:
			prefix, isPrefix := rule["prefix"].(string)
			suffix, isSuffix := rule["suffix"].(string)
			if !isPrefix && !isSuffix || len(rule) != 1 {
				w.T.Fatalf("filter: unknown rule %v: teach foyertest what AWS says of it", rule)
			}
			if isPrefix && strings.HasPrefix(text, prefix) || isSuffix && strings.HasSuffix(text, suffix) {
				return true
			}
		default:
			w.T.Fatalf("filter: unknown rule %v", rule)
		}
	}
	return false
}

func recordOf(r types.Record) events.DynamoDBEventRecord {
	return events.DynamoDBEventRecord{
		EventID: aws.ToString(r.EventID), EventName: string(r.EventName), EventSource: "aws:dynamodb",
		Change: events.DynamoDBStreamRecord{
			Keys: imageOf(r.Dynamodb.Keys), NewImage: imageOf(r.Dynamodb.NewImage), OldImage: imageOf(r.Dynamodb.OldImage),
			SequenceNumber: aws.ToString(r.Dynamodb.SequenceNumber),
		},
	}
}

func imageOf(image map[string]types.AttributeValue) map[string]events.DynamoDBAttributeValue {
	out := make(map[string]events.DynamoDBAttributeValue, len(image))
	for name, v := range image {
		out[name] = attributeOf(v)
	}
	return out
}

func attributeOf(v types.AttributeValue) events.DynamoDBAttributeValue {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value)
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value)
	case *types.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(v.Value)
	case *types.AttributeValueMemberB:
		return events.NewBinaryAttribute(v.Value)
	case *types.AttributeValueMemberNULL:
		return events.NewNullAttribute()
	case *types.AttributeValueMemberSS:
		return events.NewStringSetAttribute(v.Value)
	case *types.AttributeValueMemberNS:
		return events.NewNumberSetAttribute(v.Value)
	case *types.AttributeValueMemberBS:
		return events.NewBinarySetAttribute(v.Value)
	case *types.AttributeValueMemberM:
		return events.NewMapAttribute(imageOf(v.Value))
	case *types.AttributeValueMemberL:
		list := make([]events.DynamoDBAttributeValue, 0, len(v.Value))
		for _, e := range v.Value {
			list = append(list, attributeOf(e))
		}
		return events.NewListAttribute(list)
	}
	panic(fmt.Sprintf("attribute value %T", v))
}

// RunDue runs due-run once, at the World's time.
func (w *World) RunDue() error {
	w.T.Helper()
	ctx, cancel := context.WithTimeout(w.T.Context(), time.Minute)
	defer cancel()
	return due.Run(ctx, w.Env(due.ID))
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
