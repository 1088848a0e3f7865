package iam

import (
	"fmt"
	"maps"
	"sync"

	"foyer/shared/samtemplate"
)

// Enforcer holds the calls of one function to its policy. It may be used by several
// goroutines and for any number of SDK clients.
type Enforcer struct {
	// Function is Foyer's id of the function: invitations-send.
	Function string
	// Policy is what it may do.
	Policy Policy

	tpl    *samtemplate.Template
	tables map[string]samtemplate.Table // by physical name

	mu         sync.Mutex
	uses       map[string]Use
	objectTags func(bucket, key string) map[string]string
}

// ForFunction gives the enforcer of a function by Foyer's id or by logical id. names
// maps logical ids to the physical names that the test uses, as in
// [samtemplate.Settings]; nil leaves those that tpl was resolved with.
func ForFunction(tpl *samtemplate.Template, id string, names map[string]string) (*Enforcer, error) {
	if names != nil {
		var err error
		if tpl, err = tpl.With(samtemplate.Settings{Names: names}); err != nil {
			return nil, err
		}
	}
	f, err := tpl.Function(id)
	if err != nil {
		return nil, err
	}
	policy, err := PolicyOf(tpl, f)
	if err != nil {
		return nil, err
	}
	tables, err := tpl.Tables()
	if err != nil {
		return nil, err
	}
	e := &Enforcer{Function: f.ID, Policy: policy, tpl: tpl, tables: map[string]samtemplate.Table{}, uses: map[string]Use{}}
	for _, t := range tables {
		e.tables[t.Name] = t
	}
	return e, nil
}

// ObjectTags sets the lookup by which s3:ExistingObjectTag/<key> is known: the tags that
// the object has at the time of the call, nil for an object that does not exist. Without
// a lookup no object has tags. It gives the enforcer back, for use in one line.
func (e *Enforcer) ObjectTags(lookup func(bucket, key string) map[string]string) *Enforcer {
	e.objectTags = lookup
	return e
}

// global adds the keys that every request has.
func (e *Enforcer) global(context map[string][]string) map[string][]string {
	out := map[string][]string{"aws:RequestedRegion": {e.tpl.Settings.Region}, "aws:SecureTransport": {"true"}}
	maps.Copy(out, context)
	return out
}

// Check says whether the function may make the call with that typed SDK input, such as
// *dynamodb.GetItemInput; service and operation only name it in messages. A refusal is
// an [AccessDenied]; another error means that the call cannot be judged here.
func (e *Enforcer) Check(service, operation string, input any) error {
	requests, err := e.derive(service, operation, input)
	if err != nil {
		return err
	}
	decisions := make([]Decision, len(requests))
	for i, q := range requests {
		q.Context = e.global(q.Context)
		decisions[i] = e.Policy.Decide(q)
		if !decisions[i].Allowed {
			return &AccessDenied{Function: e.Function, Request: q, By: decisions[i].By}
		}
	}
	for i := range decisions {
		if err := e.record(decisions[i]); err != nil {
			return fmt.Errorf("record the use of a grant: %w", err)
		}
	}
	return nil
}
