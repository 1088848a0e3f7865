package iam_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/smithy-go"
)

// answers counts the calls that reach the network and answers each with {}.
type answers struct{ calls atomic.Int32 }

func (a *answers) Do(*http.Request) (*http.Response, error) {
	a.calls.Add(1)
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader("{}"))}, nil
}

func TestTheMiddlewareRefusesBeforeTheCallIsMade(t *testing.T) {
	e := enforcer(t, onClientAndUser("dynamodb:GetItem"))
	network := &answers{}
	config := aws.Config{Region: "eu-central-1", HTTPClient: network, Credentials: credentials.NewStaticCredentialsProvider("test", "test", "")}
	config.APIOptions = append(config.APIOptions, e.Middleware())
	ctx := context.Background()
	db := dynamodb.NewFromConfig(config)

	if _, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: items, Key: key("CLIENT#1")}); err != nil {
		t.Fatalf("a granted call: got %v", err)
	}
	if got := network.calls.Load(); got != 1 {
		t.Fatalf("a granted call: %d calls reached the network, want 1", got)
	}

	_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: items, Key: key("TEAM#1")})
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		t.Fatalf("got %v, want a smithy.APIError", err)
	}
	if refusal.ErrorCode() != "AccessDeniedException" || refusal.ErrorFault() != smithy.FaultClient {
		t.Errorf("got the code %s and the fault %v, want AccessDeniedException and the client's", refusal.ErrorCode(), refusal.ErrorFault())
	}
	for _, want := range []string{"people-list", "dynamodb:GetItem", tableARN, "not authorized to perform"} {
		if !strings.Contains(refusal.ErrorMessage(), want) {
			t.Errorf("got the message %q, want it to contain %q", refusal.ErrorMessage(), want)
		}
	}
	var operation *smithy.OperationError
	if !errors.As(err, &operation) || operation.Operation() != "GetItem" {
		t.Errorf("got %v, want it wrapped in the SDK's operation error for GetItem", err)
	}

	if _, err := cognitoidentityprovider.NewFromConfig(config).CreateUserPool(ctx, &cognitoidentityprovider.CreateUserPoolInput{PoolName: aws.String("x")}); err == nil || !strings.Contains(err.Error(), "Cognito Identity Provider CreateUserPool") {
		t.Errorf("a call that cannot be judged: got %v, want an error that names service and operation", err)
	}
	if _, err := s3.NewPresignClient(s3.NewFromConfig(config)).PresignGetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("files"), Key: aws.String("a")}); !errors.As(err, &refusal) {
		t.Errorf("signing a link to an object that the function may not read: got %v, want a refusal", err)
	}
	if got := network.calls.Load(); got != 1 {
		t.Errorf("after the refusals: %d calls reached the network, want still 1", got)
	}
}

func TestAnExplicitDenyIsNamed(t *testing.T) {
	e := enforcer(t, statement("Action: dynamodb:*", "Resource: \"*\"")+`
        - Statement:
            Sid: NeverDelete
            Effect: Deny
            Action: dynamodb:DeleteItem
            Resource: "*"
`)
	err := e.Check("DynamoDB", "DeleteItem", &dynamodb.DeleteItemInput{TableName: items, Key: key("USER#1")})
	refused(t, err, "dynamodb:DeleteItem", tableARN)
	if !strings.Contains(err.Error(), "explicit deny") || !strings.Contains(err.Error(), "NeverDelete") {
		t.Errorf("got %v, want the explicit deny NeverDelete named", err)
	}
	allowed(t, e.Check("DynamoDB", "GetItem", &dynamodb.GetItemInput{TableName: items, Key: key("USER#1")}))
}
