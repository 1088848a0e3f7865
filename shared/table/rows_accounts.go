package table

import "time"

// AttemptsRow counts attempts in one window of time (key Attempts), or says until
// when a source is known (its TTL alone counts then).
type AttemptsRow struct {
	Key
	Attempts []string `dynamodbav:"attempts,stringset,omitempty"` // their ids: what is repeated counts once
	TTL      int64    `dynamodbav:"ttl"`
}

// PasswordResetRow is the newest reset that was asked for (key PasswordReset). It is
// put for an address that nobody has too, under an account that does not exist, so
// that asking is the same work for both.
type PasswordResetRow struct {
	Key
	Reset      string    `dynamodbav:"reset"` // its id; a token of another opens nothing
	ExpiresAt  time.Time `dynamodbav:"expiresAt"`
	ClaimID    string    `dynamodbav:"claimId,omitempty"`    // of the request that sets the password
	ClaimUntil int64     `dynamodbav:"claimUntil,omitempty"` // epoch milliseconds
	TTL        int64     `dynamodbav:"ttl"`
}

// AddressChangeRow is the newest change of address that the person asked for (key
// AddressChange).
type AddressChangeRow struct {
	Key
	Change    string    `dynamodbav:"change"` // its id; a token of another opens nothing
	Email     string    `dynamodbav:"email"`  // the new address, canonical
	ExpiresAt time.Time `dynamodbav:"expiresAt"`
	TTL       int64     `dynamodbav:"ttl"`
}

// ChallengeRow is a sign-in that waits for the code of the second factor (key
// Challenge).
type ChallengeRow struct {
	Key
	Ended int   `dynamodbav:"ended"` // of the account when the password was right
	TTL   int64 `dynamodbav:"ttl"`
}
