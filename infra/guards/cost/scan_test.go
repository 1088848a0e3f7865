package cost

import (
	"go/ast"
	"go/build/constraint"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var root = filepath.Join("..", "..", "..")

// scans are what reads a table without naming a key. (The language of PartiQL scans
// where a statement names no key.)
var scans = regexp.MustCompile(`^(Scan|ScanInput|NewScanPaginator|ExecuteStatement|ExecuteStatementInput|BatchExecuteStatement|BatchExecuteStatementInput|ExecuteTransaction|ExecuteTransactionInput)$`)

// What is built for AWS scans nothing: files of tests, and those that are built for
// tests with an engine alone, may.
func TestNothingScans(t *testing.T) {
	looked := 0
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && strings.HasPrefix(d.Name(), ".") && path != root:
			return filepath.SkipDir
		case d.IsDir() && path == filepath.Join(root, "shared", "foyertest"):
			return filepath.SkipDir // what tests run in; it knows a Scan in order to refuse it
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.ParseComments|parser.SkipObjectResolution)
		if err != nil || forTestsAlone(file) {
			return err
		}
		looked++
		usesDynamoDB := false
		for _, i := range file.Imports {
			usesDynamoDB = usesDynamoDB || strings.Contains(i.Path.Value, "service/dynamodb")
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && usesDynamoDB && scans.MatchString(s.Sel.Name) {
				t.Errorf("%s: %s reads a table without a key: give what it looks for a key (shared/table/keys.go)", fset.Position(s.Pos()), s.Sel.Name)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if looked < 100 {
		t.Errorf("looked at %d files only", looked)
	}
}

// forTestsAlone says whether the file is built only with the tag engine.
func forTestsAlone(file *ast.File) bool {
	for _, group := range file.Comments {
		for _, c := range group.List {
			if expr, err := constraint.Parse(c.Text); err == nil && !expr.Eval(func(tag string) bool { return tag != "engine" }) {
				return true
			}
		}
	}
	return false
}

func TestNoPolicyLetsAFunctionScan(t *testing.T) {
	raw, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	for n, line := range strings.Split(string(raw), "\n") {
		if allowed := regexp.MustCompile(`dynamodb:(Scan|PartiQL\w*|\*|\w+\*)`).FindString(line); allowed != "" {
			t.Errorf("template.yaml:%d: %s lets a function read the table without a key", n+1, allowed)
		}
	}
}
