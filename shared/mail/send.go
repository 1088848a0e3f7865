package mail

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/mail"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
	"github.com/aws/smithy-go"

	"foyer/shared/api"
	"foyer/shared/letters"
)

// senderName is shown beside the sender's address, where a workspace has no other.
const senderName = "Foyer"

// client is SES, tried again only where it surely did not take the mail: an
// answer that was lost may have been a yes, and then the mail would go out twice.
func client(env *api.Env) *sesv2.Client {
	return api.Resource(env, "sesv2", func(e *api.Env) *sesv2.Client {
		return sesv2.NewFromConfig(e.AWS, func(o *sesv2.Options) {
			o.Retryer = onlyThrottled{o.Retryer}
		})
	})
}

// onlyThrottled tries again, as other clients do and as soon, what SES was too busy for.
type onlyThrottled struct{ aws.Retryer }

var throttled = retry.RetryableErrorCode{Codes: retry.DefaultThrottleErrorCodes}

func (onlyThrottled) IsErrorRetryable(err error) bool {
	return throttled.IsErrorRetryable(err) == aws.TrueTernary
}

// send hands the mail to SES and gives back SES's id of it.
//
// Auto-Submitted (RFC 3834) keeps out-of-office answers from coming back, and
// X-Auto-Response-Suppress says the same to Exchange, which does not read it.
//
// tags come back in what SES tells of the mail (mail-events).
func send(ctx context.Context, env *api.Env, m letters.Message, tags map[string]string) (string, error) {
	text := func(s string) *types.Content {
		return &types.Content{Data: aws.String(s), Charset: aws.String("UTF-8")}
	}
	var told []types.MessageTag
	for _, name := range slices.Sorted(maps.Keys(tags)) {
		told = append(told, types.MessageTag{Name: aws.String(name), Value: aws.String(tags[name])})
	}
	var events *string // a stack without them sends all the same
	if env.Config.MailEvents != "" {
		events = &env.Config.MailEvents
	}
	var replyTo []string
	if m.ReplyTo != "" {
		replyTo = []string{m.ReplyTo}
	}
	res, err := client(env).SendEmail(ctx, &sesv2.SendEmailInput{
		ConfigurationSetName: events, EmailTags: told,
		FromEmailAddress: aws.String(from(m.SenderName, env.Config.MailFrom)), ReplyToAddresses: replyTo,
		Destination: &types.Destination{ToAddresses: []string{m.To}},
		Content: &types.EmailContent{Simple: &types.Message{
			Subject: text(m.Subject),
			Body:    &types.Body{Text: text(m.Text), Html: text(m.HTML)},
			Headers: []types.MessageHeader{
				{Name: aws.String("Auto-Submitted"), Value: aws.String("auto-generated")},
				{Name: aws.String("X-Auto-Response-Suppress"), Value: aws.String("All")},
			},
		}},
	})
	if err != nil {
		return "", fmt.Errorf("send: %w", err)
	}
	return aws.ToString(res.MessageId), nil
}

// fromMost is how long the sender with its name may be (SES: 320 characters).
const fromMost = 320

// from is the sender: a name as RFC 5322 quotes it, or RFC 2047 encodes it, beside
// Foyer's own address. A name that is too long encoded loses its end.
func from(name, address string) string {
	if name == "" {
		return senderName + " <" + address + ">"
	}
	for runes := []rune(name); ; runes = runes[:len(runes)-1] {
		from := mail.Address{Name: string(runes), Address: address}
		if s := from.String(); len(s) <= fromMost || len(runes) == 1 {
			return s
		}
	}
}

// refused says whether SES answered that it did not take the mail, rather than
// not answering or failing somewhere on the way.
func refused(err error) bool {
	var answer smithy.APIError
	return errors.As(err, &answer) && answer.ErrorFault() == smithy.FaultClient
}
