package samtemplate

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// nameProperty is the property in which a resource type says its physical name.
var nameProperty = map[string]string{
	"AWS::DynamoDB::Table":          "TableName",
	"AWS::Serverless::SimpleTable":  "TableName",
	"AWS::SQS::Queue":               "QueueName",
	"AWS::SNS::Topic":               "TopicName",
	"AWS::S3::Bucket":               "BucketName",
	"AWS::SecretsManager::Secret":   "Name",
	"AWS::Logs::LogGroup":           "LogGroupName",
	"AWS::Serverless::Function":     "FunctionName",
	"AWS::Lambda::Function":         "FunctionName",
	"AWS::IAM::Role":                "RoleName",
	"AWS::IAM::ManagedPolicy":       "ManagedPolicyName",
	"AWS::SES::ConfigurationSet":    "Name",
	"AWS::SES::EmailIdentity":       "EmailIdentity",
	"AWS::CloudWatch::Alarm":        "AlarmName",
	"AWS::CloudWatch::Dashboard":    "DashboardName",
	"AWS::Events::EventBus":         "Name",
	"AWS::Scheduler::ScheduleGroup": "Name",
	"AWS::KMS::Alias":               "AliasName",
}

// SecretSuffix stands for the hyphen and six random characters that Secrets Manager puts
// behind a secret's name in its ARN.
const SecretSuffix = "-AbCdEf"

// ref is what Ref gives for a parameter, pseudo parameter or resource.
func (r *resolver) ref(n *yaml.Node, id, place string) (any, error) {
	if v, ok := r.parameters[id]; ok {
		return v, nil
	}
	switch id {
	case "AWS::Region":
		return r.settings.Region, nil
	case "AWS::AccountId":
		return r.settings.AccountID, nil
	case "AWS::StackName":
		return r.settings.StackName, nil
	case "AWS::StackId":
		return r.arn("cloudformation", "stack/"+r.settings.StackName+"/00000000-0000-0000-0000-000000000000"), nil
	case "AWS::Partition":
		return "aws", nil
	case "AWS::URLSuffix":
		return "amazonaws.com", nil
	case "AWS::NoValue":
		return noValue{}, nil
	}
	kind, known := r.kind(id)
	if !known {
		return nil, r.fail(n, place, "%q is no parameter and no resource of the template", id)
	}
	name, err := r.name(n, id, kind, place)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "AWS::SQS::Queue":
		if given := r.settings.Names[id]; strings.Contains(given, "://") {
			return given, nil
		}
		return "https://sqs." + r.settings.Region + ".amazonaws.com/" + r.settings.AccountID + "/" + name, nil
	case "AWS::SecretsManager::Secret", "AWS::SNS::Topic", "AWS::IAM::ManagedPolicy":
		return r.attribute(n, id, "Arn", place)
	}
	return name, nil
}

