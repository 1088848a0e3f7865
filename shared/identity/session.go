package identity

import (
	"context"
	"errors"

	cognito "github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// ErrSessionOver says that what a sign-in or a refresh goes on with is none, is not
// this person's, or has ended.
var ErrSessionOver = errors.New("the session has ended")

// Answer completes a sign-in with the code of the second factor: ErrCode where the
// code is not the right one (the same challenge may be answered again),
// ErrSessionOver where there is no such challenge (any more).
func (p *Pool) Answer(ctx context.Context, person, session, code string) (Tokens, error) {
	secret, err := p.clientSecret(ctx)
	if err != nil {
		return Tokens{}, err
	}
	res, err := p.client.AdminRespondToAuthChallenge(ctx, &cognito.AdminRespondToAuthChallengeInput{
		UserPoolId: &p.pool, ClientId: &p.clientID, ChallengeName: types.ChallengeNameTypeSoftwareTokenMfa, Session: &session,
		ChallengeResponses: map[string]string{"USERNAME": person, "SOFTWARE_TOKEN_MFA_CODE": code, "SECRET_HASH": secretHash(secret, person, p.clientID)},
	})
	switch {
	case wrongCode(err):
		return Tokens{}, ErrCode
	case err != nil && (wrongCredentials(err) || unreadable(err)):
		return Tokens{}, ErrSessionOver
	case err != nil:
		return Tokens{}, failed("AdminRespondToAuthChallenge", err)
	}
	return tokensOf("AdminRespondToAuthChallenge", person, res.AuthenticationResult)
}

// Refresh gives a new access token of the session that the refresh token belongs to;
// ErrSessionOver where it is none of that person's, or was revoked. Whether Foyer's
// own session still stands is not asked here.
func (p *Pool) Refresh(ctx context.Context, person, refresh string) (Tokens, error) {
	secret, err := p.clientSecret(ctx)
	if err != nil {
		return Tokens{}, err
	}
	res, err := p.client.AdminInitiateAuth(ctx, &cognito.AdminInitiateAuthInput{
		UserPoolId: &p.pool, ClientId: &p.clientID, AuthFlow: types.AuthFlowTypeRefreshTokenAuth,
		AuthParameters: map[string]string{"REFRESH_TOKEN": refresh, "SECRET_HASH": secretHash(secret, person, p.clientID)},
	})
	switch {
	case err != nil && (refusedRefresh(err) || unreadable(err)):
		return Tokens{}, ErrSessionOver
	case err != nil:
		return Tokens{}, failed("AdminInitiateAuth", err)
	}
	t, err := tokensOf("AdminInitiateAuth", person, res.AuthenticationResult)
	if errors.Is(err, errOther) {
		return Tokens{}, ErrSessionOver
	}
	return t, err
}

// refusedRefresh says whether Cognito did not take a refresh token. A SECRET_HASH that
// does not fit is the caller's doing here: another person's id before the token.
func refusedRefresh(err error) bool {
	var refused *types.NotAuthorizedException
	var absent *types.UserNotFoundException
	return errors.As(err, &refused) || errors.As(err, &absent)
}

// unreadable says that Cognito could not make anything of what was sent. What Foyer
// itself puts into these calls has its form, so it is the caller's value.
func unreadable(err error) bool {
	var invalid *types.InvalidParameterException
	return errors.As(err, &invalid)
}

// SignOut makes all refresh tokens of the person useless at Cognito. The sessions
// themselves are Foyer's (table.Session).
func (p *Pool) SignOut(ctx context.Context, person string) error {
	_, err := p.client.AdminUserGlobalSignOut(ctx, &cognito.AdminUserGlobalSignOutInput{UserPoolId: &p.pool, Username: &person})
	return failed("AdminUserGlobalSignOut", err)
}
