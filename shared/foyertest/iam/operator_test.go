package iam

import (
	"slices"
	"strings"
	"testing"
)

func condition(t *testing.T, operator, key string, values ...string) Condition {
	t.Helper()
	parsed, err := parseOperator(operator)
	if err != nil {
		t.Fatal(err)
	}
	c := Condition{Operator: operator, Key: key, Values: values, parsed: parsed}
	return c
}

// operatorCases have, for every operator, a request for which it holds and one for
// which it does not. The rules are those of the IAM User Guide, "Condition operators".
var operatorCases = []struct {
	operator string
	policy   []string
	request  []string
	want     bool
}{
	{"StringEquals", []string{"NONE"}, []string{"NONE"}, true},
	{"StringEquals", []string{"NONE"}, []string{"none"}, false},
	{"StringEquals", []string{"A", "B"}, []string{"B"}, true},
	{"StringEquals", []string{"A*"}, []string{"AB"}, false}, // no wildcards in Equals
	{"StringNotEquals", []string{"A", "B"}, []string{"C"}, true},
	{"StringNotEquals", []string{"A", "B"}, []string{"B"}, false}, // NOR, not OR
	{"StringEqualsIgnoreCase", []string{"none"}, []string{"NONE"}, true},
	{"StringEqualsIgnoreCase", []string{"none"}, []string{"ALL"}, false},
	{"StringNotEqualsIgnoreCase", []string{"none"}, []string{"ALL"}, true},
	{"StringNotEqualsIgnoreCase", []string{"none"}, []string{"NONE"}, false},
	{"StringLike", []string{"CLIENT#*"}, []string{"CLIENT#P#1"}, true},
	{"StringLike", []string{"CLIENT#*"}, []string{"TEAM#P#1"}, false},
	{"StringLike", []string{"CLIENT#*"}, []string{"client#P#1"}, false}, // case counts
	{"StringLike", []string{"C?"}, []string{"CX"}, true},
	{"StringLike", []string{"C?"}, []string{"C"}, false},
	{"StringNotLike", []string{"TEAM#*"}, []string{"CLIENT#P#1"}, true},
	{"StringNotLike", []string{"TEAM#*"}, []string{"TEAM#P#1"}, false},
	{"ArnLike", []string{"arn:aws:sqs:*:*:poison"}, []string{"arn:aws:sqs:eu-central-1:1:poison"}, true},
	{"ArnLike", []string{"arn:aws:sqs:*:poison"}, []string{"arn:aws:sqs:eu-central-1:1:poison"}, false}, // * stays in its part
	{"ArnNotLike", []string{"arn:aws:sqs:*:*:poison"}, []string{"arn:aws:sqs:eu-central-1:1:jobs"}, true},
	{"ArnNotLike", []string{"arn:aws:sqs:*:*:poison"}, []string{"arn:aws:sqs:eu-central-1:1:poison"}, false},
	{"ArnEquals", []string{"arn:aws:sqs:*:*:poison"}, []string{"arn:aws:sqs:eu-central-1:1:poison"}, true},
	{"ArnEquals", []string{"arn:aws:sqs:*:*:poison"}, []string{"arn:aws:sqs:eu-central-1:1:jobs"}, false},
	{"ArnNotEquals", []string{"arn:aws:sqs:*:*:poison"}, []string{"arn:aws:sqs:eu-central-1:1:jobs"}, true},
	{"ArnNotEquals", []string{"arn:aws:sqs:*:*:poison"}, []string{"arn:aws:sqs:eu-central-1:1:poison"}, false},
	{"Bool", []string{"true"}, []string{"true"}, true},
	{"Bool", []string{"true"}, []string{"false"}, false},
	{"NumericEquals", []string{"5"}, []string{"5.0"}, true},
	{"NumericEquals", []string{"5"}, []string{"6"}, false},
	{"NumericEquals", []string{"5"}, []string{"five"}, false},
	{"NumericNotEquals", []string{"5"}, []string{"6"}, true},
	{"NumericNotEquals", []string{"5"}, []string{"5"}, false},
	{"NumericLessThan", []string{"5"}, []string{"4"}, true},
	{"NumericLessThan", []string{"5"}, []string{"5"}, false},
	{"NumericLessThanEquals", []string{"5"}, []string{"5"}, true},
	{"NumericLessThanEquals", []string{"5"}, []string{"6"}, false},
	{"NumericGreaterThan", []string{"5"}, []string{"6"}, true},
	{"NumericGreaterThan", []string{"5"}, []string{"5"}, false},
	{"NumericGreaterThanEquals", []string{"5"}, []string{"5"}, true},
	{"NumericGreaterThanEquals", []string{"5"}, []string{"4"}, false},
	{"Null", []string{"false"}, []string{"anything"}, true},
	{"Null", []string{"true"}, []string{"anything"}, false},

	// A missing key: affirmative false, negated true, IfExists true.
	{"Null", []string{"true"}, nil, true},
	{"Null", []string{"false"}, nil, false},
	{"StringEquals", []string{"A"}, nil, false},
	{"StringLike", []string{"*"}, nil, false},
	{"StringNotEquals", []string{"A"}, nil, true},
	{"StringNotLike", []string{"*"}, nil, true},
	{"ArnLike", []string{"*"}, nil, false},
	{"ArnNotLike", []string{"*"}, nil, true},
	{"Bool", []string{"false"}, nil, false},
	{"NumericLessThan", []string{"5"}, nil, false},
	{"NumericNotEquals", []string{"5"}, nil, true},
	{"StringEqualsIfExists", []string{"A"}, nil, true},
	{"StringEqualsIfExists", []string{"A"}, []string{"A"}, true},
	{"StringEqualsIfExists", []string{"A"}, []string{"B"}, false},
	{"StringNotEqualsIfExists", []string{"A"}, nil, true},
	{"StringNotEqualsIfExists", []string{"A"}, []string{"A"}, false},
	{"BoolIfExists", []string{"true"}, nil, true},
	{"BoolIfExists", []string{"true"}, []string{"false"}, false},

	// Set operators.
	{"ForAllValues:StringLike", []string{"USER#*", "CLIENT#*"}, []string{"USER#1", "CLIENT#2"}, true},
	{"ForAllValues:StringLike", []string{"USER#*", "CLIENT#*"}, []string{"USER#1", "TEAM#2"}, false},
	{"ForAllValues:StringLike", []string{"USER#*"}, nil, true}, // the hole that Null closes
	{"ForAllValues:StringNotLike", []string{"TEAM#*"}, []string{"USER#1", "CLIENT#2"}, true},
	{"ForAllValues:StringNotLike", []string{"TEAM#*"}, []string{"USER#1", "TEAM#2"}, false},
	{"ForAnyValue:StringLike", []string{"USER#*"}, []string{"TEAM#1", "USER#2"}, true},
	{"ForAnyValue:StringLike", []string{"USER#*"}, []string{"TEAM#1", "AUTH#2"}, false},
	{"ForAnyValue:StringLike", []string{"USER#*"}, nil, false},
	{"ForAnyValue:StringNotLike", []string{"USER#*"}, []string{"USER#1", "TEAM#2"}, true},
	{"ForAnyValue:StringNotLike", []string{"USER#*"}, []string{"USER#1", "USER#2"}, false},
	{"ForAnyValue:StringLikeIfExists", []string{"USER#*"}, nil, true},
	{"ForAnyValue:StringLikeIfExists", []string{"USER#*"}, []string{"TEAM#1"}, false},
	{"ForAnyValue:StringLikeIfExists", []string{"USER#*"}, []string{"TEAM#1", "USER#1"}, true},
}

