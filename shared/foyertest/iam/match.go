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
	if !strings.ContainsAny(pattern, "*?") {
		return strings.EqualFold(pattern, action)
	}
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
	for range 5 {
		var p, a string
		var more [2]bool
		p, pattern, more[0] = strings.Cut(pattern, ":")
		a, arn, more[1] = strings.Cut(arn, ":")
		if !more[0] || !more[1] || !wildcard(p, a) {
			return false
		}
	}
	return wildcard(pattern, arn)
}
