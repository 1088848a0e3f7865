package table

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"golang.org/x/sync/errgroup"
)

// Table reads and writes the one table. Every read is strongly consistent.
type Table struct {
	db   *dynamodb.Client
	name string
}

// New is the table of that name, reached as cfg says.
func New(cfg aws.Config, name string) *Table {
	return &Table{db: dynamodb.NewFromConfig(cfg), name: name}
}

// Item is a row as DynamoDB gives it.
type Item = map[string]types.AttributeValue

// Get reads the row at key into out (a pointer to a row struct) and says whether
// it is there.
func (t *Table) Get(ctx context.Context, key Key, out any) (bool, error) {
	res, err := t.db.GetItem(ctx, &dynamodb.GetItemInput{TableName: &t.name, Key: keyItem(key), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return false, fmt.Errorf("get %s: %w", key, err)
	}
	if res.Item == nil {
		return false, nil
	}
	return true, unmarshal(res.Item, key, out)
}

// Inserted is a row that was put into the table, as the stream tells of it.
type Inserted struct {
	Sequence string // what the stream's mapping wants to hear of failures by
	Key      Key
	New      Item
}

// Rows are what a BatchGet found.
type Rows map[Key]Item

// Into reads the row at key into out and says whether it was found.
func (r Rows) Into(key Key, out any) (bool, error) {
	item, ok := r[key]
	if !ok {
		return false, nil
	}
	return true, unmarshal(item, key, out)
}

// batchGetMost is how many keys DynamoDB takes in one BatchGetItem.
const batchGetMost = 100

// unprocessedMost bounds how often what DynamoDB left unprocessed is asked for
// again within one request: the SDK has already waited and retried by itself.
const unprocessedMost = 4

// ErrBusy is what batches return when DynamoDB leaves their rows unprocessed: the
// same may be tried again.
var ErrBusy = errors.New("DynamoDB left rows unprocessed")

// BatchGet reads the rows at the keys (doubles are read once), 100 to a call, the
// calls at once.
func (t *Table) BatchGet(ctx context.Context, keys ...Key) (Rows, error) {
	seen := make(map[Key]bool, len(keys))
	var want []Item
	for _, k := range keys {
		if !seen[k] {
			seen[k] = true
			want = append(want, keyItem(k))
		}
	}
	if len(want) <= batchGetMost {
		return t.batchGet(ctx, want)
	}
	chunks := slices.Collect(slices.Chunk(want, batchGetMost))
	found := make([]Rows, len(chunks))
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(callsAtOnce)
	for i, chunk := range chunks {
		group.Go(func() (err error) {
			found[i], err = t.batchGet(gctx, chunk)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	rows := make(Rows, len(keys))
	for _, f := range found {
		maps.Copy(rows, f)
	}
	return rows, nil
}

// callsAtOnce bounds how many calls one request makes at once.
const callsAtOnce = 8

// batchGet reads the rows at up to 100 different keys.
func (t *Table) batchGet(ctx context.Context, want []Item) (Rows, error) {
	rows := make(Rows, len(want))
	for tries := 0; len(want) > 0; {
		n := len(want)
		res, err := t.db.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{
			t.name: {Keys: want, ConsistentRead: aws.Bool(true)},
		}})
		if err != nil {
			return nil, fmt.Errorf("batch get of %d rows: %w", n, err)
		}
		for _, item := range res.Responses[t.name] {
			rows[keyOf(item)] = item
		}
		if want = res.UnprocessedKeys[t.name].Keys; len(want) == n {
			if tries++; tries > unprocessedMost {
				return nil, fmt.Errorf("batch get: %w", ErrBusy)
			}
		}
	}
	return rows, nil
}

// Query is a range of one partition.
type Query struct {
	PK         string
	Prefix     string // of the sort key
	After      string // sort key (with the prefix) after which to go on, exclusive; the row need not exist; empty: from the start
	Descending bool
	Limit      int // rows at most; 0: one page of DynamoDB (1 MB)
}

// Query reads a range of a partition. more says whether rows follow the last.
func (t *Table) Query(ctx context.Context, q Query) (items []Item, more bool, err error) {
	in := &dynamodb.QueryInput{
		TableName: &t.name, KeyConditionExpression: aws.String("PK = :pk"), ConsistentRead: aws.Bool(true),
		ExpressionAttributeValues: Item{":pk": &types.AttributeValueMemberS{Value: q.PK}}, ScanIndexForward: aws.Bool(!q.Descending),
	}
	if q.Prefix != "" {
		in.KeyConditionExpression = aws.String("PK = :pk AND begins_with(SK, :prefix)")
		in.ExpressionAttributeValues[":prefix"] = &types.AttributeValueMemberS{Value: q.Prefix}
	}
	if q.After != "" {
		in.ExclusiveStartKey = keyItem(Key{q.PK, q.After})
	}
	if q.Limit > 0 {
		in.Limit = aws.Int32(int32(min(q.Limit, 1000)))
	}
	res, err := t.db.Query(ctx, in)
	if err != nil {
		return nil, false, fmt.Errorf("query %s %s…: %w", q.PK, q.Prefix, err)
	}
	return res.Items, res.LastEvaluatedKey != nil, nil
}

// QueryInto reads a range of a partition as rows of type R.
func QueryInto[R any](ctx context.Context, t *Table, q Query) (rows []R, more bool, err error) {
	items, more, err := t.Query(ctx, q)
	if err != nil {
		return nil, false, err
	}
	if err := attributevalue.UnmarshalListOfMaps(items, &rows); err != nil {
		return nil, false, fmt.Errorf("rows of %s: %w", q.PK, err)
	}
	return rows, more, nil
}

func keyItem(k Key) Item {
	return Item{"PK": &types.AttributeValueMemberS{Value: k.PK}, "SK": &types.AttributeValueMemberS{Value: k.SK}}
}

// keyOf is the key of a row; each has one, of strings.
func keyOf(item Item) Key {
	part := func(name string) string {
		if s, ok := item[name].(*types.AttributeValueMemberS); ok {
			return s.Value
		}
		return ""
	}
	return Key{part("PK"), part("SK")}
}

func unmarshal(item Item, key Key, out any) error {
	if err := attributevalue.UnmarshalMap(item, out); err != nil {
		return fmt.Errorf("row %s: %w", key, err)
	}
	return nil
}

// Unmarshal reads an item (of a query or a stream's image) into a row struct.
func Unmarshal(item Item, out any) error {
	if err := attributevalue.UnmarshalMap(item, out); err != nil {
		return fmt.Errorf("row: %w", err)
	}
	return nil
}
