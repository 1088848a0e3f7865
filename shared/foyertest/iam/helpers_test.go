package iam_test

import (
	"errors"
	"strings"
	"testing"

	"foyer/shared/foyertest/iam"
	"foyer/shared/samtemplate"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// tableARN is the table's of the templates below, named items.
const tableARN = "arn:aws:dynamodb:eu-central-1:123456789012:table/items"

// withPolicies is a template with a table, an index and the function people-list whose
// Policies are the given YAML, indented by eight.
func withPolicies(t *testing.T, policies string) *samtemplate.Template {
	t.Helper()
	tpl, err := samtemplate.Parse("template.yaml", []byte(`
Resources:
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: items
      AttributeDefinitions:
        - {AttributeName: PK, AttributeType: S}
        - {AttributeName: SK, AttributeType: S}
        - {AttributeName: GSI1PK, AttributeType: S}
      KeySchema: [{AttributeName: PK, KeyType: HASH}, {AttributeName: SK, KeyType: RANGE}]
      GlobalSecondaryIndexes:
        - IndexName: GSI1
          KeySchema: [{AttributeName: GSI1PK, KeyType: HASH}]
          Projection: {ProjectionType: ALL}
      StreamSpecification: {StreamViewType: NEW_AND_OLD_IMAGES}
  Key: {Type: AWS::SecretsManager::Secret, Properties: {Name: foyer/key}}
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: poison}}
  UserPool: {Type: AWS::Cognito::UserPool}
  PeopleListFunction:
    Type: AWS::Serverless::Function
    Properties:
      Policies:
`+policies))
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

// statement is a policy of one statement.
func statement(lines ...string) string {
	return "        - Statement:\n          - Sid: S\n            Effect: Allow\n            " + strings.Join(lines, "\n            ") + "\n"
}

func enforcer(t *testing.T, policies string) *iam.Enforcer {
	t.Helper()
	e, err := iam.ForFunction(withPolicies(t, policies), "people-list", nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// refused fails the test unless err is a refusal of that action on that resource.
func refused(t *testing.T, err error, action, resource string) {
	t.Helper()
	var denied *iam.AccessDenied
	if !errors.As(err, &denied) {
		t.Errorf("got %v, want a refusal of %s", err, action)
		return
	}
	if denied.Request.Action != action || denied.Request.Resource != resource {
		t.Errorf("got a refusal of %s on %s, want %s on %s", denied.Request.Action, denied.Request.Resource, action, resource)
	}
}

func allowed(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Errorf("got %v, want the call allowed", err)
	}
}

type item = map[string]types.AttributeValue

func s(v string) types.AttributeValue { return &types.AttributeValueMemberS{Value: v} }

func key(pk string) item { return item{"PK": s(pk), "SK": s("x")} }
