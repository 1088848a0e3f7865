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
	"foyer/infra/guards/invariants"
	"foyer/infra/guards/scene"
	"foyer/shared/catalog"
	"foyer/shared/due"
	"foyer/shared/foyertest"
	"foyer/shared/jobs"
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
		{name: "a job that was asked for", give: func(c *try) string {
			c.queued() // forgets others
			c.export()
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
		{name: "somebody with access was added", lease: mail.Lease, give: func(c *try) string {
			c.Do(c.Ann, "POST", "/v1/projects/"+c.Project(c.Ann, c.WorkspaceID, "Another")+"/clients",
				map[string]any{"company": c.CompanyID, "name": "Carl", "email": c.Carl.Email}).Must(201)
			return c.Carl.Email
		}},
	},
	"jobs-run": {{name: "the tasks of a member who was removed", lease: jobs.Lease, give: func(c *try) string {
		p := c.Member()
		c.IntoProject(p)
		for _, shared := range []bool{false, true} {
			c.Do(c.Ann, "POST", "/v1/projects/"+c.ProjectID+"/items", map[string]any{"kind": "task", "title": "Call them", "assignee": p.ID, "clientCanSee": shared}).Must(201)
		}
		c.removed = p
		c.job = c.Do(c.Ann, "DELETE", "/v1/workspaces/"+c.WorkspaceID+"/members/"+p.ID, nil).Must(202).String("job")
		c.Drain()
		return ""
	}, also: func(c *try) (wrong []string) {
		for key, item := range invariants.Read(c.World) {
			var row table.ItemRow
			if err := table.Unmarshal(item, &row); err == nil && row.Assignee == c.removed.ID && strings.HasPrefix(key.SK, table.PrefixItem) {
				wrong = append(wrong, key.String()+" is still the task of who was removed")
			}
		}
		if r := c.Do(c.removed, "GET", "/v1/me", nil); r.Status != 401 {
			wrong = append(wrong, "who has no place any more is signed in: "+r.Body)
		}
		return wrong
	}}, {name: "an export", lease: jobs.Lease, give: func(c *try) string {
		c.job = c.export()
		c.Drain()
		return ""
	}, also: func(c *try) []string {
		var row table.JobRow
		if found, err := c.Table.Get(c.T.Context(), table.Job(c.WorkspaceID, c.job), &row); err != nil || !found {
			c.T.Fatal(found, err)
		}
		entries := 0
		for key := range invariants.Read(c.World) {
			if strings.HasPrefix(key.PK, table.RealmTeam+"W#"+c.WorkspaceID+"#AUDIT#") {
				entries++
			}
		}
		link := c.Do(c.Ann, "GET", "/v1/workspaces/"+c.WorkspaceID+"/jobs/"+c.job, nil).Must(200).String("file.url")
		if lines := strings.Count(c.Fetch(link), "\n"); row.State != table.JobDone || row.Done != entries || lines != entries {
			return []string{fmt.Sprintf("the job is %s with %d entries done, its file has %d lines, the log %d entries", row.State, row.Done, lines, entries)}
		}
		return nil
	}}, {name: "an export of the workspace", lease: jobs.Lease, give: func(c *try) string {
		c.job = c.Do(c.Ann, "POST", "/v1/workspaces/"+c.WorkspaceID+"/export", nil).Must(202).String("id")
		c.Drain()
		return ""
	}, also: func(c *try) []string {
		done := c.Do(c.Ann, "GET", "/v1/workspaces/"+c.WorkspaceID+"/jobs/"+c.job, nil).Must(200)
		file := c.Fetch(done.String("file.url"))
		items := 0
		for key := range invariants.Read(c.World) {
			if (key.PK == table.TeamProjectPartition(c.ProjectID) || key.PK == table.ClientProjectPartition(c.ProjectID)) && strings.HasPrefix(key.SK, table.PrefixItem) {
				items++
			}
		}
		if lines, got := strings.Count(file, "\n"), strings.Count(file, `"project":"`+c.ProjectID+`","id":"`); done.JSON()["done"] != float64(lines) || got != items {
			return []string{fmt.Sprintf("the job is %s, its file has %d lines, %d of them items of the project, which has %d", done.Body, lines, got, items)}
		}
		return nil
	}}, {name: "the projects of a contact whose address was corrected", lease: jobs.Lease, give: func(c *try) string {
		c.removed = c.Bounced()
		for range 2 {
			c.Do(c.Ann, "POST", "/v1/projects/"+c.ProjectID+"/items", map[string]any{"kind": "task", "title": "Call us", "assignee": c.removed.ID}).Must(201)
		}
		c.Do(c.Ann, "POST", "/v1/workspaces/"+c.WorkspaceID+"/contacts/"+c.removed.Contact+"/address-correction", map[string]any{"email": c.Address()}).Must(202)
		for key, item := range invariants.Read(c.World) {
			var row table.JobRow
			if err := table.Unmarshal(item, &row); err == nil && strings.HasPrefix(key.SK, table.PrefixJob) && row.About["person"] == c.removed.ID {
				c.job = row.Job
			}
		}
		c.Drain()
		return ""
	}, also: func(c *try) (wrong []string) {
		tasks := 0
		for key, item := range invariants.Read(c.World) {
			var row table.ItemRow
			if err := table.Unmarshal(item, &row); err == nil && strings.HasPrefix(key.SK, table.PrefixItem) && row.Title == "Call us" {
				if tasks++; row.Assignee == c.removed.ID || row.Version != 2 {
					wrong = append(wrong, fmt.Sprintf("%s is of %s, in the version %d", key, row.Assignee, row.Version))
				}
			}
			if key == table.Project(c.removed.ID, c.ProjectID) || key == table.Person(c.ProjectID, c.removed.ID) || key == table.TeamPerson(c.ProjectID, c.removed.ID) {
				wrong = append(wrong, key.String()+" is still there")
			}
		}
		if tasks == 0 {
			wrong = append(wrong, "there are no tasks")
		}
		return wrong
	}}, {name: "the projects of a contact who was erased", lease: jobs.Lease, give: func(c *try) string {
		c.removed = c.Invitee()
		for range 2 {
			c.Do(c.Ann, "POST", "/v1/projects/"+c.ProjectID+"/items", map[string]any{"kind": "task", "title": "Ask them", "assignee": c.removed.ID}).Must(201)
		}
		c.Do(c.Ann, "DELETE", "/v1/workspaces/"+c.WorkspaceID+"/contacts/"+c.removed.Contact, nil).Must(204)
		for key, item := range invariants.Read(c.World) {
			var row table.JobRow
			if err := table.Unmarshal(item, &row); err == nil && strings.HasPrefix(key.SK, table.PrefixJob) && row.About["contact"] == c.removed.Contact && row.Kind == "contacts-delete" {
				c.job = row.Job
			}
		}
		c.Drain()
		return ""
	}, also: func(c *try) (wrong []string) {
		tasks := 0
		for key, item := range invariants.Read(c.World) {
			var row table.ItemRow
			if err := table.Unmarshal(item, &row); err == nil && strings.HasPrefix(key.SK, table.PrefixItem) && row.Title == "Ask them" {
				if tasks++; row.Assignee != "" || row.Version != 2 {
					wrong = append(wrong, fmt.Sprintf("%s is of %s, in the version %d", key, row.Assignee, row.Version))
				}
			}
			if key == table.Project(c.removed.ID, c.ProjectID) || key == table.Person(c.ProjectID, c.removed.ID) || key == table.TeamPerson(c.ProjectID, c.removed.ID) {
				wrong = append(wrong, key.String()+" is still there")
			}
		}
		if tasks == 0 {
			wrong = append(wrong, "there are no tasks")
		}
		return wrong
	}}, {name: "the invitations of a company", lease: jobs.Lease, give: func(c *try) string {
		company := c.Company()
		at := "/v1/workspaces/" + c.WorkspaceID + "/companies/" + company
		c.invited = []string{c.Address(), c.Address(), c.Client().Email} // two new ones, and one who has an account
		for _, email := range c.invited {
			c.Do(c.Ann, "POST", at+"/contacts", map[string]any{"name": "Nora New", "email": email}).Must(201)
		}
		c.job = c.Do(c.Ann, "POST", at+"/invitations", nil).Must(202).String("id")
		c.Drain()
		c.ForgetMails()
		return ""
	}, also: func(c *try) (wrong []string) {
		c.Drain()
		for _, email := range c.invited {
			if n := len(c.Mails(email)); n != 1 {
				wrong = append(wrong, fmt.Sprintf("%s got %d invitations, want one", email, n))
			}
		}
		var row table.JobRow
		if found, err := c.Table.Get(c.T.Context(), table.Job(c.WorkspaceID, c.job), &row); err != nil || !found || row.State != table.JobDone || row.Done != len(c.invited) || row.Refused != 0 {
			wrong = append(wrong, fmt.Sprintf("the job is %+v (%v %v), want it done, of %d", row, found, err, len(c.invited)))
		}
		return wrong
	}}, {name: "the plan of an import", lease: jobs.Lease, give: func(c *try) string {
		c.imported = c.Import("Globex,Nora New," + c.Address() + "\nInitech,Ina New," + c.Address() + "\nInitech,Nobody,nobody\n")
		c.job = c.Do(c.Ann, "POST", "/v1/workspaces/"+c.WorkspaceID+"/imports/"+c.imported+"/plan", nil).Must(202).String("id")
		c.Drain()
		return ""
	}, also: func(c *try) []string {
		r := c.Do(c.Ann, "GET", "/v1/workspaces/"+c.WorkspaceID+"/imports/"+c.imported, nil).Must(200)
		if lines := strings.Count(c.Fetch(r.String("plan.file.url")), "\n"); r.String("state") != "planned" || lines != 3 || !strings.Contains(r.Body, `"new":2,"changed":0,"unchanged":0,"refused":1`) {
			return []string{fmt.Sprintf("the plan has %d lines, and is %s", lines, r.Body)}
		}
		return nil
	}}, {name: "the application of a plan", lease: jobs.Lease, give: func(c *try) string {
		// A contact of a new company, one of a company that there is, and one who gets another name.
		renamed := c.Contact()
		var row table.ContactRow
		if found, err := c.Table.Get(c.T.Context(), table.Contact(c.WorkspaceID, renamed), &row); err != nil || !found {
			c.T.Fatal(found, err)
		}
		c.addresses = []string{c.Address(), c.Address(), row.Email}
		company := c.CompanyName()
		c.imported = c.Import(fmt.Sprintf("%s,Ina New,%s\nGlobex,Nora Newer,%s\nGlobex,Nora Newest,%s\n", company, c.addresses[0], c.addresses[1], c.addresses[2]))
		at := "/v1/workspaces/" + c.WorkspaceID + "/imports/" + c.imported
		c.Do(c.Ann, "POST", at+"/plan", nil).Must(202)
		c.RunJobs()
		plan := c.Do(c.Ann, "GET", at, nil).Must(200).String("plan.job")
		c.job = c.Do(c.Ann, "POST", at+"/application", map[string]any{"plan": plan}).Must(202).String("id")
		c.Drain()
		return ""
	}, also: func(c *try) (wrong []string) {
		r := c.Do(c.Ann, "GET", "/v1/workspaces/"+c.WorkspaceID+"/imports/"+c.imported, nil).Must(200)
		if r.String("state") != "applied" || !strings.Contains(r.Body, `"new":2,"changed":1,"unchanged":0,"refused":0,"companies":1`) {
			wrong = append(wrong, "the import is "+r.Body)
		}
		names, all := map[string]string{}, 0
		for _, item := range invariants.Read(c.World) {
			var row table.ContactRow
			if err := table.Unmarshal(item, &row); err == nil && row.Contact != "" && slices.Contains(c.addresses, row.Email) {
				names[row.Email] = row.Name
				all++
			}
		}
		if got := names[c.addresses[0]] + names[c.addresses[1]] + names[c.addresses[2]]; all != 3 || got != "Ina NewNora NewerNora Newest" {
			wrong = append(wrong, fmt.Sprintf("of the three there are %d: %v", all, names))
		}
		return wrong
	}}},
	"mail-events": {{name: "an invitation that came back", give: func(c *try) string {
		p := c.Invitee()
		c.Drain()
		mails := c.Mails(p.Email)
		c.job = mailevents.Permanent(p.Email, mails[len(mails)-1].Tags)
		return ""
	}}},
	"due-run": {{name: "a reminder", lease: due.Lease, give: func(c *try) string {
		// Each case has minutes of its own, after those that the case before has taken, and
		// as many of them; and one reminder.
		if c.number == 0 {
			c.Clock.Stand(c.Clock.Now())
		}
		c.Config.Reminder = time.Hour + time.Duration(c.number)*dueApart
		c.Config.InvitationLife = c.Config.Reminder + time.Hour
		c.Release() // functions have the configuration from their start
		if err := c.runDue(-2 * time.Minute); err != nil {
			c.T.Fatal(err)
		}
		c.Invitee()
		return ""
	}}},
}

// dueApart is how far the due minutes of two cases lie apart: further than a case
// goes beyond its own.
const dueApart = 8 * time.Minute

// task is what Carl and Ann hear of: a task for Carl.
func (c *try) task() {
	c.Do(c.Mia, "POST", "/v1/projects/"+c.ProjectID+"/items", map[string]any{"kind": "task", "title": "Look at it", "assignee": c.Carl.ID, "ask": "feedback"}).Must(201)
}

// export asks for an export of the audit, and gives the job's id.
func (c *try) export() string {
	return c.Do(c.Ann, "POST", "/v1/workspaces/"+c.WorkspaceID+"/audit/export", map[string]any{"format": "jsonl"}).Must(202).String("id")
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
				none(t, consumer(f, j).run(t, scene.New(t), &n))
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
			return mailevents.Run(c.T.Context(), c.Env(f.ID), c.job) == nil
		}
		return c.RunJob(fmt.Sprintf(`{"workspace":%q,"job":%q}`, c.WorkspaceID, c.job))
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
