package iam

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"foyer/shared/samtemplate"
)

// Finding is one breach of a rule over the template.
type Finding struct {
	// Functions are Foyer's ids of the functions that run under the statement: several
	// where they share a role.
	Functions []string
	// Statement is its Sid, or #n for the nth of the policy.
	Statement string
	// Problem says what is wrong, Remedy how to mend it.
	Problem, Remedy string
}

// String is one line for a test's failure.
func (f Finding) String() string {
	return fmt.Sprintf("%s, statement %s: %s: %s", strings.Join(f.Functions, ", "), f.Statement, f.Problem, f.Remedy)
}

// Role is one policy of the template with the functions that run under it.
type Role struct {
	Policy
	// Functions are Foyer's ids, sorted.
	Functions []string
}

// Roles gives every policy of the template's functions once, by grantee.
func Roles(tpl *samtemplate.Template) ([]Role, error) {
	byGrantee := map[string]*Role{}
	for _, f := range tpl.Functions {
		p, err := PolicyOf(tpl, f)
		if err != nil {
			return nil, err
		}
		if byGrantee[p.Grantee] == nil {
			byGrantee[p.Grantee] = &Role{Policy: p}
		}
		byGrantee[p.Grantee].Functions = append(byGrantee[p.Grantee].Functions, f.ID)
	}
	var out []Role
	for _, r := range byGrantee {
		sort.Strings(r.Functions)
		out = append(out, *r)
	}
	sort.Slice(out, func(i, j int) bool { return out[i].Grantee < out[j].Grantee })
	return out, nil
}

// find calls rule for every statement that somebody wrote and collects what it says.
func find(tpl *samtemplate.Template, rule func(r Role, s Statement, report func(problem, remedy string))) ([]Finding, error) {
	roles, err := Roles(tpl)
	if err != nil {
		return nil, err
	}
	var out []Finding
	for _, r := range roles {
		for _, s := range r.Statements {
			if s.Implied {
				continue
			}
			rule(r, s, func(problem, remedy string) {
				out = append(out, Finding{Functions: r.Functions, Statement: s.ID, Problem: problem, Remedy: remedy})
			})
		}
	}
	return out, nil
}

// grants says whether the statement is an Allow that covers the action.
func (s Statement) grants(action string) bool {
	matched := slices.ContainsFunc(s.Actions, func(a string) bool { return matchAction(a, action) })
	return !s.Deny && matched != s.NotActions
}

// touchesDynamo says whether the statement allows any action of DynamoDB.
func (s Statement) touchesDynamo() bool {
	return !s.Deny && (s.NotActions || slices.ContainsFunc(s.Actions, func(a string) bool {
		service, _, _ := strings.Cut(strings.ToLower(a), ":")
		return wildcard(service, "dynamodb")
	}))
}

// on gives the statement's conditions on a key.
func (s Statement) on(key string) []Condition {
	var out []Condition
	for _, c := range s.Conditions {
		if keyName(c.Key) == keyName(key) {
			out = append(out, c)
		}
	}
	return out
}
