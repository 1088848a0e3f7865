//go:build engine

package invitation

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/infra/guards/machine"
	"foyer/infra/guards/proof"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// defect is a mistake that an operation could have.
type defect struct {
	function string
	steps    []string // that lead to it: by all of them it would take longer
	found    string   // a regular expression of what the guard says
	seed     uint64   // whose run finds it soon: the short form begins with it
	around   func(g *guard) func(foyertest.AWSCall, func() (any, error)) (any, error)
}

const (
	adds  = "clients-add somebody new"
	mails = "the mail leaves"
)

var defects = map[string]defect{
	"an older link shows the invitation": {function: "invitations-view", seed: 9, steps: []string{adds, mails, "invitations-send again"}, found: "want the 404 of an invented one", around: olderLink},
	"an acceptance that asks for nothing": {function: "invitations-accept", seed: 2, found: "of two clicks at once exactly one is to accept", around: acceptsAlways,
		steps: []string{mails, "two clicks at once of somebody with an account"}},
	"a mail for each delivery":             {function: "stream-mail", seed: 1, steps: []string{adds, mails}, found: "left a mail that must not, or twice", around: claimsAlways},
	"a mail of what was revoked":           {function: "stream-mail", seed: 10, steps: []string{adds, mails, "invitations-revoke"}, found: "left a mail that must not, or twice", around: revokedLooksSent},
	"a GET that records an opening":        {function: "invitations-view", seed: 1, steps: []string{adds, mails, "scanners fetch the links"}, found: "is opened, want sent|counts . that are (sent|opened), want|changed rows|a look changes something", around: viewOpens},
	"a removal that leaves the access":     {function: "access-remove", seed: 3, steps: []string{mails, "access-remove"}, found: "me-get of", around: keepsMembership},
	"a revocation that lets the link live": {function: "invitations-revoke", seed: 9, steps: []string{adds, mails, "invitations-revoke"}, found: "want the 404 of an invented one|left a mail that must not", around: revokesContactOnly},
}

// stepsToFind is how many steps such a run has, on average.
const stepsToFind = 20

// runsToFind is how many runs a defect may take to be found; most show in the first.
const runsToFind = 60

// Were one of these defects there, the guard would find it, and say what it is.
func TestEverySeededDefectIsFound(t *testing.T) {
	rapidly(t, stepsToFind)
	random := proof.Seed(t)
	for name, d := range defects {
		t.Run(name, func(t *testing.T) {
			g := newGuard(foyertest.New(t, foyertest.Lasting), newStats())
			g.only = d.steps
			g.Around(d.function, d.around(g))
			said, seed := "", d.seed
			if proof.Deep() {
				seed = random
			}
			for run := uint64(0); run < runsToFind && said == ""; run++ {
				machine.Set(t, "rapid.seed", fmt.Sprint(max(seed+run, 1))) // 0 is: any
				said = g.try(name)
			}
			if !regexp.MustCompile(d.found).MatchString(said) {
				t.Fatalf("not found in %d steps as %q; the guard said: %s", g.stats.steps, d.found, said)
			}
			t.Logf("found within %d steps", g.stats.steps)
		})
	}
}

// try lets the state machine run once, and gives what it says if it fails.
func (g *guard) try(name string) string {
	return machine.Heard(name, g.oneRun)
}

// olderLink makes the invitation look as if it were of the link's generation.
func olderLink(*guard) func(foyertest.AWSCall, func() (any, error)) (any, error) {
	var mu sync.Mutex
	var generation types.AttributeValue // of the token that was read last
	return func(_ foyertest.AWSCall, next func() (any, error)) (any, error) {
		out, err := next()
		mu.Lock()
		defer mu.Unlock()
		if got, ok := out.(*dynamodb.GetItemOutput); ok && err == nil {
			generation = got.Item["generation"]
		}
		for _, inv := range invitationsIn(out) {
			inv["generation"] = generation
		}
		return out, err
	}
}

