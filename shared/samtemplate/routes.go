package samtemplate

import (
	"fmt"
	"sort"
	"strings"
)

// Route is one route of an HTTP API: a function's event of type HttpApi.
type Route struct {
	// Function and ID name the function as in [Function].
	Function, ID string
	// Event is the event's name.
	Event string
	// Method is in upper case, ANY for all; Path has its parameters in braces.
	Method, Path string
	// Authorizer is the one that stands before the route, "" for a public route.
	Authorizer string
	// API is the logical id of the HTTP API.
	API string
	// Scopes are those that the authorizer demands.
	Scopes []string
}

// Public says whether API Gateway lets a caller without a token through.
func (r Route) Public() bool { return r.Authorizer == "" }

// Key is the route key of API Gateway: "GET /v1/me".
func (r Route) Key() string { return r.Method + " " + r.Path }

// Routes gives every route sorted by path and method. It is an error when two functions
// have the same route, or an event names an authorizer that its API does not have.
func (t *Template) Routes() ([]Route, error) {
	var routes []Route
	seen := map[string]string{}
	for _, f := range t.Functions {
		for _, e := range f.events("HttpApi") {
			route, err := t.route(f, e)
			if err != nil {
				return nil, err
			}
			if other, twice := seen[route.API+" "+route.Key()]; twice {
				return nil, t.errorAt(f.Resource, "Properties.Events."+e.Name, "the route %s is %s's already", route.Key(), other)
			}
			seen[route.API+" "+route.Key()] = f.LogicalID
			routes = append(routes, route)
		}
	}
	sort.Slice(routes, func(i, j int) bool {
		return routes[i].Path < routes[j].Path || routes[i].Path == routes[j].Path && routes[i].Method < routes[j].Method
	})
	return routes, nil
}

func (t *Template) route(f Function, e Event) (Route, error) {
	place := "Properties.Events." + e.Name
	route := Route{
		Function: f.LogicalID, ID: f.ID, Event: e.Name,
		Method: strings.ToUpper(text(e.Properties["Method"])), Path: text(e.Properties["Path"]),
	}
	if route.Method == "" || !strings.HasPrefix(route.Path, "/") {
		return route, t.errorAt(f.Resource, place, "needs a Method and a Path that begins with /, has %q and %q", route.Method, route.Path)
	}
	if route.Method == "X-AMAZON-APIGATEWAY-ANY-METHOD" {
		route.Method = "ANY"
	}
	route.API = t.apiOf(text(e.Properties["ApiId"]))
	if route.API == "" {
		return route, t.errorAt(f.Resource, place, "ApiId %v is no HTTP API of the template", e.Properties["ApiId"])
	}
	auth := t.apiAuth(route.API)
	own := Map(e.Properties["Auth"])
	route.Authorizer = first(text(own["Authorizer"]), text(auth["DefaultAuthorizer"]))
	route.Scopes = Strings(own["AuthorizationScopes"])
	if route.Authorizer == "NONE" {
		route.Authorizer = ""
	}
	if route.Authorizer != "" && Map(auth["Authorizers"])[route.Authorizer] == nil && route.Authorizer != "AWS_IAM" {
		return route, t.errorAt(f.Resource, place, "%s has no authorizer %q", route.API, route.Authorizer)
	}
	return route, nil
}

// apiOf gives the logical id of the API that an event's resolved ApiId stands for.
func (t *Template) apiOf(physical string) string {
	if physical == "" {
		return implicitHTTPAPI
	}
	for id, resource := range t.Resources {
		if resource.Type != "AWS::Serverless::HttpApi" {
			continue
		}
		if name, err := t.Ref(id); err == nil && name == physical {
			return id
		}
	}
	return ""
}

// apiAuth gives the Auth property of an API, or of Globals for the implicit one.
func (t *Template) apiAuth(api string) map[string]any {
	if resource, ok := t.Resources[api]; ok {
		return Map(resource.Properties["Auth"])
	}
	r := t.resolver()
	v, err := r.mapping(child(child(child(t.root, "Globals"), "HttpApi"), "Auth"), "Globals.HttpApi.Auth")
	if err != nil {
		return nil
	}
	return v
}

// Authorizers gives the names and settings of an HTTP API's authorizers.
func (t *Template) Authorizers(api string) (map[string]any, error) {
	if resource, ok := t.Resources[api]; !ok || resource.Type != "AWS::Serverless::HttpApi" {
		return nil, fmt.Errorf("%s has no HTTP API %s", t.Path, api)
	}
	return Map(t.apiAuth(api)["Authorizers"]), nil
}
