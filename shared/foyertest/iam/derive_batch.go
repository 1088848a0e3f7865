package iam

import (
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func (e *Enforcer) batchGet(in *dynamodb.BatchGetItemInput) ([]access, error) {
	var out []access
	for table, request := range in.RequestItems {
		var parts []access
		for _, key := range request.Keys {
			part, err := e.one("BatchGetItem", &table, key, request.ExpressionAttributeNames, request.ProjectionExpression)
			if err != nil {
				return nil, err
			}
			part[0].selects, part[0].capacity = selected("", request.ProjectionExpression, nil), string(in.ReturnConsumedCapacity)
			parts = append(parts, part...)
		}
		out = append(out, perAction(parts)...)
	}
	return out, nil
}

func (e *Enforcer) batchWrite(in *dynamodb.BatchWriteItemInput) ([]access, error) {
	var out []access
	for table, requests := range in.RequestItems {
		var parts []access
		for _, request := range requests {
			var values item
			switch {
			case request.PutRequest != nil:
				values = request.PutRequest.Item
			case request.DeleteRequest != nil:
				values = request.DeleteRequest.Key
			}
			part, err := e.one("BatchWriteItem", &table, values, nil)
			if err != nil {
				return nil, err
			}
			part[0].capacity = string(in.ReturnConsumedCapacity)
			parts = append(parts, part...)
		}
		out = append(out, perAction(parts)...)
	}
	return out, nil
}

func (e *Enforcer) transactGet(in *dynamodb.TransactGetItemsInput) ([]access, error) {
	var parts []access
	for i, entry := range in.TransactItems {
		if entry.Get == nil {
			return nil, fmt.Errorf("the entry %d of the transaction is empty", i)
		}
		part, err := e.one("GetItem", entry.Get.TableName, entry.Get.Key, entry.Get.ExpressionAttributeNames, entry.Get.ProjectionExpression)
		if err != nil {
			return nil, err
		}
		part[0].selects = selected("", entry.Get.ProjectionExpression, nil)
		parts = append(parts, part...)
	}
	return transaction("TransactGetItems", in.ReturnConsumedCapacity, parts), nil
}

func (e *Enforcer) transactWrite(in *dynamodb.TransactWriteItemsInput) ([]access, error) {
	var parts []access
	for i, entry := range in.TransactItems {
		var part []access
		var err error
		switch {
		case entry.Put != nil:
			part, err = e.one("PutItem", entry.Put.TableName, entry.Put.Item, entry.Put.ExpressionAttributeNames, entry.Put.ConditionExpression)
			part = returning(part, "", entry.Put.ReturnValuesOnConditionCheckFailure, "")
		case entry.Update != nil:
			u := entry.Update
			part, err = e.one("UpdateItem", u.TableName, u.Key, u.ExpressionAttributeNames, u.UpdateExpression, u.ConditionExpression)
			part = returning(part, "", u.ReturnValuesOnConditionCheckFailure, "")
		case entry.Delete != nil:
			d := entry.Delete
			part, err = e.one("DeleteItem", d.TableName, d.Key, d.ExpressionAttributeNames, d.ConditionExpression)
			part = returning(part, "", d.ReturnValuesOnConditionCheckFailure, "")
		case entry.ConditionCheck != nil:
			c := entry.ConditionCheck
			part, err = e.one("ConditionCheckItem", c.TableName, c.Key, c.ExpressionAttributeNames, c.ConditionExpression)
			part = returning(part, "", c.ReturnValuesOnConditionCheckFailure, "")
		default:
			err = fmt.Errorf("the entry %d of the transaction is empty", i)
		}
		if err != nil {
			return nil, err
		}
		parts = append(parts, part...)
	}
	return transaction("TransactWriteItems", in.ReturnConsumedCapacity, parts), nil
}

// transaction gives every entry the keys of all entries in its table, and makes one
// request of the entries that then ask the same.
func transaction(operation string, capacity types.ReturnConsumedCapacity, parts []access) []access {
	keys := map[string][]string{}
	for _, p := range parts {
		keys[p.table] = append(keys[p.table], p.keys...)
	}
	for i := range parts {
		parts[i].keys = keys[parts[i].table]
		parts[i].enclosing, parts[i].capacity = operation, string(capacity)
	}
	return perAction(parts)
}

// perAction joins accesses that differ in keys and names only.
func perAction(parts []access) []access {
	var out []access
	at := map[string]int{}
	for _, p := range parts {
		id := strings.Join([]string{p.action, p.table, p.index, p.selects, p.returns, p.capacity, p.enclosing}, "\x00")
		i, ok := at[id]
		if !ok {
			at[id] = len(out)
			out = append(out, p)
			continue
		}
		out[i].keys = append(append([]string{}, out[i].keys...), p.keys...)
		out[i].names = append(append([]string{}, out[i].names...), p.names...)
	}
	return out
}
