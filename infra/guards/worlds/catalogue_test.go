//go:build engine

package worlds

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"foyer/shared/api"
	"foyer/shared/catalog"
)

// operation is an operation as a client finds it: in the catalogue, with the
// parameters that the OpenAPI document says it has.
type operation struct {
	api.Meta
	sample catalog.Sample
	path   []string // names of the path's parameters
	query  []parameter
}

type parameter struct {
	Name, In string
	Required bool
	Schema   struct{ Enum []string }
}

// reachable says whether clients or strangers are let in.
func (o operation) reachable() bool {
	switch o.Access {
	case api.Public, api.SignedIn, api.ClientsOfProject:
		return true
	case api.Staff, api.Admins, api.Owners, api.StaffOfProject:
	}
	return false
}

func (o operation) takes(name string) bool {
	return slices.ContainsFunc(o.query, func(p parameter) bool { return p.Name == name })
}

// views are the queries that show different things: each value of each parameter
// that has a fixed set of them.
func (o operation) views() []url.Values {
	out := []url.Values{{}}
	for _, p := range o.query {
		if len(p.Schema.Enum) == 0 {
			continue
		}
		var more []url.Values
		for _, v := range out {
			if !p.Required {
				more = append(more, v)
			}
			for _, value := range p.Schema.Enum {
				more = append(more, with(v, p.Name, value))
			}
		}
		out = more
	}
	return out
}

func with(v url.Values, name, value string) url.Values {
	out := url.Values{name: {value}}
	for n, values := range v {
		if n != name {
			out[n] = values
		}
	}
	return out
}

// faults are queries that are refused: each tells whatever its refusal tells.
func (o operation) faults() []url.Values {
	valid := o.views()[0]
	out := []url.Values{with(valid, "unknown", "1"), with(valid, "as", "")}
	if len(valid) > 0 {
		out = append(out, url.Values{})
	}
	for _, p := range o.query {
		if len(p.Schema.Enum) > 0 {
			out = append(out, with(valid, p.Name, "invented"))
		}
	}
	if o.takes("cursor") {
		for _, limit := range []string{"0", "101", "x"} {
			out = append(out, with(valid, "limit", limit))
		}
		out = append(out, with(valid, "cursor", "bXNnXzAxSkQ"), with(valid, "cursor", "!"))
	}
	return out
}

// operations are all of the catalogue.
var operations = sync.OnceValues(func() ([]operation, error) {
	raw, err := catalog.OpenAPI()
	if err != nil {
		return nil, err
	}
	var document struct {
		Paths map[string]map[string]struct{ Parameters []parameter }
	}
	if err := json.Unmarshal(raw, &document); err != nil {
		return nil, fmt.Errorf("OpenAPI document: %w", err)
	}
	var out []operation
	for _, endpoint := range catalog.Operations() {
		o := operation{Meta: endpoint.Meta(), sample: catalog.SampleOf(endpoint.Meta().ID)}
		for part := range strings.SplitSeq(o.Path, "/") {
			if name, ok := strings.CutPrefix(part, "{"); ok {
				o.path = append(o.path, strings.TrimSuffix(name, "}"))
			}
		}
		for _, p := range document.Paths[o.Path][strings.ToLower(o.Method)].Parameters {
			if p.In == "query" {
				o.query = append(o.query, p)
			}
		}
		out = append(out, o)
	}
	return out, nil
})

// headersOf are the headers that a request of the operation needs.
func (o operation) headersOf() map[string]string {
	out := map[string]string{}
	for name, value := range o.sample.Headers {
		out[http.CanonicalHeaderKey(name)] = value
	}
	return out
}
