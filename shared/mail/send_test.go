package mail

import (
	"net/mail"
	"strings"
	"testing"
)

// Whatever the sender is called, the header is one line of ASCII that says that name
// beside Foyer's own address, and short enough for SES.
func TestTheSenderIsQuotedAndTheAddressIsFoyers(t *testing.T) {
	for name, want := range map[string]string{
		"Acme": "Acme", `Ann "the boss" <ann@evil.example>, Inc.`: `Ann "the boss" <ann@evil.example>, Inc.`, "Zoë & Söhne GmbH": "Zoë & Söhne GmbH",
		strings.Repeat("ü", 64): strings.Repeat("ü", 40), strings.Repeat("漢", 64): "",
	} {
		got := from(name, "foyer@example.com")
		parsed, err := mail.ParseAddress(got)
		if err != nil || parsed.Address != "foyer@example.com" || !strings.HasPrefix(name, parsed.Name) || parsed.Name == "" || want != "" && parsed.Name != want {
			t.Errorf("%s: got %s (%v)", name, got, err)
		}
		if len(got) > fromMost || strings.ContainsFunc(got, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Errorf("%s: got %d characters: %q", name, len(got), got)
		}
	}
}
