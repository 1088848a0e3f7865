//go:build engine

package cost

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/table"
)

// Index is a global secondary index: which attributes are its key, and which rows hold
// besides.
type Index struct {
	keys  []string
	holds func(attribute string) bool
}

// IndexesOf are the indexes of a table.
func IndexesOf(ctx context.Context, db *dynamodb.Client, name string) ([]Index, error) {
	out, err := db.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: &name})
	if err != nil {
		return nil, fmt.Errorf("indexes of %s: %w", name, err)
	}
	var indexes []Index
	for _, i := range out.Table.GlobalSecondaryIndexes {
		var x Index
		for _, k := range i.KeySchema {
			x.keys = append(x.keys, *k.AttributeName)
		}
		always := slices.Concat(x.keys, []string{"PK", "SK"}, i.Projection.NonKeyAttributes)
		x.holds = func(a string) bool {
			return i.Projection.ProjectionType == types.ProjectionTypeAll || slices.Contains(always, a)
		}
		indexes = append(indexes, x)
	}
	return indexes, nil
}

// entry is what stands of a row in the index; nil where it lacks a key of it.
func (x Index) entry(row table.Item) table.Item {
	for _, k := range x.keys {
		if row[k] == nil {
			return nil
		}
	}
	entry := maps.Clone(row)
	maps.DeleteFunc(entry, func(a string, _ types.AttributeValue) bool { return !x.holds(a) })
	return entry
}

// written is what the change of a row writes to the index (Developer Guide, “Write
// operations” of global secondary indexes): nothing where nothing of it stands there,
// a put, a delete, or both where its key changes. An index is written after a
// transaction, not in it: once.
func (x Index) written(before, after table.Item) float64 {
	was, is := x.entry(before), x.entry(after)
	switch {
	case was == nil && is == nil, reflect.DeepEqual(was, is):
		return 0
	case was == nil:
		return up(rowBytes(is), writeBlock)
	case is == nil:
		return up(rowBytes(was), writeBlock)
	}
	for _, k := range x.keys {
		if !reflect.DeepEqual(was[k], is[k]) {
			return up(rowBytes(was), writeBlock) + up(rowBytes(is), writeBlock)
		}
	}
	return up(max(rowBytes(was), rowBytes(is)), writeBlock)
}
