package iam

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"foyer/shared/samtemplate"
)

// Policy is what one grantee may do.
type Policy struct {
	// Grantee is the logical id of the function whose role SAM makes, or of the role
	// that several functions share. Uses are recorded under it.
	Grantee string
	// Statements are in the template's order, those that SAM adds by itself last.
	Statements []Statement
}

// Statement is one statement of a policy, read and checked.
type Statement struct {
	// ID is the Sid, or the place in the policy: "#2" for the third statement.
	ID string
	// Implied says that SAM adds the statement by itself: nobody wrote it.
	Implied bool
	// Deny is true for Effect: Deny.
	Deny bool
	// Actions has the entries of Action, or of NotAction if NotActions is true.
	Actions    []string
	NotActions bool
	// Resources has the entries of Resource, or of NotResource if NotResources is true.
	Resources    []string
	NotResources bool
	// Conditions all have to hold.
	Conditions []Condition
}

// Condition is one operator applied to one key.
type Condition struct {
	// Operator as written: ForAllValues:StringLike.
	Operator string
	// Key as written: dynamodb:LeadingKeys.
	Key string
	// Values are alternatives; true and 5 are "true" and "5".
	Values []string

	parsed operator
}

// statementElements are the elements that a statement of an identity policy may have.
var statementElements = []string{"Sid", "Effect", "Action", "NotAction", "Resource", "NotResource", "Condition"}

// parseDocument reads a policy document. Statement ids count on from the given index.
func parseDocument(document map[string]any, from int) ([]Statement, error) {
	if document["Statement"] == nil {
		return nil, fmt.Errorf("a policy document without Statement")
	}
	var out []Statement
	for i, v := range samtemplate.List(document["Statement"]) {
		s, err := parseStatement(samtemplate.Map(v), from+i)
		if err != nil {
			return nil, fmt.Errorf("statement %s: %w", s.ID, err)
		}
		out = append(out, s)
	}
	return out, nil
}

func parseStatement(m map[string]any, index int) (Statement, error) {
	s := Statement{ID: fmt.Sprintf("#%d", index)}
	if sid, ok := m["Sid"].(string); ok && sid != "" {
		s.ID = sid
	}
	for element := range m {
		if !slices.Contains(statementElements, element) {
			return s, fmt.Errorf("%s does not belong into the policy of a function's role; allowed are %v", element, statementElements)
		}
	}
	switch m["Effect"] {
	case "Allow":
	case "Deny":
		s.Deny = true
	default:
		return s, fmt.Errorf("the Effect is %v; write Allow or Deny", m["Effect"])
	}
	var err error
	if s.Actions, s.NotActions, err = oneOf(m, "Action", "NotAction"); err != nil {
		return s, err
	}
	for _, a := range s.Actions {
		if service, name, ok := strings.Cut(a, ":"); a != "*" && (!ok || service == "" || name == "") {
			return s, fmt.Errorf("the action %q is not service:Action", a)
		}
	}
	if s.Resources, s.NotResources, err = oneOf(m, "Resource", "NotResource"); err != nil {
		return s, err
	}
	for _, r := range s.Resources {
		if r != "*" && len(strings.SplitN(r, ":", 6)) != 6 {
			return s, fmt.Errorf("the resource %q is neither * nor an ARN of six parts", r)
		}
	}
	for _, v := range append(slices.Clone(s.Actions), s.Resources...) {
		if strings.Contains(v, "${") {
			return s, fmt.Errorf("%q has a policy variable, which is not supported", v)
		}
	}
	s.Conditions, err = parseConditions(m["Condition"])
	return s, err
}

func oneOf(m map[string]any, plain, negated string) (entries []string, not bool, err error) {
	a, b := m[plain], m[negated]
	if (a == nil) == (b == nil) {
		return nil, false, fmt.Errorf("needs either %s or %s", plain, negated)
	}
	if a == nil {
		a, not = b, true
	}
	entries = samtemplate.Strings(a)
	if len(entries) == 0 || slices.Contains(entries, "") {
		return nil, not, fmt.Errorf("%s or %s has an empty entry", plain, negated)
	}
	return entries, not, nil
}

func parseConditions(v any) ([]Condition, error) {
	if v == nil {
		return nil, nil
	}
	block, ok := v.(map[string]any)
	if !ok {
		return nil, fmt.Errorf("the Condition is no mapping")
	}
	var out []Condition
	for name, keys := range block {
		operator, err := parseOperator(name)
		if err != nil {
			return nil, err
		}
		for key, values := range samtemplate.Map(keys) {
			c := Condition{Operator: name, Key: key, Values: samtemplate.Strings(values), parsed: operator}
			if err := c.check(); err != nil {
				return nil, err
			}
			out = append(out, c)
		}
	}
	sort.Slice(out, func(i, j int) bool {
		return out[i].Operator+" "+out[i].Key < out[j].Operator+" "+out[j].Key
	})
	return out, nil
}
