package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"regexp"
)

// walk mutates everything in a body.
func (f *file) walk(body ast.Node) {
	ast.Inspect(body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.IfStmt:
			f.add(opNever, "False", n.Cond)
			f.condition(n.Cond)
		case *ast.ForStmt:
			f.loop(n)
		case *ast.SwitchStmt:
			f.cases(n)
		case *ast.BinaryExpr:
			if boolean(n.Op) {
				f.condition(n)
			}
		case *ast.UnaryExpr:
			if n.Op == token.NOT {
				f.condition(n)
			}
		case *ast.CallExpr:
			f.write(n)
		case *ast.CompositeLit:
			f.facts(n)
		case *ast.AssignStmt:
			f.fact(n)
		case *ast.ReturnStmt:
			f.refusal(n)
		}
		return true
	})
}

func boolean(op token.Token) bool {
	return drops[op] != "" || op == token.EQL || op == token.NEQ || ordered(op)
}

func ordered(op token.Token) bool {
	return op == token.LSS || op == token.LEQ || op == token.GTR || op == token.GEQ
}

// condition mutates a boolean expression: each operand of && and || is dropped,
// and what has no operands is negated.
func (f *file) condition(e ast.Expr) {
	if f.handled[e] {
		return
	}
	f.handled[e] = true
	x := ast.Unparen(e)
	f.handled[x] = true
	b, binary := x.(*ast.BinaryExpr)
	if binary && drops[b.Op] != "" {
		for _, operand := range f.operands(b, b.Op) {
			f.add(opDrop, drops[b.Op], operand)
			f.condition(operand)
		}
		return
	}
	f.add(opNegate, "Not", e)
	if binary && ordered(b.Op) {
		f.boundary(b)
	}
}

// drops are the switches that drop an operand.
var drops = map[token.Token]string{token.LAND: "True", token.LOR: "False"}

// operands are those of a chain of one operator. The chains within it are no
// conditions of their own.
func (f *file) operands(e ast.Expr, op token.Token) []ast.Expr {
	if b, ok := e.(*ast.BinaryExpr); ok && b.Op == op {
		f.handled[b] = true
		return append(f.operands(b.X, op), f.operands(b.Y, op)...)
	}
	return []ast.Expr{e}
}

// boundary takes the limit in or out. a > b is not b < a here: the operands keep
// their order, and the mutant is of the same form.
func (f *file) boundary(x *ast.BinaryExpr) {
	number := f.mutant(opBoundary, x)
	form := map[token.Token]string{
		token.LSS: "%s.Less(%d, ", token.LEQ: "%s.LessEqual(%d, ",
		token.GEQ: "!%s.Less(%d, ", token.GTR: "!%s.LessEqual(%d, ",
	}[x.Op]
	f.wrap(x, fmt.Sprintf(form, alias, number), ")")
	f.put(x.OpPos, x.OpPos+token.Pos(len(x.Op.String())), ",")
}

// loop leaves the condition of a loop alone, except for what && and || join: its
// negation would not end, or not begin.
func (f *file) loop(n *ast.ForStmt) {
	if n.Cond == nil {
		return
	}
	f.handled[n.Cond] = true
	if b, ok := n.Cond.(*ast.BinaryExpr); ok && drops[b.Op] != "" {
		for _, operand := range f.operands(b, b.Op) {
			f.handled[operand] = true
			f.add(opDrop, drops[b.Op], operand)
		}
	}
}

// cases drops each value of each case. A switch over a value becomes one over
// conditions, which is the same.
func (f *file) cases(n *ast.SwitchStmt) {
	tag := ""
	if n.Tag != nil {
		tag = f.raw(n.Tag)
		f.put(n.Tag.Pos(), n.Tag.End(), "true")
	}
	for _, s := range n.Body.List {
		for _, e := range s.(*ast.CaseClause).List {
			if tag == "" {
				f.add(opCase, "False", e)
				f.condition(e)
				continue
			}
			number := f.mutant(opCase, e)
			f.wrap(e, fmt.Sprintf("%s.False(%d, (%s) == (", alias, number, tag), "))")
		}
	}
}

// write drops conditions of writes, by the names of shared/table and of the SDK's
// expressions.
func (f *file) write(n *ast.CallExpr) {
	sel, ok := n.Fun.(*ast.SelectorExpr)
	if !ok || len(n.Args) == 0 {
		return
	}
	last := n.Args[len(n.Args)-1]
	switch sel.Sel.Name {
	case "If":
		f.add(opCondition, "Holds", last)
	case "Check":
		if len(n.Args) == 2 {
			f.add(opCondition, "Holds", last)
		}
	case "UpdateOne":
		f.add(opCondition, "Holds", last)
	case "PutOne":
		if id, ok := last.(*ast.Ident); !ok || id.Name != "nil" {
			f.add(opCondition, "None", last)
		}
	case "And", "Or":
		with := map[string]string{"And": "Holds", "Or": "Fails"}[sel.Sel.Name]
		if id, ok := sel.X.(*ast.Ident); !ok || id.Name != "expression" {
			f.add(opCondition, with, sel.X)
		}
		for _, a := range n.Args {
			f.add(opCondition, with, a)
		}
	}
}

// factsOf are the types that policy is asked with, and their fields.
var (
	factsOf = regexp.MustCompile(`^policy\.(Facts|Membership|ProjectRow|Company|Change|Recipient)$`)
	factsIn = regexp.MustCompile(`(?i)(facts|base|change)\.(SignedIn|WorkspaceExists|WorkspaceClosed|Membership|ProjectExists|ProjectArchived|Project|Actor|Assignee|Mentions|TeamOnly|NeverTold)$`)
)

func (f *file) facts(n *ast.CompositeLit) {
	if n.Type == nil || !factsOf.MatchString(f.text(n.Type)) {
		return
	}
	for _, e := range n.Elts {
		if pair, ok := e.(*ast.KeyValueExpr); ok {
			f.add(opFact, "Zero", pair.Value)
		}
	}
}

func (f *file) fact(n *ast.AssignStmt) {
	if len(n.Lhs) == 1 && len(n.Rhs) == 1 && n.Tok == token.ASSIGN && factsIn.MatchString(f.text(n.Lhs[0])) {
		f.add(opFact, "Zero", n.Rhs[0])
	}
}

var sentinel = regexp.MustCompile(`^(\w+\.)?[eE]rr[A-Z]\w*$`)

func (f *file) refusal(n *ast.ReturnStmt) {
	if len(n.Results) == 0 {
		return
	}
	if last := n.Results[len(n.Results)-1]; sentinel.MatchString(f.text(last)) {
		f.add(opAllow, "Allow", last)
	}
}
