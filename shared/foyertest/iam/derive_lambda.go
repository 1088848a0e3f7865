package iam

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
)

// lambdaRequests derives Invoke: lambda:InvokeFunction on the function's ARN, with the
// qualifier where the call has one. The function may be named by name, ARN or
// <account>:function:<name>.
func (e *Enforcer) lambdaRequests(input any) ([]Request, bool, error) {
	in, ok := input.(*lambda.InvokeInput)
	if !ok {
		return nil, false, nil
	}
	name := aws.ToString(in.FunctionName)
	arn := name
	if !strings.HasPrefix(name, "arn:") {
		_, last, partial := strings.Cut(name, "function:")
		if !partial {
			last = name
		}
		arn = e.arn("lambda", "function:"+last)
	}
	if in.Qualifier != nil {
		arn += ":" + *in.Qualifier
	}
	return each("lambda:InvokeFunction", nil, arn), true, nil
}
