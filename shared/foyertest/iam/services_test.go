package iam_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"
	"github.com/aws/aws-sdk-go-v2/service/lambda"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	sestypes "github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
)

const account = "eu-central-1:123456789012:"

func mail(from, to string) *sesv2.SendEmailInput {
	return &sesv2.SendEmailInput{
		FromEmailAddress: &from, Destination: &sestypes.Destination{ToAddresses: []string{to}},
		Content: &sestypes.EmailContent{Simple: &sestypes.Message{}},
	}
}

func raw(in *sesv2.SendEmailInput) *sesv2.SendEmailInput {
	in.Content = &sestypes.EmailContent{Raw: &sestypes.RawMessage{Data: []byte("From: Foyer <hello@foyer.example>\r\n\r\nhi")}}
	return in
}

func inSet(in *sesv2.SendEmailInput, set string) *sesv2.SendEmailInput {
	in.ConfigurationSetName = &set
	return in
}

const queueURL = "http://localhost:4566/000000000000/poison" // a local engine's address of the template's queue

// Under each policy the good call is allowed and its twin refused on that resource.
func TestEveryServiceIsHeldToItsPolicy(t *testing.T) {
	const identity = "arn:aws:ses:" + account + "identity/"
	const pool = "arn:aws:cognito-idp:" + account + "userpool/"
	const poison = "arn:aws:sqs:" + account + "poison"
	const secret = "arn:aws:secretsmanager:" + account + "secret:"
	const stream = "arn:aws:dynamodb:" + account + "table/items/stream/2026-01-01T00:00:00.000"
	send := statement("Action: ses:SendEmail", "Resource: ["+identity+"foyer.example, "+identity+"hello@foyer.example, \"arn:aws:ses:"+account+"configuration-set/foyer\"]",
		"Condition: {StringEquals: {ses:FromAddress: hello@foyer.example}}")
	for _, c := range []struct {
		name, policy string
		good, bad    any
		action, on   string
	}{
		{"SES: another sender", send, mail("Acme <hello@foyer.example>", "ann@acme.example"), mail("ceo@foyer.example", "ann@acme.example"), "ses:SendEmail", identity + "ceo@foyer.example"},
		{"SES: the address alone, where the domain may be what is verified", send, mail("hello@foyer.example", "a@b.example"), mail("hello@mail.foyer.example", "a@b.example"), "ses:SendEmail", identity + "hello@mail.foyer.example"},
		{"SES: another configuration set", send, inSet(mail("hello@foyer.example", "a@b.example"), "foyer"), inSet(mail("hello@foyer.example", "a@b.example"), "other"), "ses:SendEmail", "arn:aws:ses:" + account + "configuration-set/other"},
		{"SES: a raw message has an action of its own", send, mail("hello@foyer.example", "a@b.example"), raw(mail("hello@foyer.example", "a@b.example")), "ses:SendRawEmail", identity + "hello@foyer.example"},
		{"SES: the sender of a raw message is in it", statement("Action: [ses:SendEmail, ses:SendRawEmail]", "Resource: "+identity+"*", "Condition: {StringEquals: {ses:FromAddress: hello@foyer.example}}"),
			raw(&sesv2.SendEmailInput{}), raw(mail("ceo@foyer.example", "a@b.example")), "ses:SendEmail", identity + "ceo@foyer.example"},
		{"SES: recipients", statement("Action: ses:SendEmail", "Resource: \""+identity+"*\"", "Condition: {ForAllValues:StringLike: {ses:Recipients: \"*@acme.example\"}}"),
			mail("a@b.example", "Ann <ann@acme.example>"), mail("a@b.example", "eve@evil.example"), "ses:SendEmail", identity + "a@b.example"},

		{"Cognito: an action of its own for each call", statement("Action: cognito-idp:AdminCreateUser", "Resource: !GetAtt UserPool.Arn"),
			&cognitoidentityprovider.AdminCreateUserInput{UserPoolId: aws.String("eu-central-1_UserPool")},
			&cognitoidentityprovider.AdminDeleteUserInput{UserPoolId: aws.String("eu-central-1_UserPool")}, "cognito-idp:AdminDeleteUser", pool + "eu-central-1_UserPool"},
		{"Cognito: another pool", statement("Action: cognito-idp:DescribeUserPoolClient", "Resource: !GetAtt UserPool.Arn"),
			&cognitoidentityprovider.DescribeUserPoolClientInput{UserPoolId: aws.String("eu-central-1_UserPool")},
			&cognitoidentityprovider.DescribeUserPoolClientInput{UserPoolId: aws.String("eu-central-1_Other")}, "cognito-idp:DescribeUserPoolClient", pool + "eu-central-1_Other"},

		{"Secrets Manager: by ARN", statement("Action: secretsmanager:GetSecretValue", "Resource: !Ref Key"),
			&secretsmanager.GetSecretValueInput{SecretId: aws.String(secret + "foyer/key-AbCdEf")},
			&secretsmanager.GetSecretValueInput{SecretId: aws.String(secret + "other-AbCdEf")}, "secretsmanager:GetSecretValue", secret + "other-AbCdEf"},
		{"Secrets Manager: by name", statement("Action: secretsmanager:GetSecretValue", "Resource: !Ref Key"),
			&secretsmanager.GetSecretValueInput{SecretId: aws.String("foyer/key")},
			&secretsmanager.GetSecretValueInput{SecretId: aws.String("foyer/other")}, "secretsmanager:GetSecretValue", secret + "foyer/other-AbCdEf"},
		{"Secrets Manager: a prefix of names", statement("Action: secretsmanager:GetSecretValue", "Resource: \""+secret+"psa/*-??????\""),
			&secretsmanager.GetSecretValueInput{SecretId: aws.String("psa/w1")},
			&secretsmanager.GetSecretValueInput{SecretId: aws.String("foyer/key")}, "secretsmanager:GetSecretValue", secret + "foyer/key-AbCdEf"},
		{"Secrets Manager: a version stage", statement("Action: secretsmanager:GetSecretValue", "Resource: !Ref Key", "Condition: {StringEqualsIfExists: {secretsmanager:VersionStage: AWSCURRENT}}"),
			&secretsmanager.GetSecretValueInput{SecretId: aws.String("foyer/key")},
			&secretsmanager.GetSecretValueInput{SecretId: aws.String("foyer/key"), VersionStage: aws.String("AWSPREVIOUS")}, "secretsmanager:GetSecretValue", secret + "foyer/key-AbCdEf"},

		{"SQS: send", statement("Action: sqs:SendMessage", "Resource: !GetAtt Queue.Arn"),
			&sqs.SendMessageInput{QueueUrl: aws.String(queueURL)},
			&sqs.SendMessageInput{QueueUrl: aws.String("https://sqs.eu-central-1.amazonaws.com/123456789012/jobs")}, "sqs:SendMessage", "arn:aws:sqs:" + account + "jobs"},
		{"SQS: a batch needs the action of one message", statement("Action: sqs:SendMessage", "Resource: !GetAtt Queue.Arn"),
			&sqs.SendMessageBatchInput{QueueUrl: aws.String(queueURL)}, &sqs.DeleteMessageBatchInput{QueueUrl: aws.String(queueURL)}, "sqs:DeleteMessage", poison},
		{"SQS: receive", statement("Action: sqs:ReceiveMessage", "Resource: !GetAtt Queue.Arn"),
			&sqs.ReceiveMessageInput{QueueUrl: aws.String(queueURL)}, &sqs.DeleteMessageInput{QueueUrl: aws.String(queueURL)}, "sqs:DeleteMessage", poison},

		{"S3: get and put are two actions", statement("Action: s3:GetObject", "Resource: arn:aws:s3:::files/*"),
			&s3.GetObjectInput{Bucket: aws.String("files"), Key: aws.String("a/b")},
			&s3.PutObjectInput{Bucket: aws.String("files"), Key: aws.String("a/b")}, "s3:PutObject", "arn:aws:s3:::files/a/b"},
		{"S3: head is get", statement("Action: s3:GetObject", "Resource: arn:aws:s3:::files/a/*"),
			&s3.HeadObjectInput{Bucket: aws.String("files"), Key: aws.String("a/b")},
			&s3.HeadObjectInput{Bucket: aws.String("files"), Key: aws.String("b")}, "s3:GetObject", "arn:aws:s3:::files/b"},
		{"S3: a version is another action", statement("Action: s3:GetObject", "Resource: arn:aws:s3:::files/*"),
			&s3.GetObjectInput{Bucket: aws.String("files"), Key: aws.String("a")},
			&s3.GetObjectInput{Bucket: aws.String("files"), Key: aws.String("a"), VersionId: aws.String("1")}, "s3:GetObjectVersion", "arn:aws:s3:::files/a"},
		{"S3: a put with tags needs tagging too", statement("Action: s3:PutObject", "Resource: arn:aws:s3:::files/*"),
			&s3.PutObjectInput{Bucket: aws.String("files"), Key: aws.String("a")},
			&s3.PutObjectInput{Bucket: aws.String("files"), Key: aws.String("a"), Tagging: aws.String("audience=client")}, "s3:PutObjectTagging", "arn:aws:s3:::files/a"},
		{"S3: only this tag may be put", statement("Action: s3:PutObjectTagging", "Resource: arn:aws:s3:::files/*", "Condition: {StringEquals: {s3:RequestObjectTag/audience: client}}"),
			&s3.PutObjectTaggingInput{Bucket: aws.String("files"), Key: aws.String("a"), Tagging: &s3types.Tagging{TagSet: []s3types.Tag{{Key: aws.String("audience"), Value: aws.String("client")}}}},
			&s3.PutObjectTaggingInput{Bucket: aws.String("files"), Key: aws.String("a"), Tagging: &s3types.Tagging{TagSet: []s3types.Tag{{Key: aws.String("audience"), Value: aws.String("team")}}}}, "s3:PutObjectTagging", "arn:aws:s3:::files/a"},
		{"S3: every object of a delete", statement("Action: s3:DeleteObject", "Resource: arn:aws:s3:::files/a"),
			&s3.DeleteObjectInput{Bucket: aws.String("files"), Key: aws.String("a")},
			&s3.DeleteObjectsInput{Bucket: aws.String("files"), Delete: &s3types.Delete{Objects: []s3types.ObjectIdentifier{{Key: aws.String("a")}, {Key: aws.String("b")}}}}, "s3:DeleteObject", "arn:aws:s3:::files/b"},
		{"S3: a listing on the bucket", statement("Action: s3:ListBucket", "Resource: arn:aws:s3:::files"),
			&s3.ListObjectsV2Input{Bucket: aws.String("files"), Prefix: aws.String("a/")},
			&s3.ListObjectsV2Input{Bucket: aws.String("other")}, "s3:ListBucket", "arn:aws:s3:::other"},

		{"Lambda: the function", statement("Action: lambda:InvokeFunction", "Resource: !GetAtt PeopleListFunction.Arn"),
			&lambda.InvokeInput{FunctionName: aws.String("foyer-PeopleListFunction")},
			&lambda.InvokeInput{FunctionName: aws.String("foyer-PeopleListFunction"), Qualifier: aws.String("live")}, "lambda:InvokeFunction", "arn:aws:lambda:" + account + "function:foyer-PeopleListFunction:live"},

		{"Streams: by the iterator's stream", statement("Action: dynamodb:GetRecords", "Resource: !GetAtt Table.StreamArn"),
			&dynamodbstreams.GetRecordsInput{ShardIterator: aws.String(stream + "|1|AAAA")},
			&dynamodbstreams.GetRecordsInput{ShardIterator: aws.String("arn:aws:dynamodb:" + account + "table/other/stream/1|1|AAAA")}, "dynamodb:GetRecords", "arn:aws:dynamodb:" + account + "table/other/stream/1"},
		{"Streams: an iterator without its stream", statement("Action: dynamodb:GetRecords", "Resource: !GetAtt Table.StreamArn"),
			&dynamodbstreams.GetRecordsInput{ShardIterator: aws.String("opaque")},
			&dynamodbstreams.DescribeStreamInput{StreamArn: aws.String(stream)}, "dynamodb:DescribeStream", stream},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := enforcer(t, c.policy)
			allowed(t, e.Check("", "", c.good))
			refused(t, e.Check("", "", c.bad), c.action, c.on)
		})
	}
}

