// Package token shapes the tokens that the user pool gives.
package token

import "github.com/aws/aws-lambda-go/events"

// userAdminScope lets whoever holds an access token call Cognito's public API for
// its user: change factors, or delete them.
const userAdminScope = "aws.cognito.signin.user.admin"

// Scopes answers the pool's pre-token-generation trigger (V2): access tokens lose
// the scope by which a token alone could change or delete its user past Foyer.
// Called by Cognito at every sign-in and refresh; anything else of the event is
// given back as it came.
func Scopes(e events.CognitoEventUserPoolsPreTokenGenV2_0) events.CognitoEventUserPoolsPreTokenGenV2_0 {
	access := &e.Response.ClaimsAndScopeOverrideDetails.AccessTokenGeneration
	access.ScopesToSuppress = append(access.ScopesToSuppress, userAdminScope)
	return e
}
