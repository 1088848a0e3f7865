// Command both is a Lambda function with one operation of huma's that reads one
// row by the AWS SDK, its attributes by attributevalue: the libraries that an
// operation of Foyer's stands on, and nothing of Foyer's but its AWS configuration.
package main

import (
	"context"
	"net/http"

	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/awslabs/aws-lambda-go-api-proxy/httpadapter"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"foyer/shared/awsenv"
)

type row struct {
	PK string `dynamodbav:"PK"`
	SK string `dynamodbav:"SK"`
}

type output struct{ Body row }

func main() {
	db := dynamodb.NewFromConfig(awsenv.Config())
	mux := http.NewServeMux()
	huma.Register(humago.New(mux, huma.DefaultConfig("floor", "1")), huma.Operation{OperationID: "floor", Method: http.MethodGet, Path: "/v1/me"},
		func(ctx context.Context, _ *struct{}) (*output, error) {
			key, err := attributevalue.MarshalMap(row{PK: "USER#nobody", SK: "ACCOUNT"})
			if err != nil {
				return nil, err
			}
			res, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("foyer"), Key: key})
			if err != nil {
				return nil, err
			}
			out := &output{}
			return out, attributevalue.UnmarshalMap(res.Item, &out.Body)
		})
	lambda.Start(httpadapter.NewV2(mux).ProxyWithContext)
}
