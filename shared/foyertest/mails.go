//go:build engine

package foyertest

import (
	"context"
	"regexp"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/smithy-go/middleware"
)

// Mail is a mail that SES took.
type Mail struct {
	From, To, Subject, Text, HTML string
	ReplyTo                       []string
	Headers                       map[string]string
	Tags                          map[string]string // that SES gives back in its events
}

// captureMail keeps what SES takes: the engine's own list is one for all tests,
// and shows no headers.
func (w *World) captureMail(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("CaptureMail", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		out, meta, err := next.HandleInitialize(ctx, in)
		send, ok := in.Parameters.(*sesv2.SendEmailInput)
		if !ok || err != nil {
			return out, meta, err
		}
		w.keepMail(send)
		return out, meta, err
	}), middleware.Before)
}

// keepMail keeps a mail that SES took.
func (w *World) keepMail(send *sesv2.SendEmailInput) {
	simple := send.Content.Simple
	m := Mail{From: aws.ToString(send.FromEmailAddress), To: send.Destination.ToAddresses[0], Subject: *simple.Subject.Data, Text: *simple.Body.Text.Data, HTML: *simple.Body.Html.Data, ReplyTo: send.ReplyToAddresses, Headers: map[string]string{}, Tags: map[string]string{}}
	for _, h := range simple.Headers {
		m.Headers[*h.Name] = *h.Value
	}
	for _, tag := range send.EmailTags {
		m.Tags[*tag.Name] = *tag.Value
	}
	w.streams.mu.Lock()
	defer w.streams.mu.Unlock()
	w.streams.mails = append(w.streams.mails, m)
}

// Mails are the mails that went to the address so far ("" for all), oldest first.
// They leave when the stream is drained.
func (w *World) Mails(to string) []Mail {
	w.streams.mu.Lock()
	defer w.streams.mu.Unlock()
	var out []Mail
	for _, m := range w.streams.mails {
		if to == "" || m.To == to {
			out = append(out, m)
		}
	}
	return out
}

// ForgetMails empties the mailbox, so that Mails shows what comes after.
func (w *World) ForgetMails() {
	w.streams.mu.Lock()
	defer w.streams.mu.Unlock()
	w.streams.mails = nil
}

var tokenLink = regexp.MustCompile(`/#/(?:invitation|password-reset|address-change)/([A-Za-z0-9_-]{43})\s`)

// Token is the token of the link in the mail's text; empty if the mail has none.
func (m Mail) Token() string {
	if found := tokenLink.FindStringSubmatch(m.Text); found != nil {
		return found[1]
	}
	return ""
}
