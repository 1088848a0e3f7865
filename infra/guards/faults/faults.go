//go:build engine

// Package faults makes AWS fail: an SDK middleware below the SDK's own retries, so
// that those are part of what is tried. Its tests make each call of AWS of each
// operation and consumer fail in turn.
package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"foyer/shared/foyertest"
)

// Kind is a way in which a call of AWS fails.
type Kind string

// The kinds of faults.
const (
	Throttled     Kind = "throttled"
	Failed        Kind = "500"
	TimeoutBefore Kind = "timeout before the effect"
	TimeoutAfter  Kind = "timeout after the effect"
	Conflict      Kind = "TransactionConflict"
	Unprocessed   Kind = "left unprocessed"
)

// Call is a call of AWS within a request or a run.
type Call struct {
	Service, Operation string
	Nth                int // of this operation, from 1: calls that are made at once have no other order
	input              any
	index              int
}

// String is for reports.
func (c Call) String() string { return fmt.Sprintf("%s %s (number %d)", c.Service, c.Operation, c.Nth) }

// Same says whether two calls, of two runs of the same work, are the same one.
func (c Call) Same(other Call) bool {
	return c.Service == other.Service && c.Operation == other.Operation && c.Nth == other.Nth
}

// reads are the operations that have no effect.
var reads = []string{"GetItem", "BatchGetItem", "Query", "AdminGetUser", "DescribeUserPoolClient", "GetSecretValue", "GetObject", "HeadObject"}

// Writes says whether the call has an effect.
func (c Call) Writes() bool { return !slices.Contains(reads, c.Operation) }

// Kinds are the ways in which the call can fail. A lost answer of what has no
// effect is as good as a lost request.
func (c Call) Kinds() []Kind {
	kinds := []Kind{Throttled, Failed, TimeoutBefore}
	if c.Writes() {
		kinds = append(kinds, TimeoutAfter)
	}
	switch c.Operation {
	case "TransactWriteItems", "PutItem", "UpdateItem", "DeleteItem":
		kinds = append(kinds, Conflict)
	case "BatchGetItem", "BatchWriteItem":
		kinds = append(kinds, Unprocessed)
	}
	return kinds
}

// Fault is what a call meets: nothing where Kind is empty.
type Fault struct {
	Kind Kind
	// Always: at every attempt of the SDK; otherwise at the first alone.
	Always bool
}

// Injector sees the calls, and decides what each meets.
type Injector struct {
	decide func(Call) Fault

	mu    sync.Mutex
	calls []Call
	wired map[int]bool   // calls that came to be sent: the signing of a link does not
	asked map[string]int // operation → how often AWS was asked
	took  map[string]int // operation → how often it did it
	lost  map[string]int // operation → how often the engine lost the answer by itself
}

// New is an Injector; decide is asked once a call, and by several at once where
// calls are made at once.
func New(decide func(Call) Fault) *Injector {
	return &Injector{decide: decide, asked: map[string]int{}, took: map[string]int{}, lost: map[string]int{}, wired: map[int]bool{}}
}

// Calls are the calls so far.
func (i *Injector) Calls() []Call {
	i.mu.Lock()
	defer i.mu.Unlock()
	var made []Call
	for _, c := range i.calls {
		if i.wired[c.index] {
			made = append(made, c)
		}
	}
	return made
}

// Took is how often AWS did what the operation asks, whatever the caller heard of it.
func (i *Injector) Took(operation string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.took[operation]
}

// Asked is how often AWS was asked for the operation, other than in what a fault
// kept from it: more than once too where an answer of the engine was lost by itself.
func (i *Injector) Asked(operation string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.asked[operation]
}

// Lost is how often an answer was lost without a fault: what was asked for has
// happened all the same. The local engine does that now and then under load (the
// status comes, and the connection is closed before the body).
func (i *Injector) Lost(operation string) int {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.lost[operation]
}

