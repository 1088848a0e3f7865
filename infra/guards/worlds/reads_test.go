//go:build engine

package worlds

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/table"
)

// memory is what the table of a world answered to reads of sweeps. Until somebody
// writes to a row, or to a partition, the same read of it has the same answer, and is
// made once: the handlers, their policies and their calls are as ever, and a sweep reads
// what has changed since the last one. Every write of the world passes it, the test's
// own too.
type memory struct {
	mu       sync.Mutex
	sweeping bool
	wrote    []string       // calls of a sweep that change something: none should
	writes   map[string]int // partition, or row → writes to it so far
	all      int            // writes to any: what an index shows
	answers  map[string]remembered
}

type remembered struct {
	result any
	at     int // writes to what it shows before it was read
}

// everywhere stands for the partitions of an index, which a write to any row changes.
const everywhere = "\x00"

func newMemory() *memory { return &memory{writes: map[string]int{}, answers: map[string]remembered{}} }

// option is the memory for the configuration of a client: beneath whatever is added to
// a call of the function, so that what is remembered is the answer to what was asked in
// the end.
func (m *memory) option(stack *middleware.Stack) error {
	return stack.Serialize.Add(middleware.SerializeMiddlewareFunc("Memory", m.handle), middleware.Before)
}

// sweep says whether a sweep is under way, and begins to note what it writes.
func (m *memory) sweep(under bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.sweeping, m.wrote = under, nil
}

// changed are the calls of this sweep that change something.
func (m *memory) changed() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.wrote
}

// forget is for the next run, which has partitions of its own.
func (m *memory) forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers, m.writes = map[string]remembered{}, map[string]int{}
}

func (m *memory) handle(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	shows, reads := readsOf(in.Parameters)
	if !reads {
		return m.write(ctx, in, next)
	}
	m.mu.Lock()
	sweeping := m.sweeping
	m.mu.Unlock()
	if !sweeping {
		return next.HandleSerialize(ctx, in)
	}
	if batch, ok := in.Parameters.(*dynamodb.BatchGetItemInput); ok {
		return m.rows(ctx, batch, in, next)
	}
	raw, err := json.Marshal(in.Parameters)
	if err != nil {
		return middleware.SerializeOutput{}, middleware.Metadata{}, err
	}
	key := awsmiddleware.GetOperationName(ctx) + string(raw)
	m.mu.Lock()
	had, ok := m.answers[key]
	at := m.version(shows)
	m.mu.Unlock()
	if !ok || had.at != at {
		out, meta, err := next.HandleSerialize(ctx, in)
		if err != nil {
			return out, meta, err
		}
		had = remembered{result: out.Result, at: at}
		m.mu.Lock()
		m.answers[key] = had
		m.mu.Unlock()
	}
	return middleware.SerializeOutput{Result: copyOf(had.result)}, middleware.Metadata{}, nil
}

// rows answers a read of several rows, each of which is remembered by itself: who may do
// what is asked of the same few rows in many combinations.
func (m *memory) rows(ctx context.Context, batch *dynamodb.BatchGetItemInput, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	had, versions, complete := m.known(batch)
	if !complete {
		out, meta, err := next.HandleSerialize(ctx, in)
		if err != nil {
			return out, meta, err
		}
		read := out.Result.(*dynamodb.BatchGetItemOutput)
		if len(read.UnprocessedKeys) > 0 {
			return out, meta, nil
		}
		m.learn(batch, read, versions)
		had = read.Responses
	}
	return middleware.SerializeOutput{Result: &dynamodb.BatchGetItemOutput{Responses: had}}, middleware.Metadata{}, nil
}

// known are the rows of a batch, where all of them are known, and how often each was
// written to.
func (m *memory) known(batch *dynamodb.BatchGetItemInput) (rows map[string][]map[string]types.AttributeValue, versions map[string]int, complete bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rows, versions, complete = map[string][]map[string]types.AttributeValue{}, map[string]int{}, true
	for name, keys := range batch.RequestItems {
		rows[name] = []map[string]types.AttributeValue{}
		for _, key := range keys.Keys {
			one := rowOf(name, key)
			versions[one] = m.version(rowKey(key))
			had, ok := m.answers[one]
			if !ok || had.at != versions[one] {
				complete = false
			} else if row := had.result.(map[string]types.AttributeValue); row != nil {
				rows[name] = append(rows[name], row)
			}
		}
	}
	return rows, versions, complete
}

