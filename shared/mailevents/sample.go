//go:build engine

package mailevents

import "encoding/json"

// Permanent is what SES tells of a mail with these tags that came back for good, for
// tests.
func Permanent(to string, tags map[string]string) string {
	e := event{EventType: "Bounce"}
	e.Bounce.Type, e.Bounce.Recipients = permanent, []recipient{{to}}
	e.Mail.ID, e.Mail.Tags = "m1", map[string][]string{}
	for name, value := range tags {
		e.Mail.Tags[name] = []string{value}
	}
	raw, _ := json.Marshal(e) // strings
	return string(raw)
}