// Hurry makes the SDK wait next to nothing before it tries again, as often as the World lets
// it. (SES's client has a retryer of its own.)
func Hurry(w *foyertest.World) {
	w.AWS.Retryer = func() aws.Retryer {
		return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxBackoff = 5 * time.Millisecond })
	}
	w.Release() // functions made from now on
}

type callKey struct{}

// pendingCall is a call under way.
type pendingCall struct {
	Call
	Fault
	attempts int
	took     bool // the last attempt had its effect
}

// Option is the middleware, for foyertest.World.Intercept.
func (i *Injector) Option(stack *middleware.Stack) error {
	name := middleware.InitializeMiddlewareFunc("FaultsCall", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		p := &pendingCall{Call: Call{Service: awsmiddleware.GetServiceID(ctx), Operation: awsmiddleware.GetOperationName(ctx), input: in.Parameters}}
		i.mu.Lock()
		p.Nth = 1
		for _, before := range i.calls {
			if before.Service == p.Service && before.Operation == p.Operation {
				p.Nth++
			}
		}
		p.index = len(i.calls)
		i.calls = append(i.calls, p.Call)
		i.mu.Unlock()
		p.Fault = i.decide(p.Call)
		if p.Kind == Unprocessed {
			i.sent(p)
			return middleware.InitializeOutput{Result: unprocessed(in.Parameters)}, middleware.Metadata{}, nil
		}
		return next.HandleInitialize(middleware.WithStackValue(ctx, callKey{}, p), in)
	})
	if err := stack.Initialize.Add(name, middleware.After); err != nil { // where the call's name is known
		return err
	}
	if err := stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("FaultsLost", i.notice), middleware.After); err != nil { // below the SDK's retries
		return err
	}
	return stack.Deserialize.Add(middleware.DeserializeMiddlewareFunc("FaultsAttempt", i.attempt), middleware.After) // next to the wire
}

// notice notes an attempt that had its effect, and whose answer was lost without a fault.
func (i *Injector) notice(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
	out, meta, err := next.HandleFinalize(ctx, in)
	var answer smithy.APIError
	p, ok := middleware.GetStackValue(ctx, callKey{}).(*pendingCall)
	if ok && err != nil && p.took && !errors.As(err, &answer) && (p.Kind == "" || p.attempts > 1 && !p.Always) {
		i.mu.Lock()
		i.lost[p.Operation]++
		i.mu.Unlock()
	}
	return out, meta, err
}

// sent notes that the call came to be sent.
func (i *Injector) sent(p *pendingCall) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.wired[p.index] = true
}

func (i *Injector) attempt(ctx context.Context, in middleware.DeserializeInput, next middleware.DeserializeHandler) (out middleware.DeserializeOutput, meta middleware.Metadata, err error) {
	p, ok := middleware.GetStackValue(ctx, callKey{}).(*pendingCall)
	if !ok {
		return next.HandleDeserialize(ctx, in)
	}
	i.sent(p)
	p.took = false
	if p.attempts++; p.Kind == "" || p.attempts > 1 && !p.Always || p.Kind == TimeoutAfter {
		i.mu.Lock()
		i.asked[p.Operation]++
		i.mu.Unlock()
		if out, meta, err = next.HandleDeserialize(ctx, in); err != nil {
			return out, meta, err
		}
		res, ok := out.RawResponse.(*smithyhttp.Response)
		if ok && res.StatusCode < http.StatusMultipleChoices {
			i.mu.Lock()
			i.took[p.Operation]++
			p.took = true
			i.mu.Unlock()
		}
		if p.Kind != TimeoutAfter || p.attempts > 1 && !p.Always {
			return out, meta, nil
		}
		if ok {
			_, _ = io.Copy(io.Discard, res.Body) // the answer is lost
			_ = res.Body.Close()
		}
		return middleware.DeserializeOutput{}, meta, timedOut()
	}
	switch p.Kind {
	case TimeoutBefore:
		return out, meta, timedOut()
	case Throttled, Failed, TimeoutAfter, Conflict, Unprocessed:
	}
	status, body := answer(p)
	raw, err := json.Marshal(body)
	if err != nil {
		return out, meta, err
	}
	code, _ := body["__type"].(string)
	if p.Service == "S3" {
		raw = fmt.Appendf(nil, "<Error><Code>%s</Code><Message>%s</Message></Error>", code, Secret)
	}
	out.RawResponse = &smithyhttp.Response{Response: &http.Response{
		StatusCode: status, Status: http.StatusText(status), Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}, "X-Amzn-Errortype": {code[strings.LastIndex(code, "#")+1:]}},
		Body:   io.NopCloser(bytes.NewReader(raw)), ContentLength: int64(len(raw)),
	}}
	return out, meta, nil
}

