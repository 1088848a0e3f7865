package table

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// batchWriteMost is how many rows DynamoDB takes in one BatchWriteItem.
const batchWriteMost = 25

// Rowed is a row to put, with its key.
type Rowed struct {
	Key Key
	Row any
}

// BatchPut puts rows that stand for themselves, without conditions and not as
// one: after an error some are there and some are not. For rows that may be put
// again. No key may occur twice. ErrBusy where DynamoDB was too busy for some.
func (t *Table) BatchPut(ctx context.Context, rows ...Rowed) error {
	want := make([]types.WriteRequest, 0, len(rows))
	for _, r := range rows {
		item, err := rowItem(r.Key, r.Row)
		if err != nil {
			return err
		}
		want = append(want, types.WriteRequest{PutRequest: &types.PutRequest{Item: item}})
	}
	for tries := 0; len(want) > 0; {
		n := min(len(want), batchWriteMost)
		res, err := t.db.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{t.name: want[:n]}})
		if err != nil {
			return fmt.Errorf("batch put of %d rows: %w", n, err)
		}
		left := res.UnprocessedItems[t.name]
		if len(left) == n {
			if tries++; tries > unprocessedMost {
				return fmt.Errorf("batch put: %w", ErrBusy)
			}
		}
		want = append(append([]types.WriteRequest{}, left...), want[n:]...)
	}
	return nil
}
