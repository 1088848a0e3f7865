// Package invitationtemplate is a workspace's own invitation mail (rule 25): what the
// mails to its contacts say instead of Foyer's words. How it is checked and changed is
// in shared/templateedit, whose sanitiser no other function has to start with.
package invitationtemplate

import (
	"context"

	"foyer/shared/api"
	"foyer/shared/table"
)

// Template is a workspace's invitation mail; what is absent is as in the default mail.
type Template struct {
	SenderName api.Line  `json:"senderName,omitempty" maxLength:"64" doc:"Shown beside Foyer's address; takes placeholders" example:"{{inviterName}} at Acme"`
	ReplyTo    api.Email `json:"replyTo,omitempty" maxLength:"254" doc:"Where answers go" example:"hello@acme.example"`
	Subject    api.Line  `json:"subject,omitempty" maxLength:"150" doc:"Takes placeholders; a reminder begins with Reminder:" example:"{{workspaceName}} invites you to {{invitedTo}}"`
	HTML       api.Text  `json:"html,omitempty" maxLength:"30000" doc:"The body; takes placeholders" example:"<p>Hello {{contactName}}</p><p><a href=\"{{link}}\">Accept</a></p>"`
	Text       api.Text  `json:"text,omitempty" maxLength:"15000" doc:"The same as plain text; absent: made from the HTML. Takes placeholders"`
	Language   string    `json:"language,omitempty" enum:"de,en" doc:"Of Foyer's own words in the mail, dates, and the default mail; absent: English"`
}

// In names a workspace.
type In struct {
	Workspace string `path:"workspace"`
}

// Stored is the row, to be read with the access (api.Operation.Reads).
func Stored(c *api.Call, _ func(string) string) []table.Key {
	return []table.Key{table.Template(c.Workspace)}
}

// Load loads it; false where the workspace has the default.
func Load(ctx context.Context, c *api.Call) (row table.TemplateRow, found bool, err error) {
	key := table.Template(c.Workspace)
	rows, err := c.Read(ctx, key)
	if err == nil {
		found, err = rows.Into(key, &row)
	}
	return row, found, err
}

// Of is the row as the workspace sees it, one that is not there too.
func Of(row table.TemplateRow) Template {
	return Template{
		SenderName: api.Line(row.SenderName), ReplyTo: api.Email(row.ReplyTo), Subject: api.Line(row.Subject),
		HTML: api.Text(row.HTML), Text: api.Text(row.Text), Language: row.Language,
	}
}
