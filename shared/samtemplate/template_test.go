package samtemplate_test

import (
	"reflect"
	"strings"
	"testing"

	"foyer/shared/samtemplate"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func load(t *testing.T) *samtemplate.Template {
	t.Helper()
	tpl, err := samtemplate.Load("testdata/template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func TestFunctionsHaveTheGlobalsAndTheirOwn(t *testing.T) {
	tpl := load(t)
	f, err := tpl.Function("invitations-send")
	if err != nil {
		t.Fatal(err)
	}
	if f.LogicalID != "InvitationsSendFunction" || f.ID != "invitations-send" {
		t.Errorf("got %s and %s, want InvitationsSendFunction and invitations-send", f.LogicalID, f.ID)
	}
	if f.CodeURI != "functions/invitations-send/" || f.Handler != "bootstrap" || f.Runtime != "provided.al2023" {
		t.Errorf("got code %q, handler %q, runtime %q", f.CodeURI, f.Handler, f.Runtime)
	}
	if f.Timeout != 10 {
		t.Errorf("the timeout of Globals: got %d s, want 10", f.Timeout)
	}
	if f.MemorySize != 1024 {
		t.Errorf("the function's own memory stands before that of Globals: got %d MB, want 1024", f.MemorySize)
	}
	if f.Tracing != "Active" || f.LoggingConfig["LogFormat"] != "JSON" || f.LoggingConfig["LogGroup"] != "foyer-LogGroup" {
		t.Errorf("got tracing %q, logging %v", f.Tracing, f.LoggingConfig)
	}
	for name, want := range map[string]string{
		"TABLE": "foyer-Table", "MAIL_FROM": "hello@foyer.example", "REMINDER_MINUTES": "2880",
		"PUBLIC_URL": "https://httpapi.execute-api.eu-central-1.amazonaws.com",
	} {
		if got := f.Environment[name]; got != want {
			t.Errorf("%s: got %q, want %q", name, got, want)
		}
	}
	if got := f.Resource.Metadata["BuildMethod"]; got != "go1.x" {
		t.Errorf("BuildMethod: got %v, want go1.x", got)
	}
	other, err := tpl.Function("due-run")
	if err != nil {
		t.Fatal(err)
	}
	if _, leaked := other.Environment["MAIL_FROM"]; leaked {
		t.Error("the variable of one function is in another's environment")
	}
}

func TestAFunctionThatIsNotThereIsNamed(t *testing.T) {
	_, err := load(t).Function("invitations-forget")
	if err == nil || !strings.Contains(err.Error(), "InvitationsForgetFunction") {
		t.Errorf("got %v, want an error that names InvitationsForgetFunction", err)
	}
}

func TestFunctionIDsAndLogicalIDsAreInverse(t *testing.T) {
	for id, logical := range map[string]string{
		"web": "WebFunction", "me-get": "MeGetFunction", "portal-items-list": "PortalItemsListFunction",
	} {
		if got := samtemplate.LogicalID(id); got != logical {
			t.Errorf("LogicalID(%s): got %s, want %s", id, got, logical)
		}
		if got := samtemplate.FunctionID(logical); got != id {
			t.Errorf("FunctionID(%s): got %s, want %s", logical, got, id)
		}
	}
}

func TestRoutesKnowTheirAuthorizer(t *testing.T) {
	routes, err := load(t).Routes()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range routes {
		got = append(got, r.ID+" "+r.Key()+" "+r.Authorizer+"@"+r.API)
		if r.Public() != (r.Authorizer == "") {
			t.Errorf("%s: Public is %v with the authorizer %q", r.Key(), r.Public(), r.Authorizer)
		}
	}
	want := []string{
		"invitations-accept POST /v1/invitations/{token}/acceptance @HttpApi",
		"portal-items-list GET /v1/portal/projects/{project}/items Cognito@HttpApi",
		"invitations-send POST /v1/workspaces/{workspace}/contacts/{contact}/invitation Cognito@HttpApi",
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %q\nwant %q", got, want)
	}
}

// routesOf gives the error of a template with the one event (or two) below Events.
func routesOf(t *testing.T, events string) error {
	t.Helper()
	tpl, err := samtemplate.Parse("template.yaml", []byte(`
Resources:
  Api: {Type: AWS::Serverless::HttpApi}
  MeGetFunction: {Type: AWS::Serverless::Function, Properties: {Events: `+events+`}}
`))
	if err != nil {
		t.Fatal(err)
	}
	_, err = tpl.Routes()
	return err
}

func TestRoutesThatCannotStandAreRefused(t *testing.T) {
	for events, want := range map[string]string{
		`{A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /a}}, B: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: get, Path: /a}}}`: "already",
		`{A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET}}}`:                                                                                     "Path",
		`{A: {Type: HttpApi, Properties: {ApiId: other, Method: GET, Path: /a}}}`:                                                                              "no HTTP API",
		`{A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /a, Auth: {Authorizer: Cognito}}}}`:                                              `no authorizer "Cognito"`,
	} {
		if err := routesOf(t, events); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want an error with %q", events, err, want)
		}
	}
	if err := routesOf(t, `{A: {Type: HttpApi, Properties: {ApiId: !Ref Api, Method: GET, Path: /a}}}`); err != nil {
		t.Errorf("a single plain route: got %v, want no error", err)
	}
}

func TestEventsByKind(t *testing.T) {
	tpl := load(t)
	mail, err := tpl.Function("stream-mail")
	if err != nil {
		t.Fatal(err)
	}
	if n := len(mail.Streams()); n != 1 {
		t.Fatalf("streams of stream-mail: got %d, want 1", n)
	}
	table, err := tpl.GetAtt("Table", "StreamArn")
	if err != nil {
		t.Fatal(err)
	}
	if got := mail.Streams()[0].Properties["Stream"]; got != table {
		t.Errorf("stream-mail reads %v, want the table's stream %s", got, table)
	}
	due, err := tpl.Function("due-run")
	if err != nil {
		t.Fatal(err)
	}
	if len(due.Schedules()) != 1 || len(due.Streams()) != 0 || len(mail.Schedules()) != 0 {
		t.Errorf("due-run has %d schedules and %d streams, stream-mail %d schedules; want 1, 0, 0", len(due.Schedules()), len(due.Streams()), len(mail.Schedules()))
	}
}

func TestTheTableCanBeMadeFromItsDefinition(t *testing.T) {
	tpl, err := load(t).With(samtemplate.Settings{Names: map[string]string{"Table": "test-1"}})
	if err != nil {
		t.Fatal(err)
	}
	table, err := tpl.Table("Table")
	if err != nil {
		t.Fatal(err)
	}
	if want := (samtemplate.Key{Hash: "PK", Range: "SK"}); table.Key != want {
		t.Errorf("key: got %v, want %v", table.Key, want)
	}
	in := table.CreateTableInput()
	if got := aws.ToString(in.TableName); got != "test-1" {
		t.Errorf("name: got %s, want test-1", got)
	}
	if len(in.AttributeDefinitions) != 4 || len(in.GlobalSecondaryIndexes) != 1 || len(in.LocalSecondaryIndexes) != 0 {
		t.Fatalf("got %d attributes, %d global and %d local indexes, want 4, 1, 0", len(in.AttributeDefinitions), len(in.GlobalSecondaryIndexes), len(in.LocalSecondaryIndexes))
	}
	index := in.GlobalSecondaryIndexes[0]
	if aws.ToString(index.IndexName) != "GSI1" || index.Projection.ProjectionType != types.ProjectionTypeInclude || len(index.Projection.NonKeyAttributes) != 1 {
		t.Errorf("the index: got %+v", index)
	}
	if in.StreamSpecification == nil || in.StreamSpecification.StreamViewType != types.StreamViewTypeNewAndOldImages {
		t.Errorf("the stream: got %+v, want both images", in.StreamSpecification)
	}
	if ttl := table.UpdateTimeToLiveInput(); ttl == nil || aws.ToString(ttl.TimeToLiveSpecification.AttributeName) != "ttl" {
		t.Errorf("time to live: got %+v, want the attribute ttl", ttl)
	}
}

func TestThePoolAndItsClientCanBeMadeFromTheirDefinition(t *testing.T) {
	tpl := load(t)
	pool, err := tpl.UserPool("UserPool")
	if err != nil {
		t.Fatal(err)
	}
	want := samtemplate.PasswordPolicy{MinimumLength: 12, RequireLowercase: true, RequireUppercase: true, RequireNumbers: true}
	if pool.PasswordPolicy != want {
		t.Errorf("password policy: got %+v, want %+v", pool.PasswordPolicy, want)
	}
	in := pool.CreateUserPoolInput()
	if aws.ToString(in.PoolName) != "foyer-people" || !in.AdminCreateUserConfig.AllowAdminCreateUserOnly || aws.ToInt32(in.Policies.PasswordPolicy.MinimumLength) != 12 {
		t.Errorf("the pool: got %+v", in)
	}
	if mfa := pool.SetUserPoolMfaConfigInput("p1"); mfa == nil || mfa.MfaConfiguration != "OPTIONAL" || aws.ToString(mfa.UserPoolId) != "p1" {
		t.Errorf("the factors: got %+v, want optional software tokens for p1", mfa)
	}
	client, err := tpl.UserPoolClient("UserPoolClient")
	if err != nil {
		t.Fatal(err)
	}
	if !client.HasSecret || len(client.AuthFlows) != 2 {
		t.Errorf("the client: got %+v, want a secret and two flows", client)
	}
	create := client.CreateUserPoolClientInput("p1")
	if aws.ToString(create.UserPoolId) != "p1" || !create.GenerateSecret || create.PreventUserExistenceErrors != "ENABLED" || aws.ToInt32(create.AccessTokenValidity) != 60 {
		t.Errorf("the client's call: got %+v", create)
	}
}

// The totals are those of samtranslator 1.110.0 on the same files.
func TestResourcesAreCountedAfterSAMsExpansion(t *testing.T) {
	for file, want := range map[string]struct {
		total int
		types map[string]int
	}{
		"testdata/template.yaml": {26, map[string]int{"AWS::Lambda::Function": 5, "AWS::IAM::Role": 6, "AWS::Lambda::Permission": 3, "AWS::SNS::Topic": 1}},
		"testdata/events.yaml":   {25, map[string]int{"AWS::Lambda::Permission": 8, "AWS::ApiGatewayV2::Stage": 1, "AWS::Events::Rule": 2}},
	} {
		tpl, err := samtemplate.Load(file)
		if err != nil {
			t.Fatal(err)
		}
		count, err := tpl.ResourceCount()
		if err != nil {
			t.Fatal(err)
		}
		if count.Total != want.total {
			t.Errorf("%s: got %d resources, want %d: %v", file, count.Total, want.total, count.ByResource)
		}
		for kind, n := range want.types {
			if count.ByType[kind] != n {
				t.Errorf("%s: %s: got %d, want %d", file, kind, count.ByType[kind], n)
			}
		}
	}
}

func TestWhatSAMsExpansionIsUnknownOfIsNotCountedInSilence(t *testing.T) {
	for _, resource := range []string{
		`{Type: AWS::Serverless::StateMachine}`,
		`{Type: AWS::Serverless::Function, Properties: {FunctionUrlConfig: {AuthType: NONE}}}`,
		`{Type: AWS::Serverless::Function, Properties: {Events: {A: {Type: MSK}}}}`,
		`{Type: AWS::Serverless::Function, Properties: {Events: {A: {Type: ScheduleV2, Properties: {DeadLetterConfig: {Type: SQS}}}}}}`,
		`{Type: AWS::Serverless::HttpApi, Properties: {Domain: {DomainName: x}}}`,
	} {
		tpl, err := samtemplate.Parse("template.yaml", []byte("Resources: {XFunction: "+resource+"}"))
		if err != nil {
			t.Fatal(err)
		}
		if _, err := tpl.ResourceCount(); err == nil || !strings.Contains(err.Error(), "Resources.XFunction") {
			t.Errorf("%s: got %v, want an error that names the resource", resource, err)
		}
	}
}
