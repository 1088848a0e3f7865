//go:build story

package story_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"foyer/infra/story"
)

// deployed plays the story through HTTP against the stack that the real SAM CLI
// deployed into the local engine: gateway, authorizer, functions, streams,
// schedule and mail all run by themselves.
type deployed struct {
	t     *testing.T
	mails string // address of the list of sent mails
}

var client = &http.Client{Timeout: time.Minute}

func (s deployed) Send(r *http.Request) (*http.Response, error) { return client.Do(r) }

func (s deployed) Mails(to string) []story.Mail {
	s.t.Helper()
	r, err := http.NewRequestWithContext(s.t.Context(), http.MethodGet, s.mails+"?to="+url.QueryEscape(to), nil)
	if err != nil {
		s.t.Fatal(err)
	}
	res, err := client.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer res.Body.Close() //nolint:errcheck // read only
	var sent []struct {
		Subject, HTML, Text string
		To                  []string
	}
	if err := json.NewDecoder(res.Body).Decode(&sent); err != nil {
		s.t.Fatalf("the list of sent mails: %v", err)
	}
	out := make([]story.Mail, len(sent))
	for i, m := range sent { // the newest first there
		out[len(sent)-1-i] = story.Mail{To: to, Subject: m.Subject, HTML: m.HTML, Text: m.Text}
	}
	return out
}

// Settle: everything runs by itself.
func (s deployed) Settle() {}

// CheckToken: token-scopes has taken Cognito's self-service scope out, so that a
// token alone cannot change a factor or delete the user. (AWS refuses those calls
// for want of the scope; the local engine does not, so the scope is what is seen.)
func (s deployed) CheckToken(token string) error {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return fmt.Errorf("an access token of %d parts", len(parts))
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return err
	}
	var claims struct{ Scope string }
	if err := json.Unmarshal(payload, &claims); err != nil {
		return err
	}
	if claims.Scope != "" {
		return fmt.Errorf("the access token has the scope %q, want none", claims.Scope)
	}
	return nil
}

// ReminderFallsDue: it comes by itself; the stack has a short delay.
func (s deployed) ReminderFallsDue() {}

func TestTheStoryOnTheDeployedStack(t *testing.T) {
	api, mails := os.Getenv("FOYER_URL"), os.Getenv("FOYER_MAILS_URL")
	if api == "" || mails == "" {
		t.Fatal("this test needs a deployed stack: run it by `make test`, or with `go run ./infra/local deploy-test -- go test -tags story ./infra/story`")
	}
	story.Play(t, deployed{t: t, mails: mails}, api, strconv.FormatInt(time.Now().Unix(), 36))
}
