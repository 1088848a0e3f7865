package iam

import (
	"fmt"
	"strings"

	"foyer/shared/samtemplate"
)

// PolicyOf gives the policy under which a function runs: its Policies with SAM's policy
// templates expanded and what SAM adds by itself, or the policy of the template's role
// that it names in Role.
//
// A managed policy of AWS other than the few that SAM attaches, and a policy template
// that is not known, are errors: a grant that nobody can read here is not made.
func PolicyOf(tpl *samtemplate.Template, f samtemplate.Function) (Policy, error) {
	if f.Role != "" {
		return policyOfRole(tpl, f)
	}
	p := Policy{Grantee: f.LogicalID}
	place := func(i int) string { return fmt.Sprintf("%s: Policies[%d]", f.LogicalID, i) }
	if f.Resource.Properties["PermissionsBoundary"] != nil {
		return p, fmt.Errorf("%s: a PermissionsBoundary is not evaluated here; put the limit into the statements", f.LogicalID)
	}
	for i, entry := range f.Policies {
		statements, err := expandEntry(tpl, entry, len(p.Statements))
		if err != nil {
			return p, fmt.Errorf("%s: %w", place(i), err)
		}
		p.Statements = append(p.Statements, statements...)
	}
	p.Statements = append(p.Statements, implied(f)...)
	return p, p.checkIDs()
}

// checkIDs refuses two statements of one Sid: IAM demands that they are unique in a
// policy, and the record of uses needs them unique in a grantee.
func (p Policy) checkIDs() error {
	seen := map[string]bool{}
	for _, s := range p.Statements {
		if seen[s.ID] {
			return fmt.Errorf("%s: two statements have the Sid %s; give each its own", p.Grantee, s.ID)
		}
		seen[s.ID] = true
	}
	return nil
}

// expandEntry reads one entry of Policies: a document, a SAM policy template, or the
// name or ARN of a managed policy.
func expandEntry(tpl *samtemplate.Template, entry any, from int) ([]Statement, error) {
	if name, ok := entry.(string); ok {
		return managed(tpl, name, from)
	}
	m := samtemplate.Map(entry)
	if m == nil {
		return nil, fmt.Errorf("%v is no policy", entry)
	}
	if m["Statement"] != nil {
		return parseDocument(m, from)
	}
	if len(m) != 1 {
		return nil, fmt.Errorf("is neither a policy document (it has no Statement) nor one SAM policy template")
	}
	for name, parameters := range m {
		document, err := expandTemplate(tpl.Settings, name, samtemplate.Map(parameters))
		if err != nil {
			return nil, err
		}
		return parseDocument(document, from)
	}
	return nil, nil
}

// managed gives the statements of a managed policy: one of the template's own, or one
// of those that SAM attaches too.
func managed(tpl *samtemplate.Template, name string, from int) ([]Statement, error) {
	for id, resource := range tpl.Resources {
		if resource.Type != "AWS::IAM::ManagedPolicy" {
			continue
		}
		arn, err := tpl.Ref(id)
		if err != nil {
			return nil, err
		}
		if arn == name {
			return parseDocument(samtemplate.Map(resource.Properties["PolicyDocument"]), from)
		}
	}
	short := name[strings.LastIndex(name, "/")+1:]
	if document, ok := awsManaged[short]; ok {
		return impliedStatements(short, document), nil
	}
	return nil, fmt.Errorf("the managed policy %q is not known here; write the statements that the function needs inline", name)
}

// policyOfRole finds the role of the template whose ARN the function names.
func policyOfRole(tpl *samtemplate.Template, f samtemplate.Function) (Policy, error) {
	for id, resource := range tpl.Resources {
		if resource.Type != "AWS::IAM::Role" {
			continue
		}
		arn, err := tpl.GetAtt(id, "Arn")
		if err != nil {
			return Policy{}, err
		}
		if arn == f.Role {
			return readRole(tpl, id, resource)
		}
	}
	return Policy{}, fmt.Errorf("%s: the role %s is not in the template, so its policy cannot be read", f.LogicalID, f.Role)
}

func readRole(tpl *samtemplate.Template, id string, resource samtemplate.Resource) (Policy, error) {
	p := Policy{Grantee: id}
	if resource.Properties["PermissionsBoundary"] != nil {
		return p, fmt.Errorf("%s: a PermissionsBoundary is not evaluated here; put the limit into the statements", id)
	}
	for i, v := range samtemplate.List(resource.Properties["Policies"]) {
		statements, err := parseDocument(samtemplate.Map(samtemplate.Map(v)["PolicyDocument"]), len(p.Statements))
		if err != nil {
			return p, fmt.Errorf("%s: Policies[%d]: %w", id, i, err)
		}
		p.Statements = append(p.Statements, statements...)
	}
	for i, name := range samtemplate.Strings(resource.Properties["ManagedPolicyArns"]) {
		statements, err := managed(tpl, name, len(p.Statements))
		if err != nil {
			return p, fmt.Errorf("%s: ManagedPolicyArns[%d]: %w", id, i, err)
		}
		p.Statements = append(p.Statements, statements...)
	}
	for other, r := range tpl.Resources {
		if r.Type == "AWS::IAM::Policy" || r.Type == "AWS::IAM::RolePolicy" {
			return p, fmt.Errorf("%s: policies beside the role (%s) are not read here; put the statements of %s into its Policies", other, r.Type, id)
		}
	}
	return p, p.checkIDs()
}
