package iam_test

import (
	"reflect"
	"slices"
	"strings"
	"testing"

	"foyer/shared/foyertest/iam"
	"foyer/shared/samtemplate"
)

func policy(t *testing.T, tpl *samtemplate.Template, id string) iam.Policy {
	t.Helper()
	f, err := tpl.Function(id)
	if err != nil {
		t.Fatal(err)
	}
	p, err := iam.PolicyOf(tpl, f)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// The content is that of samtranslator's policy_templates.json.
func TestSAMPolicyTemplatesAreExpanded(t *testing.T) {
	const queue = "arn:aws:sqs:" + account + "jobs"
	for _, c := range []struct {
		policy    string
		grants    string // one of its actions
		not       string // what it does not grant
		resources []string
	}{
		{"DynamoDBCrudPolicy: {TableName: !Ref Table}", "dynamodb:ConditionCheckItem", "dynamodb:DeleteTable", []string{tableARN, tableARN + "/index/*"}},
		{"DynamoDBReadPolicy: {TableName: !Ref Table}", "dynamodb:BatchGetItem", "dynamodb:PutItem", []string{tableARN, tableARN + "/index/*"}},
		{"DynamoDBWritePolicy: {TableName: !Ref Table}", "dynamodb:BatchWriteItem", "dynamodb:DeleteItem", []string{tableARN, tableARN + "/index/*"}},
		{"SQSSendMessagePolicy: {QueueName: jobs}", "sqs:SendMessageBatch", "sqs:ReceiveMessage", []string{queue}},
		{"SQSPollerPolicy: {QueueName: jobs}", "sqs:DeleteMessage", "sqs:SendMessage", []string{queue}},
		{"SESCrudPolicy: {IdentityName: foyer.example}", "ses:SendRawEmail", "ses:DeleteIdentity", []string{"arn:aws:ses:" + account + "identity/foyer.example"}},
		{"SESEmailTemplateCrudPolicy: {}", "ses:TestRenderTemplate", "ses:SendEmail", []string{"*"}},
		{"AWSSecretsManagerGetSecretValuePolicy: {SecretArn: !Ref Key}", "secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue", []string{"arn:aws:secretsmanager:" + account + "secret:foyer/key-AbCdEf"}},
		{"S3ReadPolicy: {BucketName: files}", "s3:GetObject", "s3:PutObject", []string{"arn:aws:s3:::files", "arn:aws:s3:::files/*"}},
		{"S3WritePolicy: {BucketName: files}", "s3:PutObject", "s3:GetObject", []string{"arn:aws:s3:::files", "arn:aws:s3:::files/*"}},
		{"S3CrudPolicy: {BucketName: files}", "s3:DeleteObject", "s3:DeleteBucket", []string{"arn:aws:s3:::files", "arn:aws:s3:::files/*"}},
		{"LambdaInvokePolicy: {FunctionName: replay}", "lambda:InvokeFunction", "lambda:UpdateFunctionCode", []string{"arn:aws:lambda:" + account + "function:replay*"}},
		{"KMSDecryptPolicy: {KeyId: k1}", "kms:Decrypt", "kms:Encrypt", []string{"arn:aws:kms:" + account + "key/k1"}},
		{"SNSPublishMessagePolicy: {TopicName: alarms}", "sns:Publish", "sns:Subscribe", []string{"arn:aws:sns:" + account + "alarms"}},
	} {
		p := policy(t, withPolicies(t, "        - "+c.policy+"\n"), "people-list")
		if got := p.Statements[0].Resources; !reflect.DeepEqual(got, c.resources) {
			t.Errorf("%s: got the resources %q, want %q", c.policy, got, c.resources)
		}
		on := strings.ReplaceAll(c.resources[len(c.resources)-1], "*", "x")
		if on == "x" {
			on = "arn:aws:ses:" + account + "template/x"
		}
		if !p.Decide(iam.Request{Action: c.grants, Resource: on}).Allowed {
			t.Errorf("%s: does not grant %s on %s", c.policy, c.grants, on)
		}
		if p.Decide(iam.Request{Action: c.not, Resource: on}).Allowed {
			t.Errorf("%s: grants %s", c.policy, c.not)
		}
	}
}

func TestPoliciesThatCannotBeReadAreErrorsAndNoGrant(t *testing.T) {
	for policies, want := range map[string]string{
		"        - EC2DescribePolicy: {}\n":                                                                         "samtemplates.go",
		"        - SQSPollerPolicy: {}\n":                                                                           "needs the parameter QueueName",
		"        - SQSPollerPolicy: {QueueName: a, Colour: red}\n":                                                  "no parameter Colour",
		"        - AmazonDynamoDBFullAccess\n":                                                                      "inline",
		"        - arn:aws:iam::aws:policy/AdministratorAccess\n":                                                   "inline",
		"        - {Version: \"2012-10-17\", Statements: []}\n":                                                     "no Statement",
		statement("Action: dynamodb:GetItem"):                                                                       "Resource or NotResource",
		statement("Resource: \"*\""):                                                                                "Action or NotAction",
		statement("Action: GetItem", "Resource: \"*\""):                                                             "not service:Action",
		statement("Action: s3:GetObject", "Resource: files"):                                                        "neither * nor an ARN",
		statement("Action: s3:GetObject", "Resource: \"*\"", "Principal: \"*\""):                                    "Principal",
		statement("Action: s3:GetObject", "Resource: \"*\"", "Condition: {StringMatches: {ses:FromAddress: a}}"):    "operator.go",
		statement("Action: s3:GetObject", "Resource: \"*\"", "Condition: {StringEquals: {aws:SourceIp: a}}"):        "keys.go",
		statement("Action: s3:GetObject", "Resource: \"arn:aws:s3:::files/${aws:userid}\""):                         "policy variable",
		strings.Replace(statement("Action: s3:GetObject", "Resource: \"*\""), "Effect: Allow", "Effect: allow", 1):  "Allow or Deny",
		statement("Action: s3:GetObject", "Resource: \"*\"") + statement("Action: s3:PutObject", "Resource: \"*\""): "Sid S",
	} {
		_, err := iam.ForFunction(withPolicies(t, policies), "people-list", nil)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "PeopleListFunction") {
			t.Errorf("%s: got %v, want an error of PeopleListFunction with %q", policies, err, want)
		}
	}
}

