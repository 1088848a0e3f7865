package templateedit

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/invitationtemplate"
	"foyer/shared/letters"
	"foyer/shared/table"
)

// PreviewInput is a template to look at.
type PreviewInput struct {
	Workspace string `path:"workspace"`
	Body      *invitationtemplate.Template
}

// Shown is a mail as it would be sent.
type Shown struct {
	SenderName string `json:"senderName,omitempty" doc:"Absent: Foyer's"`
	Subject    string `json:"subject"`
	HTML       string `json:"html"`
	Text       string `json:"text"`
}

// PreviewOutput is the mail.
type PreviewOutput struct{ Body Shown }

// Preview shows an invitation mail with sample data.
var Preview = api.Operation[PreviewInput, PreviewOutput]{
	ID: "invitation-template-preview", Method: http.MethodPost, Path: "/workspaces/{workspace}/invitation-template/preview", Access: api.Admins,
	Summary: "Show an invitation mail with sample data",
	Doc: "For the workspace's owner and admins. The mail that the template in the body would make, or the one that is stored (the default where there is none) without a body; checked as when it is saved. " +
		"Nothing is changed or sent; the link opens nothing.",
	Repeatable: "it changes nothing",
	Reads: func(c *api.Call, path func(string) string) []table.Key {
		return append(invitationtemplate.Stored(c, path), table.Member(c.Workspace, c.Person))
	},
	Handle: preview,
}

func preview(ctx context.Context, c *api.Call, in *PreviewInput) (*PreviewOutput, error) {
	rows, err := c.Read(ctx, table.Template(c.Workspace), table.Member(c.Workspace, c.Person))
	if err != nil {
		return nil, err
	}
	var row table.TemplateRow
	var caller table.MemberRow
	if _, err := rows.Into(table.Member(c.Workspace, c.Person), &caller); err != nil {
		return nil, err
	}
	if _, err := rows.Into(table.Template(c.Workspace), &row); err != nil {
		return nil, err
	}
	if in.Body != nil {
		if row, err = checked(*in.Body); err != nil {
			return nil, err
		}
	}
	content, err := letters.Sample(row, letters.SampleOf{Workspace: c.Gate.Name, Inviter: caller.Name, To: caller.Email, Page: c.Config.PublicURL, At: c.Now()})
	if err != nil {
		return nil, err
	}
	m, err := letters.Render(content)
	if err != nil {
		return nil, err
	}
	return &PreviewOutput{Body: Shown{SenderName: m.SenderName, Subject: m.Subject, HTML: m.HTML, Text: m.Text}}, nil
}
