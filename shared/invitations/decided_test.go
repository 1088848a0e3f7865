//go:build engine

package invitations_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// A link shows its invitation only while everything that it leads to is there.
func TestALinkIntoWhatIsGoneIsTheOneNotFound(t *testing.T) {
	for what, end := range map[string]func(w *foyertest.World, workspace, link string){
		"the invitation": func(w *foyertest.World, workspace, _ string) {
			remove(w, w.Invitations(annsAddress, workspace)[0].Key)
		},
		"the workspace": func(w *foyertest.World, workspace, _ string) { remove(w, table.WorkspaceGate(workspace)) },
		"the time of this link": func(w *foyertest.World, _, link string) {
			update(w, table.Token(link), table.Set("expiresAt", w.Clock.Now().Truncate(time.Millisecond)))
		},
		"the link's purpose": func(w *foyertest.World, _, link string) {
			update(w, table.Token(link), table.Set("purpose", "another"))
		},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w, workspace, link := invited(t)
			w.Clock.Stand(w.Clock.Now())
			end(w, workspace, link)
			w.Unchanged(func() {
				view(w, link).Problem(404, "not-found")
				open(w, link).Problem(404, "not-found")
				accept(w, nobody, link, chosen).Problem(404, "not-found")
			})
		})
	}
}

func remove(w *foyertest.World, key table.Key) {
	w.T.Helper()
	if err := w.Table.DeleteOne(w.T.Context(), key); err != nil {
		w.T.Fatal(err)
	}
}

// An invitation of nobody is a failure, not one of somebody new.
func TestAnInvitationWithoutAnAccountIsAFailure(t *testing.T) {
	w, _, link := invited(t)
	remove(w, table.Account(w.PersonID(annsAddress)))
	w.Unchanged(func() {
		view(w, link).Problem(500, "internal")
		accept(w, nobody, link, chosen).Problem(500, "internal")
	})
}

func TestAnAnonymousAcceptanceReadsNoSession(t *testing.T) {
	w, _, link := invited(t)
	w.Around("invitations-accept", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if get, ok := c.Input.(*dynamodb.BatchGetItemInput); ok {
			for _, key := range get.RequestItems[w.Config.Table].Keys {
				if sk := key["SK"].(*types.AttributeValueMemberS).Value; strings.HasPrefix(sk, "SESSION#") {
					t.Errorf("%s is read", sk)
				}
			}
		}
		return next()
	})
	accept(w, nobody, link, chosen).Must(200)
}

// Who finds that the account is taken looks who has it, and answers by what is there.
func TestAnAcceptanceThatFindsTheAccountTakenIsAnsweredByWhatHoldsThen(t *testing.T) {
	for what, c := range map[string]struct {
		meanwhile func(w *foyertest.World, account table.Key)
		status    int
		code      string
	}{
		"another acceptance is under way": {func(w *foyertest.World, account table.Key) {
			update(w, account, table.Set("leaseUntil", w.Clock.Now().Add(time.Minute).UnixMilli()))
		}, 409, "acceptance-under-way"},
		"another acceptance has ended": {func(w *foyertest.World, account table.Key) {
			update(w, account, table.Set("state", table.AccountConfirmed))
		}, 409, "write-conflict"},
		"the account is gone": {remove, 409, "write-conflict"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w, workspace, link := invited(t)
			ann := w.PersonID(annsAddress)
			w.Before("invitations-accept", "UpdateItem", 1, func() { c.meanwhile(w, table.Account(ann)) })
			accept(w, nobody, link, chosen).Problem(c.status, c.code)
			if has(w, table.Membership(ann, workspace)) {
				t.Error("there is a membership")
			}
		})
	}
	t.Run("that cannot be read", func(t *testing.T) {
		t.Parallel()
		w, _, link := invited(t)
		ann := w.PersonID(annsAddress)
		w.Before("invitations-accept", "UpdateItem", 1, func() { update(w, table.Account(ann), table.Set("state", table.AccountConfirmed)) })
		w.Failing("invitations-accept", "GetItem", 2, foyertest.ErrStays)
		accept(w, nobody, link, chosen).Problem(500, "internal")
	})
}

