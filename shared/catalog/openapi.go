package catalog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"

	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"foyer/shared/api"
)

// OpenAPI is the description of all operations (OpenAPI 3.1), as it is committed
// in infra/openapi.json and served by the page.
func OpenAPI() ([]byte, error) {
	hapi := humago.New(http.NewServeMux(), api.Document())
	api.Register(hapi, nil, Operations()...)
	raw, err := json.Marshal(hapi.OpenAPI())
	if err != nil {
		return nil, fmt.Errorf("OpenAPI document: %w", err)
	}
	var out bytes.Buffer
	if err := json.Indent(&out, raw, "", "  "); err != nil {
		return nil, fmt.Errorf("OpenAPI document: %w", err)
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}
