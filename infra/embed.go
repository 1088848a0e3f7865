// Package infra holds what is generated from the catalogue and served by the page.
package infra

import _ "embed"

//go:embed openapi.json
var openAPI []byte

// OpenAPI is the description of the HTTP API (OpenAPI 3.1) as it is committed in
// infra/openapi.json. Reading it here links none of the operations: catalog.OpenAPI,
// which makes it, links all of them.
func OpenAPI() []byte { return openAPI }
