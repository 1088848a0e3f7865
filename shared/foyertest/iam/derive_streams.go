package iam

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
)

// streamRequests derives DynamoDB Streams' requests, whose actions have the prefix
// dynamodb. GetRecords names only an iterator; DynamoDB's begins with the stream's ARN
// and a bar. Where an engine makes other iterators, the stream of the template's one
// table with a stream is meant.
func (e *Enforcer) streamRequests(input any) ([]Request, bool, error) {
	switch in := input.(type) {
	case *dynamodbstreams.DescribeStreamInput:
		return each("dynamodb:DescribeStream", nil, aws.ToString(in.StreamArn)), true, nil
	case *dynamodbstreams.GetShardIteratorInput:
		return each("dynamodb:GetShardIterator", nil, aws.ToString(in.StreamArn)), true, nil
	case *dynamodbstreams.GetRecordsInput:
		return each("dynamodb:GetRecords", nil, e.streamOf(aws.ToString(in.ShardIterator))), true, nil
	case *dynamodbstreams.ListStreamsInput:
		table := aws.ToString(in.TableName)
		if table == "" {
			table = "*"
		}
		return each("dynamodb:ListStreams", nil, e.arn("dynamodb", "table/"+table+"/stream/*")), true, nil
	}
	return nil, false, nil
}

func (e *Enforcer) streamOf(iterator string) string {
	if arn, _, ok := strings.Cut(iterator, "|"); ok && strings.HasPrefix(arn, "arn:") {
		return arn
	}
	for _, t := range e.tables {
		if t.StreamView == "" {
			continue
		}
		if arn, err := e.tpl.GetAtt(t.LogicalID, "StreamArn"); err == nil {
			return arn
		}
	}
	return e.arn("dynamodb", "table/unknown/stream/unknown")
}
