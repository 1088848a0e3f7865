package main

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"foyer/infra/mutants/switches"
)

// tested are the packages whose tests have to notice a mutant: those of the
// product itself, and the guards that every operation falls under of what fails, or
// changes, at or between a request's calls. The other guards are proofs of their own.
var tested = []string{"./shared/...", "./infra/guards/reads", "./infra/guards/meanwhile", "./infra/guards/faults"}

// tags of the build: with them the tests that need the engine are there too.
const tags = "engine"

// program is a package's tests, compiled once with all mutants in them.
type program struct {
	Package string // the folder below the root
	file    string
	rapid   bool // its rapid tests would write their failures into the tree
	tests   map[string]*test
}

// test is one test as it ran with no mutant on.
type test struct {
	testFunc
	program *program
	took    time.Duration
	reaches int // how many mutants it could notice

	alone sync.Once
	fails bool // alone, with no mutant on: it has nothing to say
}

// pattern lets only this test run.
func (t *test) pattern() string {
	parts := strings.Split(t.Name, "/")
	for i, part := range parts {
		parts[i] = "^" + regexp.QuoteMeta(part) + "$"
	}
	return strings.Join(parts, "/")
}

func (t *test) String() string { return t.program.Package + " " + t.Name }

// listed is what go list says of a package.
type listed struct {
	ImportPath, Dir           string
	TestGoFiles, XTestGoFiles []string
	Deps                      []string
	ForTest                   string
}

// build writes the overlay and compiles the tests of every package that has
// anything to do with a mutated file.
func build(ctx context.Context, root, dir string, files []*file, o options) ([]*program, error) {
	if err := os.RemoveAll(dir); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return nil, err
	}
	packages, err := list(ctx, root, strings.Split(o.tests, ","))
	if err != nil {
		return nil, err
	}
	overlay := map[string]string{}
	replace := func(name string, source []byte) error {
		to := filepath.Join(dir, strings.ReplaceAll(name, "/", "__"))
		overlay[filepath.Join(root, filepath.FromSlash(name))] = to
		return os.WriteFile(to, source, 0o600) //nolint:gosec // below .local
	}
	mutated := map[string]bool{}
	for _, f := range files {
		if len(f.mutants) == 0 {
			continue
		}
		mutated["foyer/"+f.mutants[0].Package()] = true
		if err := replace(f.name, f.rewritten()); err != nil {
			return nil, err
		}
	}
	var programs []*program
	for _, p := range packages {
		deps := depsOf(p, packages)
		if !slices.ContainsFunc(deps, func(d string) bool { return mutated[d] }) {
			continue
		}
		prog := &program{Package: below(root, p.Dir), rapid: slices.Contains(deps, "pgregory.net/rapid"), tests: map[string]*test{}}
		prog.file = filepath.Join(dir, strings.ReplaceAll(prog.Package, "/", "__")+".test")
		for _, name := range append(append([]string{}, p.TestGoFiles...), p.XTestGoFiles...) {
			name = prog.Package + "/" + name
			source, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name))) //nolint:gosec // of the repository
			if err != nil {
				return nil, err
			}
			found, source, err := tests(name, source)
			if err != nil {
				return nil, err
			}
			for _, t := range found {
				prog.tests[t.Name] = &test{testFunc: t, program: prog}
			}
			if err := replace(name, source); err != nil {
				return nil, err
			}
		}
		if len(prog.tests) > 0 {
			programs = append(programs, prog)
		}
	}
	raw, err := json.Marshal(map[string]any{"Replace": overlay})
	if err != nil {
		return nil, err
	}
	overlayFile := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(overlayFile, raw, 0o600); err != nil {
		return nil, err
	}
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(o.workers)
	for _, p := range programs {
		group.Go(func() error {
			cmd := exec.CommandContext(gctx, "go", "test", "-c", "-tags", tags, "-overlay", overlayFile, "-o", p.file, "./"+p.Package) //nolint:gosec // names of the repository
			cmd.Dir = root
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("the tests of %s with all mutants in them: %w\n%s", p.Package, err, out)
			}
			return nil
		})
	}
	return programs, group.Wait()
}

// list are the packages of the patterns, with the test programs of each.
func list(ctx context.Context, root string, patterns []string) ([]listed, error) {
	args := append([]string{"list", "-tags", tags, "-test", "-json=ImportPath,Dir,TestGoFiles,XTestGoFiles,Deps,ForTest"}, patterns...)
	cmd := exec.CommandContext(ctx, "go", args...) //nolint:gosec // constants
	cmd.Dir = root
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	if err != nil {
		return nil, fmt.Errorf("go list: %w", err)
	}
	var all []listed
	for d := json.NewDecoder(bytes.NewReader(out)); d.More(); {
		var p listed
		if err := d.Decode(&p); err != nil {
			return nil, err
		}
		all = append(all, p)
	}
	return all, nil
}

// depsOf are the packages in the package's test program; none where it has no tests.
func depsOf(p listed, all []listed) (deps []string) {
	if p.ForTest != "" || len(p.TestGoFiles)+len(p.XTestGoFiles) == 0 || strings.HasSuffix(p.ImportPath, ".test") {
		return nil
	}
	for _, main := range all {
		if main.ImportPath == p.ImportPath+".test" {
			for _, d := range main.Deps {
				name, _, _ := strings.Cut(d, " ") // “x [x.test]”: x, compiled for the test
				deps = append(deps, name)
			}
		}
	}
	return deps
}

