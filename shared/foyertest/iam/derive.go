package iam

import (
	"fmt"
	"reflect"
)

// derive gives the requests that AWS makes of the policy for one call. All of them have
// to be allowed. A call that needs no permission (Cognito's public API) has none.
func (e *Enforcer) derive(service, operation string, input any) ([]Request, error) {
	for _, derive := range []func(*Enforcer, any) ([]Request, bool, error){
		(*Enforcer).dynamoRequests,
	} {
		requests, known, err := derive(e, input)
		if err != nil {
			return nil, fmt.Errorf("iam: function %s: %s %s: %w", e.Function, service, operation, err)
		}
		if known {
			return requests, nil
		}
	}
	return nil, fmt.Errorf("iam: function %s calls %s %s (%v), whose actions and resources are not derived here: "+
		"add the input's type to the service's file in shared/foyertest/iam, after the Service Authorization Reference",
		e.Function, service, operation, reflect.TypeOf(input))
}
