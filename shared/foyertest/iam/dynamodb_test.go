package iam_test

import (
	"strings"
	"testing"

	"foyer/shared/foyertest/iam"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// onClientAndUser grants the actions on table and index for keys of CLIENT# and USER#,
// guarded as the product's statements are, with further lines for the statement.
func onClientAndUser(actions string, conditions ...string) string {
	return statement(append([]string{
		"Action: [" + actions + "]",
		"Resource: [!GetAtt Table.Arn, !Sub \"${Table.Arn}/index/GSI1\"]",
		"Condition:",
		"  ForAllValues:StringLike: {dynamodb:LeadingKeys: [\"CLIENT#*\", \"USER#*\"]}",
		"  \"Null\": {dynamodb:LeadingKeys: false}",
	}, conditions...)...)
}

var items = aws.String("items")

func query(condition string, names map[string]string, values item) *dynamodb.QueryInput {
	return &dynamodb.QueryInput{TableName: items, KeyConditionExpression: &condition, ExpressionAttributeNames: names, ExpressionAttributeValues: values}
}

func onIndex(in *dynamodb.QueryInput, index string) *dynamodb.QueryInput {
	in.IndexName = &index
	return in
}

func put(pk string) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: items, Item: key(pk)}}
}

func check(pk string) types.TransactWriteItem {
	return types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: items, Key: key(pk), ConditionExpression: aws.String("attribute_exists(PK)")}}
}

func write(entries ...types.TransactWriteItem) *dynamodb.TransactWriteItemsInput {
	return &dynamodb.TransactWriteItemsInput{TransactItems: entries}
}

func batchGet(pks ...string) *dynamodb.BatchGetItemInput {
	var keys []item
	for _, pk := range pks {
		keys = append(keys, key(pk))
	}
	return &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{"items": {Keys: keys}}}
}

func batchWrite(pks ...string) *dynamodb.BatchWriteItemInput {
	var requests []types.WriteRequest
	for i, pk := range pks {
		if i%2 == 0 {
			requests = append(requests, types.WriteRequest{PutRequest: &types.PutRequest{Item: key(pk)}})
		} else {
			requests = append(requests, types.WriteRequest{DeleteRequest: &types.DeleteRequest{Key: key(pk)}})
		}
	}
	return &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{"items": requests}}
}

