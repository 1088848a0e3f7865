package api

import (
	"regexp"
	"strings"
)

const ulidForm = "[0-7][0-9A-HJKMNP-TV-Z]{25}"

// pathForms are the forms of the path's parameters. What has not the form cannot
// exist, so it is absent: a 404, never an error that says more.
var pathForms = map[string]*regexp.Regexp{
	"workspace": regexp.MustCompile("^wks_" + ulidForm + "$"),
	"company":   regexp.MustCompile("^com_" + ulidForm + "$"),
	"contact":   regexp.MustCompile("^con_" + ulidForm + "$"),
	"person":    regexp.MustCompile("^per_" + ulidForm + "$"),
	"project":   regexp.MustCompile("^prj_" + ulidForm + ulidForm + "$"),
	"job":       regexp.MustCompile("^job_" + ulidForm + "$"),
	"activity":  regexp.MustCompile("^act_" + ulidForm + "$"),
	"item":      regexp.MustCompile("^(msg|fil|tsk|evt)_" + ulidForm + "$"),
	"token":     regexp.MustCompile("^[A-Za-z0-9_-]{43}$"), // base64url of 32 bytes
	"proxy...":  regexp.MustCompile(""),
}

// ValidID says whether id has the form of that path parameter's ids ("person",
// "company", …).
func ValidID(kind, id string) bool {
	form, ok := pathForms[kind]
	return ok && form.MatchString(id)
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
