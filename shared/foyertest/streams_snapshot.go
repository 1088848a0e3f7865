//go:build engine

package foyertest

import (
	"reflect"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"foyer/shared/table"
)

// Change is one change of the table as its stream tells of it. Old or New is nil
// where there was or is no row; numbers are text, as DynamoDB has them.
type Change struct {
	Key      table.Key
	Old, New map[string]any
}

// Watch lets a test look at every change that is read from the stream from now on
// (by Drain); nil ends it.
func (w *World) Watch(look func(Change)) {
	w.T.Helper()
	w.readStream() // what was before is not looked at
	w.streams.watch = look
}

func (w *World) watched(record events.DynamoDBEventRecord) {
	if w.streams.watch == nil {
		return
	}
	c := Change{Key: table.Key{PK: record.Change.Keys["PK"].String(), SK: record.Change.Keys["SK"].String()}}
	if record.EventName != string(events.DynamoDBOperationTypeInsert) {
		c.Old = plainOf(record.Change.OldImage)
	}
	if record.EventName != string(events.DynamoDBOperationTypeRemove) {
		c.New = plainOf(record.Change.NewImage)
	}
	w.streams.watch(c)
}

func plainOf(image map[string]events.DynamoDBAttributeValue) map[string]any {
	out := map[string]any{}
	for name, v := range image {
		switch v.DataType() {
		case events.DataTypeString:
			out[name] = v.String()
		case events.DataTypeNumber:
			out[name] = v.Number()
		case events.DataTypeBoolean:
			out[name] = v.Boolean()
		case events.DataTypeMap:
			out[name] = plainOf(v.Map())
		case events.DataTypeNull:
			out[name] = nil
		default:
			raw, _ := v.MarshalJSON() // of a value that was JSON
			out[name] = string(raw)
		}
	}
	return out
}

// Snapshot is a moment of a World, to which Restore goes back: its table, its time,
// what waits for the consumers, and its mailbox. Queues and the bucket of failed
// batches are empty in it; the user pool and other buckets are no part of it.
type Snapshot struct {
	rows   map[table.Key]table.Item
	offset time.Duration
	lanes  map[string][]lane
	mails  []Mail
}

// Snapshot is the present moment.
func (w *World) Snapshot() Snapshot {
	w.T.Helper()
	w.readStream()
	s := Snapshot{rows: w.Rows(), lanes: map[string][]lane{}, mails: w.Mails("")}
	w.Clock.mu.Lock()
	s.offset = w.Clock.offset
	w.Clock.mu.Unlock()
	for _, c := range consumers {
		for _, l := range w.mapping(c.ID).lanes {
			s.lanes[c.ID] = append(s.lanes[c.ID], l.clone())
		}
	}
	return s
}

func (l *lane) clone() lane {
	out := lane{shard: l.shard, queue: slices.Clone(l.queue), given: slices.Clone(l.given)}
	for _, b := range l.cut {
		b.arrivals = slices.Clone(b.arrivals)
		out.cut = append(out.cut, b)
	}
	return out
}

// Restore goes back to a moment.
func (w *World) Restore(s Snapshot) {
	w.T.Helper()
	w.Release()
	now := w.Rows()
	var writes []types.WriteRequest
	for key, item := range s.rows {
		if !reflect.DeepEqual(now[key], item) {
			writes = append(writes, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
		}
	}
	for key, item := range now {
		if s.rows[key] == nil {
			writes = append(writes, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: table.Item{"PK": item["PK"], "SK": item["SK"]}}})
		}
	}
	db := dynamodb.NewFromConfig(w.AWS)
	for some := range slices.Chunk(writes, 25) {
		for left := some; len(left) > 0; {
			res, err := db.BatchWriteItem(w.T.Context(), &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{w.Config.Table: left}})
			w.must(err)
			left = res.UnprocessedItems[w.Config.Table]
		}
	}
	w.must(w.streamReader().read(w.T.Context(), func(string, events.DynamoDBEventRecord) error { return nil })) // this was nobody's doing
	for _, c := range consumers {
		m := w.mapping(c.ID)
		m.lanes = nil
		for _, l := range s.lanes[c.ID] {
			l := l.clone()
			m.lanes = append(m.lanes, &l)
		}
	}
	w.Clock.mu.Lock()
	w.Clock.offset = s.offset
	w.Clock.mu.Unlock()
	w.streams.mu.Lock()
	w.streams.mails = slices.Clone(s.mails)
	w.streams.mu.Unlock()
	w.purge()
	if w.streams.bucketMade {
		w.LoseFailedBatches()
	}
}

// purge empties the queues, of hidden messages too.
func (w *World) purge() {
	w.T.Helper()
	for _, url := range []*string{&w.Config.PoisonQueueURL, &w.Config.JobsQueueURL} {
		_, err := sqs.NewFromConfig(w.AWS).PurgeQueue(w.T.Context(), &sqs.PurgeQueueInput{QueueUrl: url})
		w.must(err)
	}
}
