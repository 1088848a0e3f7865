package iam

import (
	"fmt"

	"foyer/shared/samtemplate"
)

// grant is an Allow of actions on every resource, as AWS's managed policies have it.
type grant []string

var writeLogs = grant{"logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"}

// awsManaged has the managed policies that SAM attaches to the roles it makes
// (samtranslator: model/sam_resources.py, _construct_role, and model/eventsources/pull.py,
// get_policy_arn), with the content that AWS gives them (AWS Managed Policy Reference
// Guide). Every one of them is on Resource "*".
var awsManaged = map[string][]grant{
	"AWSLambdaBasicExecutionRole": {writeLogs},
	"AWSLambdaDynamoDBExecutionRole": {
		{"dynamodb:DescribeStream", "dynamodb:GetRecords", "dynamodb:GetShardIterator", "dynamodb:ListStreams"}, writeLogs,
	},
	"AWSLambdaSQSQueueExecutionRole": {
		{"sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"}, writeLogs,
	},
	"AWSXrayWriteOnlyAccess": {
		{"xray:PutTraceSegments", "xray:PutTelemetryRecords", "xray:GetSamplingRules", "xray:GetSamplingTargets", "xray:GetSamplingStatisticSummaries"},
	},
}

// implied gives what SAM adds to the role that it makes for a function.
func implied(f samtemplate.Function) []Statement {
	attached := []string{"AWSLambdaBasicExecutionRole"}
	if f.Tracing == "Active" || f.Tracing == "PassThrough" {
		attached = append(attached, "AWSXrayWriteOnlyAccess")
	}
	if len(f.Streams()) > 0 {
		attached = append(attached, "AWSLambdaDynamoDBExecutionRole")
	}
	if len(f.Queues()) > 0 {
		attached = append(attached, "AWSLambdaSQSQueueExecutionRole")
	}
	var out []Statement
	for _, name := range attached {
		out = append(out, impliedStatements(name, awsManaged[name])...)
	}
	return append(out, onFailure(f)...)
}

func impliedStatements(policy string, grants []grant) []Statement {
	var out []Statement
	for i, g := range grants {
		out = append(out, Statement{ID: fmt.Sprintf("%s#%d", policy, i), Implied: true, Actions: g, Resources: []string{"*"}})
	}
	return out
}

// onFailure gives the right to reach a stream's or queue's failure destination, which
// SAM grants where Type says SQS, SNS or S3, and the dead-letter queue of the function
// (samtranslator: model/iam.py and pull.py, and sam_resources.py for DeadLetterQueue).
func onFailure(f samtemplate.Function) []Statement {
	var out []Statement
	add := func(id, action, arn string) {
		out = append(out, Statement{ID: id, Implied: true, Actions: []string{action}, Resources: []string{arn}})
	}
	for _, e := range append(f.Streams(), f.Queues()...) {
		destination := samtemplate.Map(samtemplate.Map(e.Properties["DestinationConfig"])["OnFailure"])
		arn, _ := destination["Destination"].(string)
		switch destination["Type"] {
		case "SQS":
			add(e.Name+"OnFailure", "sqs:SendMessage", arn)
		case "SNS":
			add(e.Name+"OnFailure", "sns:Publish", arn)
		case "S3":
			add(e.Name+"OnFailure", "s3:PutObject", arn+"/*")
			add(e.Name+"OnFailureList", "s3:ListBucket", arn)
		}
	}
	queue := samtemplate.Map(f.Resource.Properties["DeadLetterQueue"])
	arn, _ := queue["TargetArn"].(string)
	switch queue["Type"] {
	case "SQS":
		add("DeadLetterQueue", "sqs:SendMessage", arn)
	case "SNS":
		add("DeadLetterQueue", "sns:Publish", arn)
	}
	return out
}
