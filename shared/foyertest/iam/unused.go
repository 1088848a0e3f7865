package iam

import (
	"fmt"
	"slices"

	"foyer/shared/samtemplate"
)

// Unused finds the grants that no recorded call needed: entries of Action, entries of
// Resource and patterns of dynamodb:LeadingKeys, each for itself. Several statements
// that allow the same call count as one: the first is needed, the others are not.
func Unused(tpl *samtemplate.Template, uses []Use) ([]Finding, error) {
	return find(tpl, func(r Role, s Statement, report func(problem, remedy string)) {
		if s.Deny {
			return
		}
		var own []Use
		for _, u := range uses {
			if u.Grantee == r.Grantee && u.Statement == s.ID {
				own = append(own, u)
			}
		}
		const remedy = "take it out of the template, or write the test that needs it"
		if len(own) == 0 {
			report("no test needed this statement", remedy)
			return
		}
		for _, a := range s.Actions {
			if !slices.ContainsFunc(own, func(u Use) bool { return u.Action == a }) {
				report("no test needed the action "+a, remedy)
			}
		}
		for i, resource := range s.Resources {
			if !slices.ContainsFunc(own, func(u Use) bool { return u.Resource == i }) {
				report("no test needed the resource "+resource, remedy)
			}
		}
		for _, c := range s.on(leadingKeys) {
			if c.parsed.name == "Null" {
				continue
			}
			for _, v := range c.Values {
				if !slices.ContainsFunc(own, func(u Use) bool { return slices.Contains(u.LeadingKeys, v) }) {
					report(fmt.Sprintf("no test needed the leading keys %q", v), remedy)
				}
			}
		}
	})
}
