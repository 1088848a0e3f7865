package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
	"strings"
)

// The ways in which code is mutated.
const (
	opNegate    = "negate"           // a condition, or an operand of && or ||
	opDrop      = "drop operand"     // of && or ||
	opNever     = "never taken"      // an if: the guard is removed
	opCase      = "drop case"        // of a switch
	opCondition = "drop condition"   // of a write or transaction, or one of those that And and Or join
	opFact      = "keep from policy" // a fact that policy is asked with
	opAllow     = "allow"            // nil instead of a refusal
	opBoundary  = "boundary"         // < and <=, > and >=
)

// Mutant is one change of the code.
type Mutant struct {
	Number int
	File   string // below the root, with slashes
	Func   string // such as ClientOfProject or Call.load; the variable, for a function in a value
	Op     string
	Text   string // what is changed, as it stands there, on one line
	Nth    int    // of several with the same text in the function: the how manieth, from 1
	Line   int
}

// Package is the folder of the mutant's file.
func (m Mutant) Package() string { return m.File[:strings.LastIndex(m.File, "/")] }

// Key names the mutant as long as the code around it stands, wherever its line.
func (m Mutant) Key() string {
	nth := ""
	if m.Nth > 1 {
		nth = fmt.Sprintf(" #%d", m.Nth)
	}
	return fmt.Sprintf("%s %s: %s: %s%s", m.File, m.Func, m.Op, m.Text, nth)
}

// edit wraps or replaces a part of a file.
type edit struct {
	from, to      int // offsets
	before, after string
	replace       bool // what stands there goes
}

// file is a file that is mutated.
type file struct {
	name    string
	source  []byte
	fset    *token.FileSet
	tree    *ast.File
	edits   []edit
	mutants []Mutant
	next    func() int // numbers mutants

	fn      string
	handled map[ast.Node]bool // conditions that were mutated as part of what they belong to
	count   map[string]int
}

// mutate finds the mutants of a file and the edits that put their switches in.
func mutate(name string, source []byte, funcs *regexp.Regexp, next func() int) (*file, error) {
	f := &file{name: name, source: source, fset: token.NewFileSet(), next: next, handled: map[ast.Node]bool{}, count: map[string]int{}}
	var err error
	if f.tree, err = parse(f.fset, name, source); err != nil {
		return nil, err
	}
	for _, d := range f.tree.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if f.fn = nameOf(d); d.Body != nil && funcs.MatchString(f.fn) {
				f.walk(d.Body)
			}
		case *ast.GenDecl:
			for _, s := range d.Specs {
				if v, ok := s.(*ast.ValueSpec); ok && funcs.MatchString(v.Names[0].Name) {
					f.fn = v.Names[0].Name
					f.values(v)
				}
			}
		}
	}
	if len(f.mutants) > 0 {
		f.importSwitches()
	}
	return f, nil
}

// values mutates the functions that stand in the value of a variable.
func (f *file) values(v *ast.ValueSpec) {
	for _, value := range v.Values {
		ast.Inspect(value, func(n ast.Node) bool {
			if fn, ok := n.(*ast.FuncLit); ok {
				f.walk(fn.Body)
				return false
			}
			return true
		})
	}
}

func nameOf(d *ast.FuncDecl) string {
	if d.Recv == nil {
		return d.Name.Name
	}
	t := d.Recv.List[0].Type
	for {
		switch of := t.(type) {
		case *ast.StarExpr:
			t = of.X
		case *ast.IndexExpr:
			t = of.X
		case *ast.IndexListExpr:
			t = of.X
		case *ast.Ident:
			return of.Name + "." + d.Name.Name
		default:
			return d.Name.Name
		}
	}
}

// add makes a mutant of what stands at n, behind the switch of that name.
func (f *file) add(op, with string, n ast.Node) {
	number := f.mutant(op, n)
	f.wrap(n, fmt.Sprintf("%s.%s(%d, ", alias, with, number), ")")
}

func (f *file) mutant(op string, n ast.Node) int {
	m := Mutant{Number: f.next(), File: f.name, Func: f.fn, Op: op, Text: f.text(n), Line: f.fset.Position(n.Pos()).Line}
	key := m.Key()
	f.count[key]++
	m.Nth = f.count[key]
	f.mutants = append(f.mutants, m)
	return m.Number
}

func (f *file) wrap(n ast.Node, before, after string) {
	f.edits = append(f.edits, edit{from: f.offset(n.Pos()), to: f.offset(n.End()), before: before, after: after})
}

func (f *file) put(from, to token.Pos, text string) {
	f.edits = append(f.edits, edit{from: f.offset(from), to: f.offset(to), before: text, replace: true})
}

func (f *file) offset(p token.Pos) int { return f.fset.Position(p).Offset }

var spaces = regexp.MustCompile(`\s+`)

func (f *file) text(n ast.Node) string {
	return spaces.ReplaceAllString(f.raw(n), " ")
}

func (f *file) raw(n ast.Node) string {
	return string(f.source[f.offset(n.Pos()):f.offset(n.End())])
}