// Secret is in the text of every fault: no caller may ever see it.
const Secret = "inside-7c1e"

// lost is a time-out of the network.
type lost struct{}

func (lost) Error() string   { return Secret + ": i/o timeout" }
func (lost) Timeout() bool   { return true }
func (lost) Temporary() bool { return true }

func timedOut() error {
	return &smithyhttp.RequestSendError{Err: &url.Error{Op: "Post", URL: "https://" + Secret + ".amazonaws.com/", Err: lost{}}}
}

// answer is the refusal as it comes over the wire.
func answer(p *pendingCall) (status int, body map[string]any) {
	coded := func(status int, code string) (int, map[string]any) {
		return status, map[string]any{"__type": code, "message": Secret}
	}
	switch service := p.Service; {
	case p.Kind == Failed && service == "DynamoDB":
		return coded(http.StatusInternalServerError, "com.amazonaws.dynamodb.v20120810#InternalServerError")
	case p.Kind == Failed && service == "Cognito Identity Provider":
		return coded(http.StatusInternalServerError, "InternalErrorException")
	case p.Kind == Failed && service == "S3":
		return coded(http.StatusInternalServerError, "InternalError")
	case service == "S3":
		return coded(http.StatusServiceUnavailable, "SlowDown")
	case p.Kind == Failed:
		return coded(http.StatusInternalServerError, "InternalServiceError")
	case service == "DynamoDB" && p.Operation == "TransactWriteItems":
		if p.Kind == Conflict {
			return canceled(p, "TransactionConflict")
		}
		return canceled(p, "ThrottlingError")
	case p.Kind == Conflict:
		return coded(http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#TransactionConflictException")
	case service == "DynamoDB":
		return coded(http.StatusBadRequest, "com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException")
	case service == "SESv2":
		return coded(http.StatusTooManyRequests, "TooManyRequestsException")
	case service == "Cognito Identity Provider":
		return coded(http.StatusBadRequest, "TooManyRequestsException")
	}
	return coded(http.StatusBadRequest, "ThrottlingException")
}

// canceled is a transaction that was canceled for the last of its rows.
func canceled(p *pendingCall, code string) (int, map[string]any) {
	n := len(p.input.(*dynamodb.TransactWriteItemsInput).TransactItems)
	reasons := make([]map[string]any, n)
	for i := range reasons {
		reasons[i] = map[string]any{"Code": "None"}
	}
	reasons[n-1] = map[string]any{"Code": code, "Message": Secret}
	return http.StatusBadRequest, map[string]any{
		"__type": "com.amazonaws.dynamodb.v20120810#TransactionCanceledException", "Message": Secret, "CancellationReasons": reasons,
	}
}

// unprocessed is the answer of a batch of which nothing was done.
func unprocessed(input any) any {
	switch in := input.(type) {
	case *dynamodb.BatchGetItemInput:
		return &dynamodb.BatchGetItemOutput{Responses: map[string][]map[string]types.AttributeValue{}, UnprocessedKeys: in.RequestItems}
	case *dynamodb.BatchWriteItemInput:
		return &dynamodb.BatchWriteItemOutput{UnprocessedItems: in.RequestItems}
	}
	panic(fmt.Sprintf("%T is no batch", input))
}
