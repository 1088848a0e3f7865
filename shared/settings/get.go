// Package settings is how much a person wants to be told (PRODUCT.md, rule 13).
package settings

import (
	"context"
	"net/http"

	"foyer/shared/api"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// NotificationSettings are a person's notification settings.
type NotificationSettings struct {
	Level    policy.Level            `json:"level,omitempty" enum:"all,limited,none" doc:"In general; absent: all as a member, limited as a client"`
	Projects map[string]policy.Level `json:"projects,omitempty" maxProperties:"200" doc:"Level by project's id, where it differs from the general one"`
}

// GetInput has nothing: the token says who asks.
type GetInput struct{}

// Get shows the caller's notification settings.
var Get = api.Operation[GetInput, api.Tagged[NotificationSettings]]{
	ID: "settings-get", Method: http.MethodGet, Path: "/me/notification-settings", Access: api.SignedIn,
	Summary: "Show my notification settings",
	Doc:     "For anyone signed in. What was never set is absent: the default of the person's role holds then. The ETag is what settings-put wants in If-Match.",
	Handle:  get,
}

func get(ctx context.Context, c *api.Call, _ *GetInput) (*api.Tagged[NotificationSettings], error) {
	var row table.SettingsRow
	if _, err := c.Table.Get(ctx, table.Settings(c.Person), &row); err != nil {
		return nil, err
	}
	return api.WithTag(shown(row)), nil
}

// shown is a row as its person sees it; settings that were never stored too.
func shown(row table.SettingsRow) NotificationSettings {
	n := NotificationSettings{Level: policy.Level(row.Level)}
	if len(row.Projects) > 0 {
		n.Projects = make(map[string]policy.Level, len(row.Projects))
	}
	for p, level := range row.Projects {
		n.Projects[p] = policy.Level(level)
	}
	return n
}
