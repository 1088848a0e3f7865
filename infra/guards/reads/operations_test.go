//go:build engine

package reads

import (
	"cmp"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/smithy-go/middleware"

	"foyer/infra/guards/scene"
	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
)

// breaker breaks the nth of something.
type breaker func(n int) (*breaking, func(*middleware.Stack) error)

// breaks are what is broken: each call in turn, and each row in turn.
var breaks = map[string]breaker{
	"the call": func(n int) (*breaking, func(*middleware.Stack) error) { return call(n) },
	"the row":  func(n int) (*breaking, func(*middleware.Stack) error) { return row(n) },
}

// failures are the answers: a call may be made again, a row is not mended by that.
var failures = map[string]int{"the call": http.StatusServiceUnavailable, "the row": http.StatusInternalServerError}

// unheeded are the calls and rows that an answer does not depend on, with the
// reason: there it has to be the answer of always.
var unheeded = map[string]string{
	"projects-create, the answer once more, the row TEAM#W#wks_… / MEMBER#per_…":                 adder,
	"clients-add, the answer once more, the row TEAM#W#wks_… / MEMBER#per_…":                     adder,
	"address-corrected, the answer once more, the row TEAM#W#wks_… / MEMBER#per_…":               adder,
	"invitations-send, the answer once more, the row TEAM#W#wks_… / MEMBER#per_…":                adder,
	"address-corrected, the answer once more, the row TEAM#W#wks_… / CONTACT#con_…":              anew,
	"invitations-send, the answer once more, the row TEAM#W#wks_… / CONTACT#con_…":               anew,
	"contacts-create, the answer once more, the row TEAM#W#wks_… / COMPANY#com_…":                anew,
	"members-invite, the answer once more, the row TEAM#W#wks_… / MEMBER#per_…":                  anew,
	"member-invitations-send, the answer once more, the row TEAM#W#wks_… / MEMBER#per_…":         anew,
	"invitations-send-all, the answer once more, the row CLIENT#W#wks_…#CO#com_… / GATE":         asked,
	"invitations-send-all, the answer once more, the row TEAM#W#wks_… / COMPANY#com_…":           asked,
	"imports-apply, the answer once more, the row TEAM#W#wks_… / IMPORT#imp_…":                   "it comes with the access, to be applied; what was asked for is not asked for again",
	"member-invitations-send, the answer once more, the row USER#per_… / INVITATION#wks_…#per_…": "it comes with the access, to be sent again; what was sent is not sent again",
}

// takenBack is of all operations that count attempts.
var takenBack = map[string]string{
	"UpdateItem DELETE of attempts": "that an attempt could not be taken back is no reason to refuse what succeeded",
	"PutItem PUT of attempts":       "likewise that a place could not be remembered",
}

// anew is why a repeated request does not need a row as it came with the access.
const anew = "what is answered once more is read after the record of the key, and is broken there too"

// adder is why a repeated request needs no row of its caller as a member.
const adder = "it comes with the access, for the name of who makes something; what was made is not made again"

// asked is why a repeated request needs no row of the company.
const asked = "it comes with the access, to see whether its contacts may be invited; what was asked for is not asked for again"

// most is far above what any operation calls or reads.
const most = 100

// However an operation is broken, its answer is a failure: not a refusal, nor an
// absent thing, an empty list, or a success.
func TestWhatAnOperationCouldNotReadIsAFailure(t *testing.T) {
	t.Parallel()
	s := scene.New(t, foyertest.Lasting)
	// Something that everybody is told of, for their feeds.
	for _, who := range []foyertest.Person{s.Mia, s.Ann} {
		s.Do(who, "POST", "/v1/projects/"+s.ProjectID+"/items", map[string]any{"kind": "task", "title": "Approve", "assignee": s.Carl.ID}).Must(http.StatusCreated)
	}
	s.Drain()
	for _, reading := range []bool{true, false} { // reading first: what changes something adds to every list
		for _, op := range catalog.Operations() {
			if (op.Meta().Method == http.MethodGet) != reading {
				continue
			}
			t.Run(op.Meta().ID, func(t *testing.T) {
				for _, form := range s.Forms(op) {
					t.Run(form.Name, func(t *testing.T) {
						s.T = t
						breakAll(s, op, form)
					})
				}
			})
			s.T = t
		}
	}
}

// breakAll asks the operation once for each call and each row, with that broken.
func breakAll(s *scene.Scene, op api.Endpoint, form scene.Form) {
	s.T.Helper()
	id := op.Meta().ID
	for kind, broken := range breaks {
		r, changed := scene.Request{}, &passing{changed: true}
		for n := 1; ; n++ {
			if n > most {
				s.T.Fatalf("%s: no end after %d", id, most)
			}
			if changed.changed { // else the same request finds what it found
				r = form.Prepare()
			}
			b, option := broken(n)
			changed = &passing{}
			s.Intercept(id, option)
			s.Intercept(id, changed.option)
			got := s.Send(r)
			s.Release()
			what := id + ", " + form.Name + ", " + kind + " " + named(b.What)
			reason := cmp.Or(unheeded[what], takenBack[named(b.What)])
			failed := got.Status == failures[kind]
			switch {
			case b.hit() && reason == "" && !failed:
				s.T.Errorf("%s: got %d %s, want %d", what, got.Status, got.Body, failures[kind])
			case (!b.hit() || reason != "") && got.Status >= http.StatusMultipleChoices:
				s.T.Errorf("%s: got %d %s, want success; %s", what, got.Status, got.Body, reason)
			}
			if strings.Contains(got.Body, "broken") || strings.Contains(got.Body, "unmarshal") {
				s.T.Errorf("%s: the answer tells of the inside: %s", what, got.Body)
			}
			if !b.hit() {
				break
			}
		}
	}
}