// invitationsIn are the invitations among the rows that were read.
func invitationsIn(out any) (all []table.Item) {
	got, ok := out.(*dynamodb.BatchGetItemOutput)
	if !ok || got == nil {
		return nil
	}
	for _, rows := range got.Responses {
		for _, row := range rows {
			if sk, ok := row["SK"].(*types.AttributeValueMemberS); ok && strings.HasPrefix(sk.Value, "INVITATION#") {
				all = append(all, row)
			}
		}
	}
	return all
}

// always makes a condition one that holds whatever is there.
func always(condition *string) *string {
	if condition == nil {
		return nil
	}
	return aws.String("(" + *condition + ") OR attribute_exists(PK) OR attribute_not_exists(PK)")
}

// acceptsAlways takes every condition off the acceptance, of which two meet.
func acceptsAlways(*guard) func(foyertest.AWSCall, func() (any, error)) (any, error) {
	met := make(chan struct{})
	return func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if write, ok := c.Input.(*dynamodb.TransactWriteItemsInput); ok {
			for _, item := range write.TransactItems {
				switch {
				case item.Put != nil:
					item.Put.ConditionExpression = always(item.Put.ConditionExpression)
				case item.Update != nil:
					item.Update.ConditionExpression = always(item.Update.ConditionExpression)
				case item.Delete != nil:
					item.Delete.ConditionExpression = always(item.Delete.ConditionExpression)
				}
			}
			select { // both have read by then what they decide on
			case met <- struct{}{}:
			case <-met:
			case <-time.After(2 * time.Second): // it is alone
			}
		}
		return next()
	}
}

// claimsAlways lets every delivery claim the mail.
func claimsAlways(*guard) func(foyertest.AWSCall, func() (any, error)) (any, error) {
	return func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if put, ok := c.Input.(*dynamodb.PutItemInput); ok {
			put.ConditionExpression = always(put.ConditionExpression)
		}
		return next()
	}
}

func revokedLooksSent(*guard) func(foyertest.AWSCall, func() (any, error)) (any, error) {
	return func(_ foyertest.AWSCall, next func() (any, error)) (any, error) {
		out, err := next()
		for _, inv := range invitationsIn(out) {
			if state, ok := inv["state"].(*types.AttributeValueMemberS); ok && state.Value == table.InvitationRevoked {
				state.Value = table.InvitationSent
			}
		}
		return out, err
	}
}

// viewOpens records with each look that it was opened.
func viewOpens(g *guard) func(foyertest.AWSCall, func() (any, error)) (any, error) {
	return func(_ foyertest.AWSCall, next func() (any, error)) (any, error) {
		out, err := next()
		for _, item := range invitationsIn(out) {
			var inv table.InvitationRow
			if table.Unmarshal(item, &inv) != nil || inv.State != table.InvitationSent {
				continue
			}
			ctx := context.Background()
			if e := g.Table.UpdateOne(ctx, table.Invitation(inv.Person, inv.Workspace, inv.Subject), table.Set("state", table.InvitationOpened), table.Exists()); e != nil {
				g.T.Error(e)
			}
			if e := g.Table.UpdateOne(ctx, inv.SubjectKey(), table.InState(inv.Workspace, table.InvitationOpened), table.Exists()); e != nil {
				g.T.Error(e)
			}
		}
		return out, err
	}
}

func keepsMembership(*guard) func(foyertest.AWSCall, func() (any, error)) (any, error) {
	return without("MEMBERSHIP#")
}

func revokesContactOnly(*guard) func(foyertest.AWSCall, func() (any, error)) (any, error) {
	return without("INVITATION#")
}

// without leaves an update out of each transaction.
func without(prefix string) func(foyertest.AWSCall, func() (any, error)) (any, error) {
	return func(c foyertest.AWSCall, next func() (any, error)) (any, error) {
		if write, ok := c.Input.(*dynamodb.TransactWriteItemsInput); ok {
			write.TransactItems = machine.Where(write.TransactItems, func(item types.TransactWriteItem) bool {
				if item.Update == nil {
					return true
				}
				sk, ok := item.Update.Key["SK"].(*types.AttributeValueMemberS)
				return !ok || !strings.HasPrefix(sk.Value, prefix)
			})
		}
		return next()
	}
}