func TestConditionOperators(t *testing.T) {
	for _, c := range operatorCases {
		if got := condition(t, c.operator, "dynamodb:LeadingKeys", c.policy...).holds(c.request); got != c.want {
			t.Errorf("%s %q on %q: got %v, want %v", c.operator, c.policy, c.request, got, c.want)
		}
	}
}

// Every operator that the package knows has both outcomes among the cases, so that an
// operator that always holds, or never, cannot pass.
func TestEveryOperatorIsSeenToHoldAndToFail(t *testing.T) {
	var operators []string
	for name := range comparisons {
		operators = append(operators, name)
	}
	for name := range negations {
		operators = append(operators, name)
	}
	for _, name := range operators {
		for _, want := range []bool{true, false} {
			if !slices.ContainsFunc(operatorCases, func(c struct {
				operator string
				policy   []string
				request  []string
				want     bool
			}) bool {
				return c.operator == name && c.want == want
			}) {
				t.Errorf("%s: no case in which it gives %v", name, want)
			}
		}
	}
}

// Each of these changes to one condition, made one at a time, changes the outcome of at
// least one case of its operator: none of them could slip in unseen.
func TestAChangedOperatorChangesAnOutcome(t *testing.T) {
	mutations := map[string]func(*Condition) bool{ // false: the mutation does not apply
		"negated": func(c *Condition) bool { c.parsed.not = !c.parsed.not; return c.parsed.name != "Null" },
		"IfExists flipped": func(c *Condition) bool {
			c.parsed.ifExists = !c.parsed.ifExists
			// A negated operator and ForAllValues are true for a missing key anyway.
			return c.parsed.name != "Null" && c.parsed.set != "ForAllValues" && (!c.parsed.not || c.parsed.set == "ForAnyValue")
		},
		"ForAllValues for ForAnyValue": func(c *Condition) bool {
			swap := map[string]string{"ForAllValues": "ForAnyValue", "ForAnyValue": "ForAllValues"}
			set, ok := swap[c.parsed.set]
			c.parsed.set = set
			return ok
		},
		"the values swapped": func(c *Condition) bool {
			if c.parsed.name != "Null" {
				return false
			}
			c.Values = []string{map[string]string{"true": "false", "false": "true"}[c.Values[0]]}
			return true
		},
	}
	byOperator := map[string][]int{}
	for i, c := range operatorCases {
		byOperator[c.operator] = append(byOperator[c.operator], i)
	}
	for name, mutate := range mutations {
		for operator, cases := range byOperator {
			applies, changed := false, false
			for _, i := range cases {
				c := operatorCases[i]
				mutant := condition(t, c.operator, "dynamodb:LeadingKeys", c.policy...)
				applies = mutate(&mutant) || applies
				changed = changed || mutant.holds(c.request) != c.want
			}
			needsMissing := strings.HasPrefix(name, "IfExists") && !slices.ContainsFunc(cases, func(i int) bool { return operatorCases[i].request == nil })
			if applies && !changed && !needsMissing {
				t.Errorf("%s %s: no case notices", operator, name)
			}
		}
	}
}

