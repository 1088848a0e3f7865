// Command mutants asks of every check in the code that decides who may do what
// whether a test would notice if it were not there: each condition is negated or
// removed, one at a time, and the tests have to fail.
//
//	go run ./infra/local with-engine -- go run ./infra/mutants
//
// What counts as that code is said in scope.go, and how it is mutated in
// operators.go. The tree is not changed: mutants are compiled in by an overlay of
// the build, all of them at once, each behind a switch (package switches).
package main

import (
	"cmp"
	"context"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sync/errgroup"
)

type options struct {
	root, report, only, tests string
	workers, most             int
	time                      time.Duration
	seed                      uint64
	list, more, kept          bool
}

func main() {
	var o options
	flag.StringVar(&o.root, "root", ".", "of the repository")
	flag.StringVar(&o.report, "report", "", "file for the report, below the root; empty: none")
	flag.StringVar(&o.only, "only", "", "pattern of the mutants to try; empty: all")
	flag.StringVar(&o.tests, "tests", strings.Join(tested, ","), "packages whose tests have to notice")
	flag.IntVar(&o.workers, "workers", 2, "how many at a time")
	flag.IntVar(&o.most, "most", 0, "with how many tests of each suite a mutant is tried, the likeliest: a first look, after which -more tries what is left; 0: all")
	flag.DurationVar(&o.time, "time", 25*time.Minute, "how long at most; what is left then is said, and is an error")
	flag.Uint64Var(&o.seed, "seed", 1, "of the order in which mutants are tried")
	flag.BoolVar(&o.more, "more", false, "go on: take over from runs before what was killed in the same code by the same tests")
	flag.BoolVar(&o.kept, "kept", false, "try none: report what runs before have killed, where it still stands")
	flag.BoolVar(&o.list, "list", false, "only list the mutants")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o); err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stop has been called
	}
}

// errAlive: there is a check that no test needs.
var errAlive = errors.New("mutants are alive")

func run(ctx context.Context, o options) (err error) {
	root, err := filepath.Abs(o.root)
	if err != nil {
		return err
	}
	only, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	files, all, err := mutants(root)
	if err != nil {
		return err
	}
	reasons, err := equivalent(all, exceptions)
	if err != nil {
		return err
	}
	var chosen []Mutant
	for _, m := range all {
		if only.MatchString(m.Key()) {
			chosen = append(chosen, m)
		}
	}
	if o.list {
		for _, m := range chosen {
			fmt.Printf("%d %s\n", m.Line, m.Key())
		}
		return nil
	}
	known := readKills(root)
	known.forget(all)
	if o.kept || o.more {
		outcomes, err := standing(root, all, chosen, known)
		if err != nil {
			return err
		}
		if o.kept || !slices.ContainsFunc(outcomes, func(m outcome) bool { return !m.Tried && reasons[m.Number] == "" }) {
			return conclude(o, outcomes, reasons)
		}
	}
	if os.Getenv("FOYER_TEST_ENGINE") == "" {
		return errors.New("the tests need an engine: go run ./infra/local with-engine -- go run ./infra/mutants")
	}
	began := time.Now()
	ctx, cancel := context.WithTimeout(ctx, o.time)
	defer cancel()
	dir := filepath.Join(root, ".local", "mutants", "build")
	programs, err := build(ctx, root, dir, files, o)
	if err != nil {
		return err
	}
	packages := known.packages() // also those whose tests are not run now: what they killed stands
	for _, p := range programs {
		packages = append(packages, p.Package)
	}
	slices.Sort(packages)
	sums, err := sumsOf(root, all, slices.Compact(packages))
	if err != nil {
		return err
	}
	say(began, "%d mutants compiled into the tests of %d packages", len(all), len(programs))
	noticing, err := baseline(ctx, root, dir, programs, o.workers)
	if err != nil {
		return err
	}
	say(began, "all tests pass with no mutant on")
	r := &trial{root: root, most: o.most, noticing: noticing, reasons: reasons, kills: known, sums: sums, killer: map[string]map[*test]int{}}
	outcomes, err := r.all(ctx, began, chosen, o)
	if err != nil {
		return err
	}
	say(began, "done")
	return conclude(o, outcomes, reasons)
}

func say(began time.Time, format string, args ...any) {
	fmt.Printf("%6.1fs  %s\n", time.Since(began).Seconds(), fmt.Sprintf(format, args...))
}

// all tries the mutants, in an order by the seed, so that a run which ends early
// has tried a sample of all of them.
func (r *trial) all(ctx context.Context, began time.Time, chosen []Mutant, o options) ([]outcome, error) {
	outcomes := make([]outcome, len(chosen))
	var left []int
	for i, m := range chosen {
		outcomes[i] = outcome{Mutant: m}
		if before, ok := r.kills.stands(r.sums, m); ok && o.more {
			outcomes[i] = before
			continue
		}
		left = append(left, i)
	}
	order := rand.New(rand.NewPCG(o.seed, o.seed)).Perm(len(left)) //nolint:gosec // an order, no secret
	if o.more {
		say(began, "%d killed before", len(chosen)-len(left))
	}
	// Those that a known test kills come first: the time is best used for many.
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(r.expected(chosen[left[a]]), r.expected(chosen[left[b]])) })
	var mu sync.Mutex
	tried := 0
	group := errgroup.Group{}
	group.SetLimit(o.workers)
	for _, n := range order {
		i := left[n]
		if ctx.Err() != nil {
			break
		}
		group.Go(func() error {
			got, err := r.try(ctx, chosen[i])
			if ctx.Err() != nil {
				return nil // the time is up: it was not tried
			}
			if err != nil {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			outcomes[i] = got
			if tried++; tried%50 == 0 {
				say(began, "%d of %d tried", tried, len(left))
				if err := r.keep(); err != nil {
					return err
				}
			}
			if got.Killed == "" && r.reasons[got.Number] == "" {
				say(began, "alive: %s (line %d)", got.Key(), got.Line)
			}
			return nil
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return outcomes, errors.Join(r.keep(), r.control(context.WithoutCancel(ctx)))
}

// control asks, after all, one test of each package that has killed once more with
// no mutant on: where the engine is gone everything fails, and nothing is proved.
func (r *trial) control(ctx context.Context) error {
	asked := map[*program]bool{}
	for _, killers := range r.killer {
		for t := range killers {
			if asked[t.program] || !t.Engine {
				continue
			}
			asked[t.program] = true
			if out, err := t.program.run(ctx, r.root, time.Minute, t); err != nil {
				return fmt.Errorf("%s fails with no mutant on, so it has proved nothing: %w\n%s", t, err, last(out, 20))
			}
		}
	}
	return nil
}
