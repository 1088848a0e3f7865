package main

import (
	"crypto/rand"
	"crypto/rsa"
	"strings"
	"testing"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
)

func TestForgedTokenDiffersOnlyInItsSignature(t *testing.T) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: jose.RS256, Key: key}, nil)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(map[string]any{"token_use": "access"}).Serialize()
	if err != nil {
		t.Fatal(err)
	}

	forged, err := forge(token)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := forged[:strings.LastIndex(forged, ".")], token[:strings.LastIndex(token, ".")]; got != want {
		t.Errorf("header and claims: got %q, want %q", got, want)
	}
	parsed, err := jwt.ParseSigned(forged, []jose.SignatureAlgorithm{jose.RS256})
	if err != nil {
		t.Fatalf("the forged token cannot be parsed, so it would be refused for that: %v", err)
	}
	if err := parsed.Claims(&key.PublicKey, &struct{}{}); err == nil {
		t.Error("the forged token is valid under the real key")
	}
}

func TestForgeRefusesWhatIsNoToken(t *testing.T) {
	for _, text := range []string{"", "a", "a.b"} {
		if got, err := forge(text); err == nil {
			t.Errorf("%q: got %q, want an error", text, got)
		}
	}
}
