// Package catalog is the list of everything that Foyer can do. The Lambda
// functions, the routes, the OpenAPI document and the events for sam local are
// held to it by its tests.
package catalog

import (
	"foyer/shared/api"
	"foyer/shared/me"
)

// Operations are the operations of the HTTP API, in the order of API.md.
func Operations() []api.Endpoint {
	return []api.Endpoint{
		me.Get,
	}
}
