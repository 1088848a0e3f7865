package iam

import (
	"fmt"
	"net/url"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

// queueRequests derives SQS's requests. A batch needs the action of its single
// operation (Service Authorization Reference, "Amazon SQS": SendMessageBatch is
// authorised by sqs:SendMessage, and so on).
func (e *Enforcer) queueRequests(input any) ([]Request, bool, error) {
	var action string
	var queue *string
	switch in := input.(type) {
	case *sqs.SendMessageInput:
		action, queue = "SendMessage", in.QueueUrl
	case *sqs.SendMessageBatchInput:
		action, queue = "SendMessage", in.QueueUrl
	case *sqs.ReceiveMessageInput:
		action, queue = "ReceiveMessage", in.QueueUrl
	case *sqs.DeleteMessageInput:
		action, queue = "DeleteMessage", in.QueueUrl
	case *sqs.DeleteMessageBatchInput:
		action, queue = "DeleteMessage", in.QueueUrl
	case *sqs.ChangeMessageVisibilityInput:
		action, queue = "ChangeMessageVisibility", in.QueueUrl
	case *sqs.ChangeMessageVisibilityBatchInput:
		action, queue = "ChangeMessageVisibility", in.QueueUrl
	case *sqs.GetQueueAttributesInput:
		action, queue = "GetQueueAttributes", in.QueueUrl
	default:
		return nil, false, nil
	}
	arn, err := e.queueARN(aws.ToString(queue))
	if err != nil {
		return nil, true, err
	}
	return each("sqs:"+action, nil, arn), true, nil
}

// queueARN turns https://host/<account>/<name> into the queue's ARN: the template's
// queue of that name, whatever account a local engine writes into its addresses.
func (e *Enforcer) queueARN(address string) (string, error) {
	u, err := url.Parse(address)
	if err != nil {
		return "", fmt.Errorf("the queue URL %q: %w", address, err)
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	if len(parts) != 2 {
		return "", fmt.Errorf("the queue URL %q does not end in account and name", address)
	}
	if arn, ok := e.resourceOf("AWS::SQS::Queue", parts[1]); ok {
		return arn, nil
	}
	return "arn:aws:sqs:" + e.tpl.Settings.Region + ":" + parts[0] + ":" + parts[1], nil
}