// attribute is what GetAtt gives.
func (r *resolver) attribute(n *yaml.Node, id, attribute, place string) (any, error) {
	kind, known := r.kind(id)
	if !known {
		return nil, r.fail(n, place, "GetAtt: no resource %q in the template", id)
	}
	name, err := r.name(n, id, kind, place)
	if err != nil {
		return nil, err
	}
	host := func(service string) string { return service + "." + r.settings.Region + ".amazonaws.com" }
	switch kind + " " + attribute {
	case "AWS::DynamoDB::Table Arn", "AWS::Serverless::SimpleTable Arn":
		return r.arn("dynamodb", "table/"+name), nil
	case "AWS::DynamoDB::Table StreamArn":
		return r.arn("dynamodb", "table/"+name+"/stream/2026-01-01T00:00:00.000"), nil
	case "AWS::SQS::Queue Arn":
		return r.arn("sqs", name), nil
	case "AWS::SQS::Queue QueueName", "AWS::SNS::Topic TopicName":
		return name, nil
	case "AWS::SQS::Queue QueueUrl":
		return r.ref(n, id, place)
	case "AWS::SNS::Topic Arn", "AWS::SNS::Topic TopicArn":
		return r.arn("sns", name), nil
	case "AWS::S3::Bucket Arn":
		return "arn:aws:s3:::" + name, nil
	case "AWS::S3::Bucket RegionalDomainName":
		return name + "." + host("s3"), nil
	case "AWS::S3::Bucket DomainName":
		return name + ".s3.amazonaws.com", nil
	case "AWS::SecretsManager::Secret Arn", "AWS::SecretsManager::Secret Id":
		if strings.HasPrefix(name, "arn:") {
			return name, nil
		}
		return r.arn("secretsmanager", "secret:"+name+SecretSuffix), nil
	case "AWS::Cognito::UserPool Arn":
		return r.arn("cognito-idp", "userpool/"+name), nil
	case "AWS::Cognito::UserPool UserPoolId":
		return name, nil
	case "AWS::Cognito::UserPool ProviderName":
		return host("cognito-idp") + "/" + name, nil
	case "AWS::Cognito::UserPool ProviderURL":
		return "https://" + host("cognito-idp") + "/" + name, nil
	case "AWS::Cognito::UserPoolClient ClientId":
		return name, nil
	case "AWS::Cognito::UserPoolClient ClientSecret":
		return "secret-of-" + name, nil
	case "AWS::Logs::LogGroup Arn":
		return r.arn("logs", "log-group:"+name+":*"), nil
	case "AWS::Serverless::Function Arn", "AWS::Lambda::Function Arn":
		return r.arn("lambda", "function:"+name), nil
	case "AWS::IAM::Role Arn":
		return "arn:aws:iam::" + r.settings.AccountID + ":role/" + name, nil
	case "AWS::IAM::Role RoleId":
		return "AROA" + strings.ToUpper(id), nil
	case "AWS::IAM::ManagedPolicy Arn", "AWS::IAM::ManagedPolicy PolicyArn":
		return "arn:aws:iam::" + r.settings.AccountID + ":policy/" + name, nil
	case "AWS::Serverless::HttpApi ApiId", "AWS::ApiGatewayV2::Api ApiId":
		return name, nil
	case "AWS::Serverless::HttpApi ApiEndpoint", "AWS::ApiGatewayV2::Api ApiEndpoint":
		return "https://" + name + "." + host("execute-api"), nil
	case "AWS::CloudWatch::Alarm Arn":
		return r.arn("cloudwatch", "alarm:"+name), nil
	case "AWS::KMS::Key Arn":
		return r.arn("kms", "key/"+name), nil
	case "AWS::KMS::Key KeyId":
		return name, nil
	case "AWS::Events::EventBus Arn":
		return r.arn("events", "event-bus/"+name), nil
	case "AWS::Scheduler::ScheduleGroup Arn":
		return r.arn("scheduler", "schedule-group/"+name), nil
	}
	if outputs, ok := strings.CutPrefix(attribute, "Outputs."); ok && (kind == "AWS::CloudFormation::Stack" || kind == "AWS::Serverless::Application") {
		return "output-" + outputs + "-of-" + name, nil
	}
	return nil, r.fail(n, place, "GetAtt %s.%s: the attribute of %s is unknown here; add it to names.go", id, attribute, kind)
}

// kind gives a resource's type; the roles that SAM makes beside functions, and the stage
// it makes beside an HTTP API, count as resources although the template does not list them.
func (r *resolver) kind(id string) (string, bool) {
	resources := child(r.root, "Resources")
	if resource := child(resources, id); resource != nil {
		if t := child(resource, "Type"); t != nil {
			return t.Value, true
		}
	}
	owner := func(suffix string) string {
		base, ok := strings.CutSuffix(id, suffix)
		if t := child(child(resources, base), "Type"); ok && t != nil {
			return t.Value
		}
		return ""
	}
	switch {
	case owner("Role") == "AWS::Serverless::Function":
		return "AWS::IAM::Role", true
	case owner("ApiGatewayDefaultStage") == "AWS::Serverless::HttpApi":
		return "AWS::ApiGatewayV2::Stage", true
	case id == implicitHTTPAPI:
		return "AWS::Serverless::HttpApi", true
	}
	return "", false
}

// name gives a resource's physical name: the caller's, the template's own, or a made-up one.
func (r *resolver) name(n *yaml.Node, id, kind, place string) (string, error) {
	if name, ok := r.settings.Names[id]; ok {
		if kind == "AWS::SQS::Queue" {
			name = name[strings.LastIndex(name, "/")+1:]
		}
		return name, nil
	}
	if property, ok := nameProperty[kind]; ok {
		if own := child(child(child(child(r.root, "Resources"), id), "Properties"), property); own != nil {
			if r.naming[id] {
				return "", r.fail(n, place, "the name of %s depends on itself", id)
			}
			r.naming[id] = true
			defer delete(r.naming, id)
			v, err := r.value(own, "Resources."+id+".Properties."+property)
			if err != nil {
				return "", err
			}
			if _, gone := v.(noValue); !gone {
				return text(v), nil
			}
		}
	}
	switch kind {
	case "AWS::Cognito::UserPool":
		return r.settings.Region + "_" + id, nil
	case "AWS::ApiGatewayV2::Stage":
		return "$default", nil
	case "AWS::S3::Bucket":
		return strings.ToLower(r.settings.StackName + "-" + id), nil
	case "AWS::Cognito::UserPoolClient", "AWS::Serverless::HttpApi", "AWS::ApiGatewayV2::Api":
		return strings.ToLower(id), nil
	}
	return r.settings.StackName + "-" + id, nil
}

func (r *resolver) arn(service, resource string) string {
	return "arn:aws:" + service + ":" + r.settings.Region + ":" + r.settings.AccountID + ":" + resource
}
