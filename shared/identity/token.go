package identity

import (
	"errors"
	"fmt"
	"strings"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

// originOf reads origin_jti from an access token that Cognito has just given us:
// there is nobody in between whose signature would have to be checked.
func originOf(token string) (string, error) {
	parsed, err := jwt.ParseSigned(token, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		return "", errors.New("the access token cannot be read") // err may repeat the token
	}
	var claims struct {
		OriginJTI string `json:"origin_jti"`
	}
	if err := parsed.UnsafeClaimsWithoutVerification(&claims); err != nil {
		return "", fmt.Errorf("claims of the access token: %w", err)
	}
	if claims.OriginJTI == "" {
		return "", errors.New("the access token has no origin_jti: is token revocation on?")
	}
	return claims.OriginJTI, nil
}

// isSecretHashRefusal tells Cognito's refusal of the SECRET_HASH by its words; it
// has the code of a wrong password.
func isSecretHashRefusal(message string) bool {
	message = strings.ToLower(message)
	return strings.Contains(message, "secret hash") || strings.Contains(message, "secret_hash") || strings.Contains(message, "secrethash")
}
