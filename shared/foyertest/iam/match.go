package iam

import "strings"

// wildcard says whether s matches the pattern, in which * stands for any number of
// characters and ? for exactly one.
func wildcard(pattern, s string) bool {
	p, i := 0, 0
	star, mark := -1, 0
	for i < len(s) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark = p, i
			p++
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == s[i]):
			p++
			i++
		case star >= 0:
			mark++
			p, i = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}

// matchAction compares without regard to case: "The prefix and the action name are case
// insensitive" (IAM User Guide, JSON policy elements: Action).
func matchAction(pattern, action string) bool {
	return wildcard(strings.ToLower(pattern), strings.ToLower(action))
}

// matchARN compares the six colon-delimited parts of an ARN one by one, each with its
// own wildcards, so that none reaches across a colon of the first five (IAM User Guide,
// "ArnLike" and "Identify AWS resources with ARNs"). The last part has the rest,
// colons and slashes included.
func matchARN(pattern, arn string) bool {
	if pattern == "*" {
		return true
	}
	p, a := strings.SplitN(pattern, ":", 6), strings.SplitN(arn, ":", 6)
	if len(p) != 6 || len(a) != 6 {
		return false
	}
	for i := range p {
		if !wildcard(p[i], a[i]) {
			return false
		}
	}
	return true
}
