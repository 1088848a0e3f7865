//go:build engine

package foyertest

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"sort"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
	"github.com/aws/smithy-go"

	"foyer/shared/awsenv"
	"foyer/shared/table"
)

var sharedClient = awsenv.SafeBody(awshttp.NewBuildableClient().WithTransportOptions(func(t *http.Transport) { t.MaxIdleConnsPerHost = 32 }))

// engineClient takes the calls of DynamoDB and of its streams to DynamoDB Local,
// where there is one, and everything else to the engine. An access key of its own is a
// database of its own in DynamoDB Local, where each write looks through the stream
// records of all tables that were there before its own.
type engineClient struct {
	tables   string // DynamoDB Local's host; empty: the engine has the tables
	database string // the access key there
}

func (c engineClient) Do(r *http.Request) (*http.Response, error) {
	if c.tables != "" && strings.HasPrefix(r.Header.Get("X-Amz-Target"), "DynamoDB") {
		r.URL.Host, r.Host = c.tables, c.tables
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "Credential=test/", "Credential="+c.database+"/", 1))
	}
	return sharedClient.Do(r)
}

// lastingDatabase is where the pool (infra/local/dynamodb) is asked for one that is in use
// for minutes.
const lastingDatabase = "/lasting"

// client is the World's, whose database is as the pool gives it (infra/local/dynamodb):
// taken until the test ends. Then the pool hears how much has changed in it.
func (w *World) client() (c engineClient) {
	t := w.T
	t.Helper()
	pool := os.Getenv("FOYER_TEST_DYNAMODB")
	if pool == "" {
		return c
	}
	ctx, giveBack := context.WithCancel(context.WithoutCancel(t.Context()))
	t.Cleanup(giveBack)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, pool+w.database, nil)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal("the pool of DynamoDB Local:", err)
	}
	t.Cleanup(func() { _ = res.Body.Close() })
	line, err := bufio.NewReader(res.Body).ReadString('\n')
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatalf("the pool of DynamoDB Local: %d %s, %v", res.StatusCode, line, err)
	}
	var address string
	if _, err := fmt.Sscan(line, &address, &c.database); err != nil {
		t.Fatalf("the pool of DynamoDB Local: %q: %v", line, err)
	}
	at, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	c.tables = at.Host
	t.Cleanup(func() { w.tell(context.WithoutCancel(t.Context()), pool+"/"+c.database) })
	return c
}

// tell tells the pool how much has changed. Where it does not hear it, nobody gets the
// database again.
func (w *World) tell(ctx context.Context, at string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, at, strings.NewReader(strconv.Itoa(w.rows.changes())))
	if err != nil {
		return
	}
	if res, err := http.DefaultTransport.RoundTrip(req); err == nil {
		_ = res.Body.Close()
	}
}

// engineEndpoint is where the engine is: the one that was started for all tests,
// or one for this process.
func engineEndpoint(t *testing.T) string {
	t.Helper()
	if e := os.Getenv("FOYER_TEST_ENGINE"); e != "" {
		return e
	}
	t.Fatal("these tests need the local engine: run them by `make test`, or with `go run ./infra/local with-engine -- go test -tags engine …`")
	return ""
}

// Dump is every row of the table, one a line, in order: what changed, or that
// nothing did. Only a test may read a whole table.
func (w *World) Dump() string {
	w.T.Helper()
	var lines []string
	for key, item := range w.Rows() {
		var row map[string]any
		w.must(table.Unmarshal(item, &row))
		lines = append(lines, fmt.Sprintf("%s %v", key, row))
	}
	sort.Strings(lines)
	return strings.Join(lines, "\n")
}

// Unchanged runs do and ends the test if a row of the table changed meanwhile. The
// counts of attempts are no part of what Foyer knows: whoever asks is counted.
func (w *World) Unchanged(do func()) {
	w.T.Helper()
	before := w.uncounted()
	do()
	if after := w.uncounted(); after != before {
		w.T.Fatalf("rows changed that should not have:\n%s", difference(before, after))
	}
}

func (w *World) uncounted() string {
	w.T.Helper()
	var lines []string
	for line := range strings.SplitSeq(w.Dump(), "\n") {
		if !strings.HasPrefix(line, table.RealmAuth+"ATTEMPTS#") {
			lines = append(lines, line)
		}
	}
	return strings.Join(lines, "\n")
}

func difference(before, after string) string {
	had := map[string]bool{}
	for line := range strings.SplitSeq(before, "\n") {
		had[line] = true
	}
	var out []string
	for line := range strings.SplitSeq(after, "\n") {
		if !had[line] {
			out = append(out, "+ "+line)
		}
		delete(had, line)
	}
	for line := range had {
		out = append(out, "- "+line)
	}
	return strings.Join(out, "\n")
}

// Eventually waits until ok holds, and ends the test if it does not within a
// generous time.
func (w *World) Eventually(what string, ok func() bool) {
	w.T.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !ok() {
		if time.Now().After(deadline) {
			w.T.Fatalf("waited in vain for: %s", what)
		}
		time.Sleep(20 * time.Millisecond) // between two looks
	}
}

// Log is what the functions logged.
type Log struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write takes a line.
func (l *Log) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.Write(p)
}

// String is all of it.
func (l *Log) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.buf.String()
}

func (l *Log) printIfFailed(t *testing.T) {
	if !t.Failed() {
		return
	}
	for line := range strings.SplitSeq(l.String(), "\n") {
		if strings.Contains(line, `"level":"ERROR"`) {
			t.Log(line)
		}
	}
}

func alreadyThere(err error) bool {
	var coded smithy.APIError
	if !errors.As(err, &coded) {
		return false
	}
	switch coded.ErrorCode() {
	case "AlreadyExistsException", "ResourceInUseException", "ResourceExistsException":
		return true
	}
	return false
}
