//go:build engine

package due_test

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/due"
	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// scene is Acme with Ivy, who was invited, has her mail, and has not answered.
// Reminders come every four minutes.
type scene struct {
	*foyertest.World
	workspace, project string
	Ann, Ivy           foyertest.Person
}

const (
	interval = 4 * time.Minute
	// step is an interval and what rounding to whole minutes adds.
	step = interval + time.Minute
	// reminders are how many there are where the workspace has not chosen.
	reminders = 3
)

func begin(t *testing.T, life time.Duration) scene {
	t.Helper()
	t.Parallel()
	w := foyertest.New(t)
	w.Clock.Stand(w.Clock.Now().Truncate(time.Minute).Add(90 * time.Second)) // what is due is so at a whole minute: none passes by itself
	w.Config.Reminder, w.Config.InvitationLife = interval, life
	s := scene{World: w}
	s.Ann, s.workspace = w.Workspace("Acme Agency", "Ann Archer", "ann@acme.example")
	s.project = w.Project(s.Ann, s.workspace, "New website")
	s.Ivy = w.Invited(s.Ann, s.project, "Globex", "Ivy Invited", "ivy@globex.example")
	s.Ivy.ID = w.PersonID(s.Ivy.Email)
	s.run()
	w.Drain()
	w.ForgetMails()
	return s
}

func (s scene) run() {
	s.T.Helper()
	if err := s.RunDue(); err != nil {
		s.T.Fatal(err)
	}
}

// pass lets the time pass, runs due-run and sends what it put.
func (s scene) pass(d time.Duration) {
	s.T.Helper()
	s.Clock.Advance(d)
	s.run()
	s.Drain()
}

// reminded asserts how many reminders Ivy has had.
func (s scene) reminded(want int, why string) {
	s.T.Helper()
	got := s.Mails(s.Ivy.Email)
	for _, m := range got {
		if !strings.HasPrefix(m.Subject, "Reminder: ") {
			s.T.Errorf("%s: got the mail %q, want a reminder", why, m.Subject)
		}
	}
	if len(got) != want {
		s.T.Errorf("%s: got %d reminders, want %d", why, len(got), want)
	}
}

// due are the due rows that stand for Ivy.
func (s scene) due() int {
	s.T.Helper()
	n := 0
	for line := range strings.SplitSeq(s.Dump(), "\n") {
		if strings.HasPrefix(line, table.RealmDue+"2") && strings.Contains(line, s.Ivy.ID) {
			n++
		}
	}
	return n
}

func (s scene) invitation() table.InvitationRow {
	s.T.Helper()
	return s.Invitations(s.Ivy.Email, s.workspace)[0]
}

func (s scene) change(change func(*table.InvitationRow)) {
	s.T.Helper()
	inv := s.invitation()
	change(&inv)
	if err := s.Table.PutOne(s.T.Context(), inv.Key, inv, nil); err != nil {
		s.T.Fatal(err)
	}
}

const week = 7 * 24 * time.Hour

func TestWhoHasNotAnsweredIsRemindedThreeTimes(t *testing.T) {
	s := begin(t, week)
	s.pass(time.Minute)
	s.reminded(0, "before it is due")
	s.pass(step)
	s.reminded(1, "when it is due")
	if got := s.invitation().Reminders; got != 1 {
		t.Errorf("got %d reminders counted, want 1", got)
	}
	m := s.Mails(s.Ivy.Email)[0]
	if m.Token() == "" {
		t.Errorf("the reminder has no link: %s", m.Text)
	}
	s.Do(foyertest.Person{}, "GET", "/v1/invitations/"+m.Token(), nil).Must(200)
	s.pass(step)
	s.reminded(2, "when the second is due")
	s.pass(step)
	s.reminded(reminders, "when the third is due")
	s.pass(step)
	s.pass(step)
	s.reminded(reminders, "after the last")
	if got := s.due(); got != 0 {
		t.Errorf("got %d due rows left, want none", got)
	}
}

func TestWhoHasAcceptedIsNotReminded(t *testing.T) {
	s := begin(t, week)
	s.Accept(s.Ivy, s.workspace)
	s.pass(step)
	s.reminded(0, "accepted")
	if got := s.due(); got != 0 {
		t.Errorf("got %d due rows left, want none", got)
	}
	if got := s.invitation(); got.Reminders != 0 || got.State != table.InvitationAccepted {
		t.Errorf("got %d reminders counted and state %s, want none and accepted", got.Reminders, got.State)
	}
}