// Every operation: with keys of granted realms it is allowed; its twin reaches for
// another realm, another action or the index and is refused there.
func TestDynamoDBCallsAreHeldToActionTableAndLeadingKeys(t *testing.T) {
	const index = tableARN + "/index/GSI1"
	for _, c := range []struct {
		name, actions string
		good, bad     any
		action, on    string // what the bad call is refused
	}{
		{"GetItem", "dynamodb:GetItem",
			&dynamodb.GetItemInput{TableName: items, Key: key("CLIENT#1")},
			&dynamodb.GetItemInput{TableName: items, Key: key("TEAM#1")},
			"dynamodb:GetItem", tableARN},
		{"GetItem by the table's ARN", "dynamodb:GetItem",
			&dynamodb.GetItemInput{TableName: aws.String(tableARN), Key: key("CLIENT#1")},
			&dynamodb.GetItemInput{TableName: aws.String(tableARN), Key: key("TEAM#1")},
			"dynamodb:GetItem", tableARN},
		{"GetItem is no BatchGetItem", "dynamodb:GetItem",
			&dynamodb.GetItemInput{TableName: items, Key: key("CLIENT#1")}, batchGet("CLIENT#1"),
			"dynamodb:BatchGetItem", tableARN},
		{"BatchGetItem: one foreign key spoils all", "dynamodb:BatchGetItem",
			batchGet("CLIENT#1", "USER#2"), batchGet("CLIENT#1", "USER#2", "TEAM#3"),
			"dynamodb:BatchGetItem", tableARN},
		{"Query", "dynamodb:Query",
			query("PK = :p AND begins_with(SK, :s)", nil, item{":p": s("CLIENT#1"), ":s": s("ITEM#")}),
			query("PK = :p AND begins_with(SK, :s)", nil, item{":p": s("TEAM#1"), ":s": s("CLIENT#")}),
			"dynamodb:Query", tableARN},
		{"Query by placeholders", "dynamodb:Query",
			query("(#0 = :0) AND (#1 BETWEEN :1 AND :2)", map[string]string{"#0": "PK", "#1": "SK"}, item{":0": s("USER#1"), ":1": s("TEAM#"), ":2": s("TEAM#z")}),
			query("(#0 = :0) AND (#1 = :1)", map[string]string{"#0": "PK", "#1": "SK"}, item{":0": s("TEAM#1"), ":1": s("USER#1")}),
			"dynamodb:Query", tableARN},
		{"Query with the sort key first", "dynamodb:Query",
			query("SK = :s AND PK = :p", nil, item{":p": s("USER#1"), ":s": s("TEAM#1")}),
			query("SK = :s AND PK = :p", nil, item{":p": s("TEAM#1"), ":s": s("USER#1")}),
			"dynamodb:Query", tableARN},
		{"Query of the index goes by the index's key", "dynamodb:Query",
			onIndex(query("GSI1PK = :p", nil, item{":p": s("USER#1")}), "GSI1"),
			onIndex(query("GSI1PK = :p", nil, item{":p": s("TEAM#1")}), "GSI1"),
			"dynamodb:Query", index},
		{"PutItem", "dynamodb:PutItem",
			&dynamodb.PutItemInput{TableName: items, Item: key("USER#1")},
			&dynamodb.PutItemInput{TableName: items, Item: key("AUTH#1")},
			"dynamodb:PutItem", tableARN},
		{"UpdateItem", "dynamodb:UpdateItem",
			&dynamodb.UpdateItemInput{TableName: items, Key: key("USER#1"), UpdateExpression: aws.String("SET a = :a")},
			&dynamodb.UpdateItemInput{TableName: items, Key: key("DUE#1"), UpdateExpression: aws.String("SET a = :a")},
			"dynamodb:UpdateItem", tableARN},
		{"DeleteItem", "dynamodb:DeleteItem",
			&dynamodb.DeleteItemInput{TableName: items, Key: key("USER#1")},
			&dynamodb.DeleteItemInput{TableName: items, Key: key("TEAM#1")},
			"dynamodb:DeleteItem", tableARN},
		{"BatchWriteItem: puts and deletes", "dynamodb:BatchWriteItem",
			batchWrite("USER#1", "CLIENT#2"), batchWrite("USER#1", "TEAM#2"),
			"dynamodb:BatchWriteItem", tableARN},
		{"TransactWriteItems needs the action of each entry", "dynamodb:PutItem, dynamodb:ConditionCheckItem",
			write(put("USER#1"), check("CLIENT#1")),
			write(put("USER#1"), types.TransactWriteItem{Delete: &types.Delete{TableName: items, Key: key("USER#2")}}),
			"dynamodb:DeleteItem", tableARN},
		{"TransactWriteItems: the condition check has an action of its own", "dynamodb:PutItem",
			write(put("USER#1")), write(put("USER#1"), check("USER#2")),
			"dynamodb:ConditionCheckItem", tableARN},
		{"TransactWriteItems: update", "dynamodb:UpdateItem",
			write(types.TransactWriteItem{Update: &types.Update{TableName: items, Key: key("USER#1"), UpdateExpression: aws.String("SET a = :a")}}),
			write(types.TransactWriteItem{Update: &types.Update{TableName: items, Key: key("TEAM#1"), UpdateExpression: aws.String("SET a = :a")}}),
			"dynamodb:UpdateItem", tableARN},
		{"TransactGetItems is GetItem", "dynamodb:GetItem",
			&dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: items, Key: key("USER#1")}}, {Get: &types.Get{TableName: items, Key: key("CLIENT#1")}}}},
			&dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{{Get: &types.Get{TableName: items, Key: key("USER#1")}}, {Get: &types.Get{TableName: items, Key: key("TEAM#1")}}}},
			"dynamodb:GetItem", tableARN},
		{"Scan has no leading keys: Null refuses it even where it is granted", "dynamodb:Scan, dynamodb:Query",
			query("PK = :p", nil, item{":p": s("USER#1")}),
			&dynamodb.ScanInput{TableName: items, FilterExpression: aws.String("PK = :p"), ExpressionAttributeValues: item{":p": s("USER#1")}},
			"dynamodb:Scan", tableARN},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := enforcer(t, onClientAndUser(c.actions))
			allowed(t, e.Check("DynamoDB", c.name, c.good))
			refused(t, e.Check("DynamoDB", c.name, c.bad), c.action, c.on)
		})
	}
}

