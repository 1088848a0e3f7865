package samtemplate_test

import (
	"strings"
	"testing"

	"foyer/shared/samtemplate"
)

// withOutput is a template with one of each resource that has an ARN, and the value as
// its only output.
func withOutput(value string) []byte {
	return []byte(`
Parameters:
  Stage: {Type: String, Default: dev, AllowedValues: [dev, prod]}
  Hosts: {Type: CommaDelimitedList, Default: "a.example, b.example"}
Mappings:
  Sizes: {dev: {Memory: 128}, prod: {Memory: 1024}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
  IsDev: {"Fn::Not": [{Condition: IsProd}]}
Resources:
  Table: {Type: AWS::DynamoDB::Table}
  Named: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "${Stage}-items"}}
  Queue: {Type: AWS::SQS::Queue}
  Secret: {Type: AWS::SecretsManager::Secret, Properties: {Name: foyer/key}}
  Pool: {Type: AWS::Cognito::UserPool}
  Client: {Type: AWS::Cognito::UserPoolClient}
  Bucket: {Type: AWS::S3::Bucket}
  SendFunction: {Type: AWS::Serverless::Function}
  OnlyProd: {Type: AWS::SNS::Topic, Condition: IsProd}
Outputs:
  Out: {Value: ` + value + `}
`)
}

func TestIntrinsicsResolveAsCloudFormationDoes(t *testing.T) {
	const account = "eu-central-1:123456789012:"
	for _, c := range []struct{ value, want string }{
		{"!Ref Stage", "dev"},
		{"{Ref: Stage}", "dev"},
		{"!Ref AWS::Region", "eu-central-1"},
		{"!Ref AWS::AccountId", "123456789012"},
		{"!Ref AWS::Partition", "aws"},
		{"!Ref Table", "foyer-Table"},
		{"!Ref Named", "dev-items"},
		{"!GetAtt Table.Arn", "arn:aws:dynamodb:" + account + "table/foyer-Table"},
		{`{"Fn::GetAtt": [Table, Arn]}`, "arn:aws:dynamodb:" + account + "table/foyer-Table"},
		{`{"Fn::GetAtt": Table.Arn}`, "arn:aws:dynamodb:" + account + "table/foyer-Table"},
		{"!Ref Queue", "https://sqs.eu-central-1.amazonaws.com/123456789012/foyer-Queue"},
		{"!GetAtt Queue.Arn", "arn:aws:sqs:" + account + "foyer-Queue"},
		{"!Ref Secret", "arn:aws:secretsmanager:" + account + "secret:foyer/key-AbCdEf"},
		{"!Ref Pool", "eu-central-1_Pool"},
		{"!GetAtt Pool.Arn", "arn:aws:cognito-idp:" + account + "userpool/eu-central-1_Pool"},
		{"!GetAtt Pool.ProviderURL", "https://cognito-idp.eu-central-1.amazonaws.com/eu-central-1_Pool"},
		{"!GetAtt Bucket.Arn", "arn:aws:s3:::foyer-bucket"},
		{"!GetAtt SendFunctionRole.Arn", "arn:aws:iam::123456789012:role/foyer-SendFunctionRole"},
		{`!Sub "${Table.Arn}/index/GSI1"`, "arn:aws:dynamodb:" + account + "table/foyer-Table/index/GSI1"},
		{`!Sub ["${a}-${Stage}-${!Literal}", {a: !Ref AWS::StackName}]`, "foyer-dev-${Literal}"},
		{`!Join ["/", [a, !Ref Stage, 3, true]]`, "a/dev/3/true"},
		{`!Select [1, !Split ["@", "hello@foyer.example"]]`, "foyer.example"},
		{"!Select [1, !Ref Hosts]", "b.example"},
		{"!FindInMap [Sizes, !Ref Stage, Memory]", "128"},
		{"!If [IsProd, yes, no]", "no"},
		{"!If [IsDev, !GetAtt Table.Arn, !GetAtt Nowhere.Arn]", "arn:aws:dynamodb:" + account + "table/foyer-Table"},
		{`!Join [",", [a, !Ref AWS::NoValue, b]]`, "a,b"},
		{`!Base64 hello`, "aGVsbG8="},
		{`!Join ["", [&t !Ref Stage, *t, 2012-10-17]]`, "devdev2012-10-17"},
	} {
		tpl, err := samtemplate.Parse("template.yaml", withOutput(c.value))
		if err != nil {
			t.Errorf("%s: %v", c.value, err)
			continue
		}
		if got := tpl.Outputs["Out"]; got != c.want {
			t.Errorf("%s: got %q, want %q", c.value, got, c.want)
		}
	}
}

