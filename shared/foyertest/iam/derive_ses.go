package iam

import (
	"bytes"
	"fmt"
	"net/mail"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sesv2/types"
)

// mailRequests derives SES's requests.
//
// SendEmail of the v2 API asks for ses:SendEmail; where the message is raw the service
// checks ses:SendRawEmail, and for a stored template ses:SendTemplatedEmail (the error
// that it answers names them), so those need both here.
//
// The resources are the sending identity and, where the call names one, the
// configuration set and the template. The identity is FromEmailAddressIdentityArn, or
// else the verified one that covers the address: the address itself or its domain.
// Which of the two is verified the template says by an AWS::SES::EmailIdentity; where
// it has none, a deployment may have verified either, so both have to be allowed.
func (e *Enforcer) mailRequests(input any) ([]Request, bool, error) {
	in, ok := input.(*sesv2.SendEmailInput)
	if !ok {
		return nil, false, nil
	}
	from, err := sender(in)
	if err != nil {
		return nil, true, err
	}
	context := map[string][]string{
		"ses:FromAddress": single(from.Address), "ses:FromDisplayName": single(from.Name), "ses:Recipients": recipients(in.Destination),
	}
	resources := e.identities(aws.ToString(in.FromEmailAddressIdentityArn), from.Address)
	if in.ConfigurationSetName != nil {
		resources = append(resources, e.arn("ses", "configuration-set/"+*in.ConfigurationSetName))
	}
	actions := []string{"ses:SendEmail"}
	if content := in.Content; content != nil {
		switch {
		case content.Raw != nil:
			actions = append(actions, "ses:SendRawEmail")
		case content.Template != nil:
			actions = append(actions, "ses:SendTemplatedEmail")
			if content.Template.TemplateName != nil {
				resources = append(resources, e.arn("ses", "template/"+*content.Template.TemplateName))
			}
		}
	}
	var out []Request
	for _, action := range actions {
		out = append(out, each(action, context, resources...)...)
	}
	return out, true, nil
}

// sender gives the From of the call, or of the raw message where the call has none.
func sender(in *sesv2.SendEmailInput) (*mail.Address, error) {
	from := aws.ToString(in.FromEmailAddress)
	if from == "" && in.Content != nil && in.Content.Raw != nil {
		message, err := mail.ReadMessage(bytes.NewReader(in.Content.Raw.Data))
		if err != nil {
			return nil, fmt.Errorf("the raw message cannot be read: %w", err)
		}
		from = message.Header.Get("From")
	}
	address, err := mail.ParseAddress(from)
	if err != nil {
		return nil, fmt.Errorf("the sender %q is no address: %w", from, err)
	}
	return address, nil
}

func (e *Enforcer) identities(arn, address string) []string {
	if arn != "" {
		return []string{arn}
	}
	domain := address[strings.LastIndex(address, "@")+1:]
	for id, resource := range e.tpl.Resources {
		if resource.Type != "AWS::SES::EmailIdentity" {
			continue
		}
		if name, err := e.tpl.Ref(id); err == nil && (name == address || name == domain) {
			return []string{e.arn("ses", "identity/"+name)}
		}
	}
	return []string{e.arn("ses", "identity/"+address), e.arn("ses", "identity/"+domain)}
}

func recipients(d *types.Destination) []string {
	if d == nil {
		return nil
	}
	var out []string
	for _, list := range [][]string{d.ToAddresses, d.CcAddresses, d.BccAddresses} {
		for _, s := range list {
			if address, err := mail.ParseAddress(s); err == nil {
				s = address.Address
			}
			out = append(out, s)
		}
	}
	return out
}
