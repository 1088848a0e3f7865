package catalog

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-lambda-go/events"

	"foyer/shared/api"
)

// Sample ids for events/ and for documentation. They have the form of real ids and
// name nothing.
var sampleIDs = map[string]string{
	"workspace": "wks_01JD0000000000000000000000",
	"company":   "com_01JD0000000000000000000000",
	"contact":   "con_01JD0000000000000000000000",
	"person":    "per_01JD0000000000000000000000",
	"project":   "prj_01JD000000000000000000000001JD0000000000000000000001",
	"item":      "msg_01JD0000000000000000000000",
	"job":       "job_01JD0000000000000000000000",
	"import":    "imp_01JD0000000000000000000000",
	"token":     "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
}

// sampleBodies are one body for each operation that takes one.
var sampleBodies = map[string]string{
	"companies-create":        `{"name":"Globex"}`,
	"companies-update":        `{"name":"Globex Corporation"}`,
	"contacts-create":         `{"name":"Carl Client","email":"carl@globex.example"}`,
	"contacts-update":         `{"name":"Carl A. Client"}`,
	"imports-create":          `{"size":2048,"sha256":"47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="}`,
	"imports-apply":           `{"plan":"job_01JD0000000000000000000000"}`,
	"subscription-update":     `{"seats":10}`,
	"workspaces-create":       `{"name":"Acme Agency","ownerName":"Ann Archer","ownerEmail":"ann@acme.example"}`,
	"workspaces-update":       `{"name":"Studio North","invitationDays":14,"reminderDays":[3,7]}`,
	"workspaces-close":        `{"name":"Studio North"}`,
	"members-invite":          `{"name":"Mia Member","email":"mia@acme.example","role":"member"}`,
	"members-update":          `{"role":"admin"}`,
	"address-corrected":       `{"email":"nora@globex.example"}`,
	"invitations-send":        `{"note":"Welcome aboard."}`,
	"invitation-template-put": `{"subject":"{{workspaceName}} invites you to {{invitedTo}}","html":"<p>Hello {{contactName}},</p><p><a href=\"{{link}}\">Accept</a></p>","language":"en"}`,
	"invitations-accept":      `{"password":"Correct-Horse-7"}`,
	"sessions-create":         `{"email":"ann@acme.example","password":"Correct-Horse-7"}`,
	"sessions-answer":         `{"challenge":"per_01JD0000000000000000000000.session","code":"123456"}`,
	"sessions-refresh":        `{"refresh":"per_01JD0000000000000000000000.token"}`,
	"passwords-forgot":        `{"email":"ann@acme.example"}`,
	"passwords-reset":         `{"password":"Another-Horse-8"}`,
	"me-update":               `{"name":"Ann Archer"}`,
	"me-password":             `{"current":"Correct-Horse-7","new":"Another-Horse-8"}`,
	"me-address-change":       `{"email":"ann@new.example","password":"Correct-Horse-7"}`,
	"totp-start":              `{"password":"Correct-Horse-7"}`,
	"totp-confirm":            `{"password":"Correct-Horse-7","code":"123456"}`,
	"totp-remove":             `{"password":"Correct-Horse-7","code":"123456"}`,
	"settings-put":            `{"level":"limited","projects":{}}`,
	"projects-create":         `{"name":"New website"}`,
	"clients-add":             `{"companyName":"Globex","name":"Carl Client","email":"carl@globex.example","note":"Welcome aboard."}`,
	"audit-export":            `{"format":"csv","from":"2026-11-01","to":"2026-11-25"}`,
	"items-create":            `{"kind":"message","title":"Kick-off","text":"We start on Monday."}`,
	"items-visibility":        `{"clientCanSee":true}`,
}

// sampleQueries are the queries that operations require.
var sampleQueries = map[string]string{"items-list": "kind=message", "portal-items-list": "kind=message"}

// sampleHeaders are the headers that operations require.
var sampleHeaders = map[string]map[string]string{"settings-put": {"if-match": `*`}, "workspaces-update": {"if-match": `*`}, "members-update": {"if-match": `*`}, "invitation-template-put": {"if-match": `*`}, "companies-update": {"if-match": `*`}, "contacts-update": {"if-match": `*`}, "me-update": {"if-match": `*`}}

// Sample is a request of an operation in its simplest form, with ids that name nothing.
type Sample struct {
	Query   string
	Headers map[string]string
	Body    string // JSON; empty: none
}

// SampleOf is the operation's sample.
func SampleOf(id string) Sample {
	return Sample{Query: sampleQueries[id], Headers: sampleHeaders[id], Body: sampleBodies[id]}
}

// Event is one real payload for the operation's function, as the HTTP API would
// send it (format 2.0), committed as events/<id>.json for `sam local invoke`.
func Event(op api.Meta) ([]byte, error) {
	path := op.Path
	parameters := map[string]string{}
	for name, id := range sampleIDs {
		if strings.Contains(path, "{"+name+"}") {
			path = strings.ReplaceAll(path, "{"+name+"}", id)
			parameters[name] = id
		}
	}
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: op.Method + " " + op.Path, RawPath: path, RawQueryString: sampleQueries[op.ID],
		Headers: map[string]string{"accept": "application/json", "host": "portal.example.com"}, PathParameters: parameters,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: op.Method + " " + op.Path, AccountID: "123456789012", Stage: "$default", RequestID: "JKJaXmPLvHcESHA=", APIID: "api-id",
			DomainName: "portal.example.com", Time: "22/Nov/2026:12:00:00 +0000", TimeEpoch: 1795348800000,
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: op.Method, Path: path, Protocol: "HTTP/1.1", SourceIP: "192.0.2.1", UserAgent: "curl/8"},
		},
	}
	for name, value := range sampleHeaders[op.ID] {
		e.Headers[name] = value
	}
	if body, ok := sampleBodies[op.ID]; ok {
		e.Headers["content-type"] = "application/json"
		e.Body = body
	}
	if !op.Public() {
		e.RequestContext.Authorizer = &events.APIGatewayV2HTTPRequestContextAuthorizerDescription{JWT: &events.APIGatewayV2HTTPRequestContextAuthorizerJWTDescription{
			Claims: map[string]string{"token_use": "access", "username": sampleIDs["person"], "client_id": "client-id", "origin_jti": "00000000-0000-4000-8000-000000000000"},
		}}
	}
	raw, err := json.MarshalIndent(e, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("event of %s: %w", op.ID, err)
	}
	return append(raw, '\n'), nil
}
