package iam

import (
	"slices"
)

// Request is one question to the policy: may this action be done to this resource. A
// call of the SDK asks one or several; all have to be allowed.
type Request struct {
	// Action is service:Action, Resource an ARN.
	Action, Resource string
	// Context has the values of the condition keys, by key as AWS writes it. A key
	// without values is missing.
	Context map[string][]string
}

// values gives the request's values of a condition key, whatever the case of its name.
func (q Request) values(key string) []string {
	for name, values := range q.Context {
		if keyName(name) == keyName(key) {
			return values
		}
	}
	return nil
}

// Decision is the answer to a [Request].
type Decision struct {
	Allowed bool
	// By is the statement that allowed, or the explicit Deny that refused; nil where
	// nothing matched.
	By *Statement
	// Action and Resource are the entries of the statement that matched.
	Action, Resource string
	// ResourceIndex is the place of the entry in the statement's resources: a name that
	// stays the same when the physical names change.
	ResourceIndex int
	// LeadingKeys are the patterns of dynamodb:LeadingKeys that were needed.
	LeadingKeys []string
}

// Decide evaluates the policy as AWS does: an explicit Deny wins, then any Allow, and
// what nothing allows is denied (IAM User Guide, "Policy evaluation logic").
func (p Policy) Decide(q Request) Decision {
	var allowed Decision
	for i := range p.Statements {
		d, ok := p.Statements[i].applies(q)
		if !ok {
			continue
		}
		if !d.Allowed {
			return d
		}
		if allowed.By == nil {
			allowed = d
		}
	}
	return allowed
}

// applies says whether the statement matches the request, and through which entries.
func (s *Statement) applies(q Request) (Decision, bool) {
	action := slices.IndexFunc(s.Actions, func(a string) bool { return matchAction(a, q.Action) })
	if (action >= 0) == s.NotActions {
		return Decision{}, false
	}
	resource := slices.IndexFunc(s.Resources, func(r string) bool { return matchARN(r, q.Resource) })
	if (resource >= 0) == s.NotResources {
		return Decision{}, false
	}
	d := Decision{Allowed: !s.Deny, By: s, ResourceIndex: max(resource, 0)}
	if action >= 0 {
		d.Action = s.Actions[action]
	}
	if resource >= 0 {
		d.Resource = s.Resources[resource]
	}
	for _, c := range s.Conditions {
		values := q.values(c.Key)
		if !c.holds(values) {
			return Decision{}, false
		}
		if keyName(c.Key) == "dynamodb:leadingkeys" {
			d.LeadingKeys = append(d.LeadingKeys, c.matched(values)...)
		}
	}
	return d, true
}
