package main

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// report prints what was measured, and is an error where a limit is passed.
func report(out io.Writer, least figures, measured []figures, warm []warmFigures) error {
	p := &printer{out: out}
	p.line("A bare handler starts in %.2f ms (%.2f ms of them on a processor), is a binary of %.2f MB, and has had %.2f MB resident when it polls, %.2f MB after a call.",
		ms(least.start), ms(least.startCPU), mb(least.size), mb(least.polled), mb(least.invoked))
	p.line("Medians, each with its ratio to the bare handler before it; “on CPU” is the least of a start's time on a processor, “libraries” its ratio to that of the function's libraries alone.")
	alone := floors(measured)
	p.starts("Functions of the API", only(measured, operation), alone)
	p.starts("Other functions", only(measured, other), alone)
	p.starts("Libraries alone (infra/bench/floor)", only(measured, floor), nil)

	p.line("\nFirst call of items-create, with a new connection to DynamoDB by TLS, by what its init does to warm up:")
	p.line("%-24s %12s %12s %12s %12s %12s %12s", "warm-up", "start", "on CPU", "first call", "on CPU", "both", "on CPU")
	for _, f := range only(measured, warmUp) {
		p.line("%-24s %9.2f ms %9.2f ms %9.2f ms %9.2f ms %9.2f ms %9.2f ms", f.name, ms(f.start), ms(f.startCPU), ms(f.first), ms(f.firstCPU), ms(f.start+f.first), ms(f.startCPU+f.firstCPU))
	}

	p.line("\nA warm call against the same SDK calls written by hand (time on a processor; goal %.2f):", goalWarm)
	for _, w := range warm {
		p.line("%-24s %6.1f µs, by hand %6.1f µs: %.2f   %d allocations, by hand %d: %.2f   %d bytes, by hand %d: %.2f", w.name, w.ours.Extra[cpuTime]/1e3, w.byHand.Extra[cpuTime]/1e3, w.time,
			w.ours.AllocsPerOp(), w.byHand.AllocsPerOp(), w.count, w.ours.AllocedBytesPerOp(), w.byHand.AllocedBytesPerOp(), w.allocated)
	}
	return errors.Join(p.err, exceeded(measured, warm))
}

type printer struct {
	out io.Writer
	err error
}

func (p *printer) line(format string, args ...any) {
	if _, err := fmt.Fprintf(p.out, format+"\n", args...); err != nil {
		p.err = err
	}
}

// starts is a table of functions, the worst start last.
func (p *printer) starts(title string, of []figures, alone map[string]figures) {
	slices.SortFunc(of, func(a, b figures) int { return cmp.Compare(a.cpuRatio, b.cpuRatio) })
	p.line("\n%s:", title)
	p.line("%-34s %15s %15s %10s %15s %15s %15s %12s %9s", "", "start", "on CPU", "libraries", "binary", "memory, polled", "memory, called", "first call", "second")
	for _, f := range of {
		libraries := ""
		if _, ok := alone[f.libraries]; ok {
			libraries = fmt.Sprintf("%.2f×", startOverLibraries(f, alone))
		}
		p.line("%-34s %7.2f ms %.2f× %7.2f ms %.2f× %11s %7.2f MB %.2f× %7.2f MB %.2f× %7.2f MB %.2f× %9.2f ms %6.2f ms%s", f.name, ms(f.start), f.startRatio, ms(f.startCPU), f.cpuRatio, libraries,
			mb(f.size), f.sizeRatio, mb(f.polled), f.polledRatio, mb(f.invoked), f.calledRatio, ms(f.first), ms(f.second), refused(f.status))
	}
	p.line("%-34s %15s %15s %10s %15s %15s %15s", "goal", factor(goalStart), factor(goalStart), "", factor(goalBinary), factor(goalMemory), factor(goalMemory))
}

func factor(x float64) string { return fmt.Sprintf("%.2f×", x) }

// refused marks a function that did not find what its event names (infra/bench/stub).
func refused(status int) string {
	if status < 300 {
		return ""
	}
	return fmt.Sprintf("  (answered %d)", status)
}

// floors are what libraries alone cost, by name.
func floors(measured []figures) map[string]figures {
	out := map[string]figures{}
	for _, f := range only(measured, floor) {
		out[f.name] = f
	}
	return out
}

func only(measured []figures, k kind) []figures {
	var out []figures
	for _, f := range measured {
		if f.kind == k {
			out = append(out, f)
		}
	}
	return out
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
func mb(n int64) float64         { return float64(n) / 1e6 }
