package identity

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// ErrCode says that a code of the second factor is not the right one now.
var ErrCode = errors.New("wrong code")

// NewSecret gives the person of that access token (of the internal client) a new
// secret for their authenticator. It counts once ProveSecret has seen a code of it.
func (p *Pool) NewSecret(ctx context.Context, access string) (string, error) {
	res, err := p.client.AssociateSoftwareToken(ctx, &cognito.AssociateSoftwareTokenInput{AccessToken: &access})
	if err != nil {
		return "", failed("AssociateSoftwareToken", err)
	}
	return aws.ToString(res.SecretCode), nil
}

// ProveSecret asks Cognito whether the code is one of the person's newest secret;
// ErrCode where it is not, or there is no secret.
func (p *Pool) ProveSecret(ctx context.Context, access, code string) error {
	res, err := p.client.VerifySoftwareToken(ctx, &cognito.VerifySoftwareTokenInput{AccessToken: &access, UserCode: &code})
	switch {
	case wrongCode(err):
		return ErrCode
	case err != nil:
		return failed("VerifySoftwareToken", err)
	case res.Status != types.VerifySoftwareTokenResponseTypeSuccess:
		return ErrCode
	}
	return nil
}

// SetTOTP says whether the person's sign-ins ask for a code.
func (p *Pool) SetTOTP(ctx context.Context, person string, on bool) error {
	_, err := p.client.AdminSetUserMFAPreference(ctx, &cognito.AdminSetUserMFAPreferenceInput{
		UserPoolId: &p.pool, Username: &person, SoftwareTokenMfaSettings: &types.SoftwareTokenMfaSettingsType{Enabled: on, PreferredMfa: on},
	}, func(o *cognito.Options) {
		if !on {
			o.APIOptions = append(o.APIOptions, sayFalse)
		}
	})
	return failed("AdminSetUserMFAPreference", err)
}

// wrongCode says whether a call was refused for its code.
func wrongCode(err error) bool {
	var mismatch *types.CodeMismatchException
	var used *types.ExpiredCodeException // a code works once
	var setup *types.EnableSoftwareTokenMFAException
	var none *types.SoftwareTokenMFANotFoundException
	return errors.As(err, &mismatch) || errors.As(err, &used) || errors.As(err, &setup) || errors.As(err, &none)
}

// sayFalse writes out that the factor is to be off. The SDK leaves false values out,
// which to Cognito is false, and to the local engine no change.
func sayFalse(stack *middleware.Stack) error {
	return stack.Serialize.Insert(middleware.SerializeMiddlewareFunc("SayFalse", func(ctx context.Context, in middleware.SerializeInput, next middleware.SerializeHandler) (middleware.SerializeOutput, middleware.Metadata, error) {
		var out middleware.SerializeOutput
		request, ok := in.Request.(*smithyhttp.Request)
		if !ok {
			return out, middleware.Metadata{}, fmt.Errorf("request of type %T", in.Request)
		}
		raw, err := io.ReadAll(request.GetStream())
		if err != nil {
			return out, middleware.Metadata{}, err
		}
		body := map[string]any{}
		if err := json.Unmarshal(raw, &body); err != nil {
			return out, middleware.Metadata{}, err
		}
		body["SoftwareTokenMfaSettings"] = map[string]bool{"Enabled": false, "PreferredMfa": false}
		if raw, err = json.Marshal(body); err != nil {
			return out, middleware.Metadata{}, err
		}
		if in.Request, err = request.SetStream(bytes.NewReader(raw)); err != nil {
			return out, middleware.Metadata{}, err
		}
		return next.HandleSerialize(ctx, in)
	}), "OperationSerializer", middleware.After)
}
