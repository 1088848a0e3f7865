//go:build engine

package faults_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"foyer/infra/guards/faults"
	"foyer/infra/guards/scene"
	"foyer/shared/catalog"
	"foyer/shared/due"
	"foyer/shared/foyertest"
	"foyer/shared/mail"
	"foyer/shared/mailevents"
	"foyer/shared/replay"
	"foyer/shared/table"
)

// job is one thing that a consumer is given to do.
type job struct {
	name string
	// give gives it, and nothing else; to is who hears of it by mail from this consumer.
	give func(c *try) (to string)
	// lease is after how long it is free again where somebody has died with it.
	lease time.Duration
	// also is what has to hold at the end beyond the table and the mails.
	also func(c *try) []string
	// poison: it cannot be done, and has to end in the poison queue.
	poison bool
}

// given are those of the consumers, by the function's id.
var given = map[string][]job{
	"stream-notify": {
		{name: "an item that two people hear of", give: func(c *try) string {
			c.task()
			return ""
		}},
		{name: "an item that one hears of with a digest", give: func(c *try) string {
			c.digest(c.later())
			c.task()
			return ""
		}},
		{name: "a job that was asked for", give: func(c *try) string {
			c.queued() // forgets others
			scene.Jobs["audit-export"](c.Scene)
			return ""
		}, also: func(c *try) []string {
			// A message that was sent twice is no harm: the job's row says what is left.
			if n := c.queued(); n < 1 || n > c.all((*faults.Injector).Asked, "SendMessage") {
				return []string{fmt.Sprintf("the job is %d times on its queue, which was asked %d times", n, c.all((*faults.Injector).Asked, "SendMessage"))}
			}
			return nil
		}},
		{name: "a record that cannot be processed", poison: true, give: func(c *try) string {
			id := table.PrefixActivity + strings.TrimPrefix(c.ProjectID, "prj_")[26:]
			key := table.WorkspaceActivity(c.WorkspaceID, id)
			text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
			c.must(dynamodb.NewFromConfig(c.AWS).PutItem(c.T.Context(), &dynamodb.PutItemInput{TableName: &c.Config.Table,
				Item: table.Item{"PK": text(key.PK), "SK": text(key.SK), "at": text("no time")}}))
			c.Drain("stream-mail") // the record is taken from the stream, and the row can go
			if err := c.Table.DeleteOne(c.T.Context(), key); err != nil {
				c.T.Fatal(err)
			}
			return ""
		}},
	},
	"stream-mail": {
		{name: "an invitation", lease: mail.Lease, give: func(c *try) string { return c.Invitee().Email }},
		{name: "an invitation as the workspace has it", lease: mail.Lease, give: func(c *try) string {
			c.Template(`<a href="{{link}}">Accept</a>`)
			return c.Invitee().Email
		}},
		{name: "the workspace's invitation, to look at", lease: mail.Lease, give: func(c *try) string {
			admin := c.Admin() // each may ask for some only
			c.Drain()
			c.ForgetMails()
			c.Do(admin, "POST", "/v1/workspaces/"+c.WorkspaceID+"/invitation-template/test", nil).Must(202)
			return admin.Email
		}},
		{name: "a line of the feed", lease: mail.Lease, give: func(c *try) string {
			c.Do(c.Ann, "PUT", "/v1/me/notification-settings", map[string]any{"level": "none"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(200)
			c.task() // so that Carl alone hears of it
			c.Drain("stream-notify")
			return c.Carl.Email
		}},
		{name: "a digest", lease: mail.Lease, give: func(c *try) string {
			c.Do(c.Ann, "PUT", "/v1/me/notification-settings", map[string]any{"level": "none"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(200)
			minute := c.digest(c.later())
			c.task()
			c.Drain() // it waits
			// What due-run does when the minute has come.
			at, tx := minute.Format(time.RFC3339), &table.Tx{}
			tx.Delete(table.Due(minute, table.DueDigest+"#"+c.Carl.ID)).If(table.Exists())
			tx.Put(table.Mail(c.Carl.ID, table.MailDigest+"#"+at), table.MailRow{Mail: table.MailDigest + "#" + at, Kind: table.MailDigest, Person: c.Carl.ID, Digest: at, At: minute, TTL: minute.Unix()})
			c.must(nil, c.Table.Write(c.T.Context(), tx))
			return c.Carl.Email
		}},
		{name: "somebody with access was added", lease: mail.Lease, give: func(c *try) string {
			c.Do(c.Ann, "POST", "/v1/projects/"+c.Project(c.Ann, c.WorkspaceID, "Another")+"/clients",
				map[string]any{"company": c.CompanyID, "name": "Carl", "email": c.Carl.Email}).Must(201)
			return c.Carl.Email
		}},
	},
	"jobs-run": ofJobs(),
	"mail-events": {{name: "an invitation that came back", give: func(c *try) string {
		p := c.Invitee()
		c.Drain()
		mails := c.Mails(p.Email)
		c.message = mailevents.Permanent(p.Email, mails[len(mails)-1].Tags)
		return ""
	}}},
	"due-run": {
		{name: "a reminder", lease: due.Lease, give: func(c *try) string {
			c.minutes()
			c.Invitee()
			return ""
		}},
		{name: "a digest", lease: due.Lease, give: func(c *try) string {
			c.minutes()
			c.digest(c.Config.Reminder)
			c.task()
			c.Drain()
			return ""
		}},
	},
}

// later is when what waits in this case comes: in each at another minute.
func (c *try) later() time.Duration { return 12*time.Hour + time.Duration(c.number)*time.Minute }

// minutes gives due-run minutes of this case's own, after those that the case before has
// taken, and as many of them.
func (c *try) minutes() {
	if c.number == 0 {
		c.Clock.Stand(c.Clock.Now())
	}
	c.Config.Reminder = time.Hour + time.Duration(c.number)*dueApart
	c.Config.InvitationLife = c.Config.Reminder + time.Hour
	c.Release() // functions have the configuration from their start
	c.must(nil, c.runDue(-2*time.Minute))
}

// digest lets Carl hear of things once a day, and gives the minute of the next time.
func (c *try) digest(ahead time.Duration) time.Time {
	minute := table.DueMinute(c.Clock.Now(), ahead)
	c.Do(c.Carl, "PUT", "/v1/me/notification-settings", map[string]any{"digest": minute.Format("15:04"), "timeZone": "UTC"}, foyertest.Header{Name: "If-Match", Value: "*"}).Must(200)
	return minute
}

// dueApart is how far the due minutes of two cases lie apart: further than a case
// goes beyond its own.
const dueApart = 8 * time.Minute

// task is what Carl and Ann hear of: a task for Carl.
func (c *try) task() {
	c.Do(c.Mia, "POST", "/v1/projects/"+c.ProjectID+"/items", map[string]any{"kind": "task", "title": "Look at it", "assignee": c.Carl.ID, "ask": "feedback"}).Must(201)
}

// queued takes what stands on the queue of jobs out of it, and says how many it was.
func (c *try) queued() (n int) {
	queue := sqs.NewFromConfig(c.AWS)
	for {
		res, err := queue.ReceiveMessage(c.T.Context(), &sqs.ReceiveMessageInput{QueueUrl: &c.Config.JobsQueueURL, MaxNumberOfMessages: 10})
		c.must(res, err)
		if len(res.Messages) == 0 {
			return n
		}
		for _, m := range res.Messages {
			n++
			c.must(queue.DeleteMessage(c.T.Context(), &sqs.DeleteMessageInput{QueueUrl: &c.Config.JobsQueueURL, ReceiptHandle: m.ReceiptHandle}))
		}
	}
}

func (c *try) must(_ any, err error) {
	if err != nil {
		c.T.Fatal(err)
	}
}

// Whatever call of AWS fails, and however: the consumer leaves the record or the
// minute to a later run, which does what was left, once.
func TestAConsumerWhoseCallOfAWSFailsDoesItsWorkOnce(t *testing.T) {
	var n counts
	n.log(t)
	for _, f := range catalog.WithoutOperation() {
		if f.Kind == catalog.Trigger || f.Kind == catalog.HTTP {
			continue // token-scopes and the page: they call nothing of AWS
		}
		if f.ID == replay.ID {
			continue // infra/guards/streams lets it end after each of its calls, and be refused at each
		}
		if len(given[f.ID]) == 0 {
			t.Errorf("%s: say in infra/guards/faults/consumers_test.go what it is given to do", f.ID)
		}
		for _, j := range given[f.ID] {
			t.Run(f.ID+" "+j.name, func(t *testing.T) {
				t.Parallel()
				none(t, consumer(f, j).run(t, &n))
			})
		}
	}
}

func consumer(f catalog.Function, j job) work {
	var to string
	return work{
		function: f.ID,
		prepare: func(c *try) func() outcome {
			c.Drain()
			c.ForgetMails()
			to = j.give(c)
			if f.Kind == catalog.Stream {
				for _, other := range catalog.WithoutOperation() {
					if other.Kind == catalog.Stream && other.ID != f.ID && c.Waiting(other.ID) > 0 {
						c.T.Fatalf("%s has records waiting that %s should not meet", other.ID, f.ID)
					}
				}
			}
			return func() outcome { return outcome{done: j.do(c, f), again: j.lease + time.Second} }
		},
		also: func(c *try) (wrong []string) {
			if to != "" {
				wrong = append(wrong, mailedOnce(c, to)...)
			}
			if j.also != nil {
				wrong = append(wrong, j.also(c)...)
			}
			poisoned := c.Poisoned()
			switch {
			case !j.poison && len(poisoned) > 0:
				wrong = append(wrong, fmt.Sprintf("what only has to be tried again is on the poison queue: %v", poisoned))
			case j.poison && (len(poisoned) < 1 || len(poisoned) > c.all((*faults.Injector).Asked, "SendMessage")):
				wrong = append(wrong, fmt.Sprintf("what cannot be processed is %d times on the poison queue", len(poisoned)))
			}
			return wrong
		},
	}
}

// do lets the consumer run, and says whether it is done with what it was given.
func (j job) do(c *try, f catalog.Function) bool {
	switch f.Kind {
	case catalog.Stream:
		c.Drain(f.ID)
		return c.Waiting(f.ID) == 0
	case catalog.Queue:
		if f.ID == mailevents.ID {
			return mailevents.Run(c.T.Context(), c.Env(f.ID), c.message) == nil
		}
		return c.RunJob(c.message)
	case catalog.Schedule:
		return c.runDue(time.Minute) == nil
	case catalog.Trigger, catalog.HTTP:
	}
	c.T.Fatalf("say in infra/guards/faults/consumers_test.go how %s is run", f.ID)
	return false
}

// runDue runs due-run when the reminder is due, or so much later.
func (c *try) runDue(after time.Duration) error {
	ahead := c.Config.Reminder + after
	c.Clock.Advance(ahead)
	defer c.Clock.Advance(-ahead)
	return c.RunDue()
}

// mailedOnce: SES takes a mail once. It takes it twice where its answer was lost, or
// where everything failed between its answer and the mark.
func mailedOnce(c *try, to string) []string {
	if n := len(c.Mails(to)); n == 0 || n != len(c.Mails("")) {
		return []string{fmt.Sprintf("%d mails went to %s, and %d to all", n, to, len(c.Mails("")))}
	}
	took := c.all((*faults.Injector).Took, "SendEmail") - c.all((*faults.Injector).Lost, "SendEmail")
	sent := slices.IndexFunc(c.made, func(call faults.Call) bool { return call.Operation == "SendEmail" })
	at := slices.IndexFunc(c.made, c.site.Same)
	twice := c.Kind != "" && c.failed && sent >= 0 && (at > sent || at == sent && c.Kind == faults.TimeoutAfter)
	if took == 1 || took == 2 && twice {
		return nil
	}
	return []string{fmt.Sprintf("SES took the mail %d times", took)}
}
