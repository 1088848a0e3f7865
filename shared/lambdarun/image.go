package lambdarun

import (
	"fmt"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/table"
)

// item turns a stream image as Lambda gives it into the SDK's form, which rows
// are read from.
func item(image map[string]events.DynamoDBAttributeValue) table.Item {
	out := make(table.Item, len(image))
	for name, v := range image {
		out[name] = value(v)
	}
	return out
}

func value(v events.DynamoDBAttributeValue) types.AttributeValue {
	switch v.DataType() {
	case events.DataTypeString:
		return &types.AttributeValueMemberS{Value: v.String()}
	case events.DataTypeNumber:
		return &types.AttributeValueMemberN{Value: v.Number()}
	case events.DataTypeBoolean:
		return &types.AttributeValueMemberBOOL{Value: v.Boolean()}
	case events.DataTypeBinary:
		return &types.AttributeValueMemberB{Value: v.Binary()}
	case events.DataTypeStringSet:
		return &types.AttributeValueMemberSS{Value: v.StringSet()}
	case events.DataTypeNumberSet:
		return &types.AttributeValueMemberNS{Value: v.NumberSet()}
	case events.DataTypeBinarySet:
		return &types.AttributeValueMemberBS{Value: v.BinarySet()}
	case events.DataTypeList:
		list := make([]types.AttributeValue, 0, len(v.List()))
		for _, entry := range v.List() {
			list = append(list, value(entry))
		}
		return &types.AttributeValueMemberL{Value: list}
	case events.DataTypeMap:
		return &types.AttributeValueMemberM{Value: item(v.Map())}
	default:
		return &types.AttributeValueMemberNULL{Value: true}
	}
}

func text(v events.DynamoDBAttributeValue) string {
	if v.DataType() != events.DataTypeString {
		return ""
	}
	return v.String()
}

// StreamEvent is the event of the table's stream in which these rows are
// inserted: what StreamHandler reads.
func StreamEvent(rows []table.Inserted) (events.DynamoDBEvent, error) {
	var e events.DynamoDBEvent
	for _, r := range rows {
		image, err := imageOf(r.New)
		if err != nil {
			return e, fmt.Errorf("row %s: %w", r.Key, err)
		}
		e.Records = append(e.Records, events.DynamoDBEventRecord{
			EventName: string(events.DynamoDBOperationTypeInsert),
			Change: events.DynamoDBStreamRecord{SequenceNumber: r.Sequence, NewImage: image, Keys: map[string]events.DynamoDBAttributeValue{
				"PK": events.NewStringAttribute(r.Key.PK), "SK": events.NewStringAttribute(r.Key.SK)}},
		})
	}
	return e, nil
}

// imageOf and attributeOf turn item and value round.
func imageOf(row table.Item) (map[string]events.DynamoDBAttributeValue, error) {
	out := make(map[string]events.DynamoDBAttributeValue, len(row))
	for name, v := range row {
		var err error
		if out[name], err = attributeOf(v); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
	}
	return out, nil
}

func attributeOf(v types.AttributeValue) (events.DynamoDBAttributeValue, error) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return events.NewStringAttribute(v.Value), nil
	case *types.AttributeValueMemberN:
		return events.NewNumberAttribute(v.Value), nil
	case *types.AttributeValueMemberBOOL:
		return events.NewBooleanAttribute(v.Value), nil
	case *types.AttributeValueMemberB:
		return events.NewBinaryAttribute(v.Value), nil
	case *types.AttributeValueMemberSS:
		return events.NewStringSetAttribute(v.Value), nil
	case *types.AttributeValueMemberNS:
		return events.NewNumberSetAttribute(v.Value), nil
	case *types.AttributeValueMemberBS:
		return events.NewBinarySetAttribute(v.Value), nil
	case *types.AttributeValueMemberNULL:
		return events.NewNullAttribute(), nil
	case *types.AttributeValueMemberM:
		m, err := imageOf(v.Value)
		return events.NewMapAttribute(m), err
	case *types.AttributeValueMemberL:
		list := make([]events.DynamoDBAttributeValue, len(v.Value))
		for i, entry := range v.Value {
			var err error
			if list[i], err = attributeOf(entry); err != nil {
				return events.DynamoDBAttributeValue{}, err
			}
		}
		return events.NewListAttribute(list), nil
	}
	return events.DynamoDBAttributeValue{}, fmt.Errorf("attribute of unknown type %T", v)
}
