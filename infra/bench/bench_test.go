package main

import (
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestTheHandlersWrittenByHandAnswerAsTheOperationsDo(t *testing.T) {
	t.Chdir("../..")
	for _, w := range warmed {
		r, err := w.rig()
		if err != nil {
			t.Fatal(err)
		}
		if err := w.check(r); err != nil {
			t.Errorf("%s: %v", w.op.Meta().ID, err)
		}
	}
}

// Both find methods by names that are known at run time only, so where they are
// used the linker keeps every method of every type: stream-mail was 17 MB instead
// of 10. (huma imports them for its documentation pages, which no function serves.)
func TestNoFunctionUsesTemplates(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", `{{.ImportPath}} {{join .Imports " "}}`, "../../functions/...").Output()
	if err != nil {
		t.Fatal(err)
	}
	looked := 0
	for of := range strings.Lines(string(out)) {
		imports := strings.Fields(of)
		if !strings.HasPrefix(imports[0], "foyer/") {
			continue
		}
		looked++
		for _, never := range []string{"text/template", "html/template"} {
			if slices.Contains(imports, never) {
				t.Errorf("%s imports %s", imports[0], never)
			}
		}
	}
	if looked < 30 {
		t.Errorf("only %d packages were looked at", looked)
	}
}

func TestWhatAFunctionStandsOnIsFoundInItsImports(t *testing.T) {
	t.Chdir("../..")
	got, err := libraries(t.Context(), []string{"projects-list", "sessions-create", "stream-mail", "invitation-template-put"})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"projects-list": "both", "sessions-create": "both+cognitoidentityprovider", "stream-mail": "both+secretsmanager+sesv2+sqs",
		"invitation-template-put": "both+bluemonday"}
	if !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

// The sanitiser builds some sixty regular expressions at the start of whatever links it.
func TestOnlyWhatChecksTemplatesLinksTheSanitiser(t *testing.T) {
	t.Chdir("../..")
	entries, err := os.ReadDir("functions")
	if err != nil {
		t.Fatal(err)
	}
	var functions []string
	for _, e := range entries {
		functions = append(functions, e.Name())
	}
	all, err := links(t.Context(), functions)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for function, linked := range all {
		if linked[sanitiserPath] {
			got = append(got, function)
		}
	}
	slices.Sort(got)
	if want := []string{"invitation-template-preview", "invitation-template-put"}; !slices.Equal(got, want) {
		t.Errorf("%v link bluemonday, want %v alone", got, want)
	}
	for _, client := range []string{"sesv2", "secretsmanager", "sqs"} {
		if all["invitation-template-preview"][servicePath+client] {
			t.Errorf("a preview links %s, which sends nothing", client)
		}
	}
}

func TestLimits(t *testing.T) {
	ms := time.Millisecond
	alone := []figures{
		{subject: subject{kind: floor, name: both}, life: life{startCPU: 4 * ms}},
		{subject: subject{kind: floor, name: both + "+s3"}, life: life{startCPU: 8 * ms}},
	}
	good := figures{subject: subject{kind: operation, name: "a", libraries: both}, life: life{startCPU: 5 * ms}, sizeRatio: 1.85, polledRatio: 2.1, calledRatio: 2.1}
	for name, test := range map[string]struct {
		change func(*figures)
		want   string // of the error; empty: none
	}{
		"all at their limits":        {func(*figures) {}, ""},
		"binary":                     {func(f *figures) { f.sizeRatio = 1.9 }, "a: binary is 1.90×"},
		"memory":                     {func(f *figures) { f.polledRatio = 2.2 }, "a: memory at the first poll is 2.20×"},
		"memory after a call":        {func(f *figures) { f.calledRatio = 2.2 }, "a: memory after a call is 2.20×"},
		"start":                      {func(f *figures) { f.startCPU = 6 * ms }, "is 1.50×"},
		"a consumer's memory":        {func(f *figures) { f.kind, f.calledRatio = other, 2.2 }, ""},
		"binary of every job":        {func(f *figures) { f.name, f.sizeRatio = "jobs-run", 1.97 }, ""},
		"memory of every job":        {func(f *figures) { f.name, f.calledRatio = "jobs-run", 2.2 }, "jobs-run: memory after a call is 2.20×"},
		"memory of the sanitiser":    {func(f *figures) { f.name, f.calledRatio = "invitation-template-put", 2.2 }, ""},
		"start on more libraries":    {func(f *figures) { f.libraries, f.startCPU = both+"+s3", 9*ms }, ""},
		"what libraries cost is not": {func(f *figures) { f.kind, f.sizeRatio = floor, 9 }, ""},
	} {
		f := good
		test.change(&f)
		err := exceeded(append(slices.Clone(alone), f), nil)
		if (err == nil) != (test.want == "") || err != nil && !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: got %v, want %q", name, err, test.want)
		}
	}
	if err := exceeded(nil, []warmFigures{{name: "a", time: 1.1, count: 1.3, allocated: 1.1}}); err == nil {
		t.Error("a warm call that allocates more than it may is let through")
	}
}
