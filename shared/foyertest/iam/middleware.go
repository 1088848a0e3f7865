package iam

import (
	"context"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go/middleware"
)

// Middleware gives the function for aws.Config.APIOptions (or a client's Options) that
// checks every call before it is made. A refused call is not made, not signed and not
// retried.
func (e *Enforcer) Middleware() func(*middleware.Stack) error {
	return func(stack *middleware.Stack) error {
		// The Initialize step still has the typed input; its last place comes after the
		// SDK's own validation, so that a malformed input is reported as such.
		return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("FoyerIAM", e.initialize), middleware.After)
	}
}

func (e *Enforcer) initialize(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
	if err := e.Check(awsmiddleware.GetServiceID(ctx), awsmiddleware.GetOperationName(ctx), in.Parameters); err != nil {
		return middleware.InitializeOutput{}, middleware.Metadata{}, err
	}
	return next.HandleInitialize(ctx, in)
}