func TestWhatNoLongerHoldsIsNotRemindedOf(t *testing.T) {
	for what, change := range map[string]func(*table.InvitationRow){
		"sent again": func(i *table.InvitationRow) { i.Generation++ },
		"revoked":    func(i *table.InvitationRow) { i.State = table.InvitationRevoked },
		"bounced":    func(i *table.InvitationRow) { i.State = table.InvitationBounced },
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t, week)
			s.change(change)
			s.pass(step)
			s.reminded(0, what)
			if got := s.due(); got != 0 {
				t.Errorf("got %d due rows left, want none", got)
			}
		})
	}
	t.Run("access removed", func(t *testing.T) {
		s := begin(t, week)
		s.Do(s.Ann, "DELETE", "/v1/workspaces/"+s.workspace+"/contacts/"+s.Ivy.Contact+"/access", nil).Must(204)
		s.pass(step)
		s.reminded(0, "access removed")
	})
}

func TestNoReminderIsSetBeyondTheInvitationsEnd(t *testing.T) {
	s := begin(t, interval+3*time.Minute)
	s.pass(step)
	s.reminded(1, "before the end")
	if got := s.due(); got != 0 {
		t.Errorf("got %d due rows, want none: the next would lie beyond the end", got)
	}
}

func TestRunningAgainChangesNothing(t *testing.T) {
	s := begin(t, week)
	s.Clock.Stand(s.Clock.Now()) // else a minute may pass in between
	s.pass(step)
	s.Unchanged(s.run)
	s.Drain()
	s.reminded(1, "run twice in a minute")
}

func TestTwoRunsAtOnceHaveOneEffect(t *testing.T) {
	s := begin(t, week)
	s.Clock.Advance(step)
	var wg sync.WaitGroup
	errs := make([]error, 2)
	for i := range errs {
		wg.Go(func() { errs[i] = s.RunDue() })
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			t.Error(err)
		}
	}
	s.Drain()
	s.reminded(1, "two runs at once")
	if got := s.invitation().Reminders; got != 1 {
		t.Errorf("got %d reminders counted, want 1", got)
	}
	if got := s.due(); got != 1 {
		t.Errorf("got %d due rows, want the one next", got)
	}
}

// failing makes a call of due-run fail: before it is made, or (lost) after it had
// its effect.
func (s scene) failing(lost bool, which func(input any) bool) {
	s.Intercept(due.ID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Failing", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if !which(in.Parameters) {
				return next.HandleInitialize(ctx, in)
			}
			if lost {
				if out, meta, err := next.HandleInitialize(ctx, in); err != nil {
					return out, meta, err
				}
			}
			return middleware.InitializeOutput{}, middleware.Metadata{}, &smithy.OperationError{ServiceID: "DynamoDB", OperationName: "injected",
				Err: &smithy.GenericAPIError{Code: "InternalServerError", Message: "injected", Fault: smithy.FaultServer}}
		}), middleware.Before)
	})
}

func TestARunThatBreaksOffIsTakenUpByTheNext(t *testing.T) {
	transaction := func(input any) bool { _, ok := input.(*dynamodb.TransactWriteItemsInput); return ok }
	// The last write of a shard, which moves its watermark and ends its lease.
	watermark := func(input any) bool {
		put, ok := input.(*dynamodb.PutItemInput)
		return ok && put.Item["leaseId"] == nil
	}
	for what, f := range map[string]struct {
		lost  bool
		which func(any) bool
	}{
		"before it acts":                    {false, transaction},
		"after it has acted":                {true, transaction},
		"before it moves the watermark":     {false, watermark},
		"after it has moved the watermark ": {true, watermark},
	} {
		t.Run(what, func(t *testing.T) {
			s := begin(t, week)
			s.failing(f.lost, f.which)
			s.Clock.Advance(step)
			if err := s.RunDue(); err == nil {
				t.Fatal("got no error from the run that broke off")
			}
			s.Release()
			s.pass(due.Lease + time.Minute)
			s.reminded(1, "taken up")
			if got := s.invitation().Reminders; got != 1 {
				t.Errorf("got %d reminders counted, want 1", got)
			}
			if got := s.due(); got != 1 {
				t.Errorf("got %d due rows, want the one next", got)
			}
		})
	}
}

