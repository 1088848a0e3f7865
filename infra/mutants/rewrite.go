package main

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"sort"
	"strings"
)

// alias is how mutated files call the package of the switches.
const (
	alias        = "switches__"
	switchesPath = "foyer/infra/mutants/switches"
)

func parse(fset *token.FileSet, name string, source []byte) (*ast.File, error) {
	return parser.ParseFile(fset, name, source, parser.ParseComments|parser.SkipObjectResolution)
}

// importSwitches imports them on the line of the package clause: every line keeps
// its number.
func (f *file) importSwitches() {
	end := f.tree.Name.End()
	f.put(end, end, fmt.Sprintf("; import %s %q", alias, switchesPath))
}

// rewritten is the file with all edits made. Of edits at one place the larger
// stands outside, and of two of the same span the first.
func (f *file) rewritten() []byte {
	type insertion struct {
		at, span, order int
		closing         bool
		text            string
		skip            int
	}
	var all []insertion
	for i, e := range f.edits {
		if e.replace {
			all = append(all, insertion{at: e.from, text: e.before, skip: e.to - e.from, order: i})
			continue
		}
		all = append(all,
			insertion{at: e.from, span: e.to - e.from, order: i, text: e.before},
			insertion{at: e.to, span: e.to - e.from, order: i, text: e.after, closing: true})
	}
	sort.SliceStable(all, func(i, j int) bool {
		a, b := all[i], all[j]
		switch {
		case a.at != b.at:
			return a.at < b.at
		case a.closing != b.closing:
			return a.closing
		case a.closing && a.span != b.span:
			return a.span < b.span
		case a.closing:
			return a.order > b.order
		case a.span != b.span:
			return a.span > b.span
		}
		return a.order < b.order
	})
	var out bytes.Buffer
	done := 0
	for _, i := range all {
		out.Write(f.source[done:i.at])
		out.WriteString(i.text)
		done = i.at + i.skip
	}
	out.Write(f.source[done:])
	return out.Bytes()
}

// A test that a mutant can be tried with.
type testFunc struct {
	Name   string
	Engine bool // its file needs the build tag
}

// tests finds the tests of a file, and rewrites it so that each says when it
// begins, and that they run one after the other.
func tests(name string, source []byte) ([]testFunc, []byte, error) {
	f := &file{name: name, source: source, fset: token.NewFileSet()}
	var err error
	if f.tree, err = parse(f.fset, name, source); err != nil {
		return nil, nil, err
	}
	engine := bytes.Contains(source[:f.offset(f.tree.Package)], []byte("//go:build engine"))
	var found []testFunc
	for _, d := range f.tree.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if ok && fn.Recv == nil && isTest(fn) {
			found = append(found, testFunc{Name: fn.Name.Name, Engine: engine})
			f.put(fn.Body.Lbrace+1, fn.Body.Lbrace+1, fmt.Sprintf(" %s.Test(%q); ", alias, fn.Name.Name))
		}
	}
	ast.Inspect(f.tree, func(n ast.Node) bool {
		call, ok := n.(*ast.CallExpr)
		if !ok {
			return true
		}
		sel, ok := call.Fun.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		switch {
		case sel.Sel.Name == "Parallel" && len(call.Args) == 0:
			f.put(call.Pos(), call.End(), alias+".Alone()")
		case sel.Sel.Name == "Run" && len(call.Args) == 2:
			if fn, ok := call.Args[1].(*ast.FuncLit); ok && f.text(fn.Type) == "func(t *testing.T)" {
				f.put(fn.Body.Lbrace+1, fn.Body.Lbrace+1, fmt.Sprintf(" defer %s.Sub(t.Name())(); ", alias))
			}
		}
		return true
	})
	if len(f.edits) == 0 {
		return nil, source, nil
	}
	f.importSwitches()
	return found, f.rewritten(), nil
}

func isTest(fn *ast.FuncDecl) bool {
	name := fn.Name.Name
	return name != "TestMain" && (strings.HasPrefix(name, "Test") || strings.HasPrefix(name, "Fuzz")) && len(fn.Type.Params.List) == 1
}
