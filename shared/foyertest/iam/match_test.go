package iam

import "testing"

func TestWildcards(t *testing.T) {
	for _, c := range []struct {
		pattern, s string
		want       bool
	}{
		{"*", "", true}, {"*", "anything", true}, {"", "", true}, {"", "x", false},
		{"a*c", "abbc", true}, {"a*c", "abb", false}, {"a*b*c", "axbxbxc", true}, {"a*b*c", "acb", false},
		{"?", "x", true}, {"?", "", false}, {"?", "xy", false},
		{"*#", "TEAM#", true}, {"**", "x", true}, {"a*", "ba", false},
	} {
		if got := wildcard(c.pattern, c.s); got != c.want {
			t.Errorf("%q on %q: got %v, want %v", c.pattern, c.s, got, c.want)
		}
	}
}

func TestActionsMatchWithoutCase(t *testing.T) {
	for _, c := range []struct {
		pattern, action string
		want            bool
	}{
		{"dynamodb:GetItem", "dynamodb:GetItem", true},
		{"DynamoDB:getitem", "dynamodb:GetItem", true},
		{"dynamodb:Get*", "dynamodb:GetItem", true},
		{"dynamodb:Get*", "dynamodb:BatchGetItem", false},
		{"*", "dynamodb:GetItem", true},
		{"s3:GetItem", "dynamodb:GetItem", false},
	} {
		if got := matchAction(c.pattern, c.action); got != c.want {
			t.Errorf("%q on %q: got %v, want %v", c.pattern, c.action, got, c.want)
		}
	}
}

func TestARNsMatchPartByPart(t *testing.T) {
	const table = "arn:aws:dynamodb:eu-central-1:123456789012:table/items"
	for _, c := range []struct {
		pattern, arn string
		want         bool
	}{
		{"*", table, true},
		{table, table, true},
		{table, table + "/index/GSI1", false}, // a grant on the table is none on its index
		{table + "/index/*", table + "/index/GSI1", true},
		{table + "/index/*", table, false},
		{table + "*", table + "-of-another-stack", true},
		{"arn:aws:dynamodb:*:*:table/items", table, true},
		{"arn:aws:dynamodb:eu-*:123456789012:table/items", table, true},
		{"arn:aws:dynamodb:*:table/items", table, false}, // * does not reach across a colon
		{"arn:aws:dynamodb:us-east-1:123456789012:table/items", table, false},
		{"arn:aws:sns:eu-central-1:123456789012:table/items", table, false},
		{"arn:aws:logs:eu-central-1:1:log-group:a:*", "arn:aws:logs:eu-central-1:1:log-group:a:stream", true},
	} {
		if got := matchARN(c.pattern, c.arn); got != c.want {
			t.Errorf("%q on %q: got %v, want %v", c.pattern, c.arn, got, c.want)
		}
	}
}

func TestDecisions(t *testing.T) {
	allow := func(id string, actions, resources []string) Statement {
		return Statement{ID: id, Actions: actions, Resources: resources}
	}
	get := Request{Action: "s3:GetObject", Resource: "arn:aws:s3:::files/a"}
	put := Request{Action: "s3:PutObject", Resource: "arn:aws:s3:::files/a"}
	denyPut := Statement{ID: "deny", Deny: true, Actions: []string{"s3:Put*"}, Resources: []string{"*"}}
	everything := allow("all", []string{"*"}, []string{"*"})
	for _, c := range []struct {
		name       string
		statements []Statement
		request    Request
		want       bool
		by         string
	}{
		{"nothing allows: denied by default", nil, get, false, ""},
		{"an Allow that matches", []Statement{everything}, get, true, "all"},
		{"an explicit deny wins, whatever its place", []Statement{everything, denyPut}, put, false, "deny"},
		{"an explicit deny wins, whatever its place", []Statement{denyPut, everything}, put, false, "deny"},
		{"a deny of something else takes nothing away", []Statement{denyPut, everything}, get, true, "all"},
		{"the first of two that allow", []Statement{allow("one", []string{"s3:GetObject"}, []string{"*"}), everything}, get, true, "one"},
		{"another resource", []Statement{allow("one", []string{"s3:GetObject"}, []string{"arn:aws:s3:::other/*"})}, get, false, ""},
		{"another action", []Statement{allow("one", []string{"s3:PutObject"}, []string{"*"})}, get, false, ""},
		{"NotAction allows the others", []Statement{{ID: "not", NotActions: true, Actions: []string{"s3:Put*"}, Resources: []string{"*"}}}, get, true, "not"},
		{"NotAction does not allow what it names", []Statement{{ID: "not", NotActions: true, Actions: []string{"s3:Put*"}, Resources: []string{"*"}}}, put, false, ""},
		{"NotResource allows the others", []Statement{{ID: "not", Actions: []string{"s3:*"}, NotResources: true, Resources: []string{"arn:aws:s3:::other/*"}}}, get, true, "not"},
		{"NotResource does not allow what it names", []Statement{{ID: "not", Actions: []string{"s3:*"}, NotResources: true, Resources: []string{"arn:aws:s3:::files/*"}}}, get, false, ""},
	} {
		d := Policy{Statements: c.statements}.Decide(c.request)
		by := ""
		if d.By != nil {
			by = d.By.ID
		}
		if d.Allowed != c.want || by != c.by {
			t.Errorf("%s: got %v by %q, want %v by %q", c.name, d.Allowed, by, c.want, c.by)
		}
	}
}

func TestAllConditionsOfAStatementHaveToHold(t *testing.T) {
	s := Statement{ID: "s", Actions: []string{"dynamodb:PutItem"}, Resources: []string{"*"}, Conditions: []Condition{
		condition(t, "ForAllValues:StringLike", "dynamodb:LeadingKeys", "USER#*"),
		condition(t, "StringEqualsIfExists", "dynamodb:ReturnValues", "NONE"),
	}}
	for _, c := range []struct {
		context map[string][]string
		want    bool
	}{
		{map[string][]string{"dynamodb:LeadingKeys": {"USER#1"}}, true},
		{map[string][]string{"dynamodb:leadingkeys": {"USER#1"}, "DynamoDB:ReturnValues": {"NONE"}}, true}, // names of keys: no case
		{map[string][]string{"dynamodb:LeadingKeys": {"TEAM#1"}}, false},
		{map[string][]string{"dynamodb:LeadingKeys": {"USER#1"}, "dynamodb:ReturnValues": {"ALL_OLD"}}, false},
	} {
		q := Request{Action: "dynamodb:PutItem", Resource: "arn:aws:dynamodb:r:1:table/t", Context: c.context}
		if got := (Policy{Statements: []Statement{s}}).Decide(q).Allowed; got != c.want {
			t.Errorf("%v: got %v, want %v", c.context, got, c.want)
		}
	}
}