// What an acceptance was decided on is asked again in its transaction.
func TestWhatChangesBeforeAnAcceptanceIsCompletedIsNoticed(t *testing.T) {
	type change func(w *foyertest.World, account, invitation, membership table.Key, workspace string)
	had := func(row fields) change {
		return func(w *foyertest.World, _, _, membership table.Key, workspace string) {
			row["workspace"] = workspace
			put(w, membership, row)
		}
	}
	for what, c := range map[string]struct {
		before, meanwhile change
		status            int
		code              string
	}{
		"the account is another acceptance's": {nil, func(w *foyertest.World, account, _, _ table.Key, _ string) {
			update(w, account, table.Set("leaseId", "lease_other"))
		}, 409, "acceptance-under-way"},
		"the account is confirmed": {nil, func(w *foyertest.World, account, _, _ table.Key, _ string) {
			update(w, account, table.Set("state", table.AccountConfirmed))
		}, 409, "acceptance-under-way"},
		"the invitation is sent again": {nil, func(w *foyertest.World, _, invitation, _ table.Key, _ string) {
			update(w, invitation, table.Set("generation", 2))
		}, 404, "not-found"},
		"of the team, with another role":                       {had(fields{"role": "admin"}), had(fields{"role": "member"}), 409, "write-conflict"},
		"a client once, of the team now":                       {had(fields{"contacts": fields{}}), had(fields{"contacts": fields{}, "role": "member"}), 409, "write-conflict"},
		"a client once, and again":                             {had(fields{"contacts": fields{}}), had(fields{"contacts": fields{contact: globex}}), 409, "write-conflict"},
		"nothing of the workspace, a client now":               {had(fields{}), had(fields{"contacts": fields{contact: globex}}), 409, "write-conflict"},
		"nothing of the workspace, of the team by another way": {nil, had(fields{"role": "member"}), 409, "write-conflict"},
	} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w, workspace, link := invited(t)
			ann := w.PersonID(annsAddress)
			account, invitation, membership := table.Account(ann), table.Invitation(ann, workspace, ann), table.Membership(ann, workspace)
			if c.before != nil {
				c.before(w, account, invitation, membership, workspace)
			}
			var then string
			w.Before("invitations-accept", "TransactWriteItems", 1, func() {
				c.meanwhile(w, account, invitation, membership, workspace)
				then = of(w, membership)
			})
			accept(w, nobody, link, chosen).Problem(c.status, c.code)
			if got := of(w, membership); got != then {
				t.Errorf("the membership is %s, want %s", got, then)
			}
			if strings.Contains(w.Log.String(), "lease not released") {
				t.Error("the log tells of a lease that was not released: it was given back, or is another's")
			}
			if got := get[table.AccountRow](w, account); what == "the account is another acceptance's" && got.LeaseID != "lease_other" {
				t.Errorf("the account is %+v, want it the other acceptance's", got)
			}
		})
	}
}

// of is a row as it stands in the dump.
func of(w *foyertest.World, key table.Key) string {
	for line := range strings.SplitSeq(w.Dump(), "\n") {
		if strings.HasPrefix(line, key.PK+" / "+key.SK+" ") {
			return line
		}
	}
	return ""
}

func TestALeaseWhoseAnswerWasLostHolds(t *testing.T) {
	w, workspace, link := invited(t)
	w.Around("invitations-accept", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "UpdateItem" {
			_, _ = next() // had its effect, and nobody knows: the SDK asks again
		}
		return next()
	})
	accept(w, nobody, link, chosen).Must(200)
	accepted(w, workspace, link)
}

func TestALeaseThatIsNotGivenBackStandsInTheLog(t *testing.T) {
	w, _, link := invited(t)
	w.Failing("invitations-accept", "TransactWriteItems", 1, foyertest.ErrStays)
	w.Failing("invitations-accept", "UpdateItem", 2, foyertest.ErrStays)
	accept(w, nobody, link, chosen).Problem(500, "internal")
	if !strings.Contains(w.Log.String(), "lease not released") {
		t.Error("nothing in the log says that the lease was not released")
	}
}

func TestOpeningAgainWritesNothing(t *testing.T) {
	w, _, link := invited(t)
	open(w, link).Must(204)
	w.Around("invitations-open", func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if c.Name == "TransactWriteItems" {
			t.Error("an opened invitation is written again")
		}
		return next()
	})
	open(w, link).Must(204)
}

// The invitation that is opened is the one that the link is for.
func TestAnInvitationThatIsSentAgainMeanwhileIsNotOpenedByTheOlderLink(t *testing.T) {
	w, workspace, link := invited(t)
	ann := w.PersonID(annsAddress)
	w.Before("invitations-open", "TransactWriteItems", 1, func() {
		update(w, table.Invitation(ann, workspace, ann), table.Set("generation", 2))
	})
	open(w, link).Problem(404, "not-found")
	if got := w.Invitations(annsAddress, workspace)[0].State; got == table.InvitationOpened {
		t.Error("the invitation is opened by a link that no longer holds")
	}
}

// An opening that meets another write on its rows is answered by what holds afterwards.
func TestAnOpeningThatMeetsAnotherWriteIsAnsweredByWhatHoldsThen(t *testing.T) {
	for what, c := range map[string]struct {
		state  string
		status int
	}{"which opened it": {table.InvitationOpened, 204}, "which sent it": {table.InvitationSent, 409}, "which revoked it": {table.InvitationRevoked, 404}} {
		t.Run(what, func(t *testing.T) {
			t.Parallel()
			w, workspace, link := invited(t)
			ann := w.PersonID(annsAddress)
			w.Around("invitations-open", func(call foyertest.AWSCall, next func() (any, error)) (any, error) {
				if call.Name == "TransactWriteItems" {
					update(w, table.Invitation(ann, workspace, ann), table.Set("state", c.state))
					return nil, foyertest.ErrMet
				}
				return next()
			})
			open(w, link).Must(c.status)
		})
	}
}
