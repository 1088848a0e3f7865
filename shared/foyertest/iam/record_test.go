package iam_test

import (
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"foyer/shared/foyertest/iam"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
)

func TestUsesSayWhichEntriesWereNeeded(t *testing.T) {
	e := enforcer(t, onClientAndUser("dynamodb:GetItem, dynamodb:Query, dynamodb:PutItem"))
	allowed(t, e.Check("DynamoDB", "GetItem", &dynamodb.GetItemInput{TableName: items, Key: key("USER#1")}))
	allowed(t, e.Check("DynamoDB", "GetItem", &dynamodb.GetItemInput{TableName: items, Key: key("USER#2")}))
	allowed(t, e.Check("DynamoDB", "Query", onIndex(query("GSI1PK = :p", nil, item{":p": s("USER#1")}), "GSI1")))
	refused(t, e.Check("DynamoDB", "PutItem", &dynamodb.PutItemInput{TableName: items, Item: key("TEAM#1")}), "dynamodb:PutItem", tableARN)
	want := []iam.Use{
		{Function: "people-list", Grantee: "PeopleListFunction", Statement: "S", Action: "dynamodb:GetItem", Resource: 0, LeadingKeys: []string{"USER#*"}},
		{Function: "people-list", Grantee: "PeopleListFunction", Statement: "S", Action: "dynamodb:Query", Resource: 1, LeadingKeys: []string{"USER#*"}},
	}
	if got := e.Uses(); !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
}

// A transaction that is refused for one entry needed none of the grants of the others.
func TestACallThatIsRefusedUsesNothing(t *testing.T) {
	e := enforcer(t, onClientAndUser("dynamodb:PutItem"))
	refused(t, e.Check("DynamoDB", "", write(put("USER#1"), check("USER#2"))), "dynamodb:ConditionCheckItem", tableARN)
	if got := e.Uses(); len(got) != 0 {
		t.Errorf("got %v, want no use", got)
	}
}

func TestUsesOfSeveralTestsAndProcessesAreMerged(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "uses")
	t.Setenv(iam.RecordDir, dir)
	tpl := withPolicies(t, onClientAndUser("dynamodb:GetItem, dynamodb:PutItem"))
	get := func(table string) {
		e, err := iam.ForFunction(tpl, "people-list", map[string]string{"Table": table})
		if err != nil {
			t.Fatal(err)
		}
		allowed(t, e.Check("DynamoDB", "GetItem", &dynamodb.GetItemInput{TableName: aws.String(table), Key: key("USER#1")}))
	}
	get("test-1")
	get("test-2") // another table, the same grant
	other := `{"Function":"people-list","Grantee":"PeopleListFunction","Statement":"S","Action":"dynamodb:PutItem","Resource":0,"LeadingKeys":["CLIENT#*"]}` + "\n"
	if err := os.WriteFile(filepath.Join(dir, "uses-of-another-process.jsonl"), []byte(other), 0o600); err != nil {
		t.Fatal(err)
	}
	uses, err := iam.ReadUses(dir)
	if err != nil {
		t.Fatal(err)
	}
	var actions []string
	for _, u := range uses {
		actions = append(actions, u.Action)
	}
	slices.Sort(actions)
	if want := []string{"dynamodb:GetItem", "dynamodb:PutItem"}; !slices.Equal(actions, want) {
		t.Errorf("got the uses of %q, want %q", actions, want)
	}
	findings, err := iam.Unused(tpl, uses)
	if err != nil {
		t.Fatal(err)
	}
	if len(findings) != 1 || !strings.Contains(findings[0].Problem, "/index/GSI1") {
		t.Errorf("got %v, want the index alone unused", findings)
	}
}

func TestALineThatCannotBeReadIsAnError(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "uses-1.jsonl"), []byte("{\"Function\":\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := iam.ReadUses(dir); err == nil || !strings.Contains(err.Error(), "uses-1.jsonl") {
		t.Errorf("got %v, want an error that names the file", err)
	}
}

func TestGrantsThatNoTestNeededAreFound(t *testing.T) {
	tpl := withPolicies(t, onClientAndUser("dynamodb:GetItem, dynamodb:PutItem")+
		strings.Replace(statement("Action: dynamodb:GetItem", "Resource: !GetAtt Table.Arn"), "Sid: S", "Sid: Twice", 1))
	use := iam.Use{Function: "people-list", Grantee: "PeopleListFunction", Statement: "S", Action: "dynamodb:GetItem", LeadingKeys: []string{"USER#*"}}
	of := func(uses ...iam.Use) []string {
		findings, err := iam.Unused(tpl, uses)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, f := range findings {
			out = append(out, f.Statement+": "+f.Problem)
		}
		return out
	}
	for _, c := range []struct {
		name string
		got  []string
		want []string
	}{
		{"no use at all", of(), []string{"S: no test needed this statement", "Twice: no test needed this statement"}},
		{"one use", of(use), []string{
			"S: no test needed the action dynamodb:PutItem", "S: no test needed the resource " + tableARN + "/index/GSI1",
			`S: no test needed the leading keys "CLIENT#*"`, "Twice: no test needed this statement",
		}},
		{"a use of another role's statement of the same name", of(iam.Use{Function: "x", Grantee: "XFunction", Statement: "S", Action: "dynamodb:GetItem"}),
			[]string{"S: no test needed this statement", "Twice: no test needed this statement"}},
	} {
		if !slices.Equal(c.got, c.want) {
			t.Errorf("%s: got %q\nwant %q", c.name, c.got, c.want)
		}
	}
}
