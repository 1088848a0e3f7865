//go:build engine

package replay_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/replay"
	"foyer/shared/table"
)

const (
	notifyID = "stream-notify"
	mailID   = "stream-mail"
	dueID    = "due-run"
)

// scene is Acme, everything told of that has happened so far, and a clock that
// has moved on.
type scene struct {
	*foyertest.World
	acme  foyertest.Acme
	since time.Time
}

func begin(t *testing.T) scene {
	t.Helper()
	t.Parallel()
	s := scene{World: foyertest.New(t)}
	s.Config.Reminder = 4 * time.Minute
	s.acme = s.Acme()
	s.Drain()
	s.ForgetMails()
	s.Clock.Advance(time.Minute)
	s.since = s.Clock.Now()
	return s
}

// task is a task for Carl, who is told of it: one line, one mail.
func (s scene) task() string {
	s.T.Helper()
	return s.Do(s.acme.Ann, "POST", "/v1/projects/"+s.acme.Project+"/items",
		map[string]any{"kind": "task", "title": "Approve the design", "assignee": s.acme.Carl.ID, "ask": "approval"}).Must(http.StatusCreated).String("id")
}

// down makes a function's calls of the table fail while it lasts.
func (s scene) down(function string) {
	s.Intercept(function, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Down", func(context.Context, middleware.InitializeInput, middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			return middleware.InitializeOutput{}, middleware.Metadata{}, &smithy.GenericAPIError{Code: "InternalServerError", Message: "injected", Fault: smithy.FaultServer}
		}), middleware.Before)
	})
}

// refusing makes a function's batch reads be refused: no retry mends that.
func (s scene) refusing(function string) {
	s.Intercept(function, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Refusing", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, ok := in.Parameters.(*dynamodb.BatchGetItemInput); ok {
				return middleware.InitializeOutput{}, middleware.Metadata{}, &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "injected", Fault: smithy.FaultClient}
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
}

// hears asserts how many lines and mails Carl has.
func (s scene) hears(lines, mails int, why string) {
	s.T.Helper()
	rows, _, err := table.QueryInto[table.FeedRow](s.T.Context(), s.Table, table.Query{PK: table.PortalFeedPartition(s.acme.Carl.ID)})
	if err != nil {
		s.T.Fatal(err)
	}
	if len(rows) != lines {
		s.T.Errorf("%s: got %d lines in Carl's feed, want %d", why, len(rows), lines)
	}
	if got := len(s.Mails(s.acme.Carl.Email)); got != mails {
		s.T.Errorf("%s: got %d mails to Carl, want %d", why, got, mails)
	}
}

// replays runs replay and asserts what it says of itself.
func (s scene) replays(in replay.Input, want replay.Output) {
	s.T.Helper()
	got, err := s.Replay(in)
	if err != nil {
		s.T.Fatal(err)
	}
	if got != want {
		s.T.Errorf("replay: got %+v, want %+v", got, want)
	}
	s.Drain()
}

func (s scene) window() replay.Input {
	return replay.Input{Workspace: s.acme.Workspace, From: s.since, To: s.Clock.Now().Add(time.Second)}
}

// queued is how many messages stand on the poison queue, hidden ones too.
func (s scene) queued() (visible, hiddenOnes string) {
	s.T.Helper()
	res, err := sqs.NewFromConfig(s.AWS).GetQueueAttributes(s.T.Context(), &sqs.GetQueueAttributesInput{QueueUrl: &s.Config.PoisonQueueURL, AttributeNames: []types.QueueAttributeName{types.QueueAttributeNameAll}})
	if err != nil {
		s.T.Fatal(err)
	}
	return res.Attributes["ApproximateNumberOfMessages"], res.Attributes["ApproximateNumberOfMessagesNotVisible"]
}

func TestWhatIsOnThePoisonQueueIsBroughtBackOnceItIsMended(t *testing.T) {
	s := begin(t)
	s.refusing(notifyID)
	s.task()
	s.Drain()
	s.Redeliver(notifyID) // a second message for the same row
	s.hears(0, 0, "refused")
	if visible, _ := s.queued(); visible != "2" {
		t.Fatalf("got %s messages on the poison queue, want 2", visible)
	}
	s.Release()
	s.replays(replay.Input{Poison: true}, replay.Output{Done: 1})
	s.hears(1, 1, "brought back")
	if visible, hiddenOnes := s.queued(); visible != "0" || hiddenOnes != "0" {
		t.Errorf("got %s messages on the poison queue and %s hidden, want none", visible, hiddenOnes)
	}
	s.Unchanged(func() { s.replays(replay.Input{Poison: true}, replay.Output{}) })
	s.hears(1, 1, "nothing left")
}