func TestCognitosPublicCallsNeedNoStatement(t *testing.T) {
	e := enforcer(t, statement("Action: sqs:SendMessage", "Resource: !GetAtt Queue.Arn"))
	allowed(t, e.Check("Cognito", "RevokeToken", &cognitoidentityprovider.RevokeTokenInput{}))
	allowed(t, e.Check("Cognito", "InitiateAuth", &cognitoidentityprovider.InitiateAuthInput{}))
	if n := len(e.Uses()); n != 0 {
		t.Errorf("a call that needs no statement counts as %d uses", n)
	}
	refused(t, e.Check("Cognito", "AdminInitiateAuth", &cognitoidentityprovider.AdminInitiateAuthInput{UserPoolId: aws.String("eu-central-1_UserPool")}),
		"cognito-idp:AdminInitiateAuth", "arn:aws:cognito-idp:"+account+"userpool/eu-central-1_UserPool")
}

// The tags are those at the time of the call: taken away, the same call is refused.
func TestObjectsAreReadByTheTagTheyHave(t *testing.T) {
	tags := map[string]string{"audience": "client"}
	e := enforcer(t, statement("Action: s3:GetObject", "Resource: arn:aws:s3:::files/*", "Condition: {StringEquals: {s3:ExistingObjectTag/audience: client}}")).
		ObjectTags(func(bucket, key string) map[string]string {
			if bucket+"/"+key != "files/a" {
				return nil
			}
			return tags
		})
	get := func(key string) *s3.GetObjectInput {
		return &s3.GetObjectInput{Bucket: aws.String("files"), Key: &key}
	}
	allowed(t, e.Check("S3", "GetObject", get("a")))
	refused(t, e.Check("S3", "GetObject", get("b")), "s3:GetObject", "arn:aws:s3:::files/b")
	delete(tags, "audience")
	refused(t, e.Check("S3", "GetObject", get("a")), "s3:GetObject", "arn:aws:s3:::files/a")
}

func TestOtherServicesAreRefusedWithTheWayToAddThem(t *testing.T) {
	e := enforcer(t, statement("Action: \"*\"", "Resource: \"*\""))
	for _, input := range []any{
		&sesv2.CreateEmailIdentityInput{}, &cognitoidentityprovider.CreateUserPoolInput{}, &s3.CopyObjectInput{},
		&sqs.PurgeQueueInput{}, &lambda.ListFunctionsInput{}, &secretsmanager.PutSecretValueInput{}, struct{}{}, nil,
	} {
		err := e.Check("Service", "Operation", input)
		if err == nil || !strings.Contains(err.Error(), "Service Operation") || !strings.Contains(err.Error(), "shared/foyertest/iam") {
			t.Errorf("%T: got %v, want an error that says how to add it", input, err)
		}
	}
}
