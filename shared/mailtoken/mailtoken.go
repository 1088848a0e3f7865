// Package mailtoken makes the tokens that stand in mails: an HMAC over what they
// open, so that a retried mail has the same link and a resend, with a new
// generation, another. Only stream-mail, which has the key, can make one; the
// table holds their SHA-256 alone (table.Token).
package mailtoken

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// The purposes of tokens. A token opens what it was made for and nothing else.
const (
	Invitation    = "invitation"
	PasswordReset = "password-reset"
	AddressChange = "address-change" // goes to the new address
)

// Make is the token for (purpose, id, generation) under key: 43 characters of
// base64url.
func Make(key []byte, purpose, id string, generation int) string {
	mac := hmac.New(sha256.New, key)
	fmt.Fprintf(mac, "%s\x00%s\x00%d", purpose, id, generation)
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}