// noTables is what tests say that were not given tables (foyertest), and so say nothing.
const noTables = "the pool of DynamoDB Local:"

// errTimeout: the tests did not end in time.
var errTimeout = errors.New("the tests did not end in time")

// run runs a test of the program, or all of them; an error where one fails.
func (p *program) run(ctx context.Context, root string, limit time.Duration, t *test, env ...string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, limit+10*time.Second) // the program ends itself before, and says where it was
	defer cancel()
	args := []string{"-test.failfast", "-test.count=1", "-test.timeout=" + limit.String(), "-test.v"}
	if t != nil {
		args = append(args, "-test.run="+t.pattern())
	}
	if p.rapid {
		args = append(args, "-rapid.nofailfile")
	}
	cmd := exec.CommandContext(ctx, p.file, args...) //nolint:gosec // compiled above
	cmd.Dir = filepath.Join(root, filepath.FromSlash(p.Package))
	cmd.Env = append(os.Environ(), env...)
	cmd.WaitDelay = 5 * time.Second
	raw, err := cmd.CombinedOutput()
	out := string(raw)
	if err != nil && (ctx.Err() != nil || strings.Contains(out, "panic: test timed out")) {
		return out, errTimeout
	}
	return out, err
}

var passed = regexp.MustCompile(`(?m)^ *--- PASS: (\S+) \((\d+\.\d+)s\)$`)

// baseline runs all tests with no mutant on: how long each takes, and which
// mutants each could notice.
func baseline(ctx context.Context, root, dir string, programs []*program, workers int) (map[int][]*test, error) {
	// The longest first: at the end no worker waits for one of them.
	slices.SortStableFunc(programs, func(a, b *program) int { return cmp.Compare(index(b.Package), index(a.Package)) })
	group, gctx := errgroup.WithContext(ctx)
	group.SetLimit(workers)
	for _, p := range programs {
		group.Go(func() error {
			env := switches.ReachedVariable + "=" + p.reachedFile(dir)
			out, err := p.run(gctx, root, 15*time.Minute, nil, env)
			if err != nil && gctx.Err() == nil {
				fmt.Printf("the tests of %s fail with no mutant on; once more\n%s\n", p.Package, last(out, 20))
				out, err = p.run(gctx, root, 15*time.Minute, nil, env)
			}
			if err != nil {
				return fmt.Errorf("the tests of %s fail with no mutant on: %w\n%s", p.Package, err, last(out, 40))
			}
			for _, m := range passed.FindAllStringSubmatch(out, -1) {
				if t := p.named(m[1]); t != nil {
					seconds, _ := strconv.ParseFloat(m[2], 64) // the pattern has digits only
					t.took = time.Duration(seconds * float64(time.Second))
				}
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	noticing := map[int][]*test{}
	for _, p := range programs {
		if err := p.readReached(dir, noticing); err != nil {
			return nil, err
		}
	}
	for n, tests := range noticing {
		noticing[n] = narrowed(tests)
	}
	return noticing, nil
}

// index is the package's place among driven; -1: it is none of them.
func index(pkg string) int { return slices.Index(driven, pkg) }

// narrowed puts, for a test of the catalogue's that sets up what its subtests need, the
// quickest of its subtests, which needs that too. To run all of it, for every mutant in
// what is set up, would take a minute each.
func narrowed(tests []*test) []*test {
	out := make([]*test, 0, len(tests))
	for _, t := range tests {
		if slices.Contains(driven, t.program.Package) {
			t = t.quickest()
		}
		if !slices.Contains(out, t) {
			out = append(out, t)
		}
	}
	return out
}

// quickest is the test's quickest subtest; the test itself where it has none.
func (t *test) quickest() *test {
	found := t
	for _, sub := range t.program.tests {
		if strings.HasPrefix(sub.Name, t.Name+"/") && sub.took > 0 && (found == t || sub.took < found.took || sub.took == found.took && sub.Name < found.Name) {
			found = sub
		}
	}
	return found
}

// named is the test or subtest of that name; nil where its test is none.
func (p *program) named(name string) *test {
	if t := p.tests[name]; t != nil {
		return t
	}
	top, _, sub := strings.Cut(name, "/")
	if !sub || p.tests[top] == nil {
		return nil
	}
	t := &test{testFunc: testFunc{Name: name, Engine: p.tests[top].Engine}, program: p}
	p.tests[name] = t
	return t
}

func (p *program) reachedFile(dir string) string {
	return filepath.Join(dir, filepath.Base(p.file)+".reached")
}

func (p *program) readReached(dir string, noticing map[int][]*test) error {
	f, err := os.Open(p.reachedFile(dir))
	if err != nil {
		return err
	}
	defer f.Close() //nolint:errcheck // read only
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		name, number, _ := strings.Cut(lines.Text(), " ")
		n, err := strconv.Atoi(number)
		t := p.named(name)
		if err != nil || t == nil {
			return fmt.Errorf("%s: %q is no test and mutant", p.Package, lines.Text())
		}
		t.reaches++
		noticing[n] = append(noticing[n], t)
	}
	return lines.Err()
}

func last(out string, lines int) string {
	all := strings.Split(strings.TrimRight(out, "\n"), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}
