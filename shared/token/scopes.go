// Package token shapes the tokens that the user pool gives.
package token

import "github.com/aws/aws-lambda-go/events"

// userAdminScope lets whoever holds an access token call Cognito's public API for
// its user: change factors, or delete them.
const userAdminScope = "aws.cognito.signin.user.admin"

// Scopes answers the pool's pre-token-generation trigger (V2): access tokens lose
// the scope by which a token alone could change or delete its user past Foyer.
// Those of the internal client keep it, for Foyer sets up second factors with them
// and gives none away; where that client is not known, none keeps it. Called by
// Cognito at every sign-in and refresh; anything else of the event is given back as
// it came.
func Scopes(internalClient string) func(events.CognitoEventUserPoolsPreTokenGenV2_0) events.CognitoEventUserPoolsPreTokenGenV2_0 {
	return func(e events.CognitoEventUserPoolsPreTokenGenV2_0) events.CognitoEventUserPoolsPreTokenGenV2_0 {
		if internalClient != "" && e.CallerContext.ClientID == internalClient {
			return e
		}
		access := &e.Response.ClaimsAndScopeOverrideDetails.AccessTokenGeneration
		access.ScopesToSuppress = append(access.ScopesToSuppress, userAdminScope)
		return e
	}
}
