//go:build engine

package foyertest

import (
	"context"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"
)

// AWSCall is one call of AWS that a function makes.
type AWSCall struct {
	Name  string // of the API's operation, such as PutItem
	Nth   int    // of those of that name, from 1
	Input any
}

// Around puts something around every AWS call of a function from now on ("" for every
// function), until Release: next makes the call, as often as it is called.
func (w *World) Around(function string, around func(c AWSCall, next func() (any, error)) (any, error)) {
	var mu sync.Mutex
	made := map[string]int{}
	w.Intercept(function, func(stack *middleware.Stack) error {
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("Around", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (out middleware.InitializeOutput, meta middleware.Metadata, err error) {
			c := AWSCall{Name: awsmiddleware.GetOperationName(ctx), Input: in.Parameters}
			mu.Lock()
			made[c.Name]++
			c.Nth = made[c.Name]
			mu.Unlock()
			out.Result, err = around(c, func() (any, error) {
				var e error
				out, meta, e = next.HandleInitialize(ctx, in)
				return out.Result, e
			})
			return out, meta, err
		}), middleware.After) // where the call's name is known
	})
}

// Before does something just before the function's nth AWS call of that name, until
// Release: what the function has read by then no longer holds.
func (w *World) Before(function, call string, nth int, do func()) {
	w.Around(function, func(c AWSCall, next func() (any, error)) (any, error) {
		if c.Name == call && c.Nth == nth {
			do()
		}
		return next()
	})
}

// Failing makes the function's nth AWS call of that name fail with no effect, until
// Release.
func (w *World) Failing(function, call string, nth int, failure error) {
	w.Around(function, func(c AWSCall, next func() (any, error)) (any, error) {
		if c.Name == call && c.Nth == nth {
			return nil, failure
		}
		return next()
	})
}

// ErrPasses is a failure of AWS that passes, ErrStays one that does not, and ErrMet how
// a transaction ends that met another on its rows.
var (
	ErrMet    error = &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{Code: aws.String("TransactionConflict")}}}
	ErrPasses error = &smithy.GenericAPIError{Code: "InternalServerError", Message: "injected", Fault: smithy.FaultServer}
	ErrStays  error = &smithy.GenericAPIError{Code: "ValidationException", Message: "injected", Fault: smithy.FaultClient}
)
