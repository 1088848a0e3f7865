package api

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"github.com/danielgtaylor/huma/v2"
)

// refuseNulls finds the fields that are null in a body and may not be. huma takes
// an optional field that is null for one that is absent, which the schema does not
// say: who means to take something away with it would hear that it was done.
func refuseNulls(hapi huma.API, ctx huma.Context) error {
	body, described := bodyOf(ctx.Context()), ctx.Operation().RequestBody
	if described == nil || !bytes.Contains(body, []byte("null")) {
		return nil
	}
	media := described.Content["application/json"]
	var v any
	if media == nil || media.Schema == nil || json.Unmarshal(body, &v) != nil {
		return nil // huma says what is wrong with it
	}
	if faults := nulls(hapi.OpenAPI().Components.Schemas, media.Schema, v, "body"); len(faults) > 0 {
		return Invalid(faults...)
	}
	return nil
}

// refuseEmpty refuses an empty number or flag of the query, such as limit=, which huma
// takes for one that is not there: the schema says that it is none.
func refuseEmpty(ctx huma.Context) error {
	u := ctx.URL()
	if u.RawQuery == "" {
		return nil
	}
	var faults []FieldError
	query := u.Query()
	for _, p := range ctx.Operation().Parameters {
		if p.In == "query" && p.Schema.Type != huma.TypeString && query.Has(p.Name) && query.Get(p.Name) == "" {
			faults = append(faults, Fault("query."+p.Name, "must not be empty"))
		}
	}
	if len(faults) > 0 {
		return Invalid(faults...)
	}
	return nil
}

func nulls(schemas huma.Registry, s *huma.Schema, v any, at string) (faults []FieldError) {
	if s.Ref != "" {
		s = schemas.SchemaFromRef(s.Ref)
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range slices.Sorted(maps.Keys(v)) {
			field, ok := s.Properties[name]
			switch {
			case !ok: // huma knows whether it may be there
			case v[name] == nil && !field.Nullable:
				faults = append(faults, Fault(at+"."+name, "must not be null: leave it out"))
			default:
				faults = append(faults, nulls(schemas, field, v[name], at+"."+name)...)
			}
		}
	case []any:
		for i := range v {
			if s.Items != nil {
				faults = append(faults, nulls(schemas, s.Items, v[i], fmt.Sprintf("%s[%d]", at, i))...)
			}
		}
	}
	return faults
}
