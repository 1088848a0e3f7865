// Command sdk is a Lambda function that reads one row, by the real AWS SDK and
// nothing else: what no function that uses DynamoDB can undercut.
package main

import (
	"context"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/awsenv"
)

func main() {
	db := dynamodb.NewFromConfig(awsenv.Config())
	lambda.Start(func(ctx context.Context, _ events.APIGatewayV2HTTPRequest) (events.APIGatewayV2HTTPResponse, error) {
		_, err := db.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String("foyer"), Key: map[string]types.AttributeValue{
			"PK": &types.AttributeValueMemberS{Value: "USER#nobody"}, "SK": &types.AttributeValueMemberS{Value: "ACCOUNT"},
		}})
		return events.APIGatewayV2HTTPResponse{StatusCode: 204}, err
	})
}
