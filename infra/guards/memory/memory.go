//go:build engine

// Package memory lets a guard look at much, often. Until somebody writes to a row, or to
// a partition, the same read of it has the same answer, and is made once: the handlers,
// their policies and their calls are as ever, and a look reads what has changed since the
// last one.
package memory

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// Memory is what the table of a World answered to the reads of looks. Every write of the
// World passes it, the test's own too.
type Memory struct {
	mu      sync.Mutex
	looking bool
	wrote   []string       // calls of a look that change something: none should
	writes  map[string]int // partition, or row → writes to it so far
	all     int            // writes to any: what an index shows
	answers map[string]remembered
}

type remembered struct {
	result any
	at     int // writes to what it shows before it was read
}

// everywhere stands for the partitions of an index, which a write to any row changes.
const everywhere = "\x00"

// Of gives the World a memory: for its functions, which are made anew, and for the calls
// of the test by World.Table. World.Release takes it from the functions.
func Of(w *foyertest.World) *Memory {
	m := &Memory{writes: map[string]int{}, answers: map[string]remembered{}}
	own := w.AWS.Copy()
	own.APIOptions = append(own.APIOptions, m.Option)
	w.Table = table.New(own, w.Config.Table)
	w.Intercept("", m.Option)
	return m
}

// Option is the memory for the configuration of a client: beneath whatever is added to
// a call of the function, so that what is remembered is the answer to what was asked in
// the end.
func (m *Memory) Option(stack *middleware.Stack) error {
	return stack.Serialize.Add(middleware.SerializeMiddlewareFunc("Memory", m.handle), middleware.Before)
}

// Look says whether a look is under way, and begins to note what it writes.
func (m *Memory) Look(under bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.looking, m.wrote = under, nil
}

// Wrote are the calls of this look that change something, but for counts of attempts.
func (m *Memory) Wrote() []string {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.wrote
}

// Forget is for a run that has partitions of its own.
func (m *Memory) Forget() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.answers, m.writes = map[string]remembered{}, map[string]int{}
}

func (m *Memory) handle(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	shows, reads := readsOf(in.Parameters)
	if !reads {
		return m.write(ctx, in, next)
	}
	m.mu.Lock()
	looking := m.looking
	m.mu.Unlock()
	if !looking {
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
// what is asked of the same few rows in many combinations. Those that are not known are
// asked for.
func (m *Memory) rows(ctx context.Context, batch *dynamodb.BatchGetItemInput, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	rows, left, versions := m.known(batch)
	if len(left) > 0 {
		less := *batch
		less.RequestItems = left
		in.Parameters = &less
		out, meta, err := next.HandleSerialize(ctx, in)
		if err != nil {
			return out, meta, err
		}
		read := out.Result.(*dynamodb.BatchGetItemOutput)
		m.learn(left, read, versions)
		for name, got := range read.Responses {
			rows[name] = append(rows[name], got...)
		}
		return middleware.SerializeOutput{Result: &dynamodb.BatchGetItemOutput{Responses: rows, UnprocessedKeys: read.UnprocessedKeys}}, meta, nil
	}
	return middleware.SerializeOutput{Result: &dynamodb.BatchGetItemOutput{Responses: rows}}, middleware.Metadata{}, nil
}

// known are the rows of a batch that are known, what is left of it, and how often each of
// those rows was written to.
func (m *Memory) known(batch *dynamodb.BatchGetItemInput) (rows map[string][]map[string]types.AttributeValue, left map[string]types.KeysAndAttributes, versions map[string]int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	rows, left, versions = map[string][]map[string]types.AttributeValue{}, map[string]types.KeysAndAttributes{}, map[string]int{}
	for name, keys := range batch.RequestItems {
		rows[name] = []map[string]types.AttributeValue{}
		unknown := keys
		unknown.Keys = nil
		for _, key := range keys.Keys {
			one := rowOf(name, key)
			versions[one] = m.version(rowKey(key))
			had, ok := m.answers[one]
			if !ok || had.at != versions[one] {
				unknown.Keys = append(unknown.Keys, key)
			} else if row := had.result.(map[string]types.AttributeValue); row != nil {
				rows[name] = append(rows[name], row)
			}
		}
		if len(unknown.Keys) > 0 {
			left[name] = unknown
		}
	}
	return rows, left, versions
}

func (m *Memory) learn(asked map[string]types.KeysAndAttributes, read *dynamodb.BatchGetItemOutput, versions map[string]int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(read.UnprocessedKeys) > 0 {
		return // which of those that are missing are there is not said
	}
	for name, keys := range asked {
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
func (m *Memory) write(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
	rows := foyertest.Writes(in.Parameters)
	out, meta, err := next.HandleSerialize(ctx, in)
	if len(rows) == 0 {
		return out, meta, err // of something else than the table
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, row := range rows {
		m.writes[row.PK]++
		m.writes[row.PK+"\x00"+row.SK]++
		if counter(row.PK) {
			continue
		}
		m.all++
		if m.looking {
			m.wrote = append(m.wrote, awsmiddleware.GetOperationName(ctx)+" "+row.PK)
		}
	}
	return out, meta, err
}

// version is how often what is shown was written to.
func (m *Memory) version(shows string) int {
	if shows == everywhere {
		return m.all
	}
	return m.writes[shows]
}

// counter says whether rows of the partition count attempts: whoever asks is counted, and
// nothing of it is shown, in no index either.
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