func TestOperatorsAndKeysThatAreUnknownAreErrors(t *testing.T) {
	for _, operator := range []string{"StringMatches", "ForSomeValues:StringLike", "DateLessThan", "IpAddress", "NullIfExists", "ForAllValues:Null", "stringlike"} {
		if _, err := parseOperator(operator); err == nil {
			t.Errorf("%s: got no error", operator)
		}
	}
	for _, block := range []map[string]any{
		{"StringEquals": map[string]any{"dynamodb:Colour": "red"}},
		{"StringEquals": map[string]any{"aws:SourceIp": "1.2.3.4"}},
		{"StringLike": map[string]any{"dynamodb:LeadingKeys": "USER#*"}}, // many values: a set operator is needed
		{"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": "${aws:userid}"}},
		{"ForAllValues:StringLike": map[string]any{"dynamodb:LeadingKeys": []any{}}},
		{"Null": map[string]any{"dynamodb:LeadingKeys": "no"}},
		{"NumericLessThan": map[string]any{"dynamodb:Select": "few"}},
		{"Bool": map[string]any{"aws:SecureTransport": "yes"}},
	} {
		if _, err := parseConditions(block); err == nil {
			t.Errorf("%v: got no error", block)
		}
	}
	good := map[string]any{
		"ForAllValues:StringLike": map[string]any{"DYNAMODB:leadingkeys": "USER#*"},
		"Null":                    map[string]any{"dynamodb:LeadingKeys": false},
		"StringEquals":            map[string]any{"s3:ExistingObjectTag/audience": "client"},
	}
	if _, err := parseConditions(good); err != nil {
		t.Errorf("%v: got %v, want no error", good, err)
	}
}
