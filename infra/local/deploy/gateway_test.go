package deploy

import (
	"encoding/json"
	"reflect"
	"strings"
	"testing"
)

// deployed is a stack as the engine describes it, with the Body that SAM writes.
func deployed(t *testing.T, body string) *stack {
	t.Helper()
	var properties map[string]any
	if err := json.Unmarshal([]byte(`{"Body":`+body+`}`), &properties); err != nil {
		t.Fatal(err)
	}
	return &stack{name: "foyer", parameters: map[string]string{"Origin": "https://portal.example.com"},
		ids: map[string]string{"HttpApi": "api1", "MeGetFunction": "foyer-MeGet-1", "UserPool": "us-east-1_pool", "UserPoolClient": "client1"},
		resources: map[string]resource{
			"HttpApi":       {Type: "AWS::ApiGatewayV2::Api", Properties: properties},
			"MeGetFunction": {Type: "AWS::Lambda::Function"},
			"UserPool":      {Type: "AWS::Cognito::UserPool"},
		}}
}

const uri = `{"Fn::Sub":"arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${MeGetFunction.Arn}/invocations"}`

const resolvedURI = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:000000000000:function:foyer-MeGet-1/invocations"

func bodyWith(security string) string {
	return `{"paths":{"/v1/me":{"get":{"security":` + security + `,"x-amazon-apigateway-integration":{"type":"aws_proxy","httpMethod":"POST","payloadFormatVersion":"2.0","uri":` + uri + `}}}},
	"x-amazon-apigateway-cors":{"allowOrigins":[{"Ref":"Origin"}],"maxAge":60},
	"components":{"securitySchemes":{"Cognito":{"type":"oauth2","x-amazon-apigateway-authorizer":{"type":"jwt","identitySource":"$request.header.Authorization",
	"jwtConfiguration":{"audience":[{"Ref":"UserPoolClient"}],"issuer":{"Fn::Sub":"https://cognito-idp.${AWS::Region}.amazonaws.com/${UserPool}"}}}}}}}`
}

func TestTheBodyOfAnHTTPAPIIsRead(t *testing.T) {
	got, err := deployed(t, bodyWith(`[{"Cognito":[]}]`)).gateway("HttpApi")
	if err != nil {
		t.Fatal(err)
	}
	want := &gateway{
		authorizers: map[string]authorizer{"Cognito": {issuer: "https://cognito-idp.us-east-1.amazonaws.com/us-east-1_pool", source: "$request.header.Authorization", audience: []string{"client1"}}},
		routes:      map[string]route{"GET /v1/me": {uri: resolvedURI, format: "2.0", authorizer: "Cognito", scopes: []string{}}},
		cors:        &cors{AllowOrigins: []string{"https://portal.example.com"}, MaxAge: 60},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	got, err = deployed(t, bodyWith(`[{"NONE":[]}]`)).gateway("HttpApi")
	if err != nil {
		t.Fatal(err)
	}
	if got := got.routes["GET /v1/me"].authorizer; got != "" {
		t.Errorf("a public route: got authorizer %q, want none", got)
	}
}

func TestNothingUnknownBecomesARoute(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"an authorizer that is not there":  {bodyWith(`[{"Other":[]}]`), "would be open"},
		"a function that was not made":     {strings.ReplaceAll(bodyWith(`[]`), "MeGetFunction", "GoneFunction"), "did not make GoneFunction"},
		"an attribute that is not known":   {strings.ReplaceAll(bodyWith(`[]`), "MeGetFunction.Arn", "UserPool.Arn"), "UserPool.Arn"},
		"a function of another kind":       {strings.ReplaceAll(bodyWith(`[]`), `{"Ref":"UserPoolClient"}`, `{"Fn::If":["A","B","C"]}`), "Fn::If"},
		"an integration that is no lambda": {strings.ReplaceAll(bodyWith(`[]`), "aws_proxy", "http_proxy"), "must lead to a function"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := deployed(t, c.body).gateway("HttpApi")
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %+v, %v; want an error with %q", got, err, c.want)
			}
		})
	}
}

func TestTheAPIIsChangedOnlyWhereItDiffers(t *testing.T) {
	have := &gateway{
		authorizers: map[string]authorizer{"Cognito": {issuer: "i", audience: []string{"a"}}, "Old": {}},
		routes: map[string]route{
			"GET /same": {uri: "u", authorizer: "Cognito"}, "GET /gone": {uri: "u"}, "GET /moved": {uri: "u"}, "GET /closed": {uri: "u"},
		},
	}
	want := &gateway{
		authorizers: map[string]authorizer{"Cognito": {issuer: "i", audience: []string{"b"}}},
		routes: map[string]route{
			"GET /same": {uri: "u", authorizer: "Cognito", scopes: []string{}}, "GET /moved": {uri: "other"}, "GET /closed": {uri: "u", authorizer: "Cognito"}, "POST /new": {uri: "u"},
		},
		cors: &cors{MaxAge: 60},
	}
	got := change(have, want)
	expected := plan{putAuthorizers: []string{"Cognito"}, dropAuthorizers: []string{"Old"},
		putRoutes: []string{"GET /closed", "GET /moved", "POST /new"}, dropRoutes: []string{"GET /gone"}, setCORS: true}
	if !reflect.DeepEqual(got, expected) {
		t.Errorf("got  %+v\nwant %+v", got, expected)
	}
	if again := change(want, want); !reflect.DeepEqual(again, plan{}) {
		t.Errorf("a second time: got %+v, want nothing to do", again)
	}
}
