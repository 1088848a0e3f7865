//go:build engine

package imports_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/iotest"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"foyer/shared/foyertest"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

// refused are that many rows that are refused, each as long as a row can be in a plan.
func refused(rows int) string {
	field := strings.Repeat("<", 254)
	return strings.Repeat(field+","+field+","+field+"\n", rows)
}

// A file whose reading breaks off is read again, and what was read of it is no file.
func TestAFileThatBreaksOffIsReadAgain(t *testing.T) {
	s := begin(t)
	id := s.uploaded(refused(250))
	s.breaksOff(2, 100<<10) // the first is read for its encoding
	if got, want := counted(s.planned(id), "plan"), "0 new, 0 changed, 0 unchanged, 250 refused, 0 companies"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// Nor is it taken to be written otherwise than it is.
func TestAFileOfWhichTheBeginningAloneWasReadHasItsEncoding(t *testing.T) {
	s := begin(t)
	id := s.uploaded("Müller,Zoë,zoe@mueller.example\n")
	s.breaksOff(1, 0)
	s.planned(id)
	s.Release()
	done := s.applied(s.get(id))
	if got := s.contacts(); !strings.Contains(got, "Zoë") || !strings.Contains(got, "Müller") {
		t.Errorf("got %s and %s, want Zoë of Müller", got, done.Body)
	}
}

// breaksOff lets the reading of the nth object break off after so many bytes.
func (s scene) breaksOff(nth int, after int64) {
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		out, err := next()
		if got, ok := out.(*s3.GetObjectOutput); ok && c.Nth == nth {
			got.Body = struct {
				io.Reader
				io.Closer
			}{io.MultiReader(io.LimitReader(got.Body, after), iotest.ErrReader(io.ErrUnexpectedEOF)), got.Body}
		}
		return out, err
	})
}

// Of a file that is longer than a part no row is lost where a part could not be written.
func TestALargeFileIsReadPartByPart(t *testing.T) {
	s := begin(t)
	const rows = 1200
	id := s.uploaded(refused(rows))
	var first string
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if part, ok := c.Input.(*s3.UploadPartInput); ok && c.Nth == 1 {
			first = aws.ToString(part.Key)
			return nil, foyertest.ErrPasses
		}
		return next()
	})
	plan := s.planned(id)
	if got, want := counted(plan, "plan"), fmt.Sprintf("0 new, 0 changed, 0 unchanged, %d refused, 0 companies", rows); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if got := s.lines(plan, "plan"); len(got) != rows || !strings.HasPrefix(got[rows-1], fmt.Sprintf("%d refused company-invalid", rows)) {
		t.Errorf("got %d lines, want %d", len(got), rows)
	}
	if !strings.HasSuffix(first, ".rows") {
		t.Errorf("the first part is of %q, want the rows", first)
	}
}

func TestAFileHasAsManyRowsAsAreAllowed(t *testing.T) {
	s := begin(t)
	id := s.uploaded(strings.Repeat("Globex,Ann,ann@globex.example\n", 100_000))
	s.Around(jobqueue.ID, func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "GetObject" && c.Nth > 2 { // all of it was read: enough
			return nil, absent
		}
		return next()
	})
	got := s.planned(id)
	if total := got.JSON()["plan"].(map[string]any)["total"]; total != 100_000.0 || !strings.Contains(got.String("plan.reason"), "not kept any more") {
		t.Errorf("got %s, want 100000 rows", got.Body)
	}
}

// Of two plans the one that was asked for last is shown, also where the other ends after
// it; that one is done, and nobody asks for it.
func TestAPlanThatEndsLateTakesNoOthersPlace(t *testing.T) {
	s := begin(t)
	id := s.uploaded(file)
	ask := func() string {
		return s.Do(s.ann, "POST", s.path("/"+id+"/plan"), nil).Must(http.StatusAccepted).String("id")
	}
	first, last := ask(), ask()
	for _, job := range []string{last, first} {
		if !s.RunJob(`{"workspace":"` + s.workspace + `","job":"` + job + `"}`) {
			t.Errorf("the job %s was not done with", job)
		}
		if got := s.get(id); got.String("plan.job") != last || !strings.Contains(got.String("plan.file.url"), last) {
			t.Errorf("after %s: got %s, want the plan of %s", job, got.Body, last)
		}
		if got := s.Do(s.ann, "GET", "/v1/workspaces/"+s.workspace+"/jobs/"+job, nil).Must(http.StatusOK).String("state"); got != table.JobDone {
			t.Errorf("the job %s is %s, want it done", job, got)
		}
	}
}