func TestAMailOnThePoisonQueueIsBroughtBack(t *testing.T) {
	s := begin(t)
	s.refusing(mailID)
	s.task()
	s.Drain()
	s.hears(1, 0, "refused")
	s.Release()
	s.replays(replay.Input{Poison: true}, replay.Output{Done: 1})
	s.hears(1, 1, "brought back")
	if got := len(s.Poisoned()); got != 0 {
		t.Errorf("got %d messages on the poison queue, want none", got)
	}
}

func TestWhatIsStillPoisonStaysOnTheQueueAndTheRunEnds(t *testing.T) {
	s := begin(t)
	s.refusing(notifyID)
	s.task()
	s.task()
	s.Drain()
	s.replays(replay.Input{Poison: true}, replay.Output{Done: 2})
	s.hears(0, 0, "refused still")
	if got := len(s.Poisoned()); got != 2 {
		t.Errorf("got %d messages on the poison queue, want still both", got)
	}
}

func TestWhatTheConsumerDoesNotComeToIsReleasedAtOnce(t *testing.T) {
	s := begin(t)
	s.refusing(notifyID)
	s.task()
	s.Drain()
	s.Release()
	s.down(notifyID)
	s.replays(replay.Input{Poison: true}, replay.Output{Failed: 1})
	if visible, hiddenOnes := s.queued(); visible != "1" || hiddenOnes != "0" {
		t.Errorf("got %s messages on the poison queue and %s hidden, want it there for the next run", visible, hiddenOnes)
	}
	s.Release()
	s.replays(replay.Input{Poison: true}, replay.Output{Done: 1})
	s.hears(1, 1, "brought back by the next run")
}

func TestAMessageThatCannotBeReadStaysAndHoldsUpNothing(t *testing.T) {
	s := begin(t)
	s.refusing(notifyID)
	s.task()
	s.Drain()
	s.Release()
	for _, body := range []string{"hello", `{"consumer":"sessions-create","pk":"USER#a","sk":"b"}`, `{"consumer":"stream-mail"}`} {
		if _, err := sqs.NewFromConfig(s.AWS).SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: &s.Config.PoisonQueueURL, MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
	s.replays(replay.Input{Poison: true}, replay.Output{Done: 1, Failed: 3})
	s.hears(1, 1, "beside messages that cannot be read")
	if visible, _ := s.queued(); visible != "3" {
		t.Errorf("got %s messages on the poison queue, want the three", visible)
	}
}

func TestAKeyWhoseRowIsGoneIsDoneWith(t *testing.T) {
	s := begin(t)
	s.refusing(mailID)
	s.task()
	s.Drain()
	s.Release()
	for _, m := range s.mailRows() {
		if err := s.Table.DeleteOne(t.Context(), m.Key); err != nil {
			t.Fatal(err)
		}
	}
	s.replays(replay.Input{Poison: true}, replay.Output{Gone: 1})
	s.hears(1, 0, "its mail's row is gone")
	if got := len(s.Poisoned()); got != 0 {
		t.Errorf("got %d messages on the poison queue, want none", got)
	}
}

// mailRows are the mails of notifications to Carl.
func (s scene) mailRows() []table.MailRow {
	s.T.Helper()
	rows, _, err := table.QueryInto[table.MailRow](s.T.Context(), s.Table, table.Query{PK: table.UserPartition(s.acme.Carl.ID), Prefix: table.PrefixMail + table.MailNotification})
	if err != nil {
		s.T.Fatal(err)
	}
	return rows
}

func TestADueRowOnThePoisonQueueIsLookedAtAgain(t *testing.T) {
	s := begin(t)
	if err := s.RunDue(); err != nil {
		t.Fatal(err)
	}
	ivy := s.Invited(s.acme.Ann, s.acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
	s.Drain()
	s.ForgetMails()
	s.Intercept(dueID, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Refusing", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
			if _, ok := in.Parameters.(*dynamodb.TransactWriteItemsInput); ok {
				return middleware.InitializeOutput{}, middleware.Metadata{}, errors.New("injected")
			}
			return next.HandleInitialize(ctx, in)
		}), middleware.Before)
	})
	s.later(5 * time.Minute)
	s.Release()
	s.later(5 * time.Minute)
	if got := len(s.Mails(ivy.Email)); got != 0 {
		t.Fatalf("got %d reminders, want none: its minute has passed", got)
	}
	s.replays(replay.Input{Poison: true}, replay.Output{Done: 1})
	if got := len(s.Poisoned()); got != 0 {
		t.Errorf("got %d messages on the poison queue, want none", got)
	}
	s.later(3 * time.Minute)
	if got := s.Mails(ivy.Email); len(got) != 1 || !strings.HasPrefix(got[0].Subject, "Reminder: ") {
		t.Errorf("got %+v, want the one reminder", got)
	}
	if inv := s.Invitations(ivy.Email, s.acme.Workspace); inv[0].Reminders != 1 {
		t.Errorf("got %d reminders counted, want 1", inv[0].Reminders)
	}
}

