// Package identity is Foyer's user pool (Cognito) behind a few small methods. The
// username is always Foyer's account id: the table alone knows addresses. No
// password and no token is ever logged or put into an error.
package identity

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
	"github.com/aws/smithy-go"

	"foyer/shared/api"
)

// State is how far a person's user is.
type State string

// The states of a user that Foyer makes.
const (
	Absent    State = ""                      // there is no such user
	Made      State = "FORCE_CHANGE_PASSWORD" // made, and no password was chosen yet
	Confirmed State = "CONFIRMED"             // has a password and can sign in
)

var (
	// ErrExists says that Create found the user there already.
	ErrExists = errors.New("the user exists")
	// ErrCredentials is the one answer to a sign-in that failed, whatever the reason.
	ErrCredentials = errors.New("wrong credentials")
	// ErrChallenge says that the password was right, and Cognito asks for more. The
	// error is a *ChallengeError.
	ErrChallenge = errors.New("the sign-in asks for a second factor")
)

// ChallengeError is a sign-in that goes on with the code of the second factor.
type ChallengeError struct{ Session string } // what Answer wants to hear again

// Error does not tell the session, which is half a sign-in.
func (e *ChallengeError) Error() string { return ErrChallenge.Error() }

// Is makes it an ErrChallenge.
func (e *ChallengeError) Is(target error) bool { return target == ErrChallenge }

// PasswordError is a password that the pool's policy refused, with the rule.
type PasswordError struct{ Rule string } // in the words of PasswordRules

// Error names the rule; the password is not in it.
func (e *PasswordError) Error() string { return "password refused: " + e.Rule }

// Tokens are what a sign-in gives.
type Tokens struct {
	Access, Refresh string // a refresh gives no new Refresh
	ExpiresIn       int    // seconds that the access token is valid
	Session         string // origin_jti of the access token: the same through all refreshes
}

// Pool is the user pool through one of its clients.
type Pool struct {
	client         *cognito.Client
	pool, clientID string

	mu     sync.Mutex
	secret string // the client's, read once in the life of the process
}

// From is the environment's user pool, with the client whose tokens people get.
func From(env *api.Env) *Pool {
	return api.Resource(env, "identity", func(e *api.Env) *Pool { return newPool(e, e.Config.UserPoolClientID) })
}

// Internal is the same pool with the client that Foyer itself signs people in with,
// to ask whether a password is right and to set up a second factor. No token of it
// leaves the process: the API does not accept them, and Cognito's own does.
func Internal(env *api.Env) *Pool {
	return api.Resource(env, "identity-internal", func(e *api.Env) *Pool { return newPool(e, e.Config.InternalClientID) })
}

func newPool(e *api.Env, clientID string) *Pool {
	return &Pool{client: cognito.NewFromConfig(e.AWS), pool: e.Config.UserPoolID, clientID: clientID}
}

// Create makes the person's user, without a password and without any mail;
// ErrExists where there is one.
func (p *Pool) Create(ctx context.Context, person string) error {
	_, err := p.client.AdminCreateUser(ctx, &cognito.AdminCreateUserInput{UserPoolId: &p.pool, Username: &person, MessageAction: types.MessageActionTypeSuppress})
	var exists *types.UsernameExistsException
	if errors.As(err, &exists) {
		return ErrExists
	}
	return failed("AdminCreateUser", err)
}

// State says how far the person's user is.
func (p *Pool) State(ctx context.Context, person string) (State, error) {
	res, err := p.client.AdminGetUser(ctx, &cognito.AdminGetUserInput{UserPoolId: &p.pool, Username: &person})
	var absent *types.UserNotFoundException
	switch {
	case errors.As(err, &absent):
		return Absent, nil
	case err != nil:
		return Absent, failed("AdminGetUser", err)
	}
	return State(res.UserStatus), nil
}

// Delete deletes the person's user, if there is one.
func (p *Pool) Delete(ctx context.Context, person string) error {
	_, err := p.client.AdminDeleteUser(ctx, &cognito.AdminDeleteUserInput{UserPoolId: &p.pool, Username: &person})
	var absent *types.UserNotFoundException
	if errors.As(err, &absent) {
		return nil
	}
	return failed("AdminDeleteUser", err)
}

// SetPassword gives the person that password for good; the user is Confirmed then.
// A password that the policy refuses is a *PasswordError, which says the rule.
func (p *Pool) SetPassword(ctx context.Context, person, password string) error {
	_, err := p.client.AdminSetUserPassword(ctx, &cognito.AdminSetUserPasswordInput{UserPoolId: &p.pool, Username: &person, Password: &password, Permanent: true})
	var refused *types.InvalidPasswordException
	if errors.As(err, &refused) {
		return &PasswordError{Rule: brokenBy(refused.ErrorMessage())}
	}
	return failed("AdminSetUserPassword", err)
}

