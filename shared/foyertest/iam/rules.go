package iam

import (
	"fmt"
	"slices"
	"strings"

	"foyer/shared/samtemplate"
)

// Realms are the first segments that a partition key may have (DESIGN, "the audience is
// in the key").
var Realms = []string{"TEAM#", "CLIENT#", "USER#", "AUTH#", "DUE#"}

const leadingKeys = "dynamodb:LeadingKeys"

// keyedActions are DynamoDB's actions on items for which it knows the partition keys:
// those that dynamodb:LeadingKeys limits. writeActions are those that return nothing
// unless a call asks for ReturnValues.
var (
	writeActions = dynamo("PutItem", "UpdateItem", "DeleteItem", "ConditionCheckItem")
	keyedActions = append(dynamo("GetItem", "BatchGetItem", "Query", "BatchWriteItem"), writeActions...)
	// keylessActions reach items whatever their keys.
	keylessActions = append(dynamo("Scan", "PartiQLSelect", "PartiQLInsert", "PartiQLUpdate", "PartiQLDelete"),
		dynamo("GetRecords", "ExportTableToPointInTime")...)
)

// TeamException lets a function that clients or the public can call reach TEAM#.
type TeamException struct {
	// Reason is why; it must not be empty.
	Reason string
	// MayRead lets it read too. Without it only single-item writes and condition checks
	// are let through, and only with returned values forbidden by the statement.
	MayRead bool
}

// OpenToClientsMayNotReadTeam finds the statements by which a function that a client or
// the public can call (open, Foyer's ids) could reach a key of TEAM#. exceptions, by id,
// are the few that must; an exception that nothing needs is a finding too.
func OpenToClientsMayNotReadTeam(tpl *samtemplate.Template, open []string, exceptions map[string]TeamException) ([]Finding, error) {
	needed := map[string]bool{}
	out, err := find(tpl, func(r Role, s Statement, report func(problem, remedy string)) {
		if !s.couldReach("TEAM#") {
			return
		}
		for _, id := range r.Functions {
			if !slices.Contains(open, id) {
				continue
			}
			exception, excepted := exceptions[id]
			needed[id] = true
			switch {
			case !excepted || exception.Reason == "":
				report(id+" is open to clients or the public and could reach a key of TEAM#",
					"take TEAM# out of dynamodb:LeadingKeys, or name the function as an exception with its reason")
			case !exception.MayRead:
				writesOnly(s, report)
			}
		}
	})
	if err != nil {
		return nil, err
	}
	for id := range exceptions {
		if !needed[id] {
			out = append(out, Finding{Functions: []string{id}, Statement: "(none)", Problem: "is excepted but no statement of it reaches TEAM#", Remedy: "take the exception away"})
		}
	}
	return out, nil
}

// writesOnly reports what more than blind writes a statement on TEAM# allows.
func writesOnly(s Statement, report func(problem, remedy string)) {
	for _, action := range append(slices.Clone(keyedActions), keylessActions...) {
		if s.grants(action) && !slices.Contains(writeActions, action) {
			report("an exception may only write to TEAM#, but "+action+" is granted", "put the reads of other realms into a statement without TEAM#")
		}
	}
	forbidden := slices.ContainsFunc(s.on("dynamodb:ReturnValues"), func(c Condition) bool {
		equals := c.parsed.name == "StringEquals" && !c.parsed.not && c.parsed.set == ""
		return equals && !slices.ContainsFunc(c.Values, func(v string) bool { return v != "NONE" })
	})
	if !forbidden {
		report("a write could return the item of TEAM# that it replaces", "add the condition StringEqualsIfExists: {dynamodb:ReturnValues: NONE}")
	}
}

// couldReach says whether some request for a partition key with the prefix might be
// allowed. When in doubt it says yes.
func (s Statement) couldReach(prefix string) bool {
	if slices.ContainsFunc(keylessActions, s.grants) {
		return true
	}
	if !slices.ContainsFunc(keyedActions, s.grants) {
		return false
	}
	for _, c := range s.on(leadingKeys) {
		if c.parsed.set == "ForAllValues" && !c.parsed.not && !slices.ContainsFunc(c.Values, func(v string) bool { return c.couldBegin(v, prefix) }) {
			return false
		}
	}
	return true
}