// later lets time pass and runs due-run.
func (s scene) later(d time.Duration) {
	s.T.Helper()
	s.Clock.Advance(d)
	if err := s.RunDue(); err != nil {
		s.T.Fatal(err)
	}
	s.Drain()
}

// givenUp lets the mapping of a function give up what it was handed.
func (s scene) givenUp(function string) {
	s.T.Helper()
	s.down(function)
	s.Drain()
	s.Clock.Advance(7 * time.Hour)
	s.Drain()
	s.Release()
	if got := s.Waiting(function); got != 0 {
		s.T.Fatalf("got %d records waiting after seven hours, want none", got)
	}
	if len(s.FailedBatches()) == 0 {
		s.T.Fatal("nothing was given up")
	}
}

func TestABatchThatTheMappingGaveUpIsBroughtBack(t *testing.T) {
	for _, function := range []string{notifyID, mailID} {
		t.Run(function, func(t *testing.T) {
			s := begin(t)
			s.task()
			s.givenUp(function)
			s.replays(replay.Input{Failed: true}, replay.Output{Done: 1})
			s.hears(1, 1, "brought back")
			if left := s.FailedBatches(); len(left) != 0 {
				t.Errorf("got %v in the bucket, want nothing", left)
			}
			s.Unchanged(func() { s.replays(replay.Input{Failed: true}, replay.Output{}) })
		})
	}
}

func TestAFailedBatchThatFailsAgainStaysInTheBucket(t *testing.T) {
	s := begin(t)
	s.task()
	s.givenUp(notifyID)
	bad := "aws/lambda/0/bad"
	if _, err := s3.NewFromConfig(s.AWS, func(o *s3.Options) { o.UsePathStyle = true }).PutObject(t.Context(), &s3.PutObjectInput{Bucket: &s.Config.FailedBatches, Key: &bad, Body: strings.NewReader(`{"payload":"{}"}`)}); err != nil {
		t.Fatal(err)
	}
	s.down(notifyID)
	s.replays(replay.Input{Failed: true}, replay.Output{Failed: 2})
	if left := s.FailedBatches(); len(left) != 2 {
		t.Errorf("got %v in the bucket, want both batches", left)
	}
	s.Release()
	s.replays(replay.Input{Failed: true}, replay.Output{Done: 1, Failed: 1})
	s.hears(1, 1, "brought back")
	if left := s.FailedBatches(); len(left) != 1 || left[0] != bad {
		t.Errorf("got %v in the bucket, want the one that cannot be read", left)
	}
}

func TestAWindowBringsBackWhatNothingElseHasKept(t *testing.T) {
	for _, function := range []string{notifyID, mailID} {
		t.Run(function, func(t *testing.T) {
			s := begin(t)
			in := s.window()
			s.task()
			in.To = s.Clock.Now().Add(time.Second)
			s.givenUp(function)
			s.LoseFailedBatches()
			s.replays(in, replay.Output{Done: 1 + map[string]int{notifyID: 1}[function]}) // the line with its mail, or the mail
			s.hears(1, 1, "brought back")
			s.Unchanged(func() { s.replays(in, replay.Output{}) })
		})
	}
}
