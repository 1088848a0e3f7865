package iam

import "strings"

// keyKind describes a condition key that some derivation sets.
type keyKind struct {
	// many says that AWS documents the key as ArrayOf…: it needs a set operator.
	many bool
}

// conditionKeys are the keys that the derivations set, in lower case: IAM compares the
// names of keys without regard to case. A key that ends in / takes any tail.
// Source: Service Authorization Reference, condition keys of each service.
var conditionKeys = map[string]keyKind{
	"dynamodb:leadingkeys":            {many: true},
	"dynamodb:attributes":             {many: true},
	"dynamodb:select":                 {},
	"dynamodb:returnvalues":           {},
	"dynamodb:returnconsumedcapacity": {},
	"dynamodb:enclosingoperation":     {},
	"ses:fromaddress":                 {},
	"ses:fromdisplayname":             {},
	"ses:recipients":                  {many: true},
	"secretsmanager:secretid":         {},
	"secretsmanager:versionstage":     {},
	"secretsmanager:versionid":        {},
	"s3:existingobjecttag/":           {},
	"s3:requestobjecttag/":            {},
	"s3:requestobjecttagkeys":         {many: true},
	"aws:requestedregion":             {},
	"aws:securetransport":             {},
}

func conditionKey(name string) (keyKind, bool) {
	name = strings.ToLower(name)
	if prefix, _, ok := strings.Cut(name, "/"); ok {
		name = prefix + "/"
	}
	kind, ok := conditionKeys[name]
	return kind, ok
}

// keyName gives the form in which a request's context holds a key: lower case, but the
// tail after a slash (an object tag's own key) as it is.
func keyName(name string) string {
	prefix, tail, ok := strings.Cut(name, "/")
	if !ok {
		return strings.ToLower(name)
	}
	return strings.ToLower(prefix) + "/" + tail
}
