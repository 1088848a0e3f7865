package sessions

import (
	"net/http"
	"strings"

	"foyer/shared/api"
	"foyer/shared/identity"
)

// SessionTokens are a session's tokens.
type SessionTokens struct {
	AccessToken string `json:"accessToken" doc:"For the header Authorization: Bearer …"`
	Refresh     string `json:"refresh" doc:"For a new access token; opaque"`
	ExpiresIn   int    `json:"expiresIn" doc:"Seconds for which the access token is valid" example:"3600"`
	TokenType   string `json:"tokenType" enum:"Bearer"`
}

// shown are tokens as their person gets them. Cognito's refresh token does not say
// whose it is, and its SECRET_HASH needs that: so the value that is given says it.
func shown(person, refresh string, t identity.Tokens) SessionTokens {
	return SessionTokens{AccessToken: t.Access, Refresh: person + "." + refresh, ExpiresIn: t.ExpiresIn, TokenType: "Bearer"}
}

// parted is a value that was given as <account>.<Cognito's value>.
func parted(value string) (person, own string, ok bool) {
	person, own, _ = strings.Cut(value, ".")
	return person, own, own != "" && api.ValidID("person", person)
}

// errOver is the one answer to a challenge that cannot be answered (any more).
var errOver = api.NewProblem(http.StatusUnauthorized, "challenge-over", "This sign-in has ended. Begin again with address and password.")