// The realms of one transaction or batch have to stand in one statement: the key set is
// tested whole. Two statements that cover it between them do not.
func TestTheKeySetOfARequestIsTestedWhole(t *testing.T) {
	guarded := func(sid, realm string) string {
		return strings.ReplaceAll(statement("Action: [dynamodb:PutItem, dynamodb:BatchGetItem]", "Resource: !GetAtt Table.Arn", "Condition:",
			"  ForAllValues:StringLike: {dynamodb:LeadingKeys: [\""+realm+"\"]}", "  \"Null\": {dynamodb:LeadingKeys: false}"), "Sid: S", "Sid: "+sid)
	}
	apart := enforcer(t, guarded("Users", "USER#*")+guarded("Clients", "CLIENT#*"))
	together := enforcer(t, onClientAndUser("dynamodb:PutItem, dynamodb:BatchGetItem"))
	for _, c := range []struct {
		input  any
		action string
	}{{write(put("USER#1"), put("CLIENT#1")), "dynamodb:PutItem"}, {batchGet("USER#1", "CLIENT#1"), "dynamodb:BatchGetItem"}} {
		refused(t, apart.Check("DynamoDB", "", c.input), c.action, tableARN)
		allowed(t, together.Check("DynamoDB", "", c.input))
	}
	allowed(t, apart.Check("DynamoDB", "", write(put("USER#1"), put("USER#2"))))
}

// ForAllValues holds where there is no key: without the Null guard a Scan passes.
func TestWithoutTheNullGuardAKeylessRequestPasses(t *testing.T) {
	scan := &dynamodb.ScanInput{TableName: items}
	limit := []string{"Action: dynamodb:Scan", "Resource: !GetAtt Table.Arn", "Condition:", "  ForAllValues:StringLike: {dynamodb:LeadingKeys: [\"USER#*\"]}"}
	allowed(t, enforcer(t, statement(limit...)).Check("DynamoDB", "Scan", scan))
	limit = append(limit, "  \"Null\": {dynamodb:LeadingKeys: \"false\"}")
	refused(t, enforcer(t, statement(limit...)).Check("DynamoDB", "Scan", scan), "dynamodb:Scan", tableARN)
}

func TestAGrantOnTheTableIsNoneOnTheIndex(t *testing.T) {
	e := enforcer(t, statement("Action: dynamodb:Query", "Resource: !GetAtt Table.Arn"))
	q := query("GSI1PK = :p", nil, item{":p": s("USER#1")})
	refused(t, e.Check("DynamoDB", "Query", onIndex(q, "GSI1")), "dynamodb:Query", tableARN+"/index/GSI1")
	allowed(t, e.Check("DynamoDB", "Query", query("PK = :p", nil, item{":p": s("USER#1")})))
}

func TestReturnedValuesCanBeForbidden(t *testing.T) {
	e := enforcer(t, onClientAndUser("dynamodb:PutItem, dynamodb:DeleteItem, dynamodb:UpdateItem, dynamodb:ConditionCheckItem",
		"  StringEqualsIfExists: {dynamodb:ReturnValues: NONE}"))
	allOld := types.ReturnValuesOnConditionCheckFailureAllOld
	for _, c := range []struct {
		good, bad any
		action    string
	}{
		{&dynamodb.PutItemInput{TableName: items, Item: key("USER#1"), ReturnValues: types.ReturnValueNone},
			&dynamodb.PutItemInput{TableName: items, Item: key("USER#1"), ReturnValues: types.ReturnValueAllOld}, "dynamodb:PutItem"},
		{&dynamodb.UpdateItemInput{TableName: items, Key: key("USER#1")},
			&dynamodb.UpdateItemInput{TableName: items, Key: key("USER#1"), ReturnValues: types.ReturnValueAllNew}, "dynamodb:UpdateItem"},
		{&dynamodb.DeleteItemInput{TableName: items, Key: key("USER#1")},
			&dynamodb.DeleteItemInput{TableName: items, Key: key("USER#1"), ReturnValuesOnConditionCheckFailure: allOld}, "dynamodb:DeleteItem"},
		{write(put("USER#1")),
			write(types.TransactWriteItem{Put: &types.Put{TableName: items, Item: key("USER#1"), ReturnValuesOnConditionCheckFailure: allOld}}), "dynamodb:PutItem"},
		{write(check("USER#1")),
			write(types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: items, Key: key("USER#1"), ReturnValuesOnConditionCheckFailure: allOld}}), "dynamodb:ConditionCheckItem"},
	} {
		allowed(t, e.Check("DynamoDB", "", c.good))
		refused(t, e.Check("DynamoDB", "", c.bad), c.action, tableARN)
	}
}

