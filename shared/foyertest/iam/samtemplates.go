package iam

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"foyer/shared/samtemplate"
)

// policyTemplate is one of SAM's policy templates: parameters and the statement they fill.
type policyTemplate struct {
	// parameters have to be given, all of them and no other.
	parameters []string
	actions    []string
	// resources are patterns with {partition-less} placeholders; see fill.
	resources []string
}

// policyTemplates are SAM's policy templates as samtranslator 1.110.0 has them
// (policy_templates_data/policy_templates.json). Every one is one Allow.
var policyTemplates = map[string]policyTemplate{
	"DynamoDBCrudPolicy": {
		parameters: []string{"TableName"},
		actions: dynamo("GetItem", "DeleteItem", "PutItem", "Scan", "Query", "UpdateItem", "BatchWriteItem", "BatchGetItem",
			"DescribeTable", "ConditionCheckItem"),
		resources: tableAndIndexes,
	},
	"DynamoDBReadPolicy": {
		parameters: []string{"TableName"},
		actions:    dynamo("GetItem", "Scan", "Query", "BatchGetItem", "DescribeTable"),
		resources:  tableAndIndexes,
	},
	"DynamoDBWritePolicy": {
		parameters: []string{"TableName"},
		actions:    dynamo("PutItem", "UpdateItem", "BatchWriteItem"),
		resources:  tableAndIndexes,
	},
	"SQSSendMessagePolicy": {
		parameters: []string{"QueueName"},
		actions:    []string{"sqs:SendMessage*"},
		resources:  []string{"arn:aws:sqs:{region}:{account}:{QueueName}"},
	},
	"SQSPollerPolicy": {
		parameters: []string{"QueueName"},
		actions: []string{"sqs:ChangeMessageVisibility", "sqs:ChangeMessageVisibilityBatch", "sqs:DeleteMessage",
			"sqs:DeleteMessageBatch", "sqs:GetQueueAttributes", "sqs:ReceiveMessage"},
		resources: []string{"arn:aws:sqs:{region}:{account}:{QueueName}"},
	},
	"SESCrudPolicy": {
		parameters: []string{"IdentityName"},
		actions:    []string{"ses:GetIdentityVerificationAttributes", "ses:SendEmail", "ses:SendRawEmail", "ses:VerifyEmailIdentity"},
		resources:  []string{"arn:aws:ses:{region}:{account}:identity/{IdentityName}"},
	},
	"SESEmailTemplateCrudPolicy": {
		actions: []string{"ses:CreateTemplate", "ses:GetTemplate", "ses:ListTemplates", "ses:UpdateTemplate", "ses:DeleteTemplate",
			"ses:TestRenderTemplate"},
		resources: []string{"*"},
	},
	"AWSSecretsManagerGetSecretValuePolicy": {
		parameters: []string{"SecretArn"},
		actions:    []string{"secretsmanager:GetSecretValue"},
		resources:  []string{"{SecretArn}"},
	},
	"S3ReadPolicy": {
		parameters: []string{"BucketName"},
		actions:    []string{"s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetObjectVersion", "s3:GetLifecycleConfiguration"},
		resources:  bucketAndObjects,
	},
	"S3WritePolicy": {
		parameters: []string{"BucketName"},
		actions:    []string{"s3:PutObject", "s3:PutObjectAcl", "s3:PutLifecycleConfiguration"},
		resources:  bucketAndObjects,
	},
	"S3CrudPolicy": {
		parameters: []string{"BucketName"},
		actions: []string{"s3:GetObject", "s3:ListBucket", "s3:GetBucketLocation", "s3:GetObjectVersion", "s3:PutObject",
			"s3:PutObjectAcl", "s3:GetLifecycleConfiguration", "s3:PutLifecycleConfiguration", "s3:DeleteObject"},
		resources: bucketAndObjects,
	},
	"LambdaInvokePolicy": {
		parameters: []string{"FunctionName"},
		actions:    []string{"lambda:InvokeFunction"},
		resources:  []string{"arn:aws:lambda:{region}:{account}:function:{FunctionName}*"},
	},
	"KMSDecryptPolicy": {
		parameters: []string{"KeyId"},
		actions:    []string{"kms:Decrypt"},
		resources:  []string{"arn:aws:kms:{region}:{account}:key/{KeyId}"},
	},
	"SNSPublishMessagePolicy": {
		parameters: []string{"TopicName"},
		actions:    []string{"sns:Publish"},
		resources:  []string{"arn:aws:sns:{region}:{account}:{TopicName}"},
	},
}

var (
	tableAndIndexes = []string{
		"arn:aws:dynamodb:{region}:{account}:table/{TableName}",
		"arn:aws:dynamodb:{region}:{account}:table/{TableName}/index/*",
	}
	bucketAndObjects = []string{"arn:aws:s3:::{BucketName}", "arn:aws:s3:::{BucketName}/*"}
)

func dynamo(actions ...string) []string {
	out := make([]string, len(actions))
	for i, a := range actions {
		out[i] = "dynamodb:" + a
	}
	return out
}

// expandTemplate gives the policy document that a SAM policy template stands for.
func expandTemplate(settings samtemplate.Settings, name string, given map[string]any) (map[string]any, error) {
	t, ok := policyTemplates[name]
	if !ok {
		known := make([]string, 0, len(policyTemplates))
		for k := range policyTemplates {
			known = append(known, k)
		}
		sort.Strings(known)
		return nil, fmt.Errorf("the SAM policy template %s is not known here; write the statement inline or add it to samtemplates.go (known: %s)", name, strings.Join(known, ", "))
	}
	replace := []string{"{region}", settings.Region, "{account}", settings.AccountID}
	for _, parameter := range t.parameters {
		v, ok := given[parameter].(string)
		if !ok || v == "" {
			return nil, fmt.Errorf("%s needs the parameter %s", name, parameter)
		}
		replace = append(replace, "{"+parameter+"}", v)
	}
	for parameter := range given {
		if !slices.Contains(t.parameters, parameter) {
			return nil, fmt.Errorf("%s has no parameter %s", name, parameter)
		}
	}
	fill := strings.NewReplacer(replace...)
	var actions, resources []any
	for _, a := range t.actions {
		actions = append(actions, a)
	}
	for _, r := range t.resources {
		resources = append(resources, fill.Replace(r))
	}
	statement := map[string]any{"Effect": "Allow", "Action": actions, "Resource": resources}
	return map[string]any{"Statement": []any{statement}}, nil
}