func TestARunThatComesToALateEndActsOnNothingAgain(t *testing.T) {
	s := begin(t, week)
	s.Clock.Advance(step)
	var late atomic.Bool
	s.Intercept(due.ID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Late", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, acting := in.Parameters.(*dynamodb.TransactWriteItemsInput); acting && late.CompareAndSwap(false, true) {
				// It has read the due row; its lease ends, and another run acts before it does.
				s.Clock.Advance(due.Lease + time.Second)
				s.run()
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
	s.run()
	s.Drain()
	s.reminded(1, "two runs had read the due row")
	if got := s.due(); got != 1 {
		t.Errorf("got %d due rows, want the one next", got)
	}
	if got := strings.Count(s.Dump(), "type:"+table.ActivityReminderDue); got != 2 { // the record and its copy in the audit
		t.Errorf("got %d records of a reminder, want one and its copy", got)
	}
}

func TestALongOutageIsCaughtUpInSlices(t *testing.T) {
	s := begin(t, week)
	const outage = 70 * time.Minute
	s.pass(outage)
	s.reminded(1, "the reminder of the outage's beginning")
	behind := s.done()
	if !behind.Before(s.Clock.Now().Add(-time.Minute)) {
		t.Fatalf("got the watermark %v after one run, want a slice only of an outage of %v", behind, outage)
	}
	s.run()
	if got, want := s.done(), s.Clock.Now().UTC().Truncate(time.Minute); got.Before(want.Add(-time.Minute)) {
		t.Errorf("got the watermark %v after two runs, want %v", got, want)
	}
}

// done is the lowest watermark of all shards.
func (s scene) done() time.Time {
	s.T.Helper()
	lowest := s.Clock.Now()
	for i := range table.DueShards {
		var mark table.WatermarkRow
		if _, err := s.Table.Get(s.T.Context(), table.DueWatermark(i), &mark); err != nil {
			s.T.Fatal(err)
		}
		done, err := time.Parse(time.RFC3339, mark.Done)
		if err != nil {
			s.T.Fatal(err)
		}
		if done.Before(lowest) {
			lowest = done
		}
	}
	return lowest
}

func TestADueRowAtWhichTheCodePanicsHoldsUpNothing(t *testing.T) {
	s := begin(t, week)
	s.Invited(s.Ann, s.project, "Globex", "Otto Other", "otto@globex.example")
	s.Drain()
	s.ForgetMails()
	s.Intercept(due.ID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Panicking", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if get, ok := in.Parameters.(*dynamodb.BatchGetItemInput); ok {
				for _, key := range get.RequestItems[s.Config.Table].Keys {
					if pk, _ := key["PK"].(*types.AttributeValueMemberS); pk.Value == table.UserPartition(s.Ivy.ID) {
						panic("injected")
					}
				}
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
	s.pass(time.Minute)
	s.pass(step)
	s.reminded(0, "at whose row the code panics")
	if got := len(s.Mails("otto@globex.example")); got != 1 {
		t.Errorf("got %d reminders to Otto, want 1", got)
	}
	if got := s.Poisoned(); len(got) != 1 || got[0].Consumer != due.ID || !strings.HasPrefix(got[0].SK, table.DueReminder) {
		t.Errorf("got %+v in the poison queue, want the row", got)
	}
	if lowest := s.done(); lowest.Before(s.Clock.Now().Add(-2 * time.Minute)) {
		t.Errorf("got the watermark %v, want no shard held up", lowest)
	}
}

func TestADueRowThatCannotBeReadGoesToThePoisonQueueAndHoldsUpNothing(t *testing.T) {
	s := begin(t, week)
	minute := s.Clock.Now().UTC().Truncate(time.Minute).Add(3 * time.Minute)
	for i := range 40 { // in several shards, the one of Ivy's reminder too
		id, kind := "0-unheard-of-"+string(rune('A'+i)), "unheard-of"
		if i%2 == 0 {
			kind = table.DueDigest // of no minute
		}
		if err := s.Table.PutOne(t.Context(), table.Due(minute, id), table.DueRow{Due: id, Kind: kind, Person: s.Ivy.ID, Digest: "soon"}, nil); err != nil {
			t.Fatal(err)
		}
	}
	s.pass(step)
	s.reminded(1, "beside rows that cannot be read")
	poisoned := s.Poisoned()
	if len(poisoned) != 40 {
		t.Errorf("got %d messages in the poison queue, want 40", len(poisoned))
	}
	for _, p := range poisoned {
		if p.Consumer != due.ID || !strings.HasPrefix(p.SK, "0-unheard-of-") {
			t.Errorf("got %+v in the poison queue, want a key of the rows that cannot be read", p)
		}
	}
}
