// Package catalog is the list of everything that Foyer can do. The Lambda
// functions, the routes, the OpenAPI document and the events for sam local are
// held to it by its tests.
package catalog

import (
	"foyer/shared/api"
	"foyer/shared/items"
	"foyer/shared/me"
	"foyer/shared/notifications"
	"foyer/shared/portal"
)

// Operations are the operations of the HTTP API, in the order of API.md.
func Operations() []api.Endpoint {
	return []api.Endpoint{
		me.Get,
		notifications.List,
		items.Create, items.List, items.Get, items.Visibility,
		portal.ProjectsList, portal.ProjectsGet, portal.ItemsList, portal.ItemsGet, portal.NotificationsList,
	}
}