func TestWhatCannotBeResolvedIsAnErrorThatNamesThePlace(t *testing.T) {
	for _, c := range []struct{ value, want string }{
		{"!Ref Nowhere", `"Nowhere" is no parameter and no resource`},
		{"!GetAtt Nowhere.Arn", `no resource "Nowhere"`},
		{"!GetAtt Table.Colour", "names.go"},
		{"!If [Missing, a, b]", `no condition "Missing"`},
		{"!FindInMap [Sizes, staging, Memory]", "FindInMap"},
		{"!Select [7, !Ref Hosts]", "no element"},
		{"!ImportValue other", "make the value a parameter"},
		{"!Cidr [a, 1, 2]", "not supported"},
		{"!Sum [1, 2]", "!Sum is no CloudFormation function"},
		{"{Null: x}", "put it in quotes"},
		{"[&a {b: c}, {<<: *a}]", "merge key"},
	} {
		_, err := samtemplate.Parse("template.yaml", withOutput(c.value))
		if err == nil {
			t.Errorf("%s: got no error, want one with %q", c.value, c.want)
			continue
		}
		for _, want := range []string{c.want, "template.yaml: ", "line 21: ", "Outputs.Out"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: got %q, want it to contain %q", c.value, err, want)
			}
		}
	}
}

func TestConditionsDecideWhichResourcesThereAre(t *testing.T) {
	dev, err := samtemplate.Parse("template.yaml", withOutput("x"))
	if err != nil {
		t.Fatal(err)
	}
	prod, err := dev.With(samtemplate.Settings{Parameters: map[string]string{"Stage": "prod"}})
	if err != nil {
		t.Fatal(err)
	}
	if _, there := dev.Resources["OnlyProd"]; there {
		t.Error("the topic that only prod has is there in dev")
	}
	if _, there := prod.Resources["OnlyProd"]; !there {
		t.Error("the topic that prod has is not there in prod")
	}
	if got, want := prod.Resources["Named"].Properties["TableName"], any("prod-items"); got != want {
		t.Errorf("the table's name in prod: got %v, want %v", got, want)
	}
}

func TestParametersAreHeldToTheirDeclaration(t *testing.T) {
	tpl, err := samtemplate.Parse("template.yaml", withOutput("x"))
	if err != nil {
		t.Fatal(err)
	}
	for name, parameters := range map[string]map[string]string{
		"allowed values": {"Stage": "staging"},
		"not declared":   {"Colour": "red"},
	} {
		if _, err := tpl.With(samtemplate.Settings{Parameters: parameters}); err == nil {
			t.Errorf("%v: got no error, want one about %s", parameters, name)
		}
	}
}

func TestPhysicalNamesOfTheCallerReachEveryReference(t *testing.T) {
	tpl, err := samtemplate.Parse("template.yaml", withOutput("x"))
	if err != nil {
		t.Fatal(err)
	}
	const secret = "arn:aws:secretsmanager:eu-central-1:000000000000:secret:foyer/key-ZyXwVu"
	tpl, err = tpl.With(samtemplate.Settings{Names: map[string]string{
		"Table": "test-7", "Named": "test-8", "Pool": "eu-central-1_XyZ", "Secret": secret,
		"Queue": "http://localhost:4566/000000000000/poison",
	}})
	if err != nil {
		t.Fatal(err)
	}
	ref := func(id string) string {
		v, err := tpl.Ref(id)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	arn := func(id string) string {
		v, err := tpl.GetAtt(id, "Arn")
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct{ got, want string }{
		{ref("Table"), "test-7"},
		{ref("Named"), "test-8"},
		{arn("Table"), "arn:aws:dynamodb:eu-central-1:123456789012:table/test-7"},
		{arn("Pool"), "arn:aws:cognito-idp:eu-central-1:123456789012:userpool/eu-central-1_XyZ"},
		{ref("Secret"), secret},
		{ref("Queue"), "http://localhost:4566/000000000000/poison"},
		{arn("Queue"), "arn:aws:sqs:eu-central-1:123456789012:poison"},
	} {
		if c.got != c.want {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
}
