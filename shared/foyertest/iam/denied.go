package iam

import (
	"fmt"
	"sort"
	"strings"

	"github.com/aws/smithy-go"
)

// AccessDenied is the refusal of one request. It is a smithy.APIError with the code
// AccessDeniedException, as an answer of AWS would be.
type AccessDenied struct {
	// Function is Foyer's id of the function.
	Function string
	// Request is what no statement allows.
	Request Request
	// By is the explicit Deny; nil where no statement allowed the request.
	By *Statement
}

var _ smithy.APIError = (*AccessDenied)(nil)

// Error has the words of AWS's answer, and the condition keys, which AWS keeps to itself.
func (d *AccessDenied) Error() string {
	var context strings.Builder
	keys := make([]string, 0, len(d.Request.Context))
	for k := range d.Request.Context {
		if !strings.HasPrefix(k, "aws:") {
			keys = append(keys, k)
		}
	}
	sort.Strings(keys)
	for _, k := range keys {
		fmt.Fprintf(&context, "; %s %q", k, d.Request.Context[k])
	}
	return d.ErrorCode() + ": " + d.ErrorMessage() + context.String()
}

// ErrorCode is AccessDeniedException.
func (d *AccessDenied) ErrorCode() string { return "AccessDeniedException" }

// ErrorMessage names function, action and resource as AWS does.
func (d *AccessDenied) ErrorMessage() string {
	because := "no identity-based policy allows the " + d.Request.Action + " action"
	if d.By != nil {
		because = "an explicit deny in an identity-based policy (statement " + d.By.ID + ")"
		return fmt.Sprintf("User: function %s is not authorized to perform: %s on resource: %s with %s", d.Function, d.Request.Action, d.Request.Resource, because)
	}
	return fmt.Sprintf("User: function %s is not authorized to perform: %s on resource: %s because %s", d.Function, d.Request.Action, d.Request.Resource, because)
}

// ErrorFault is the client's: a retry changes nothing.
func (d *AccessDenied) ErrorFault() smithy.ErrorFault { return smithy.FaultClient }
