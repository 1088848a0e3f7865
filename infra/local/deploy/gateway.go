package deploy

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// gateway is what an HTTP API has, in the terms of its OpenAPI Body: authorizers
// by name, routes by key. The engine's ids do not matter in it.
type gateway struct {
	authorizers map[string]authorizer
	routes      map[string]route
	cors        *cors
}

type authorizer struct {
	issuer, source string
	audience       []string
}

type route struct {
	uri        string // of the integration: which function
	format     string // of the payload
	authorizer string // name; "": public
	scopes     []string
}

// cors as it stands in the Body (x-amazon-apigateway-cors).
type cors struct {
	AllowOrigins     []string `json:"allowOrigins"`
	AllowHeaders     []string `json:"allowHeaders"`
	AllowMethods     []string `json:"allowMethods"`
	ExposeHeaders    []string `json:"exposeHeaders"`
	MaxAge           int32    `json:"maxAge"`
	AllowCredentials bool     `json:"allowCredentials"`
}

// body is as much of the OpenAPI document as SAM fills.
type body struct {
	Paths      map[string]map[string]json.RawMessage `json:"paths"`
	CORS       *cors                                 `json:"x-amazon-apigateway-cors"`
	Components struct {
		SecuritySchemes map[string]struct {
			Authorizer struct {
				Type   string `json:"type"`
				Source any    `json:"identitySource"`
				JWT    struct {
					Issuer   string   `json:"issuer"`
					Audience []string `json:"audience"`
				} `json:"jwtConfiguration"`
			} `json:"x-amazon-apigateway-authorizer"`
		} `json:"securitySchemes"`
	} `json:"components"`
}

// operation is one method of a path.
type operation struct {
	Security    []map[string][]string `json:"security"`
	Integration struct {
		Type   string `json:"type"`
		URI    string `json:"uri"`
		Format string `json:"payloadFormatVersion"`
	} `json:"x-amazon-apigateway-integration"`
}

// public is the authorizer's name by which SAM says that there is none.
const public = "NONE"

// gateway reads the Body of the HTTP API with that logical id.
func (s *stack) gateway(logical string) (*gateway, error) {
	resolved, err := s.resolve(s.resources[logical].Properties["Body"])
	if err != nil {
		return nil, err
	}
	raw, err := json.Marshal(resolved)
	if err != nil {
		return nil, err
	}
	var doc body
	if err := json.Unmarshal(raw, &doc); err != nil {
		return nil, fmt.Errorf("the Body of %s: %w", logical, err)
	}
	return doc.gateway()
}

func (doc *body) gateway() (*gateway, error) {
	g := &gateway{authorizers: map[string]authorizer{}, routes: map[string]route{}, cors: doc.CORS}
	for name, scheme := range doc.Components.SecuritySchemes {
		a := scheme.Authorizer
		if name == public {
			continue
		}
		source := a.Source
		if list, ok := source.([]any); ok && len(list) == 1 {
			source = list[0]
		}
		from, ok := source.(string)
		if a.Type != "jwt" || !ok {
			return nil, fmt.Errorf("authorizer %s: type %q with identity source %v, want jwt with one", name, a.Type, a.Source)
		}
		g.authorizers[name] = authorizer{issuer: a.JWT.Issuer, source: from, audience: a.JWT.Audience}
	}
	for path, methods := range doc.Paths {
		for method, raw := range methods {
			if method == "parameters" || method == "options" && doc.CORS != nil && !strings.Contains(string(raw), "integration") {
				continue
			}
			var op operation
			if err := json.Unmarshal(raw, &op); err != nil {
				return nil, fmt.Errorf("%s %s: %w", method, path, err)
			}
			key := strings.ToUpper(method) + " " + path
			if method == "x-amazon-apigateway-any-method" {
				key = "ANY " + path
			}
			r, err := op.route(g.authorizers)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", key, err)
			}
			g.routes[key] = r
		}
	}
	return g, nil
}

func (op *operation) route(known map[string]authorizer) (route, error) {
	if op.Integration.Type != "aws_proxy" || op.Integration.URI == "" {
		return route{}, fmt.Errorf("integration %q: the route must lead to a function", op.Integration.Type)
	}
	r := route{uri: op.Integration.URI, format: op.Integration.Format}
	for _, requirement := range op.Security {
		for name, scopes := range requirement {
			if name == public {
				continue
			}
			if _, ok := known[name]; !ok {
				return route{}, fmt.Errorf("authorizer %q is not there: the route would be open", name)
			}
			r.authorizer, r.scopes = name, scopes
		}
	}
	return r, nil
}

// plan is what has to be done so that an API that has one gateway gets another.
// Its lists are sorted.
type plan struct {
	putAuthorizers  []string // to be made or changed
	putRoutes       []string
	dropRoutes      []string // before the authorizers that they name
	dropAuthorizers []string
	setCORS         bool
}

// change compares what the API has with what it shall have.
func change(have, want *gateway) plan {
	var p plan
	p.putAuthorizers, p.dropAuthorizers = compare(have.authorizers, want.authorizers)
	p.putRoutes, p.dropRoutes = compare(have.routes, want.routes)
	p.setCORS = !equal(have.cors, want.cors)
	return p
}

func compare[T any](have, want map[string]T) (put, drop []string) {
	for name, w := range want {
		if h, ok := have[name]; !ok || !equal(h, w) {
			put = append(put, name)
		}
	}
	for name := range have {
		if _, ok := want[name]; !ok {
			drop = append(drop, name)
		}
	}
	slices.Sort(put)
	slices.Sort(drop)
	return put, drop
}

// equal takes an empty list and none for the same, as the API does.
func equal[T any](a, b T) bool { return reflect.DeepEqual(normal(a), normal(b)) }

func normal(v any) any {
	switch v := v.(type) {
	case authorizer:
		v.audience = slices.Sorted(slices.Values(v.audience))
		return fmt.Sprint(v)
	case route:
		v.scopes = slices.Sorted(slices.Values(v.scopes))
		return fmt.Sprint(v)
	case *cors:
		if v == nil {
			v = &cors{}
		}
		return fmt.Sprint(*v)
	default:
		return v
	}
}