// SignIn signs the person in: ErrCredentials for whatever is wrong with person or
// password, ErrChallenge where Cognito asks for more than a password.
func (p *Pool) SignIn(ctx context.Context, person, password string) (Tokens, error) {
	secret, err := p.clientSecret(ctx)
	if err != nil {
		return Tokens{}, err
	}
	res, err := p.client.AdminInitiateAuth(ctx, &cognito.AdminInitiateAuthInput{
		UserPoolId: &p.pool, ClientId: &p.clientID, AuthFlow: types.AuthFlowTypeAdminUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": person, "PASSWORD": password, "SECRET_HASH": secretHash(secret, person, p.clientID)},
	})
	if err != nil {
		if wrongCredentials(err) {
			return Tokens{}, ErrCredentials
		}
		return Tokens{}, failed("AdminInitiateAuth", err)
	}
	switch {
	case res.ChallengeName == types.ChallengeNameTypeNewPasswordRequired:
		return Tokens{}, ErrCredentials // no password was chosen yet: only an acceptance can choose one
	case res.ChallengeName == types.ChallengeNameTypeSoftwareTokenMfa:
		return Tokens{}, &ChallengeError{Session: aws.ToString(res.Session)}
	case res.ChallengeName != "":
		return Tokens{}, fmt.Errorf("AdminInitiateAuth asks for %s, which is not set up", res.ChallengeName)
	}
	return tokensOf("AdminInitiateAuth", person, res.AuthenticationResult)
}

// tokensOf reads the tokens that Cognito gave for that person.
func tokensOf(operation, person string, r *types.AuthenticationResultType) (Tokens, error) {
	if r == nil {
		return Tokens{}, fmt.Errorf("%s gave neither tokens nor a challenge", operation)
	}
	t := Tokens{Access: aws.ToString(r.AccessToken), Refresh: aws.ToString(r.RefreshToken), ExpiresIn: int(r.ExpiresIn)}
	claims, err := claimsOf(t.Access)
	if err != nil {
		return Tokens{}, err
	}
	if claims.Username != person {
		return Tokens{}, errOther
	}
	t.Session = claims.OriginJTI
	return t, nil
}

// errOther: Cognito gave tokens of another person than was asked for.
var errOther = errors.New("the token is another person's")

// wrongCredentials says whether a sign-in was refused for what the person gave.
// A SECRET_HASH that does not fit has the same code and is a fault of ours.
func wrongCredentials(err error) bool {
	var refused *types.NotAuthorizedException
	var absent *types.UserNotFoundException
	var unconfirmed *types.UserNotConfirmedException
	var reset *types.PasswordResetRequiredException
	if errors.As(err, &refused) {
		return !isSecretHashRefusal(refused.ErrorMessage())
	}
	return errors.As(err, &absent) || errors.As(err, &unconfirmed) || errors.As(err, &reset)
}

func (p *Pool) clientSecret(ctx context.Context) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.secret != "" {
		return p.secret, nil
	}
	res, err := p.client.DescribeUserPoolClient(ctx, &cognito.DescribeUserPoolClientInput{UserPoolId: &p.pool, ClientId: &p.clientID})
	if err != nil {
		return "", failed("DescribeUserPoolClient", err)
	}
	if res.UserPoolClient == nil || aws.ToString(res.UserPoolClient.ClientSecret) == "" {
		return "", errors.New("the user pool's client has no secret")
	}
	p.secret = *res.UserPoolClient.ClientSecret
	return p.secret, nil
}

// secretHash proves to Cognito that the caller has the client's secret (Developer
// Guide, “Computing secret hash values”).
func secretHash(secret, username, clientID string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(username + clientID))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// callError is a failed call of Cognito. Its text has operation and code only:
// Cognito's own messages may repeat what was sent.
type callError struct {
	operation string
	err       error
}

func failed(operation string, err error) error {
	if err == nil {
		return nil
	}
	return &callError{operation, err}
}

func (e *callError) Error() string {
	var coded smithy.APIError
	if errors.As(e.err, &coded) {
		return fmt.Sprintf("%s: %s", e.operation, coded.ErrorCode())
	}
	return e.operation + ": no answer"
}

// Unwrap lets api.Passing see whether the failure passes.
func (e *callError) Unwrap() error { return e.err }
