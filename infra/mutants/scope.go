package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"
)

// part is code that decides who may do what, or what holds when something is
// written or sent.
type part struct {
	files string // a pattern below the root
	funcs string // a pattern of their functions; empty: all of them
	why   string
}

// authorization is the code that is mutated, besides every package that has an
// operation of the API: those are found, so an operation that is added is in it.
var authorization = []part{
	{"shared/policy/*.go", "", "who may do what"},
	{"shared/audience/*.go", "", "who may know of what, when they did not ask"},
	{"shared/api/call.go", "", "letting a request in"},
	{"shared/api/idempotency.go", "", "whose repeated request it is"},
	{"shared/api/auth.go", "", "whose request it is"},
	{"shared/api/ids.go", "", "what can be an id"},
	{"shared/api/cursor.go", "", "whose cursor it is"},
	{"shared/api/etag.go", "", "preconditions of changes"},
	{"shared/contacts/*.go", "", "what operations on clients share"},
	{"shared/erasure/*.go", "", "what of a person goes, and what is theirs elsewhere"},
	{"shared/companies/companies.go", "", "companies of a workspace"},
	{"shared/mail/invitation.go", "", "whether an invitation's mail still holds"},
	{"shared/mail/notification.go", "", "whether a notification's mail still holds"},
	{"shared/mail/digest.go", "", "what a digest still tells"},
	{"shared/mail/claim.go", "", "who sends a mail"},
	{"shared/notify/*.go", "", "realm of a change, who is told, and when"},
	{"shared/due/reminder.go", "", "whether a reminder still holds"},
	{"shared/due/digest.go", "", "what waits no more"},
}

// besides is code beside operations that decides nothing of who may do what, nor of what
// holds afterwards.
var besides = []part{
	{"shared/templateedit/*.go", "", "what a mail may be made of: its own tests, golden files and fuzz targets say that"},
	{"shared/imports/read.go", "", "what a file of contacts says: its own tests and fuzz targets say that"},
	{"shared/imports/header.go", "", "likewise"},
	{"shared/imports/row.go", "", "likewise"},
	{"shared/imports/lines.go", "", "likewise"},
}

// declares finds packages with an operation.
var declares = regexp.MustCompile(`(?m)^var \w+ = api\.Operation\[`)

// scope gives the files that are mutated and the pattern of their functions.
func scope(root string) (map[string]*regexp.Regexp, error) {
	all := regexp.MustCompile("")
	found := map[string]*regexp.Regexp{}
	for _, p := range authorization {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(p.files)))
		if err != nil {
			return nil, err
		}
		n := 0
		for _, name := range names {
			if !strings.HasSuffix(name, "_test.go") {
				found[below(root, name)] = regexp.MustCompile(p.funcs)
				n++
			}
		}
		if n == 0 {
			return nil, fmt.Errorf("%s (%s) is not there: the list in infra/mutants/scope.go is old", p.files, p.why)
		}
	}
	names, err := filepath.Glob(filepath.Join(root, "shared", "*", "*.go"))
	if err != nil {
		return nil, err
	}
	folders := map[string][]string{}
	operations := map[string]bool{}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		dir := filepath.Dir(name)
		folders[dir] = append(folders[dir], name)
		source, err := os.ReadFile(name) //nolint:gosec // of the repository
		if err != nil {
			return nil, err
		}
		if declares.Match(source) {
			operations[dir] = true
		}
	}
	for dir := range operations {
		for _, name := range folders[dir] {
			found[below(root, name)] = all
		}
	}
	for _, p := range besides {
		names, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(p.files)))
		if err != nil || len(names) == 0 {
			return nil, fmt.Errorf("%s (%s) is not there: the list in infra/mutants/scope.go is old", p.files, p.why)
		}
		for _, name := range names {
			delete(found, below(root, name))
		}
	}
	return found, nil
}

func below(root, name string) string {
	rel, err := filepath.Rel(root, name)
	if err != nil {
		return name
	}
	return filepath.ToSlash(rel)
}

// mutants mutates all files of the scope, in order.
func mutants(root string) ([]*file, []Mutant, error) {
	in, err := scope(root)
	if err != nil {
		return nil, nil, err
	}
	names := make([]string, 0, len(in))
	for name := range in {
		names = append(names, name)
	}
	sort.Strings(names)
	var files []*file
	var all []Mutant
	number := 0
	next := func() int { number++; return number }
	for _, name := range names {
		source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name))) //nolint:gosec // of the repository
		if err != nil {
			return nil, nil, err
		}
		f, err := mutate(name, source, in[name], next)
		if err != nil {
			return nil, nil, err
		}
		files, all = append(files, f), append(all, f.mutants...)
	}
	return files, all, nil
}
