package seed

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
)

// client calls the API as a user does.
type client struct {
	api, mails string
	http       *http.Client
}

// refusal is what the API refused of the API.
type refusal struct {
	what   string
	status int
	body   string
}

func (r *refusal) Error() string {
	return fmt.Sprintf("%s: HTTP status %d: %s", r.what, r.status, strings.TrimSpace(r.body))
}

func (c client) do(ctx context.Context, token, method, path string, body, into any) error {
	var reader io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		reader = bytes.NewReader(raw)
	}
	r, err := http.NewRequestWithContext(ctx, method, c.api+path, reader)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("Authorization", "Bearer "+token)
	}
	res, err := c.http.Do(r)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	defer res.Body.Close() //nolint:errcheck // read only
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	if res.StatusCode >= http.StatusMultipleChoices {
		return &refusal{method + " " + path, res.StatusCode, string(raw)}
	}
	if into == nil || len(raw) == 0 {
		return nil
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("%s %s: %w", method, path, err)
	}
	return nil
}

var linkForm = regexp.MustCompile(`/#/invitation/([A-Za-z0-9_-]{43})`)

// mailWithin is how long an invitation's mail may take: the functions on its way
// start for the first time.
const mailWithin = 90 * time.Second

// invitation waits for the mail to the address and gives the token of its link.
func (c client) invitation(ctx context.Context, email string) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, mailWithin)
	defer cancel()
	for {
		var mails []struct{ Text string }
		mailbox := client{api: c.mails, http: c.http}
		if err := mailbox.do(ctx, "", http.MethodGet, "?to="+url.QueryEscape(email), nil, &mails); err != nil {
			return "", err
		}
		for _, m := range mails {
			if found := linkForm.FindStringSubmatch(m.Text); found != nil {
				return found[1], nil
			}
		}
		select {
		case <-ctx.Done():
			return "", fmt.Errorf("no invitation was sent to %s within %v", email, mailWithin)
		case <-time.After(100 * time.Millisecond): // between two looks
		}
	}
}

// accept follows the invitation's link and chooses the password, unless the person
// has done so.
func (c client) accept(ctx context.Context, p *Person) error {
	if in, err := c.comesIn(ctx, *p); err != nil || in {
		return err
	}
	token, err := c.invitation(ctx, p.Email)
	if err != nil {
		return err
	}
	if err := c.do(ctx, "", http.MethodPost, "/v1/invitations/"+token+"/opening", nil, nil); err != nil {
		return err
	}
	return c.do(ctx, "", http.MethodPost, "/v1/invitations/"+token+"/acceptance", map[string]string{"password": p.Password}, nil)
}

// comesIn says whether the person can sign in.
func (c client) comesIn(ctx context.Context, p Person) (bool, error) {
	_, err := c.signIn(ctx, p)
	var refused *refusal
	if errors.As(err, &refused) && refused.status == http.StatusUnauthorized {
		return false, nil
	}
	return err == nil, err
}

func (c client) signIn(ctx context.Context, p Person) (token string, err error) {
	var session struct{ AccessToken string }
	err = c.do(ctx, "", http.MethodPost, "/v1/sessions", map[string]string{"email": p.Email, "password": p.Password}, &session)
	return session.AccessToken, err
}
