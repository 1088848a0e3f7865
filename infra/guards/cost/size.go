//go:build engine

package cost

import (
	"math"
	"strings"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/table"
)

// rowBytes is the size of a row as DynamoDB counts it (Developer Guide, “DynamoDB item
// sizes and formats”): names and values in UTF-8, numbers a byte for each two digits and
// one more, three bytes for each list and map and one for each element.
func rowBytes(row table.Item) (n int) {
	for name, v := range row {
		n += len(name) + valueBytes(v)
	}
	return n
}

func valueBytes(v types.AttributeValue) (n int) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		digits := strings.Trim(strings.NewReplacer("-", "", ".", "").Replace(v.Value), "0")
		return (len(digits)+1)/2 + 1
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberBOOL, *types.AttributeValueMemberNULL:
		return 1
	case *types.AttributeValueMemberM:
		n = 3
		for name, e := range v.Value {
			n += 1 + len(name) + valueBytes(e)
		}
	case *types.AttributeValueMemberL:
		n = 3
		for _, e := range v.Value {
			n += 1 + valueBytes(e)
		}
	case *types.AttributeValueMemberSS:
		for _, e := range v.Value {
			n += len(e)
		}
	}
	return n
}

// bytesOf is the size of a row that stands under the key.
func (s *State) bytesOf(key table.Key, row any) int {
	s.T.Helper()
	item, err := attributevalue.MarshalMap(row)
	if err != nil {
		s.T.Fatal(err)
	}
	item["PK"], item["SK"] = &types.AttributeValueMemberS{Value: key.PK}, &types.AttributeValueMemberS{Value: key.SK}
	return rowBytes(item)
}

// up is n in whole blocks, at least one.
func up(bytes, block int) float64 { return math.Max(1, math.Ceil(float64(bytes)/float64(block))) }

// The blocks in which DynamoDB counts.
const (
	readBlock  = 4 << 10
	writeBlock = 1 << 10
)