func load(t *testing.T) *samtemplate.Template {
	t.Helper()
	tpl, err := samtemplate.Load("../../samtemplate/testdata/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func TestWhatSAMAddsByItself(t *testing.T) {
	tpl := load(t)
	const stream, logs, xray = "dynamodb:GetRecords", "logs:PutLogEvents", "xray:PutTraceSegments"
	const spill = "arn:aws:s3:::foyer-files"
	for _, c := range []struct {
		id, action, on string
		want           bool
	}{
		{"due-run", logs, "arn:aws:logs:" + account + "log-group:x", true},
		{"due-run", xray, "arn:aws:xray:" + account + "*", true},
		{"due-run", stream, tableARN + "/stream/1", false},
		{"stream-mail", stream, tableARN + "/stream/1", true},
		{"stream-mail", "s3:PutObject", spill + "/x", true}, // the mapping's failure destination
		{"due-run", "s3:PutObject", spill + "/x", false},
		{"portal-items-list", logs, "arn:aws:logs:" + account + "log-group:x", true}, // its own role says so
		{"portal-items-list", xray, "arn:aws:xray:" + account + "*", false},          // SAM adds nothing to a role of one's own
	} {
		if got := policy(t, tpl, c.id).Decide(iam.Request{Action: c.action, Resource: c.on}).Allowed; got != c.want {
			t.Errorf("%s, %s: got %v, want %v", c.id, c.action, got, c.want)
		}
	}
	for _, s := range policy(t, tpl, "stream-mail").Statements {
		if s.Implied == slices.Contains([]string{"#0", "Send"}, s.ID) {
			t.Errorf("the statement %s counts as implied: %v", s.ID, s.Implied)
		}
	}
}

func TestFunctionsOfOneRoleShareItsPolicy(t *testing.T) {
	p := policy(t, load(t), "portal-items-list")
	if p.Grantee != "PortalRole" {
		t.Errorf("got the grantee %s, want PortalRole", p.Grantee)
	}
	get := iam.Request{Action: "dynamodb:GetItem", Resource: "arn:aws:dynamodb:" + account + "table/foyer-Table",
		Context: map[string][]string{"dynamodb:LeadingKeys": {"CLIENT#P#1"}}}
	if !p.Decide(get).Allowed {
		t.Error("the role's own statement does not allow what it grants")
	}
	get.Context["dynamodb:LeadingKeys"] = []string{"TEAM#P#1"}
	if p.Decide(get).Allowed {
		t.Error("a portal function may read TEAM#")
	}
}

func TestARoleOutsideTheTemplateIsAnError(t *testing.T) {
	tpl, err := samtemplate.Parse("template.yaml", []byte("Resources: {AFunction: {Type: AWS::Serverless::Function, Properties: {Role: arn:aws:iam::1:role/x}}}"))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := iam.ForFunction(tpl, "a", nil); err == nil || !strings.Contains(err.Error(), "not in the template") {
		t.Errorf("got %v, want an error: the role is not in the template", err)
	}
}

func TestManagedPoliciesOfTheTemplateAreRead(t *testing.T) {
	tpl, err := samtemplate.Parse("template.yaml", []byte(`
Resources:
  Shared:
    Type: AWS::IAM::ManagedPolicy
    Properties:
      PolicyDocument: {Statement: {Sid: Shared, Effect: Allow, Action: s3:GetObject, Resource: "arn:aws:s3:::files/*"}}
  AFunction: {Type: AWS::Serverless::Function, Properties: {Policies: [!Ref Shared]}}
`))
	if err != nil {
		t.Fatal(err)
	}
	p := policy(t, tpl, "a")
	if !p.Decide(iam.Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::files/a"}).Allowed {
		t.Error("the shared policy's grant is missing")
	}
	if p.Decide(iam.Request{Action: "s3:PutObject", Resource: "arn:aws:s3:::files/a"}).Allowed {
		t.Error("the shared policy grants what it does not say")
	}
}
