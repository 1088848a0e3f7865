package imports

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"foyer/shared/jobs/work"
)

// read reads a file as a plan does: its rows as “line verdict-or-reason company|name|email”.
func read(t *testing.T, file string) (rows []string, failure string) {
	t.Helper()
	valid, err := isUTF8(iotest.OneByteReader(strings.NewReader(file)))
	if err != nil {
		t.Fatal(err)
	}
	rules := newRules()
	r, err := newReader(iotest.HalfReader(strings.NewReader(file)), valid)
	for err == nil {
		var e entry
		if e, err = r.next(); err == nil {
			rules.check(&e)
			rows = append(rows, strings.TrimSpace(fmt.Sprintf("%d %s %s|%s|%s", e.Line, e.Reason, e.Company, e.Name, e.Email)))
		}
	}
	var why *work.Failure
	if errors.As(err, &why) {
		return rows, why.Reason
	}
	if !errors.Is(err, io.EOF) {
		t.Fatalf("%q: %v", file, err)
	}
	return rows, ""
}

// two are the rows of every file that says the same in another way.
var two = []string{"Müller & Söhne|Ann Archer|ann@acme.example", "Globex, Inc.|Bob; Builder|bob@globex.example"}

func TestAFileSaysTheSameHoweverItIsWritten(t *testing.T) {
	const header, a, b = "company,name,email\n", "Müller & Söhne,Ann Archer,ann@acme.example\n", "\"Globex, Inc.\",Bob; Builder,bob@globex.example\n"
	windows := strings.NewReplacer("ü", "\xfc", "ö", "\xf6")
	semicolons := "Müller & Söhne;Ann Archer;ann@acme.example\nGlobex, Inc.;\"Bob; Builder\";bob@globex.example\n"
	for what, c := range map[string]struct {
		file  string
		lines [2]int
	}{
		"with a header":                    {header + a + b, [2]int{2, 3}},
		"without":                          {a + b, [2]int{1, 2}},
		"without a last line end":          {header + a + strings.TrimSuffix(b, "\n"), [2]int{2, 3}},
		"with CRLF":                        {strings.ReplaceAll(header+a+b, "\n", "\r\n"), [2]int{2, 3}},
		"with blank lines":                 {"\n" + header + "\n , ,\n" + a + "\n\n" + b, [2]int{5, 8}},
		"with the byte order mark":         {"\ufeff" + header + a + b, [2]int{2, 3}},
		"that mark, and no header":         {"\ufeff" + a + b, [2]int{1, 2}},
		"in Windows-1252":                  {windows.Replace(header + a + b), [2]int{2, 3}},
		"semicolons":                       {semicolons, [2]int{1, 2}},
		"semicolons, German, any order":    {"Telefon;E-Mail;Firma;Name\n1;ann@acme.example;Müller & Söhne;Ann Archer\n2;bob@globex.example;Globex, Inc.;\"Bob; Builder\"\n", [2]int{2, 3}},
		"semicolons in Windows-1252":       {windows.Replace("FIRMA;NAME;E-MAIL\r\n" + semicolons), [2]int{2, 3}},
		"as Excel says its separator":      {"sep=;\r\n" + semicolons, [2]int{2, 3}},
		"tabs":                             {"Company\tName\tE-Mail Address\nMüller & Söhne\tAnn Archer\tann@acme.example\nGlobex, Inc.\tBob; Builder\tbob@globex.example\n", [2]int{2, 3}},
		"all quoted":                       {"\"company\",\"name\",\"email\"\n\"Müller & Söhne\", \"Ann Archer\",\"ann@acme.example\"\n\"Globex, Inc.\",\"Bob; Builder\",\"bob@globex.example\"\n", [2]int{2, 3}},
		"rows that go on below the header": {"note,company,name,email\n\"two\nlines, and a \"\"word\"\"\",Müller & Söhne,Ann Archer,ann@acme.example\n,\"Globex, Inc.\",Bob; Builder,bob@globex.example,,\n", [2]int{2, 4}},
		"space around, and other cases":    {"  Müller & Söhne  ,Ann Archer , ANN@Acme.example\n" + b, [2]int{1, 2}},
	} {
		got, failure := read(t, c.file)
		want := []string{fmt.Sprint(c.lines[0], "  ", two[0]), fmt.Sprint(c.lines[1], "  ", two[1])}
		if failure != "" || strings.Join(got, "\n") != strings.Join(want, "\n") {
			t.Errorf("%s: got %q (%s), want %q", what, got, failure, want)
		}
	}
}

