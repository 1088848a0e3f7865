//go:build engine

package foyertest

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/table"
)

// rows is the World's table as it was read last, and the rows that were written to
// since. A guard looks at the whole table after every step, of which little has changed:
// a scan each time is most of what it costs.
type rows struct {
	reading sync.Mutex // one at a time
	read    map[table.Key]table.Item

	mu    sync.Mutex
	calls int // that write, and have begun or ended
	keys  int // that they named at that
	wrote map[table.Key]bool
}

// note is middleware for every call of the World: of the functions, and of the test.
func (r *rows) note(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("NoteWrites", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		keys := Writes(in.Parameters)
		if len(keys) == 0 {
			return next.HandleInitialize(ctx, in)
		}
		r.written(keys)
		defer r.written(keys) // whoever has read it meanwhile may have come too early
		return next.HandleInitialize(ctx, in)
	}), middleware.Before)
}

func (r *rows) written(keys []table.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.calls++
	r.keys += len(keys)
	if r.wrote == nil {
		return // nobody has read the table
	}
	for _, k := range keys {
		r.wrote[k] = true
	}
}

// count goes up with each call that writes.
func (r *rows) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.calls
}

// changes is how many changes were asked for: those of a call by the rows that it names.
func (r *rows) changes() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.keys / 2 // each when its call began and when it ended
}

// since are the rows that were written to since it was last asked for.
func (r *rows) since() []table.Key {
	r.mu.Lock()
	defer r.mu.Unlock()
	wrote := slices.Collect(maps.Keys(r.wrote))
	r.wrote = map[table.Key]bool{}
	return wrote
}

// Rows are all rows of the table. Only a test may read a whole table. It is scanned once;
// then what was written to is read again, and when the test ends it is scanned once more,
// so that nothing was overlooked.
func (w *World) Rows() map[table.Key]table.Item {
	w.T.Helper()
	r := &w.rows
	r.reading.Lock()
	defer r.reading.Unlock()
	wrote, ctx := r.since(), w.T.Context()
	if r.read == nil {
		r.read = w.scan(ctx)
		t := w.T // World.T may be another by then
		t.Cleanup(func() {
			if t.Failed() {
				return
			}
			read, all := w.again(context.WithoutCancel(ctx), r.since()), w.scan(context.WithoutCancel(ctx))
			if !reflect.DeepEqual(read, all) {
				t.Errorf("rows that were not read again, though they had changed: %d were known, there are %d", len(read), len(all))
			}
		})
		return maps.Clone(r.read)
	}
	return maps.Clone(w.again(ctx, wrote))
}

// again reads these rows once more.
func (w *World) again(ctx context.Context, keys []table.Key) map[table.Key]table.Item {
	w.T.Helper()
	read := w.rows.read
	for some := range slices.Chunk(keys, 100) { // BatchGetItem takes no more
		ask := types.KeysAndAttributes{ConsistentRead: aws.Bool(true)}
		for _, k := range some {
			delete(read, k)
			ask.Keys = append(ask.Keys, map[string]types.AttributeValue{"PK": &types.AttributeValueMemberS{Value: k.PK}, "SK": &types.AttributeValueMemberS{Value: k.SK}})
		}
		for left := map[string]types.KeysAndAttributes{w.Config.Table: ask}; len(left) > 0; {
			got, err := dynamodb.NewFromConfig(w.AWS).BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: left})
			w.must(err)
			for _, item := range got.Responses[w.Config.Table] {
				read[keyOf(item)] = item
			}
			left = got.UnprocessedKeys
		}
	}
	return read
}

func (w *World) scan(ctx context.Context) map[table.Key]table.Item {
	w.T.Helper()
	out := map[table.Key]table.Item{}
	pages := dynamodb.NewScanPaginator(dynamodb.NewFromConfig(w.AWS), &dynamodb.ScanInput{TableName: &w.Config.Table, ConsistentRead: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		w.must(err)
		for _, item := range page.Items {
			out[keyOf(item)] = item
		}
	}
	return out
}

// Reads says whether a call reads the table: nothing is changed by it, there or elsewhere.
func Reads(input any) bool {
	switch input.(type) {
	case *dynamodb.GetItemInput, *dynamodb.BatchGetItemInput, *dynamodb.QueryInput:
		return true
	}
	return false
}

// Writes are the rows that a call to DynamoDB may change. What a transaction only checks
// it leaves as it is.
func Writes(input any) (keys []table.Key) {
	switch in := input.(type) {
	case *dynamodb.PutItemInput:
		return append(keys, keyOf(in.Item))
	case *dynamodb.UpdateItemInput:
		return append(keys, keyOf(in.Key))
	case *dynamodb.DeleteItemInput:
		return append(keys, keyOf(in.Key))
	case *dynamodb.BatchWriteItemInput:
		for _, writes := range in.RequestItems {
			for _, w := range writes {
				if w.PutRequest != nil {
					keys = append(keys, keyOf(w.PutRequest.Item))
				}
				if w.DeleteRequest != nil {
					keys = append(keys, keyOf(w.DeleteRequest.Key))
				}
			}
		}
	case *dynamodb.TransactWriteItemsInput:
		for _, w := range in.TransactItems {
			switch {
			case w.Put != nil:
				keys = append(keys, keyOf(w.Put.Item))
			case w.Update != nil:
				keys = append(keys, keyOf(w.Update.Key))
			case w.Delete != nil:
				keys = append(keys, keyOf(w.Delete.Key))
			}
		}
	}
	return keys
}

// keyOf is the key of a row, or the key that it is. What has none is no row of Foyer's
// table, and DynamoDB refuses it.
func keyOf(row map[string]types.AttributeValue) table.Key {
	pk, _ := row["PK"].(*types.AttributeValueMemberS)
	sk, _ := row["SK"].(*types.AttributeValueMemberS)
	if pk == nil || sk == nil {
		return table.Key{}
	}
	return table.Key{PK: pk.Value, SK: sk.Value}
}
