package iam_test

import (
	"strings"
	"testing"

	"foyer/shared/foyertest/iam"
	"foyer/shared/samtemplate"
)

// ruleCase: the statement breaks the rule with problem, its twin does not break it.
type ruleCase struct {
	bad, problem, good string
}

func findings(t *testing.T, policies string, rule func(*samtemplate.Template) ([]iam.Finding, error)) []iam.Finding {
	t.Helper()
	out, err := rule(withPolicies(t, policies))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func holdsTo(t *testing.T, cases []ruleCase, rule func(*samtemplate.Template) ([]iam.Finding, error)) {
	t.Helper()
	for _, c := range cases {
		found := findings(t, c.bad, rule)
		if len(found) == 0 || !strings.Contains(found[0].String(), c.problem) {
			t.Errorf("%s: got %v, want a finding with %q", c.bad, found, c.problem)
		} else if !strings.Contains(found[0].String(), "people-list") || found[0].Remedy == "" {
			t.Errorf("got %q, want function and remedy in it", found[0])
		}
		if found := findings(t, c.good, rule); len(found) != 0 {
			t.Errorf("%s: got %v, want no finding", c.good, found)
		}
	}
}

// on grants actions on the table with these leading keys and the guard.
func on(actions, keys string, conditions ...string) string {
	return statement(append([]string{
		"Action: " + actions, "Resource: !GetAtt Table.Arn", "Condition:",
		"  ForAllValues:StringLike: {dynamodb:LeadingKeys: " + keys + "}",
		"  \"Null\": {dynamodb:LeadingKeys: \"false\"}",
	}, conditions...)...)
}

func TestOpenToClientsMayNotReadTeam(t *testing.T) {
	const client = `["CLIENT#*", "USER#*"]`
	good := on("dynamodb:GetItem", client)
	holdsTo(t, []ruleCase{
		{on("dynamodb:GetItem", `["CLIENT#*", "TEAM#*"]`), "TEAM#", good},
		{on("dynamodb:PutItem", `["TEAM#W#*"]`), "TEAM#", on("dynamodb:PutItem", `["AUTH#*"]`)},
		{on("dynamodb:GetItem", `["T*"]`), "TEAM#", on("dynamodb:GetItem", `["TEA"]`)},
		{on("dynamodb:GetItem", `["?EAM#*"]`), "TEAM#", on("dynamodb:GetItem", `["?EAN#*"]`)},
		{on("dynamodb:GetItem", `["*"]`), "TEAM#", good},
		{statement("Action: dynamodb:GetItem", "Resource: !GetAtt Table.Arn"), "TEAM#", good},
		{statement("Action: \"*\"", "Resource: \"*\""), "TEAM#", statement("Action: s3:*", "Resource: \"*\"")},
		{statement("NotAction: s3:GetObject", "Resource: \"*\""), "TEAM#", statement("NotAction: \"*\"", "Resource: \"*\"")},
		{on("dynamodb:Scan", client), "TEAM#", good}, // a Scan has no keys
		{statement("Action: dynamodb:GetRecords", "Resource: !GetAtt Table.StreamArn"), "TEAM#", statement("Action: dynamodb:DescribeTable", "Resource: !GetAtt Table.Arn")},
		{statement("Action: dynamodb:PartiQLSelect", "Resource: !GetAtt Table.Arn"), "TEAM#", good},
		{statement("Action: dynamodb:GetItem", "Resource: !GetAtt Table.Arn", "Condition: {ForAllValues:StringNotLike: {dynamodb:LeadingKeys: \"TEAM#*\"}}"), "TEAM#", good}, // in doubt: yes
		{statement("Action: dynamodb:GetItem", "Resource: !GetAtt Table.Arn", "Condition: {ForAnyValue:StringLike: {dynamodb:LeadingKeys: \"CLIENT#*\"}}"), "TEAM#",
			statement("Action: dynamodb:GetItem", "Resource: !GetAtt Table.Arn", "Condition: {ForAllValues:StringEquals: {dynamodb:LeadingKeys: \"CLIENT#1\"}}")},
	}, func(tpl *samtemplate.Template) ([]iam.Finding, error) {
		return iam.OpenToClientsMayNotReadTeam(tpl, []string{"people-list"}, nil)
	})
	staff := findings(t, on("dynamodb:GetItem", `["TEAM#*"]`), func(tpl *samtemplate.Template) ([]iam.Finding, error) {
		return iam.OpenToClientsMayNotReadTeam(tpl, []string{"portal-items-list"}, nil)
	})
	if len(staff) != 0 {
		t.Errorf("a function that no client can call: got %v, want no finding", staff)
	}
}

func TestExceptionsMayOnlyWriteToTeam(t *testing.T) {
	blind := "  StringEqualsIfExists: {dynamodb:ReturnValues: NONE}"
	const team = `["TEAM#*", "USER#*"]`
	good := on("[dynamodb:PutItem, dynamodb:UpdateItem, dynamodb:DeleteItem, dynamodb:ConditionCheckItem]", team, blind)
	with := func(e iam.TeamException) func(*samtemplate.Template) ([]iam.Finding, error) {
		return func(tpl *samtemplate.Template) ([]iam.Finding, error) {
			return iam.OpenToClientsMayNotReadTeam(tpl, []string{"people-list"}, map[string]iam.TeamException{"people-list": e})
		}
	}
	holdsTo(t, []ruleCase{
		{on("[dynamodb:PutItem, dynamodb:GetItem]", team, blind), "dynamodb:GetItem is granted", good},
		{on("dynamodb:BatchGetItem", team, blind), "dynamodb:BatchGetItem is granted", good},
		{on("dynamodb:Query", team, blind), "dynamodb:Query is granted", good},
		{on("dynamodb:PutItem", team), "could return the item", good},
		{on("dynamodb:PutItem", team, "  StringEqualsIfExists: {dynamodb:ReturnValues: [NONE, ALL_OLD]}"), "could return the item", good},
		{on("dynamodb:PutItem", team, "  StringNotEquals: {dynamodb:ReturnValues: NONE}"), "could return the item", good},
		{on("dynamodb:GetItem", `["USER#*"]`), "no statement of it reaches TEAM#", good},
	}, with(iam.TeamException{Reason: "acceptance writes the contact's state"}))
	if found := findings(t, good, with(iam.TeamException{})); len(found) == 0 {
		t.Error("an exception without a reason is let through")
	}
	reads := iam.TeamException{Reason: "the one public reader", MayRead: true}
	if found := findings(t, on("dynamodb:Query", team), with(reads)); len(found) != 0 {
		t.Errorf("an exception that may read: got %v, want no finding", found)
	}
}

func TestItemAccessIsGuarded(t *testing.T) {
	limit, guard := `  ForAllValues:StringLike: {dynamodb:LeadingKeys: ["USER#*"]}`, `  "Null": {dynamodb:LeadingKeys: false}`
	with := func(conditions ...string) string {
		return statement(append([]string{"Action: dynamodb:GetItem", "Resource: !GetAtt Table.Arn", "Condition:"}, conditions...)...)
	}
	good := with(limit, guard)
	holdsTo(t, []ruleCase{
		{with(limit), "without keys would pass", good},
		{with(guard), "every realm", with(limit, `  "Null": {dynamodb:LeadingKeys: "false"}`)},
		{with(limit, `  "Null": {dynamodb:LeadingKeys: true}`), "without keys would pass", good},
		{with(`  ForAnyValue:StringLike: {dynamodb:LeadingKeys: ["USER#*"]}`, guard), "every realm", good},
		{with(`  ForAllValues:StringLikeIfExists: {dynamodb:LeadingKeys: ["USER#*"]}`, guard), "every realm", good},
		{statement("Action: dynamodb:GetItem", "Resource: \"*\""), "every realm", statement("Action: dynamodb:DescribeTable", "Resource: \"*\"")},
		{statement("Action: dynamodb:*", "Resource: \"*\""), "every realm", statement("Action: sqs:*", "Resource: \"*\"")},
		{"        - DynamoDBReadPolicy: {TableName: !Ref Table}\n", "every realm", good},
	}, iam.ItemAccessIsGuarded)
}

func TestLeadingKeysNameARealm(t *testing.T) {
	holdsTo(t, []ruleCase{
		{on("dynamodb:GetItem", `["*"]`), `"*"`, on("dynamodb:GetItem", `["TEAM#*", "CLIENT#*", "USER#*", "AUTH#*", "DUE#*"]`)},
		{on("dynamodb:GetItem", `["USER#*", "T*"]`), `"T*"`, on("dynamodb:GetItem", `["USER#1"]`)},
		{on("dynamodb:GetItem", `["USER*"]`), `"USER*"`, on("dynamodb:GetItem", `["USER#*"]`)},
		{on("dynamodb:GetItem", `["team#*"]`), `"team#*"`, on("dynamodb:GetItem", `["TEAM#*"]`)},
	}, iam.LeadingKeysNameARealm)
}

func TestActionsAreNamed(t *testing.T) {
	good := on("[dynamodb:GetItem, dynamodb:Query]", `["USER#*"]`)
	holdsTo(t, []ruleCase{
		{on("dynamodb:Scan", `["USER#*"]`), "dynamodb:Scan", good},
		{on("dynamodb:PartiQLSelect", `["USER#*"]`), "dynamodb:PartiQLSelect", good},
		{statement("Action: dynamodb:*", "Resource: \"*\""), "wildcard", statement("Action: sqs:*", "Resource: \"*\"")},
		{statement("Action: dynamodb:Batch*", "Resource: \"*\""), "wildcard", good},
		{statement("Action: \"*\"", "Resource: \"*\""), "wildcard", good},
		{statement("NotAction: s3:*", "Resource: \"*\""), "NotAction", good},
		{statement("Action: dynamodb:GetRecords", "Resource: !GetAtt Table.StreamArn"), "dynamodb:GetRecords", good},
		{"        - DynamoDBCrudPolicy: {TableName: !Ref Table}\n", "dynamodb:Scan", good},
	}, iam.ActionsAreNamed)
}

func TestWildcardsHaveReasons(t *testing.T) {
	none := func(tpl *samtemplate.Template) ([]iam.Finding, error) { return iam.WildcardsHaveReasons(tpl, nil) }
	holdsTo(t, []ruleCase{
		{statement("Action: ses:SendEmail", "Resource: \"*\""), "wildcard", statement("Action: sqs:SendMessage", "Resource: !GetAtt Queue.Arn")},
		{statement("Action: dynamodb:Query", "Resource: !Sub \"${Table.Arn}/index/*\""), "wildcard", statement("Action: dynamodb:Query", "Resource: !Sub \"${Table.Arn}/index/GSI1\"")},
		{statement("Action: s3:GetObject", "NotResource: arn:aws:s3:::files"), "wildcard", statement("Action: s3:GetObject", "Resource: arn:aws:s3:::files/a")},
	}, none)
	wild := statement("Action: ses:SendEmail", "Resource: \"*\"")
	for name, want := range map[string]int{"S": 0, "people-list/S": 0, "people-get/S": 2, "T": 2} {
		found := findings(t, wild, func(tpl *samtemplate.Template) ([]iam.Finding, error) {
			return iam.WildcardsHaveReasons(tpl, map[string]string{name: "the identity is the deployment's choice"})
		})
		if len(found) != want {
			t.Errorf("a reason under %q: got %d findings, want %d: %v", name, len(found), want, found)
		}
	}
}

// The template of the tests is written as the product's is: it breaks no rule.
func TestTheRulesHoldForAWholeTemplate(t *testing.T) {
	tpl := load(t)
	reasons := map[string]string{"Send": "any verified identity; the sender is a condition", "Files": "objects have no fixed names"}
	team := map[string]iam.TeamException{"invitations-accept": {Reason: "writes the contact's state"}}
	for name, rule := range map[string]func(*samtemplate.Template) ([]iam.Finding, error){
		"guards": iam.ItemAccessIsGuarded, "realms": iam.LeadingKeysNameARealm, "actions": iam.ActionsAreNamed,
		"wildcards": func(tpl *samtemplate.Template) ([]iam.Finding, error) { return iam.WildcardsHaveReasons(tpl, reasons) },
		"team": func(tpl *samtemplate.Template) ([]iam.Finding, error) {
			return iam.OpenToClientsMayNotReadTeam(tpl, []string{"invitations-accept", "portal-items-list"}, team)
		},
	} {
		found, err := rule(tpl)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range found {
			t.Errorf("%s: %s", name, f)
		}
	}
}
