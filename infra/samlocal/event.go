package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/aws/aws-lambda-go/events"
)

// fillEvent makes an event of events/ a real one: its path parameters get the given ids, and the claims, which in AWS
// the gateway puts there after checking the token, make way for the bearer token itself, as `sam local` has it.
// The ids in the event are samples that name nothing.
func fillEvent(sample []byte, ids map[string]string, token string) ([]byte, error) {
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(sample, &event); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(ids)) {
		old, ok := event.PathParameters[name]
		if !ok {
			return nil, fmt.Errorf("the event of %s has no path parameter %s", event.RouteKey, name)
		}
		event.PathParameters[name] = ids[name]
		event.RawPath = strings.Replace(event.RawPath, old, ids[name], 1)
		event.RequestContext.HTTP.Path = strings.Replace(event.RequestContext.HTTP.Path, old, ids[name], 1)
	}
	event.RequestContext.Authorizer = nil
	if token != "" {
		if event.Headers == nil {
			event.Headers = map[string]string{}
		}
		event.Headers["authorization"] = "Bearer " + token
	}
	return json.MarshalIndent(event, "", "  ")
}

// writeEvent fills events/<operation>.json and writes it below work; only its owner may read it, for it holds a token.
func writeEvent(root, work, operation string, ids map[string]string, token string) (path string, err error) {
	sample, err := os.ReadFile(filepath.Join(root, "events", operation+".json")) //nolint:gosec // a file of the project
	if err != nil {
		return "", err
	}
	filled, err := fillEvent(sample, ids, token)
	if err != nil {
		return "", err
	}
	path = filepath.Join(work, operation+".json")
	return path, os.WriteFile(path, filled, 0o600) //nolint:gosec // below .local
}

// functionOf is the logical id of an operation's function: InvitationsViewFunction of invitations-view.
func functionOf(operation string) string {
	var name strings.Builder
	for word := range strings.SplitSeq(operation, "-") {
		if word != "" {
			name.WriteString(strings.ToUpper(word[:1]) + word[1:])
		}
	}
	return name.String() + "Function"
}
