// Package settings is how much a person wants to be told (PRODUCT.md, rule 13).
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
	n := NotificationSettings{Level: Level(row.Level)}
	if len(row.Projects) > 0 {
		n.Projects = make(map[string]Level, len(row.Projects))
	}
	for p, level := range row.Projects {
		n.Projects[p] = Level(level)
	}
	return n
}
