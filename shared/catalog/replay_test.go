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

	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest"
	"foyer/shared/lambdarun"
	"foyer/shared/mail"
	"foyer/shared/notify"
)

// Every committed event, with ids and claims of a real scene in place of the
// samples, goes through the Lambda adapter of its own function and succeeds.
func TestEveryEventFitsItsFunction(t *testing.T) {
	w := foyertest.New(t)
	acme := w.Acme()
	items := "/v1/projects/" + acme.Project + "/items"
	item := w.Do(acme.Ann, "POST", items, map[string]any{"kind": "message", "title": "Kick-off", "clientCanSee": true}).Must(http.StatusCreated).String("id")
	ines := w.Invited(acme.Ann, acme.Project, "Globex", "Ines Invited", "ines@globex.example")
	samples := strings.NewReplacer(
		"wks_01JD0000000000000000000000", acme.Workspace,
		"com_01JD0000000000000000000000", acme.Company,
		"con_01JD0000000000000000000000", acme.Carl.Contact,
		"prj_01JD000000000000000000000001JD0000000000000000000001", acme.Project,
		"msg_01JD0000000000000000000000", item,
		strings.Repeat("A", 43), w.Link(ines.Email, acme.Workspace),
	)
	for _, op := range catalog.Operations() {
		m := op.Meta()
		t.Run(m.ID, func(t *testing.T) {
			caller := acme.Ann
			if m.Access == api.ClientsOfProject || strings.HasPrefix(m.ID, "portal-") {
				caller = acme.Carl
			}
			raw := strings.ReplaceAll(samples.Replace(eventText(t, m.ID)), "per_01JD0000000000000000000000", caller.ID)
			var e events.APIGatewayV2HTTPRequest
			if err := json.Unmarshal([]byte(raw), &e); err != nil {
				t.Fatal(err)
			}
			if a := e.RequestContext.Authorizer; a != nil {
				a.JWT.Claims["client_id"], a.JWT.Claims["origin_jti"] = w.Config.UserPoolClientID, origin(t, w.SignIn(caller).Token)
			}
			res, err := lambdarun.APIHandler(w.Env(m.ID), op)(t.Context(), e)
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
