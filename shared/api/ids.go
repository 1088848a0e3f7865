package api

import (
	"slices"
	"strings"
)

// form is the form of an id: the pattern in the document, and the same as a function,
// since a regular expression would be compiled at every start of every function.
type form struct {
	pattern string // empty: none in the document
	valid   func(string) bool
}

const ulidForm = "[0-7][0-9A-HJKMNP-TV-Z]{25}"

// pathForms are the forms of the path's parameters. What has not the form cannot
// exist, so it is absent: a 404, never an error that says more.
var pathForms = map[string]form{
	"workspace": {"^wks_" + ulidForm + "$", ulidAfter("wks_")},
	"company":   {"^com_" + ulidForm + "$", ulidAfter("com_")},
	"contact":   {"^con_" + ulidForm + "$", ulidAfter("con_")},
	"person":    {"^per_" + ulidForm + "$", ulidAfter("per_")},
	"project":   {"^prj_" + ulidForm + ulidForm + "$", func(id string) bool { return ulids(id, "prj_", 2) }},
	"job":       {"^job_" + ulidForm + "$", ulidAfter("job_")},
	"import":    {"^imp_" + ulidForm + "$", ulidAfter("imp_")},
	"activity":  {"^act_" + ulidForm + "$", ulidAfter("act_")},
	"item":      {"^(msg|fil|tsk|evt)_" + ulidForm + "$", ulidAfter("msg_", "fil_", "tsk_", "evt_")},
	"token":     {"^[A-Za-z0-9_-]{43}$", func(id string) bool { return len(id) == 43 && strings.Trim(id, base64URL) == "" }}, // of 32 bytes
	"proxy...":  {"", func(string) bool { return true }},
}

// ValidID says whether id has the form of that path parameter's ids ("person",
// "company", …).
func ValidID(kind, id string) bool {
	f, ok := pathForms[kind]
	return ok && f.valid(id)
}

const (
	ulidLength = 26
	crockford  = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
	base64URL  = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"
)

// ulidAfter is the form of a ULID after one of the prefixes.
func ulidAfter(prefixes ...string) func(string) bool {
	return func(id string) bool {
		return slices.ContainsFunc(prefixes, func(prefix string) bool { return ulids(id, prefix, 1) })
	}
}

// ulids says whether id is the prefix and so many ULIDs.
func ulids(id, prefix string, count int) bool {
	rest, ok := strings.CutPrefix(id, prefix)
	if !ok || len(rest) != count*ulidLength || strings.Trim(rest, crockford) != "" {
		return false
	}
	for ; rest != ""; rest = rest[ulidLength:] {
		if rest[0] > '7' { // more than the 128 bits that a ULID has
			return false
		}
	}
	return true
}

// pathParameters are the names in the braces of a path.
func pathParameters(path string) []string {
	var names []string
	for part := range strings.SplitSeq(path, "/") {
		if strings.HasPrefix(part, "{") && strings.HasSuffix(part, "}") {
			names = append(names, part[1:len(part)-1])
		}
	}
	return names
}
