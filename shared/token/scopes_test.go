package token

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"foyer/shared/samtemplate"
)

func TestAccessTokensLoseTheScopeOfCognitosPublicAPI(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join("..", "..", "events", "token-scopes.json"))
	if err != nil {
		t.Fatal(err)
	}
	var e events.CognitoEventUserPoolsPreTokenGenV2_0
	if err := json.Unmarshal(raw, &e); err != nil {
		t.Fatal(err)
	}
	answered := Scopes("the-internal-client")(e)
	got := answered.Response.ClaimsAndScopeOverrideDetails.AccessTokenGeneration
	if want := []string{"aws.cognito.signin.user.admin"}; !slices.Equal(got.ScopesToSuppress, want) {
		t.Errorf("suppressed scopes: got %q, want %q", got.ScopesToSuppress, want)
	}
	if len(got.ScopesToAdd) > 0 || len(got.ClaimsToAddOrOverride) > 0 || len(got.ClaimsToSuppress) > 0 {
		t.Errorf("the trigger changed more than the scope: %+v", got)
	}
	if answered.UserName != e.UserName || !slices.Equal(answered.Request.Scopes, e.Request.Scopes) {
		t.Errorf("the event came back changed: %+v", answered)
	}
}

func TestOnlyTheInternalClientsTokensKeepTheScope(t *testing.T) {
	var e events.CognitoEventUserPoolsPreTokenGenV2_0
	for _, c := range []struct {
		known, of string
		keeps     bool
	}{{"internal", "internal", true}, {"internal", "public", false}, {"", "public", false}, {"", "", false}} {
		e.CallerContext.ClientID = c.of
		suppressed := Scopes(c.known)(e).Response.ClaimsAndScopeOverrideDetails.AccessTokenGeneration.ScopesToSuppress
		if keeps := len(suppressed) == 0; keeps != c.keeps {
			t.Errorf("internal client %q, token of %q: keeps the scope: %v, want %v", c.known, c.of, keeps, c.keeps)
		}
	}
	f, err := load(t, nil).Function("token-scopes")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := f.Environment["INTERNAL_CLIENT_ID"], "userpoolinternalclient"; got != want {
		t.Errorf("the trigger knows the internal client as %q, want %q", got, want)
	}
}

func TestThePoolMayCallTheTriggerAndNobodyElse(t *testing.T) {
	tpl := load(t, nil)
	pool, err := tpl.UserPool("UserPool")
	if err != nil {
		t.Fatal(err)
	}
	f, err := tpl.Function("token-scopes")
	if err != nil {
		t.Fatal(err)
	}
	if got := pool.Triggers["PreTokenGenerationConfig"]; got != f.Arn {
		t.Errorf("the pool's trigger is %q, want %q", got, f.Arn)
	}
	p := tpl.Resources["TokenScopesPermission"].Properties
	for property, want := range map[string]string{"FunctionName": f.Arn, "Principal": "cognito-idp.amazonaws.com", "SourceArn": pool.Arn} {
		if p[property] != want {
			t.Errorf("TokenScopesPermission: %s is %v, want %s", property, p[property], want)
		}
	}
	if len(f.Policies) > 0 {
		t.Errorf("token-scopes has policies %v, and needs none", f.Policies)
	}
}

// CloudFormation refuses resources that name one another in a circle, and cfn-lint
// overlooks it where the HTTP API names its functions.
func TestNoResourcesOfTheTemplateNameOneAnotherInACircle(t *testing.T) {
	for _, parameters := range []map[string]string{nil, {"PublicUrl": "https://portal.example.com"}} {
		tpl := load(t, parameters)
		names := map[string]string{}
		for id := range tpl.Resources {
			names[id] = "named-" + id + "-named"
		}
		tpl, err := tpl.With(samtemplate.Settings{Names: names})
		if err != nil {
			t.Fatal(err)
		}
		needs := map[string][]string{}
		for id, r := range tpl.Resources {
			properties := map[string]any{}
			for name, value := range r.Properties {
				if name != "Events" { // the other way round: what sets the function off names it
					properties[name] = value
				}
			}
			text := fmt.Sprint(properties, r.DependsOn)
			for other, name := range names {
				if other != id && (strings.Contains(text, name) || slices.Contains(r.DependsOn, other)) {
					needs[id] = append(needs[id], other)
				}
			}
		}
		for _, f := range tpl.Functions {
			for _, e := range f.Events {
				if e.Type == "HttpApi" {
					needs["HttpApi"] = append(needs["HttpApi"], f.LogicalID)
				}
			}
		}
		if len(needs["HttpApi"]) < 10 || !slices.Contains(needs["TokenScopesFunction"], "UserPoolInternalClient") {
			t.Fatalf("what the API and the pool need was not found: %v", needs)
		}
		if mail, err := tpl.Function("stream-mail"); err != nil || !strings.HasPrefix(mail.Environment["PUBLIC_URL"], "https://") {
			t.Errorf("parameters %v: stream-mail does not know the address for its links: %q, %v", parameters, mail.Environment["PUBLIC_URL"], err)
		}
		for id := range needs {
			if circle := circleFrom(id, needs); circle != nil {
				t.Fatalf("parameters %v: a circle: %s", parameters, strings.Join(circle, " → "))
			}
		}
	}
}

// circleFrom is a way from a resource back to itself, or nil.
func circleFrom(start string, needs map[string][]string) []string {
	seen := map[string]bool{}
	var walk func(id string, way []string) []string
	walk = func(id string, way []string) []string {
		way = append(way, id)
		for _, next := range needs[id] {
			if next == start {
				return append(way, start)
			}
			if !seen[next] {
				seen[next] = true
				if circle := walk(next, way); circle != nil {
					return circle
				}
			}
		}
		return nil
	}
	return walk(start, nil)
}

func load(t *testing.T, parameters map[string]string) *samtemplate.Template {
	t.Helper()
	tpl, err := samtemplate.Load(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	tpl, err = tpl.With(samtemplate.Settings{Parameters: parameters})
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}
