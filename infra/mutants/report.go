package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// count is what became of the mutants of a package, or of all.
type count struct {
	mutants, equivalent, alive, untried int
	by                                  map[string]int
}

func (c *count) add(o outcome, why string) {
	if c.by == nil {
		c.by = map[string]int{}
	}
	c.mutants++
	switch {
	case why != "" && o.Killed == "":
		c.equivalent++
	case o.Killed != "":
		c.by[o.Killed]++
	case !o.Tried:
		c.untried++
	default:
		c.alive++
	}
}

func (c count) row(name string) string {
	return fmt.Sprintf("| %s | %d | %d | %d | %d | %d | %d | %d | %d |\n",
		name, c.mutants, c.by[suiteUnit], c.by[suiteEngine], c.by[suiteCatalog], c.by[suiteOthers], c.equivalent, c.alive, c.untried)
}

// conclude prints and writes the report; an error where a check is not needed, or
// is not known to be.
func conclude(o options, outcomes []outcome, reasons map[int]string) error {
	packages, operators, total := map[string]*count{}, map[string]*count{}, &count{}
	var alive, slow, equal, wrong, untried []string
	for _, m := range outcomes {
		why := reasons[m.Number]
		total.add(m, why)
		at(packages, m.Package()).add(m, why)
		at(operators, m.Op).add(m, why)
		switch {
		case why != "" && m.Killed != "":
			wrong = append(wrong, m.Key())
		case why != "":
			equal = append(equal, fmt.Sprintf("- `%s`: %s", m.Key(), why))
		case m.Tried && m.Killed == "" && m.Noticed:
			alive = append(alive, fmt.Sprintf("- `%s`", m.Key()))
		case m.Tried && m.Killed == "":
			alive = append(alive, fmt.Sprintf("- `%s`: no test comes by where it would differ", m.Key()))
		case !m.Tried:
			untried = append(untried, fmt.Sprintf("- `%s`", m.Key()))
		case m.Timeout:
			slow = append(slow, fmt.Sprintf("- `%s`", m.Key()))
		}
	}
	var b strings.Builder
	fmt.Fprint(&b, reportHead)
	fmt.Fprint(&b, tableHead("package"))
	for _, name := range names(packages) {
		fmt.Fprint(&b, packages[name].row("`"+name+"`"))
	}
	fmt.Fprint(&b, total.row("**all**"))
	fmt.Fprint(&b, "\n## By what was changed\n\n", tableHead("change"))
	for _, name := range names(operators) {
		fmt.Fprint(&b, operators[name].row(name))
	}
	section(&b, "Alive", alive)
	section(&b, "Killed because the tests did not end", slow)
	section(&b, "Equivalent", equal)
	section(&b, "Not tried: the time was up", untried)
	if o.report != "" {
		file := filepath.Join(o.root, filepath.FromSlash(o.report))
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o750), os.WriteFile(file, []byte(b.String()), 0o600)); err != nil {
			return err
		}
	}
	fmt.Printf("%d mutants: %d killed, %d equivalent, %d alive, %d not tried\n", total.mutants,
		total.mutants-total.equivalent-total.alive-total.untried, total.equivalent, total.alive, total.untried)
	switch {
	case len(wrong) > 0:
		return fmt.Errorf("called equivalent in infra/mutants/exceptions.go, but a test notices them:\n  %s", strings.Join(wrong, "\n  "))
	case total.alive > 0:
		return fmt.Errorf("%d %w:\n%s", total.alive, errAlive, strings.Join(alive, "\n"))
	case total.untried > 0:
		return fmt.Errorf("%d mutants were not tried: give it more -time", total.untried)
	}
	return nil
}

const reportHead = `# Every check is needed

Written by ` + "`make mutants`" + `. In the code that decides who may do what (` + "`infra/mutants/scope.go`" + ` says which) each condition is negated or
removed, one at a time, and a test below ` + "`shared/`" + `, or of the guards ` + "`reads`" + `, ` + "`meanwhile`" + ` and ` + "`faults`" + `, has to fail. A mutant is tried with the tests that
come by where it differs: the unit tests of its package, those on the engine, then those that the catalogue drives and others; it is
counted by the one that failed. All mutants are
compiled into one program behind switches, so none is “not viable”: a change that did not compile would fail the whole run.

`

func tableHead(first string) string {
	return "| " + first + " | mutants | unit | engine | catalogue | others | equivalent | alive | not tried |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|\n"
}

func section(b *strings.Builder, title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(b, "\n## %s (%d)\n\n%s\n", title, len(lines), strings.Join(lines, "\n"))
}

func at(counts map[string]*count, name string) *count {
	if counts[name] == nil {
		counts[name] = &count{}
	}
	return counts[name]
}

func names(counts map[string]*count) []string {
	out := make([]string, 0, len(counts))
	for name := range counts {
		out = append(out, name)
	}
	sort.Strings(out)
	return out
}