func TestAttributesAndSelectCanBeLimited(t *testing.T) {
	e := enforcer(t, onClientAndUser("dynamodb:GetItem, dynamodb:Query, dynamodb:UpdateItem",
		"  ForAllValues:StringEquals: {dynamodb:Attributes: [PK, SK, name, state]}",
		"  StringEqualsIfExists: {dynamodb:Select: SPECIFIC_ATTRIBUTES}"))
	names := map[string]string{"#n": "name", "#e": "email"}
	get := func(projection string) *dynamodb.GetItemInput {
		return &dynamodb.GetItemInput{TableName: items, Key: key("USER#1"), ProjectionExpression: &projection, ExpressionAttributeNames: names}
	}
	update := func(expression, condition string) *dynamodb.UpdateItemInput {
		return &dynamodb.UpdateItemInput{TableName: items, Key: key("USER#1"), UpdateExpression: &expression, ConditionExpression: &condition, ExpressionAttributeNames: names}
	}
	allowed(t, e.Check("DynamoDB", "GetItem", get("#n, state.opened")))
	refused(t, e.Check("DynamoDB", "GetItem", get("#n, #e")), "dynamodb:GetItem", tableARN)
	refused(t, e.Check("DynamoDB", "GetItem", &dynamodb.GetItemInput{TableName: items, Key: key("USER#1")}), "dynamodb:GetItem", tableARN)
	allowed(t, e.Check("DynamoDB", "UpdateItem", update("SET #n = :n REMOVE state", "attribute_exists(PK) AND NOT size(#n) = :z")))
	refused(t, e.Check("DynamoDB", "UpdateItem", update("SET #n = :n", "email = :e")), "dynamodb:UpdateItem", tableARN)
	whole := query("PK = :p", nil, item{":p": s("USER#1")})
	refused(t, e.Check("DynamoDB", "Query", whole), "dynamodb:Query", tableARN)
	whole.ProjectionExpression = aws.String("SK")
	allowed(t, e.Check("DynamoDB", "Query", whole))
}

func TestTheEnclosingOperationIsKnown(t *testing.T) {
	e := enforcer(t, onClientAndUser("dynamodb:PutItem", "  ForAnyValue:StringEquals: {dynamodb:EnclosingOperation: [TransactWriteItems]}"))
	allowed(t, e.Check("DynamoDB", "", write(put("USER#1"))))
	refused(t, e.Check("DynamoDB", "", &dynamodb.PutItemInput{TableName: items, Item: key("USER#1")}), "dynamodb:PutItem", tableARN)
}

// What cannot be judged is an error even under a grant of everything.
func TestDynamoDBCallsThatCannotBeJudgedAreErrors(t *testing.T) {
	e := enforcer(t, statement("Action: \"*\"", "Resource: \"*\""))
	for want, input := range map[string]any{
		"PartiQL":                   &dynamodb.ExecuteStatementInput{Statement: aws.String("SELECT * FROM items")},
		"no table":                  &dynamodb.GetItemInput{TableName: aws.String("other"), Key: key("USER#1")},
		"no index":                  onIndex(query("PK = :p", nil, item{":p": s("USER#1")}), "GSI9"),
		"no equality":               query("begins_with(PK, :p)", nil, item{":p": s("USER#1")}),
		"has no value":              query("PK = :p", nil, nil),
		"legacy":                    &dynamodb.GetItemInput{TableName: items, Key: key("USER#1"), AttributesToGet: []string{"name"}},
		"is empty":                  write(types.TransactWriteItem{}),
		"not derived here":          &dynamodb.DeleteTableInput{TableName: items},
		"attribute PK has no value": &dynamodb.GetItemInput{TableName: items, Key: item{"SK": s("x")}},
	} {
		err := e.Check("DynamoDB", "X", input)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%T: got %v, want an error with %q", input, err, want)
		}
	}
	if n := len(e.Uses()); n != 0 {
		t.Errorf("calls that were not made count as %d uses", n)
	}
}

func TestPhysicalNamesOfTheTest(t *testing.T) {
	tpl := withPolicies(t, onClientAndUser("dynamodb:GetItem"))
	e, err := iam.ForFunction(tpl, "people-list", map[string]string{"Table": "test-7"})
	if err != nil {
		t.Fatal(err)
	}
	allowed(t, e.Check("DynamoDB", "GetItem", &dynamodb.GetItemInput{TableName: aws.String("test-7"), Key: key("USER#1")}))
	refused(t, e.Check("DynamoDB", "GetItem", &dynamodb.GetItemInput{TableName: aws.String("test-7"), Key: key("TEAM#1")}),
		"dynamodb:GetItem", "arn:aws:dynamodb:eu-central-1:123456789012:table/test-7")
}
