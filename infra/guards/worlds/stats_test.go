//go:build engine

package worlds

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// stats are what the guard has done, so that it cannot pass by doing nothing.
type stats struct {
	steps, sweeps, answers, shown, mails int
	took                                 map[string]int // step → how often it did what it is for
	succeeded                            map[string]int // operation → answers of 2xx that were compared
}

func newStats() stats { return stats{took: map[string]int{}, succeeded: map[string]int{}} }

// compared counts an answer that was compared.
func (g *twins) compared(answers ...answer) {
	for _, a := range answers {
		g.stats.answers++
		if a.status < 300 {
			g.stats.shown++
			g.stats.succeeded[a.op]++
		}
	}
}

func (s stats) String() string {
	return fmt.Sprintf("%d steps, %d sweeps, %d pairs of answers (%d of success), %d pairs of mails", s.steps, s.sweeps, s.answers, s.shown, s.mails)
}

// each is how often each step did what it is for.
func (s stats) each() string {
	var out strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.took)) {
		fmt.Fprintf(&out, "\n%6d %s", s.took[name], name)
	}
	return out.String()
}

// originOf is the session of an access token of Cognito.
func originOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	raw, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	var claims struct {
		Origin string `json:"origin_jti"`
	}
	if json.Unmarshal(raw, &claims) != nil {
		return ""
	}
	return claims.Origin
}
