//go:build engine

package faults_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/infra/guards/faults"
	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
)

// heard is what a repetition may hear that comes after the effect, of operations
// that work once and take no Idempotency-Key.
type heard struct {
	status    int
	code, why string
}

var onceOnly = map[string]heard{
	"invitations-accept": {http.StatusNotFound, "not-found", "the link is used: the invitation is accepted, and the password signs in"},
	"workspaces-close":   {http.StatusNotFound, "not-found", "the workspace is closed, which is recorded"},
	"contacts-delete":    {http.StatusNotFound, "not-found", "the contact is erased, and the job that does the rest is there"},
	"members-remove":     {http.StatusNotFound, "not-found", "the member is removed, and the job that does the rest is there"},
	"mfa-reset":          {http.StatusConflict, "not-resettable", "the second factor is off, which is recorded and told"},
	"passwords-reset":    {http.StatusNotFound, "not-found", "the link is used: the new password signs in"},
	"me-address-confirm": {http.StatusNotFound, "not-found", "the link is used: the new address signs in"},
	"sessions-end-all":   {http.StatusUnauthorized, "unauthorized", "this session has ended too"},
	"sessions-end":       {http.StatusUnauthorized, "unauthorized", "the session has ended"},
}

// anew are what a repetition may make once more.
var anew = map[string]string{
	"sessions-create":   "+ Session", // each sign-in is a session of its own; one that nobody has the tokens of ends by itself
	"sessions-answer":   "+ Session", // likewise: the sign-in is begun again
	"passwords-forgot":  "+ Mail",    // asking again is another reset: stream-mail drops the mail of the one before
	"me-address-change": "+ Mail",    // likewise
	"me-password":       "+ Mail",    // whoever sets a password again is told again
}

// left are what may not have changed where the request was begun again.
var left = map[string]string{
	"sessions-answer": "- Challenge", // Cognito takes it no more, and it ends by itself: whoever is late with it must not take it from a request under way
}

// passing are the codes that say that the same request may be sent again.
var passing = map[int][]string{
	http.StatusServiceUnavailable: {"unavailable"},
	http.StatusConflict:           {"write-conflict", "acceptance-under-way", "reset-under-way"},
}

// Whatever call of AWS fails, and however: the caller hears that it may be tried
// again, and trying again has the effect once.
func TestAnOperationWhoseCallOfAWSFailsIsDoneOnceByRepeatingIt(t *testing.T) {
	var n counts
	n.log(t)
	for _, op := range catalog.Operations() {
		t.Run(op.Meta().ID, func(t *testing.T) {
			t.Parallel()
			none(t, operation(op).run(t, &n))
		})
	}
}

// none ends in a failure for each thing that should not be.
func none(t *testing.T, found []string) {
	t.Helper()
	for _, f := range found {
		t.Error(f)
	}
}

func operation(op api.Endpoint) work {
	id := op.Meta().ID
	return work{
		function: id,
		prepare: func(c *try) func() outcome {
			r := c.Prepare(op)
			if r.Op.Keyed {
				r.Headers = append(slices.Clone(r.Headers), foyertest.Header{Name: "Idempotency-Key", Value: fmt.Sprint("key-", c.number)})
			}
			return func() outcome {
				got := c.Send(r)
				if c.failed && r.Renew != nil && got.Status == http.StatusUnauthorized {
					r.Body = r.Renew()
					got = c.Send(r)
				}
				return judge(c, r.Op.ID, got)
			}
		},
		extra: func(change string) bool { return change == anew[id] },
		left:  func(change string) bool { return change == left[id] },
	}
}

// judge says whether the answer is one that may be given.
func judge(c *try, id string, got foyertest.Response) (out outcome) {
	if got.Status < 300 {
		return outcome{done: true}
	}
	var problem struct{ Code string }
	if err := json.Unmarshal([]byte(got.Body), &problem); err != nil || got.Header.Get("Content-Type") != "application/problem+json" {
		return outcome{wrong: fmt.Sprintf("the answer is no problem details: %d %s", got.Status, got.Body)}
	}
	if once, ok := onceOnly[id]; ok && c.failed && got.Status == once.status && problem.Code == once.code {
		return outcome{done: true} // that the effect is there shows in the table
	}
	for _, inside := range []string{faults.Secret, c.site.Operation, c.site.Service, c.Config.Table, c.Config.UserPoolID, "xception", "timeout", "amazon", "#"} {
		if inside != "" && strings.Contains(got.Body+fmt.Sprint(got.Header), inside) {
			return outcome{wrong: fmt.Sprintf("the answer tells of the inside (%q): %s", inside, got.Body)}
		}
	}
	seconds, err := strconv.Atoi(got.Header.Get("Retry-After"))
	switch {
	case !slices.Contains(passing[got.Status], problem.Code):
		out.wrong = fmt.Sprintf("the answer does not say that it may be tried again: %d %s", got.Status, got.Body)
	case err != nil || seconds < 1:
		out.wrong = fmt.Sprintf("the answer does not say when it may be tried again (Retry-After %q): %d %s", got.Header.Get("Retry-After"), got.Status, got.Body)
	}
	out.again = time.Duration(seconds) * time.Second
	return out
}
