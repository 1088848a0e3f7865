package machine

import (
	"fmt"
	"runtime"
	"strings"

	"pgregory.net/rapid"
)

// Heard lets a machine run, and gives what it says if it fails (empty: it does not), to
// see that a guard finds a defect that was planted.
func Heard(name string, run func(*rapid.T)) string {
	w := &witness{name: name}
	done := make(chan struct{})
	go func() { // which FailNow ends
		defer close(done)
		rapid.Check(w, run)
	}()
	<-done
	if !w.failed {
		return ""
	}
	return w.said.String()
}

// witness hears what rapid says instead of the test (rapid.TB).
type witness struct {
	name   string
	failed bool
	said   strings.Builder
}

func (w *witness) Helper()      {}
func (w *witness) Name() string { return w.name }
func (w *witness) Failed() bool { return w.failed }
func (w *witness) Fail()        { w.failed = true }

func (w *witness) FailNow() {
	w.failed = true
	runtime.Goexit()
}

func (w *witness) SkipNow() { w.FailNow() } // nothing is skipped

func (w *witness) Log(args ...any)                 { fmt.Fprintln(&w.said, args...) }
func (w *witness) Logf(format string, args ...any) { w.Log(fmt.Sprintf(format, args...)) }

func (w *witness) Error(args ...any) {
	w.Log(args...)
	w.Fail()
}

func (w *witness) Errorf(format string, args ...any) { w.Error(fmt.Sprintf(format, args...)) }

func (w *witness) Fatal(args ...any) {
	w.Log(args...)
	w.FailNow()
}

func (w *witness) Fatalf(format string, args ...any) { w.Fatal(fmt.Sprintf(format, args...)) }
func (w *witness) Skip(args ...any)                  { w.Fatal(args...) }
func (w *witness) Skipf(format string, args ...any)  { w.Fatalf(format, args...) }
