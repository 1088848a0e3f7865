package iam

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// operator is a condition operator taken apart: ForAllValues:StringNotLikeIfExists is
// {set: "ForAllValues", name: "StringLike", not: true, ifExists: true}.
type operator struct {
	set      string
	name     string
	not      bool
	ifExists bool
	compare  func(policy, request string) bool
}

// comparisons are the operators by their affirmative name. Of what AWS has, Date*,
// BinaryEquals and IpAddress are left out: nothing here has such keys.
var comparisons = map[string]func(policy, request string) bool{
	"StringEquals":             func(p, r string) bool { return p == r },
	"StringEqualsIgnoreCase":   strings.EqualFold,
	"StringLike":               wildcard,
	"ArnEquals":                matchARN, // "ArnEquals and ArnLike behave identically"
	"ArnLike":                  matchARN,
	"Bool":                     strings.EqualFold,
	"Null":                     nil, // looks at the key's presence only
	"NumericEquals":            numeric(func(p, r float64) bool { return r == p }),
	"NumericLessThan":          numeric(func(p, r float64) bool { return r < p }),
	"NumericLessThanEquals":    numeric(func(p, r float64) bool { return r <= p }),
	"NumericGreaterThan":       numeric(func(p, r float64) bool { return r > p }),
	"NumericGreaterThanEquals": numeric(func(p, r float64) bool { return r >= p }),
}

// negations are the negated matching operators, by the affirmative one that they negate.
var negations = map[string]string{
	"StringNotEquals":           "StringEquals",
	"StringNotEqualsIgnoreCase": "StringEqualsIgnoreCase",
	"StringNotLike":             "StringLike",
	"ArnNotEquals":              "ArnEquals",
	"ArnNotLike":                "ArnLike",
	"NumericNotEquals":          "NumericEquals",
}

func numeric(compare func(policy, request float64) bool) func(string, string) bool {
	return func(policy, request string) bool {
		p, policyErr := strconv.ParseFloat(policy, 64)
		r, requestErr := strconv.ParseFloat(request, 64)
		return policyErr == nil && requestErr == nil && compare(p, r)
	}
}

func parseOperator(written string) (operator, error) {
	o := operator{name: written}
	if set, rest, ok := strings.Cut(written, ":"); ok {
		if set != "ForAllValues" && set != "ForAnyValue" {
			return o, fmt.Errorf("the operator %s: only ForAllValues: and ForAnyValue: may stand before an operator", written)
		}
		o.set, o.name = set, rest
	}
	if name, ok := strings.CutSuffix(o.name, "IfExists"); ok {
		o.name, o.ifExists = name, true
	}
	if affirmative, ok := negations[o.name]; ok {
		o.name, o.not = affirmative, true
	}
	compare, ok := comparisons[o.name]
	if !ok {
		return o, fmt.Errorf("the operator %s is unknown here; if AWS has it, add it to operator.go", written)
	}
	if o.name == "Null" && (o.set != "" || o.ifExists) {
		return o, fmt.Errorf("the operator %s: Null takes neither a set prefix nor IfExists", written)
	}
	o.compare = compare
	return o, nil
}

// holds evaluates the condition on the values that the request has for its key.
//
// By the IAM User Guide ("Condition operators", "Set operators for multivalued context
// keys", "Condition operator to check existence"):
//   - several values in the policy are alternatives; for a negated operator none may match;
//   - a missing key makes an affirmative operator false and a negated one true;
//   - with IfExists a missing key makes the condition true;
//   - ForAllValues is true when the key is missing, ForAnyValue is false then;
//   - Null with "true" asks that the key is missing, with "false" that it is there.
func (c Condition) holds(values []string) bool {
	o := c.parsed
	if o.name == "Null" {
		return slices.Contains(c.Values, strconv.FormatBool(len(values) == 0))
	}
	if len(values) == 0 {
		switch {
		case o.ifExists, o.set == "ForAllValues":
			return true
		case o.set == "ForAnyValue":
			return false
		}
		return o.not
	}
	matches := func(value string) bool {
		return slices.ContainsFunc(c.Values, func(p string) bool { return o.compare(p, value) }) != o.not
	}
	if o.set == "ForAnyValue" {
		return slices.ContainsFunc(values, matches)
	}
	return !slices.ContainsFunc(values, func(v string) bool { return !matches(v) })
}

// matched gives the condition's own values that some value of the request matches: the
// part of a list of patterns that was needed.
func (c Condition) matched(values []string) []string {
	if c.parsed.compare == nil || c.parsed.not {
		return nil
	}
	var out []string
	for _, v := range values {
		for _, p := range c.Values {
			if c.parsed.compare(p, v) {
				out = append(out, p)
				break
			}
		}
	}
	return out
}

// check refuses what AWS would not accept and what would never be decided rightly here.
func (c Condition) check() error {
	key, ok := conditionKey(c.Key)
	if !ok {
		return fmt.Errorf("the condition key %s is not derived here; add it to keys.go and to the service's derivation", c.Key)
	}
	if len(c.Values) == 0 {
		return fmt.Errorf("%s on %s has no value", c.Operator, c.Key)
	}
	for _, v := range c.Values {
		if strings.Contains(v, "${") {
			return fmt.Errorf("%s on %s: %q has a policy variable, which is not supported", c.Operator, c.Key, v)
		}
		if (c.parsed.name == "Null" || c.parsed.name == "Bool") && v != "true" && v != "false" {
			return fmt.Errorf("%s on %s takes true or false, has %q", c.Operator, c.Key, v)
		}
		if _, err := strconv.ParseFloat(v, 64); err != nil && strings.HasPrefix(c.parsed.name, "Numeric") {
			return fmt.Errorf("%s on %s takes a number, has %q", c.Operator, c.Key, v)
		}
	}
	if key.many && c.parsed.set == "" && c.parsed.name != "Null" {
		return fmt.Errorf("%s on %s: the key has many values; write ForAllValues:%s or ForAnyValue:%s", c.Operator, c.Key, c.Operator, c.Operator)
	}
	return nil
}
