// Package settings is how much a person wants to be told, and when (PRODUCT.md, rules
// 13 and 15).
package settings

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"foyer/shared/api"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// NotificationSettings are a person's notification settings.
type NotificationSettings struct {
	Level    Level            `json:"level,omitempty" doc:"In general; absent: all as a member, limited as a client"`
	Projects map[string]Level `json:"projects,omitempty" maxProperties:"200" doc:"Level by project's id, where it differs from the general one"`

	Digest     string      `json:"digest,omitempty" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" patternDescription:"hh:mm" example:"08:00" doc:"When, once a day, one mail tells what happened since the last; absent: mails go at once"`
	QuietHours *QuietHours `json:"quietHours,omitempty" doc:"When no mail of what happens goes: what happens then goes in one mail when they are over; absent: at any hour"`
	TimeZone   string      `json:"timeZone,omitempty" minLength:"1" maxLength:"64" example:"Europe/Berlin" doc:"Whose time of the day these are: a name of the IANA database; needed with digest and quietHours"`
}

// QuietHours are hours of every day, over midnight where they end at an earlier time than
// they begin.
type QuietHours struct {
	From string `json:"from" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" patternDescription:"hh:mm" example:"20:00" doc:"From this minute on"`
	To   string `json:"to" pattern:"^([01][0-9]|2[0-3]):[0-5][0-9]$" patternDescription:"hh:mm" example:"07:00" doc:"Until this minute; another than from"`
}

// Level is one of the levels of policy.
type Level string

// Schema makes the three levels known where a tag cannot: as values of a map.
func (Level) Schema(huma.Registry) *huma.Schema {
	return &huma.Schema{Type: huma.TypeString, Enum: []any{string(policy.LevelAll), string(policy.LevelLimited), string(policy.LevelNone)}}
}

// GetInput has nothing: the token says who asks.
type GetInput struct{}

// Get shows the caller's notification settings.
var Get = api.Operation[GetInput, api.Tagged[NotificationSettings]]{
	ID: "settings-get", Method: http.MethodGet, Path: "/me/notification-settings", Access: api.SignedIn,
	Summary: "Show my notification settings",
	Doc:     "For anyone signed in. What was never set is absent: the default of the person's role holds then. The ETag is what settings-put wants in If-Match.",
	Reads:   stored,
	Handle:  get,
}

func get(ctx context.Context, c *api.Call, _ *GetInput) (*api.Tagged[NotificationSettings], error) {
	var row table.SettingsRow
	rows, err := c.Read(ctx, table.Settings(c.Person))
	if err != nil {
		return nil, err
	}
	if _, err := rows.Into(table.Settings(c.Person), &row); err != nil {
		return nil, err
	}
	return api.WithTag(shown(row)), nil
}

// stored is the caller's row of settings, to be read with the access
// (api.Operation.Reads).
func stored(c *api.Call, _ func(string) string) []table.Key {
	return []table.Key{table.Settings(c.Person)}
}

// shown is a row as its person sees it; settings that were never stored too.
func shown(row table.SettingsRow) NotificationSettings {
	n := NotificationSettings{Level: Level(row.Level), Digest: row.Digest, TimeZone: row.TimeZone}
	if row.QuietFrom != "" {
		n.QuietHours = &QuietHours{From: row.QuietFrom, To: row.QuietTo}
	}
	n.Projects = make(map[string]Level, len(row.Projects)) // of none: left out of the answer
	for p, level := range row.Projects {
		n.Projects[p] = Level(level)
	}
	return n
}