// couldBegin says whether a string that begins with prefix may match the condition's value.
func (c Condition) couldBegin(value, prefix string) bool {
	switch c.parsed.name {
	case "StringEquals":
		return strings.HasPrefix(value, prefix)
	case "StringLike":
	default:
		return true
	}
	for i := range len(prefix) {
		if i == len(value) || value[i] == '*' {
			return i < len(value)
		}
		if value[i] != '?' && value[i] != prefix[i] {
			return false
		}
	}
	return true
}

// ItemAccessIsGuarded finds the statements on DynamoDB's items that lack one of the two
// conditions: ForAllValues:StringLike on dynamodb:LeadingKeys, and Null false, without
// which a request that has no key would pass (ForAllValues is true then).
func ItemAccessIsGuarded(tpl *samtemplate.Template) ([]Finding, error) {
	return find(tpl, func(_ Role, s Statement, report func(problem, remedy string)) {
		if !slices.ContainsFunc(keyedActions, s.grants) {
			return
		}
		limited, guarded := false, false
		for _, c := range s.on(leadingKeys) {
			limited = limited || c.Operator == "ForAllValues:StringLike"
			guarded = guarded || c.Operator == "Null" && slices.Equal(c.Values, []string{"false"})
		}
		if !limited {
			report("reaches items of every realm", "add the condition ForAllValues:StringLike: {dynamodb:LeadingKeys: [\"REALM#*\"]}")
		}
		if !guarded {
			report("a request without keys would pass", "add the condition \"Null\": {dynamodb:LeadingKeys: \"false\"} (Null in quotes)")
		}
	})
}

// LeadingKeysNameARealm finds patterns of dynamodb:LeadingKeys that do not begin with
// one of [Realms] in full.
func LeadingKeysNameARealm(tpl *samtemplate.Template) ([]Finding, error) {
	return find(tpl, func(_ Role, s Statement, report func(problem, remedy string)) {
		for _, c := range s.on(leadingKeys) {
			if c.parsed.name == "Null" {
				continue
			}
			for _, v := range c.Values {
				if !slices.ContainsFunc(Realms, func(realm string) bool { return strings.HasPrefix(v, realm) }) {
					report(fmt.Sprintf("the pattern %q names no realm", v), "begin it with one of "+strings.Join(Realms, ", "))
				}
			}
		}
	})
}

// ActionsAreNamed finds what nobody may grant: dynamodb:Scan, PartiQL, reading a stream
// or an export by hand, a wildcard in an action of DynamoDB, NotAction in an Allow, and
// the action * .
func ActionsAreNamed(tpl *samtemplate.Template) ([]Finding, error) {
	return find(tpl, func(_ Role, s Statement, report func(problem, remedy string)) {
		if s.NotActions && !s.Deny {
			report("NotAction in an Allow grants what nobody listed", "name the actions")
		}
		if s.touchesDynamo() {
			for _, a := range s.Actions {
				if strings.ContainsAny(a, "*?") {
					report(fmt.Sprintf("the action %q has a wildcard", a), "name the actions")
				}
			}
		}
		for _, action := range keylessActions {
			if s.grants(action) {
				report("grants "+action+", which reaches items whatever their keys", "use GetItem, BatchGetItem or Query")
			}
		}
	})
}

// WildcardsHaveReasons finds resources with a wildcard, and NotResource in an Allow,
// for which reasons has none. A reason stands under "<function id>/<Sid>" (any function
// of the role) or under the Sid alone. A reason that nothing needs is a finding too.
func WildcardsHaveReasons(tpl *samtemplate.Template, reasons map[string]string) ([]Finding, error) {
	needed := map[string]bool{}
	out, err := find(tpl, func(r Role, s Statement, report func(problem, remedy string)) {
		if s.Deny {
			return
		}
		wild := slices.ContainsFunc(s.Resources, func(a string) bool { return strings.ContainsAny(a, "*?") })
		if !wild && !s.NotResources {
			return
		}
		names := []string{s.ID}
		for _, id := range r.Functions {
			names = append(names, id+"/"+s.ID)
		}
		written := false
		for _, name := range names {
			needed[name] = true
			written = written || reasons[name] != ""
		}
		if !written {
			report(fmt.Sprintf("the resources %q have a wildcard", s.Resources), "name the resource, or give the statement a Sid and write the reason")
		}
	})
	if err != nil {
		return nil, err
	}
	for name := range reasons {
		if !needed[name] {
			out = append(out, Finding{Functions: []string{"(no function)"}, Statement: name, Problem: "a reason for a wildcard that is not there", Remedy: "take the reason away"})
		}
	}
	return out, nil
}