func (m *memory) learn(batch *dynamodb.BatchGetItemInput, read *dynamodb.BatchGetItemOutput, versions map[string]int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for name, keys := range batch.RequestItems {
		for _, key := range keys.Keys { // those that are not there, too
			m.answers[rowOf(name, key)] = remembered{result: map[string]types.AttributeValue(nil), at: versions[rowOf(name, key)]}
		}
		for _, row := range read.Responses[name] {
			m.answers[rowOf(name, row)] = remembered{result: row, at: versions[rowOf(name, row)]}
		}
	}
}

// rowOf names a row among the answers, rowKey among the writes.
func rowOf(table string, key map[string]types.AttributeValue) string {
	return table + "\x00" + rowKey(key)
}

func rowKey(row map[string]types.AttributeValue) string {
	return partitionOf(row) + "\x00" + textOf(row["SK"])
}

// write hands a write on, and counts it when it has happened, whatever is said of it:
// an answer that was read meanwhile is older than the count.
func (m *memory) write(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	rows := writesOf(in.Parameters)
	out, meta, err := next.HandleSerialize(ctx, in)
	if len(rows) == 0 {
		return out, meta, err // of something else than the table
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, row := range rows {
		partition := partitionOf(row)
		m.writes[partition]++
		m.writes[rowKey(row)]++
		m.all++
		if m.sweeping && !counter(partition) {
			m.wrote = append(m.wrote, awsmiddleware.GetOperationName(ctx)+" "+partition)
		}
	}
	return out, meta, err
}

// version is how often what is shown was written to.
func (m *memory) version(shows string) int {
	if shows == everywhere {
		return m.all
	}
	return m.writes[shows]
}

// counter says whether rows of the partition count attempts: whoever asks is counted, in
// both worlds alike, and nothing of it is shown.
func counter(partition string) bool {
	return strings.HasPrefix(partition, table.RealmAuth+"ATTEMPTS#")
}

// readsOf is what a call shows, and whether it is a read: a row, a partition, or
// everywhere. Of a batch each row is looked up by itself.
func readsOf(input any) (shows string, reads bool) {
	switch in := input.(type) {
	case *dynamodb.GetItemInput:
		return rowKey(in.Key), true
	case *dynamodb.QueryInput:
		if in.IndexName != nil {
			return everywhere, true
		}
		return textOf(in.ExpressionAttributeValues[":pk"]), true
	case *dynamodb.BatchGetItemInput:
		return "", true
	}
	return "", false
}

// writesOf are the rows that a call may change, or their keys. What a transaction only
// checks it leaves as it is.
func writesOf(input any) (rows []map[string]types.AttributeValue) {
	switch in := input.(type) {
	case *dynamodb.PutItemInput:
		return append(rows, in.Item)
	case *dynamodb.UpdateItemInput:
		return append(rows, in.Key)
	case *dynamodb.DeleteItemInput:
		return append(rows, in.Key)
	case *dynamodb.BatchWriteItemInput:
		for _, writes := range in.RequestItems {
			for _, w := range writes {
				if w.PutRequest != nil {
					rows = append(rows, w.PutRequest.Item)
				}
				if w.DeleteRequest != nil {
					rows = append(rows, w.DeleteRequest.Key)
				}
			}
		}
	case *dynamodb.TransactWriteItemsInput:
		for _, w := range in.TransactItems {
			switch {
			case w.Put != nil:
				rows = append(rows, w.Put.Item)
			case w.Update != nil:
				rows = append(rows, w.Update.Key)
			case w.Delete != nil:
				rows = append(rows, w.Delete.Key)
			}
		}
	}
	return rows
}

func partitionOf(row map[string]types.AttributeValue) string { return textOf(row["PK"]) }

// textOf panics on what is no text: this guard would not know what it has read.
func textOf(v types.AttributeValue) string { return v.(*types.AttributeValueMemberS).Value }

// copyOf is an answer whose caller can write the metadata of its own call into it.
func copyOf(answer any) any {
	switch a := answer.(type) {
	case *dynamodb.GetItemOutput:
		c := *a
		return &c
	case *dynamodb.QueryOutput:
		c := *a
		return &c
	}
	return answer
}
