package invitationtemplate

import (
	"context"
	"net/http"
	"time"

	"foyer/shared/api"
	"foyer/shared/limits"
	"foyer/shared/table"
)

// TestOutput has nothing.
type TestOutput struct{}

// Test sends the caller the invitation mail as it stands, with sample data.
var Test = api.Operation[In, TestOutput]{
	ID: "invitation-template-test", Method: http.MethodPost, Path: "/workspaces/{workspace}/invitation-template/test", Access: api.Admins, Status: http.StatusAccepted,
	Summary: "Send the invitation mail to myself",
	Doc: "For the workspace's owner and admins. One mail, a moment later, to the caller's own address, as the template is then, with sample data and the sender's name and reply-to of the template. " +
		"Its link opens nothing. 429 `too-many-attempts` (Retry-After) after ten within an hour.",
	Handle: test, Problems: []int{http.StatusTooManyRequests},
	Replay: func(context.Context, *api.Call, *In, string) (*TestOutput, error) { return &TestOutput{}, nil },
}

// mailKeptFor is how long a mail's row stands after it was put.
const mailKeptFor = 24 * time.Hour

func test(ctx context.Context, c *api.Call, _ *In) (*TestOutput, error) {
	now, mail, tx := c.Now(), table.MailTemplateTest+"#"+c.NewID(""), &table.Tx{}
	c.Remember(tx, mail) // first: of two requests with one key, the second is answered like the first
	limits.Count(c, tx, limits.TemplateTests, c.Person)
	tx.Put(table.Mail(c.Person, mail), table.MailRow{
		Mail: mail, Kind: table.MailTemplateTest, Person: c.Person, Workspace: c.Workspace, Actor: c.Person, At: now, TTL: now.Add(mailKeptFor).Unix(),
	})
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	return &TestOutput{}, nil
}
