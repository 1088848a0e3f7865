//go:build engine

package foyertest

import (
	"context"
	"crypto/hmac"
	"crypto/sha1" // RFC 6238's own
	"crypto/sha256"
	"encoding/base32"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go/middleware"
)

// cognito is what Cognito refuses and the engine lets pass: a SECRET_HASH that is
// missing or another's, and the answer to a challenge that was not put, not to this
// person, too long ago, or answered before.
type cognito struct {
	mu         sync.Mutex
	clock      *Clock
	secrets    map[string]string    // client → its secret
	owners     map[string]string    // refresh token → username
	challenges map[string]challenge // session → whom it asks
}

type challenge struct {
	client, username string
	at               time.Time
}

// challengeLife is Cognito's AuthSessionValidity, where a client sets none.
const challengeLife = 3 * time.Minute

// strict is the middleware for the functions' calls.
func (c *cognito) strict(stack *middleware.Stack) error {
	return stack.Initialize.Add(middleware.InitializeMiddlewareFunc("StrictCognito", func(ctx context.Context, in middleware.InitializeInput, next middleware.InitializeHandler) (middleware.InitializeOutput, middleware.Metadata, error) {
		if err := c.refuse(in.Parameters); err != nil {
			return middleware.InitializeOutput{}, middleware.Metadata{}, err
		}
		out, meta, err := next.HandleInitialize(ctx, in)
		if err == nil {
			c.remember(in.Parameters, out.Result)
		}
		return out, meta, err
	}), middleware.Before)
}

func (c *cognito) refuse(input any) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch in := input.(type) {
	case *cognitoidentityprovider.AdminInitiateAuthInput:
		username := in.AuthParameters["USERNAME"]
		if in.AuthFlow == types.AuthFlowTypeRefreshTokenAuth {
			owner, known := c.owners[in.AuthParameters["REFRESH_TOKEN"]]
			if !known {
				return nil // the engine refuses it
			}
			username = owner
		}
		return c.hash(*in.ClientId, username, in.AuthParameters["SECRET_HASH"])
	case *cognitoidentityprovider.AdminRespondToAuthChallengeInput:
		username := in.ChallengeResponses["USERNAME"]
		if err := c.hash(*in.ClientId, username, in.ChallengeResponses["SECRET_HASH"]); err != nil {
			return err
		}
		put, known := c.challenges[aws.ToString(in.Session)]
		if !known || put.client != *in.ClientId || put.username != username || c.clock.Now().Sub(put.at) > challengeLife {
			return &types.NotAuthorizedException{Message: aws.String("Invalid session for the user.")}
		}
	}
	return nil
}

func (c *cognito) hash(client, username, given string) error {
	mac := hmac.New(sha256.New, []byte(c.secrets[client]))
	mac.Write([]byte(username + client))
	if given != base64.StdEncoding.EncodeToString(mac.Sum(nil)) {
		return &types.NotAuthorizedException{Message: aws.String("Unable to verify secret hash for client " + client)}
	}
	return nil
}

func (c *cognito) remember(input, output any) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch out := output.(type) {
	case *cognitoidentityprovider.AdminInitiateAuthOutput:
		in := input.(*cognitoidentityprovider.AdminInitiateAuthInput)
		if out.ChallengeName == types.ChallengeNameTypeSoftwareTokenMfa {
			c.challenges[*out.Session] = challenge{*in.ClientId, in.AuthParameters["USERNAME"], c.clock.Now()}
		}
		c.owns(out.AuthenticationResult, in.AuthParameters["USERNAME"])
	case *cognitoidentityprovider.AdminRespondToAuthChallengeOutput:
		in := input.(*cognitoidentityprovider.AdminRespondToAuthChallengeInput)
		delete(c.challenges, aws.ToString(in.Session))
		c.owns(out.AuthenticationResult, in.ChallengeResponses["USERNAME"])
	}
}

func (c *cognito) owns(r *types.AuthenticationResultType, username string) {
	if r != nil && r.RefreshToken != nil {
		c.owners[*r.RefreshToken] = username
	}
}

// Code is the code that an authenticator with that secret shows now (RFC 6238). The
// engine's time is the machine's, whatever the World's clock says.
func (w *World) Code(secret string) string {
	w.T.Helper()
	return w.codeAt(secret, time.Now())
}

const totpStep = 30 * time.Second

func (w *World) codeAt(secret string, at time.Time) string {
	w.T.Helper()
	key, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(secret)
	w.must(err)
	mac := hmac.New(sha1.New, key)
	w.must(binary.Write(mac, binary.BigEndian, at.Unix()/int64(totpStep/time.Second)))
	sum := mac.Sum(nil)
	offset := sum[len(sum)-1] & 0xf
	return fmt.Sprintf("%06d", binary.BigEndian.Uint32(sum[offset:offset+4])&0x7fffffff%1_000_000)
}

// WrongCode is a code that an authenticator with that secret does not show now, nor
// right before or after.
func (w *World) WrongCode(secret string) string {
	w.T.Helper()
	now, right := time.Now(), map[string]bool{}
	for step := -2; step <= 2; step++ {
		right[w.codeAt(secret, now.Add(time.Duration(step)*totpStep))] = true
	}
	for n := 0; ; n++ {
		if code := fmt.Sprintf("%06d", n); !right[code] {
			return code
		}
	}
}

// SecondFactor sets up the person's second factor, through the operations, and gives
// its secret.
func (w *World) SecondFactor(p Person) (secret string) {
	w.T.Helper()
	secret = w.Do(p, "POST", "/v1/me/totp", map[string]any{"password": p.Password}).Must(200).String("secret")
	w.Do(p, "PUT", "/v1/me/totp", map[string]any{"password": p.Password, "code": w.Code(secret)}).Must(204)
	return secret
}
