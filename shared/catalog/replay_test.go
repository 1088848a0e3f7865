//go:build engine

package catalog_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"foyer/infra/guards/scene"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
	"foyer/shared/lambdarun"
	"foyer/shared/mail"
	"foyer/shared/notify"
)

// Every committed event, with ids and claims of a real scene in place of the
// samples, goes through the Lambda adapter of its own function and succeeds.
func TestEveryEventFitsItsFunction(t *testing.T) {
	s := scene.New(t)
	for _, op := range catalog.Operations() {
		m := op.Meta()
		t.Run(m.ID, func(t *testing.T) {
			var e events.APIGatewayV2HTTPRequest
			if err := json.Unmarshal([]byte(eventText(t, m.ID)), &e); err != nil {
				t.Fatal(err)
			}
			fill(t, s, &e, s.Prepare(op))
			res, err := lambdarun.APIHandler(s.Env(m.ID), op)(t.Context(), e)
			if err != nil {
				t.Fatal(err)
			}
			if res.StatusCode >= http.StatusMultipleChoices {
				t.Errorf("got %d %s, want success", res.StatusCode, res.Body)
			}
			if res.Body != "" && !json.Valid([]byte(res.Body)) {
				t.Errorf("the answer is not JSON: %s", res.Body)
			}
		})
	}
}

// fill puts the ids, the caller and, where the sample's does not do, the body of a
// request that succeeds into an event.
func fill(t *testing.T, s *scene.Scene, e *events.APIGatewayV2HTTPRequest, r scene.Request) {
	t.Helper()
	e.RawPath, e.RawQueryString, _ = strings.Cut(s.Target(r), "?")
	for name := range e.PathParameters {
		if e.PathParameters[name] = s.IDs[name]; r.IDs[name] != "" {
			e.PathParameters[name] = r.IDs[name]
		}
	}
	switch body := r.Body.(type) {
	case nil:
	case foyertest.Raw:
		e.Body = string(body)
	default:
		raw, err := json.Marshal(body)
		if err != nil {
			t.Fatal(err)
		}
		e.Body = string(raw)
	}
	for _, h := range r.Headers {
		e.Headers[strings.ToLower(h.Name)] = h.Value
	}
	if a := e.RequestContext.Authorizer; a != nil {
		a.JWT.Claims["username"], a.JWT.Claims["client_id"], a.JWT.Claims["origin_jti"] = r.Who.ID, s.Config.UserPoolClientID, origin(t, r.Who.Token)
	}
}

// The committed stream events name rows of samples: an activity and a mail that
// concern nobody here. They are taken without a failure and tell no one.
func TestTheStreamsEventsFitTheirFunctions(t *testing.T) {
	w := foyertest.New(t)
	for id, consumer := range map[string]lambdarun.Consumer{"stream-notify": notify.Consumer, "stream-mail": mail.Deliver} {
		var e events.DynamoDBEvent
		if err := json.Unmarshal([]byte(eventText(t, id)), &e); err != nil {
			t.Fatal(err)
		}
		if len(e.Records) == 0 {
			t.Errorf("events/%s.json has no record", id)
		}
		res, err := lambdarun.StreamHandler(w.Env(id), consumer)(t.Context(), e)
		if err != nil || len(res.BatchItemFailures) > 0 {
			t.Errorf("%s: got %+v, %v", id, res.BatchItemFailures, err)
		}
	}
	if mails := w.Mails(""); len(mails) > 0 {
		t.Errorf("got mails %+v, want none", mails)
	}
}

func eventText(t *testing.T, id string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join(root, "events", id+".json"))
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

// origin is the origin_jti of an access token.
func origin(t *testing.T, token string) string {
	t.Helper()
	payload, err := base64.RawURLEncoding.DecodeString(strings.Split(token, ".")[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims struct {
		Origin string `json:"origin_jti"`
	}
	if err := json.Unmarshal(payload, &claims); err != nil {
		t.Fatal(err)
	}
	return claims.Origin
}