func TestARowThatCannotBeImportedIsRefusedByItsLineAndTheOthersAreNot(t *testing.T) {
	long := strings.Repeat("ü", nameMost)
	file := "company,name,email\n" +
		long + "," + long + ",long@globex.example\n" + // 2: as long as may be
		long + "ü,Ann,ann@globex.example\n" + // 3
		"Globex," + long + "ü,ann@globex.example\n" +
		",Ann,ann@globex.example\n" +
		"Globex,,ann@globex.example\n" +
		"Globex,Ann,\n" +
		"Globex,Ann\n" + // 8
		"Globex,Ann,nobody\n" +
		"Globex,\"Ann\nArcher\",ann@globex.example\n" + // 10 and 11
		"Globex,Ann \ufffd,ann@globex.example\n" +
		"Globex, Inc.,Ann,ann@globex.example\n" + // 13
		"Globex,Ann \"A\" Archer,ann@globex.example\n" +
		"Globex,Ann,ann@globex.example\n" + // 15
		"GLOBEX ,Anna,ANN@globex.example\n" + // 16: twice
		"Initech,Ann,ann@globex.example\n" + // in another company it is another contact
		"\u200b,Ann,ann@globex.example\n" + // 18
		"Globex,\"Ann,ann2@globex.example\n" +
		"Globex,Ben,ben@globex.example\n"
	want := map[int]string{
		2: "", 3: reasonCompanyInvalid, 4: reasonNameInvalid, 5: reasonCompanyMissing, 6: reasonNameMissing, 7: reasonEmailMissing, 8: reasonEmailMissing, 9: reasonEmailInvalid,
		10: reasonNameInvalid, 12: reasonNameInvalid, 13: reasonColumns, 14: reasonQuotes, 15: "", 16: reasonEmailTwice, 17: "", 18: reasonCompanyMissing, 19: reasonQuoteOpen,
	}
	rows, failure := read(t, file)
	if failure != "" {
		t.Fatal(failure)
	}
	got := map[int]string{}
	for _, row := range rows {
		var line int
		_, _ = fmt.Sscan(row, &line) // each begins with it
		got[line] = strings.Split(row, " ")[1]
	}
	for line := range 21 {
		if got[line] != want[line] {
			t.Errorf("line %d: got %q, want %q", line, got[line], want[line])
		}
	}
	for line, reason := range want {
		if _, read := got[line]; !read || reason != "" && details[reason] == "" {
			t.Errorf("line %d: read %v, and %q is said as %q", line, read, reason, details[reason])
		}
	}
}

// Whatever a row's fault is, it takes no place: the same address further down is new.
func TestARefusedRowDoesNotCountAsTheFirst(t *testing.T) {
	rows, _ := read(t, "Globex,,ann@globex.example\nGlobex,Ann,ann@globex.example\n")
	if len(rows) != 2 || rows[1] != "2  Globex|Ann|ann@globex.example" {
		t.Errorf("got %q, want the second row as it is", rows)
	}
}

func TestAFileWithoutAHeaderNeedsItsThreeColumns(t *testing.T) {
	rows, _ := read(t, "Globex,Ann,ann@globex.example\nGlobex,Ben\nGlobex,Ben,ben@globex.example,,\nGlobex,Eve,eve@globex.example,more\n")
	if got := strings.Join(rows, "\n"); got != "1  Globex|Ann|ann@globex.example\n2 columns Globex|Ben|\n3  Globex|Ben|ben@globex.example\n4 columns Globex|Eve|eve@globex.example" {
		t.Errorf("got %q", got)
	}
}

