package identity

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// accessClaims are the claims of an access token that a sign-in is known by.
type accessClaims struct {
	OriginJTI string `json:"origin_jti"`
	Username  string `json:"username"`
}

// claimsOf reads an access token that Cognito has just given us: there is nobody in
// between whose signature would have to be checked.
func claimsOf(token string) (accessClaims, error) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return accessClaims{}, errors.New("the access token cannot be read") // err may repeat the token
	}
	var claims accessClaims
	if err := parsed.UnsafeClaimsWithoutVerification(&claims); err != nil {
		return accessClaims{}, fmt.Errorf("claims of the access token: %w", err)
	}
	if claims.OriginJTI == "" {
		return accessClaims{}, errors.New("the access token has no origin_jti: is token revocation on?")
	}
	return claims, nil
}

// isSecretHashRefusal tells Cognito's refusal of the SECRET_HASH by its words; it
// has the code of a wrong password.
func isSecretHashRefusal(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "secret hash") || strings.Contains(message, "secret_hash") || strings.Contains(message, "secrethash")
}
