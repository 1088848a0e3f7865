package iam

import (
	"strings"

	"foyer/shared/samtemplate"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// secretRequests derives Secrets Manager's requests. The resource is always the whole
// ARN, also where the call gives a name: the template's secret of that name, or else one
// made with [samtemplate.SecretSuffix], which a policy on name-* or name-?????? matches.
func (e *Enforcer) secretRequests(input any) ([]Request, bool, error) {
	in, ok := input.(*secretsmanager.GetSecretValueInput)
	if !ok {
		return nil, false, nil
	}
	id := aws.ToString(in.SecretId)
	arn, known := e.resourceOf("AWS::SecretsManager::Secret", id)
	switch {
	case known:
	case strings.HasPrefix(id, "arn:"):
		arn = id
	default:
		arn = e.arn("secretsmanager", "secret:"+id+samtemplate.SecretSuffix)
	}
	context := map[string][]string{
		"secretsmanager:SecretId":     {id},
		"secretsmanager:VersionId":    single(aws.ToString(in.VersionId)),
		"secretsmanager:VersionStage": single(aws.ToString(in.VersionStage)),
	}
	return each("secretsmanager:GetSecretValue", context, arn), true, nil
}