func TestAFileThatCannotBeReadSaysWhy(t *testing.T) {
	for file, want := range map[string]string{
		"\xff\xfec\x00o\x00":                        "UTF-16",
		"PK\x03\x04rest":                            "workbook",
		"name,email\nAnn,ann@globex.example\n":      "company",
		"Firma;E-Mail\nGlobex;ann@globex.example\n": "name",
		"company,name\nGlobex,Ann\n":                "e-mail",
		"company,name,email,mail\n":                 "twice",
		"phone,e-mail\n1,ann@globex.example\n":      "company",
	} {
		if rows, got := read(t, file); !strings.Contains(got, want) || len(rows) > 0 {
			t.Errorf("%q: got %q and %q, want a failure that says %q", file, rows, got, want)
		}
	}
	if rows, failure := read(t, "\n\n"); len(rows) > 0 || failure != "" {
		t.Errorf("got %q and %q of a blank file, want nothing", rows, failure)
	}
}

// What fails on the way is no end of the file.
func TestAFileThatBreaksOffIsAnError(t *testing.T) {
	broken := errors.New("broken")
	begun := func() io.Reader {
		return io.MultiReader(strings.NewReader(strings.Repeat("Globex,Ann,ann@globex.example\n", 5000)), iotest.ErrReader(broken))
	}
	if _, err := isUTF8(begun()); !errors.Is(err, broken) {
		t.Errorf("encoding: got %v, want the error", err)
	}
	r, err := newReader(begun(), true)
	for err == nil {
		_, err = r.next()
	}
	if !errors.Is(err, broken) {
		t.Errorf("rows: got %v, want the error", err)
	}
	if _, err := newReader(iotest.ErrReader(broken), true); !errors.Is(err, broken) {
		t.Errorf("beginning: got %v, want the error", err)
	}
}

func TestWhatALineOfAPlanMakesHasAlwaysTheSameID(t *testing.T) {
	const plan, other = "job_01JD0000000000000000000000", "job_01JD0000000000000000000001"
	id := idOf("con_", plan, "2")
	if len(id) != len("con_")+26 || !strings.HasPrefix(id, "con_01JD000000") || id != idOf("con_", plan, "2") {
		t.Errorf("got %q", id)
	}
	for _, one := range []string{idOf("con_", plan, "3"), idOf("con_", other, "2"), "con_" + strings.TrimPrefix(idOf("com_", plan, "2"), "com_")} {
		if one == id {
			t.Errorf("got %q twice", id)
		}
	}
}

// Nothing of a row makes a line of the plan that is too long to be read again.
func TestALineOfAPlanIsBounded(t *testing.T) {
	worst := strings.Repeat("\x01", 1<<20)
	e := entry{Line: 1, Company: worst, Name: worst, Email: worst}
	newRules().check(&e)
	if n := len(e.append(nil)); n > lineMost {
		t.Errorf("got a line of %d bytes, want at most %d", n, lineMost)
	}
}

func FuzzReader(f *testing.F) {
	for _, seed := range []string{"company,name,email\nGlobex,Ann,ann@globex.example\n", "sep=;\nA;B;c@d.example", "\ufeffFirma\tName\tE-Mail\r\n\"M\xfcller\"\t\"A\"\"B\"\tx@y.example", "\"a\nb\",c,d\n\"", ",,\n"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, file string) {
		rows, _ := read(t, file)
		last, lines := 0, strings.Count(file, "\n")+1
		for _, row := range rows {
			var line int
			if _, err := fmt.Sscan(row, &line); err != nil || line <= last || line > lines {
				t.Fatalf("got row %q after line %d of %d", row, last, lines)
			}
			last = line
		}
	})
}
