package iam

import (
	"fmt"
	"strings"

	"foyer/shared/samtemplate"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type item = map[string]types.AttributeValue

// access is what one action of a request touches in one table.
type access struct {
	action string
	table  string
	index  string
	// keys are the partition key values, nil where a request has none (Scan).
	keys []string
	// names are the top-level attributes that the request names, keys included.
	names []string
	// single-valued condition keys; "" is a missing one.
	selects, returns, capacity, enclosing string
}

// dynamoRequests derives DynamoDB's requests.
//
// A batch is one request for each table, with all keys of that table in
// dynamodb:LeadingKeys; AWS's guide tests such a request with ForAllValues (DynamoDB
// Developer Guide, "Using IAM policy conditions for fine-grained access control").
//
// A transaction has no action of its own: "Permissions for Put, Update, Delete, and Get
// actions are governed by the permissions used for the underlying PutItem, UpdateItem,
// DeleteItem, and GetItem operations. For the ConditionCheck action, you can use the
// dynamodb:ConditionCheckItem permission" (DynamoDB Developer Guide, "Using IAM with
// DynamoDB transactions"). The guide does not say whether dynamodb:LeadingKeys then has
// the one key of an entry or those of the whole request. Here each underlying action is
// asked once for each table with the keys of *all* entries in that table: the stricter
// reading, for what ForAllValues allows on the whole set it allows on every part.
func (e *Enforcer) dynamoRequests(input any) ([]Request, bool, error) {
	if err := refuseLegacy(input); err != nil {
		return nil, true, err
	}
	accesses, known, err := e.dynamoAccesses(input)
	if !known || err != nil {
		return nil, known, err
	}
	requests := make([]Request, len(accesses))
	for i, a := range accesses {
		resource, err := e.tableARN(a.table)
		if err != nil {
			return nil, true, err
		}
		if a.index != "" {
			resource += "/index/" + a.index
		}
		requests[i] = Request{Action: "dynamodb:" + a.action, Resource: resource, Context: a.context()}
	}
	return requests, true, nil
}

func (a access) context() map[string][]string {
	context := map[string][]string{}
	for key, value := range map[string]string{
		"dynamodb:Select": a.selects, "dynamodb:ReturnValues": a.returns,
		"dynamodb:ReturnConsumedCapacity": a.capacity, "dynamodb:EnclosingOperation": a.enclosing,
	} {
		if value != "" {
			context[key] = []string{value}
		}
	}
	if len(a.keys) > 0 {
		context["dynamodb:LeadingKeys"] = distinct(a.keys)
	}
	if len(a.names) > 0 {
		context["dynamodb:Attributes"] = distinct(a.names)
	}
	return context
}

func (e *Enforcer) dynamoAccesses(input any) ([]access, bool, error) {
	var out []access
	var err error
	switch in := input.(type) {
	case *dynamodb.GetItemInput:
		out, err = e.getItem(in)
	case *dynamodb.BatchGetItemInput:
		out, err = e.batchGet(in)
	case *dynamodb.QueryInput:
		out, err = e.query(in)
	case *dynamodb.ScanInput:
		// "Scan returns all items regardless of the leading keys": it has none.
		names := expressionNames(in.ExpressionAttributeNames, in.ProjectionExpression, in.FilterExpression)
		out = []access{{action: "Scan", table: aws.ToString(in.TableName), index: aws.ToString(in.IndexName), names: names,
			selects: selected(in.Select, in.ProjectionExpression, in.IndexName), capacity: string(in.ReturnConsumedCapacity)}}
	case *dynamodb.PutItemInput:
		out, err = e.one("PutItem", in.TableName, in.Item, in.ExpressionAttributeNames, in.ConditionExpression)
		out = returning(out, string(in.ReturnValues), in.ReturnValuesOnConditionCheckFailure, in.ReturnConsumedCapacity)
	case *dynamodb.UpdateItemInput:
		out, err = e.one("UpdateItem", in.TableName, in.Key, in.ExpressionAttributeNames, in.UpdateExpression, in.ConditionExpression)
		out = returning(out, string(in.ReturnValues), in.ReturnValuesOnConditionCheckFailure, in.ReturnConsumedCapacity)
	case *dynamodb.DeleteItemInput:
		out, err = e.one("DeleteItem", in.TableName, in.Key, in.ExpressionAttributeNames, in.ConditionExpression)
		out = returning(out, string(in.ReturnValues), in.ReturnValuesOnConditionCheckFailure, in.ReturnConsumedCapacity)
	case *dynamodb.BatchWriteItemInput:
		out, err = e.batchWrite(in)
	case *dynamodb.TransactGetItemsInput:
		out, err = e.transactGet(in)
	case *dynamodb.TransactWriteItemsInput:
		out, err = e.transactWrite(in)
	case *dynamodb.DescribeTableInput:
		out = []access{{action: "DescribeTable", table: aws.ToString(in.TableName)}}
	case *dynamodb.ExecuteStatementInput, *dynamodb.BatchExecuteStatementInput, *dynamodb.ExecuteTransactionInput:
		err = fmt.Errorf("PartiQL is never used: its statements hide keys from a reader and may scan; use the item operations")
	default:
		return nil, false, nil
	}
	return out, true, err
}

// refuseLegacy refuses the parameters that expressions replaced: their attribute names
// and keys are not derived, so a condition on them would be decided wrongly.
func refuseLegacy(input any) error {
	legacy := func(parameter string, used bool) error {
		if used {
			return fmt.Errorf("the legacy parameter %s is not derived; use expressions", parameter)
		}
		return nil
	}
	switch in := input.(type) {
	case *dynamodb.GetItemInput:
		return legacy("AttributesToGet", in.AttributesToGet != nil)
	case *dynamodb.QueryInput:
		return legacy("KeyConditions, QueryFilter or AttributesToGet", in.KeyConditions != nil || in.QueryFilter != nil || in.AttributesToGet != nil)
	case *dynamodb.PutItemInput:
		return legacy("Expected", in.Expected != nil)
	case *dynamodb.UpdateItemInput:
		return legacy("Expected or AttributeUpdates", in.Expected != nil || in.AttributeUpdates != nil)
	case *dynamodb.DeleteItemInput:
		return legacy("Expected", in.Expected != nil)
	}
	return nil
}

// one derives an action on one item from its key, or from the whole item of a put.
func (e *Enforcer) one(action string, table *string, values item, names map[string]string, expressions ...*string) ([]access, error) {
	t, err := e.table(table)
	if err != nil {
		return nil, err
	}
	key, err := keyValue(t.Key.Hash, values)
	if err != nil {
		return nil, err
	}
	a := access{action: action, table: t.Name, keys: []string{key}, names: expressionNames(names, expressions...)}
	for name := range values {
		a.names = append(a.names, name)
	}
	return []access{a}, nil
}

func (e *Enforcer) getItem(in *dynamodb.GetItemInput) ([]access, error) {
	out, err := e.one("GetItem", in.TableName, in.Key, in.ExpressionAttributeNames, in.ProjectionExpression)
	for i := range out {
		out[i].selects, out[i].capacity = selected("", in.ProjectionExpression, nil), string(in.ReturnConsumedCapacity)
	}
	return out, err
}

func (e *Enforcer) query(in *dynamodb.QueryInput) ([]access, error) {
	t, err := e.table(in.TableName)
	if err != nil {
		return nil, err
	}
	hash, index := t.Key.Hash, aws.ToString(in.IndexName)
	if index != "" {
		definition, ok := t.Indexes[index]
		if !ok {
			return nil, fmt.Errorf("the table %s of the template has no index %s", t.LogicalID, index)
		}
		hash = definition.Key.Hash
	}
	key, err := hashEquality(aws.ToString(in.KeyConditionExpression), hash, in.ExpressionAttributeNames, in.ExpressionAttributeValues)
	if err != nil {
		return nil, err
	}
	return []access{{
		action: "Query", table: t.Name, index: index, keys: []string{key},
		names:    expressionNames(in.ExpressionAttributeNames, in.KeyConditionExpression, in.FilterExpression, in.ProjectionExpression),
		selects:  selected(in.Select, in.ProjectionExpression, in.IndexName),
		capacity: string(in.ReturnConsumedCapacity),
	}}, nil
}

// returning sets dynamodb:ReturnValues. AWS documents the key as "the ReturnValues
// parameter of a request"; a request that does not set it has no such key. An item that
// comes back because a condition failed is an item read all the same: here it counts as
// ReturnValues, so that a policy against returned values holds against both. AWS
// documents no key of its own for it.
func returning(parts []access, values string, onFailure types.ReturnValuesOnConditionCheckFailure, capacity types.ReturnConsumedCapacity) []access {
	for i := range parts {
		parts[i].returns, parts[i].capacity = values, string(capacity)
		if onFailure == types.ReturnValuesOnConditionCheckFailureAllOld {
			parts[i].returns = string(onFailure)
		}
	}
	return parts
}

// selected gives dynamodb:Select: the parameter, or what DynamoDB takes in its place
// (API reference, Query: "If neither Select nor ProjectionExpression are specified,
// DynamoDB defaults to ALL_ATTRIBUTES when accessing a table, and
// ALL_PROJECTED_ATTRIBUTES when accessing an index").
func selected(given types.Select, projection, index *string) string {
	switch {
	case given != "":
		return string(given)
	case projection != nil:
		return string(types.SelectSpecificAttributes)
	case index != nil:
		return string(types.SelectAllProjectedAttributes)
	}
	return string(types.SelectAllAttributes)
}

func (e *Enforcer) table(name *string) (samtemplate.Table, error) {
	given := aws.ToString(name)
	if _, last, ok := strings.Cut(given, ":table/"); ok {
		given = last // DynamoDB takes a table's ARN in the place of its name
	}
	t, ok := e.tables[given]
	if !ok {
		return t, fmt.Errorf("no table of the template is named %q: give its name to iam.ForFunction, such as {\"Table\": %q}", given, given)
	}
	return t, nil
}

func (e *Enforcer) tableARN(name string) (string, error) {
	t, err := e.table(&name)
	return t.Arn, err
}
