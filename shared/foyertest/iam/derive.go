package iam

import (
	"fmt"
	"reflect"
	"strings"

	"foyer/shared/samtemplate"
)

// derivations are the services that the package knows, each in a file of its own. One
// says whether it knows the input at all.
var derivations = []func(*Enforcer, any) (requests []Request, known bool, err error){
	(*Enforcer).dynamoRequests,
	(*Enforcer).streamRequests,
	(*Enforcer).mailRequests,
	(*Enforcer).cognitoRequests,
	(*Enforcer).secretRequests,
	(*Enforcer).queueRequests,
	(*Enforcer).objectRequests,
	(*Enforcer).lambdaRequests,
}

// derive gives the requests that AWS makes of the policy for one call. All of them have
// to be allowed. A call that needs no permission (Cognito's public API) has none.
func (e *Enforcer) derive(service, operation string, input any) ([]Request, error) {
	for _, derivation := range derivations {
		requests, known, err := derivation(e, input)
		if err != nil {
			return nil, fmt.Errorf("iam: function %s: %s %s: %w", e.Function, service, operation, err)
		}
		if known {
			return requests, nil
		}
	}
	return nil, fmt.Errorf("iam: function %s calls %s %s (%v), whose actions and resources are not derived here: "+
		"add the input's type to the service's derive_….go in shared/foyertest/iam, after the Service Authorization Reference",
		e.Function, service, operation, reflect.TypeOf(input))
}

// arn makes an ARN of the settings' region and account.
func (e *Enforcer) arn(service, resource string) string {
	s := e.tpl.Settings
	return "arn:aws:" + service + ":" + s.Region + ":" + s.AccountID + ":" + resource
}

// each gives one request for every resource.
func each(action string, context map[string][]string, resources ...string) []Request {
	out := make([]Request, len(resources))
	for i, r := range resources {
		out[i] = Request{Action: action, Resource: r, Context: context}
	}
	return out
}

// single is the context value of a single-valued key; nothing for "", a missing key.
func single(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

// resourceOf finds the resource of a type whose physical name or ARN a call names, and
// gives its ARN.
func (e *Enforcer) resourceOf(kind, given string) (string, bool) {
	for id, resource := range e.tpl.Resources {
		if resource.Type != kind {
			continue
		}
		ref, refErr := e.tpl.Ref(id)
		arn, arnErr := e.tpl.GetAtt(id, "Arn")
		if refErr != nil || arnErr != nil {
			continue
		}
		name := arn[strings.LastIndex(arn, ":")+1:]
		if kind == "AWS::SecretsManager::Secret" && len(name) > len(samtemplate.SecretSuffix) {
			name = name[:len(name)-len(samtemplate.SecretSuffix)]
		}
		if given == ref || given == arn || given == name {
			return arn, true
		}
	}
	return "", false
}
