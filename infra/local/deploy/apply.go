package deploy

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2"
	"github.com/aws/aws-sdk-go-v2/service/apigatewayv2/types"
)

// present is an API as it is in the engine, with the engine's ids.
type present struct {
	gateway
	client        *apigatewayv2.Client
	api           *string
	authorizerIDs map[string]string // name → id
	routeIDs      map[string]string // key → id
	integrations  map[string]string // URI and format → id
}

// apply makes the API in the engine the same as g. Doing it again changes nothing.
func (g *gateway) apply(ctx context.Context, client *apigatewayv2.Client, api string) error {
	have, err := read(ctx, client, api)
	if err != nil {
		return err
	}
	p := change(&have.gateway, g)
	for _, name := range p.putAuthorizers {
		if err := have.putAuthorizer(ctx, name, g.authorizers[name]); err != nil {
			return fmt.Errorf("authorizer %s: %w", name, err)
		}
	}
	for _, key := range p.putRoutes {
		if err := have.putRoute(ctx, key, g.routes[key]); err != nil {
			return fmt.Errorf("route %s: %w", key, err)
		}
	}
	for _, key := range p.dropRoutes {
		if _, err := client.DeleteRoute(ctx, &apigatewayv2.DeleteRouteInput{ApiId: &api, RouteId: aws.String(have.routeIDs[key])}); err != nil {
			return fmt.Errorf("remove route %s: %w", key, err)
		}
	}
	for _, name := range p.dropAuthorizers {
		if _, err := client.DeleteAuthorizer(ctx, &apigatewayv2.DeleteAuthorizerInput{ApiId: &api, AuthorizerId: aws.String(have.authorizerIDs[name])}); err != nil {
			return fmt.Errorf("remove authorizer %s: %w", name, err)
		}
	}
	if err := have.dropIntegrations(ctx, g); err != nil {
		return err
	}
	if p.setCORS {
		return setCORS(ctx, client, api, g.cors)
	}
	return nil
}

// read asks the engine for all that the API has.
func read(ctx context.Context, client *apigatewayv2.Client, api string) (*present, error) {
	have := &present{gateway: gateway{authorizers: map[string]authorizer{}, routes: map[string]route{}}, client: client, api: &api,
		authorizerIDs: map[string]string{}, routeIDs: map[string]string{}, integrations: map[string]string{}}
	one, err := client.GetApi(ctx, &apigatewayv2.GetApiInput{ApiId: &api})
	if err != nil {
		return nil, err
	}
	if c := one.CorsConfiguration; c != nil {
		have.cors = &cors{AllowOrigins: c.AllowOrigins, AllowHeaders: c.AllowHeaders, AllowMethods: c.AllowMethods, ExposeHeaders: c.ExposeHeaders,
			MaxAge: aws.ToInt32(c.MaxAge), AllowCredentials: aws.ToBool(c.AllowCredentials)}
	}
	names := map[string]string{} // authorizer's id → name
	authorizers, err := all(func(next *string) ([]types.Authorizer, *string, error) {
		out, err := client.GetAuthorizers(ctx, &apigatewayv2.GetAuthorizersInput{ApiId: &api, NextToken: next})
		if err != nil {
			return nil, nil, err
		}
		return out.Items, out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	for _, a := range authorizers {
		name, id := aws.ToString(a.Name), aws.ToString(a.AuthorizerId)
		names[id], have.authorizerIDs[name] = name, id
		now := authorizer{source: strings.Join(a.IdentitySource, ",")}
		if a.JwtConfiguration != nil {
			now.issuer, now.audience = aws.ToString(a.JwtConfiguration.Issuer), a.JwtConfiguration.Audience
		}
		have.authorizers[name] = now
	}
	targets, err := have.readIntegrations(ctx)
	if err != nil {
		return nil, err
	}
	routes, err := all(func(next *string) ([]types.Route, *string, error) {
		out, err := client.GetRoutes(ctx, &apigatewayv2.GetRoutesInput{ApiId: &api, NextToken: next})
		if err != nil {
			return nil, nil, err
		}
		return out.Items, out.NextToken, nil
	})
	if err != nil {
		return nil, err
	}
	for _, r := range routes {
		key := aws.ToString(r.RouteKey)
		now := targets[strings.TrimPrefix(aws.ToString(r.Target), "integrations/")]
		now.scopes = r.AuthorizationScopes
		if r.AuthorizationType == types.AuthorizationTypeJwt {
			now.authorizer = names[aws.ToString(r.AuthorizerId)]
		}
		have.routes[key], have.routeIDs[key] = now, aws.ToString(r.RouteId)
	}
	return have, nil
}

// readIntegrations gives each integration's id with where it leads.
func (have *present) readIntegrations(ctx context.Context) (map[string]route, error) {
	integrations, err := all(func(next *string) ([]types.Integration, *string, error) {
		out, err := have.client.GetIntegrations(ctx, &apigatewayv2.GetIntegrationsInput{ApiId: have.api, NextToken: next})
		if err != nil {
			return nil, nil, err
		}
		return out.Items, out.NextToken, nil
	})
	targets := map[string]route{}
	for _, i := range integrations {
		r := route{uri: aws.ToString(i.IntegrationUri), format: aws.ToString(i.PayloadFormatVersion)}
		targets[aws.ToString(i.IntegrationId)] = r
		have.integrations[r.target()] = aws.ToString(i.IntegrationId)
	}
	return targets, err
}

// target names where the route leads; routes to one function share an integration.
func (r route) target() string { return r.format + " " + r.uri }

func (have *present) putAuthorizer(ctx context.Context, name string, a authorizer) error {
	jwt := &types.JWTConfiguration{Issuer: &a.issuer, Audience: a.audience}
	if id, ok := have.authorizerIDs[name]; ok {
		_, err := have.client.UpdateAuthorizer(ctx, &apigatewayv2.UpdateAuthorizerInput{ApiId: have.api, AuthorizerId: &id, AuthorizerType: types.AuthorizerTypeJwt,
			IdentitySource: []string{a.source}, JwtConfiguration: jwt, Name: &name})
		return err
	}
	out, err := have.client.CreateAuthorizer(ctx, &apigatewayv2.CreateAuthorizerInput{ApiId: have.api, AuthorizerType: types.AuthorizerTypeJwt,
		IdentitySource: []string{a.source}, JwtConfiguration: jwt, Name: &name})
	if err != nil {
		return err
	}
	have.authorizerIDs[name] = aws.ToString(out.AuthorizerId)
	return nil
}

func (have *present) putRoute(ctx context.Context, key string, r route) error {
	integration, ok := have.integrations[r.target()]
	if !ok {
		out, err := have.client.CreateIntegration(ctx, &apigatewayv2.CreateIntegrationInput{ApiId: have.api, IntegrationType: types.IntegrationTypeAwsProxy,
			IntegrationMethod: aws.String("POST"), IntegrationUri: &r.uri, PayloadFormatVersion: &r.format})
		if err != nil {
			return err
		}
		integration = aws.ToString(out.IntegrationId)
		have.integrations[r.target()] = integration
	}
	target := aws.String("integrations/" + integration)
	kind, authorizerID := types.AuthorizationTypeNone, (*string)(nil)
	if r.authorizer != "" {
		id, ok := have.authorizerIDs[r.authorizer]
		if !ok {
			return errors.New("its authorizer is not there")
		}
		kind, authorizerID = types.AuthorizationTypeJwt, &id
	}
	if id, ok := have.routeIDs[key]; ok {
		_, err := have.client.UpdateRoute(ctx, &apigatewayv2.UpdateRouteInput{ApiId: have.api, RouteId: &id, RouteKey: &key, Target: target,
			AuthorizationType: kind, AuthorizerId: authorizerID, AuthorizationScopes: r.scopes})
		return err
	}
	_, err := have.client.CreateRoute(ctx, &apigatewayv2.CreateRouteInput{ApiId: have.api, RouteKey: &key, Target: target,
		AuthorizationType: kind, AuthorizerId: authorizerID, AuthorizationScopes: r.scopes})
	return err
}

// dropIntegrations removes those that no route of g leads to.
func (have *present) dropIntegrations(ctx context.Context, g *gateway) error {
	used := map[string]bool{}
	for _, r := range g.routes {
		used[r.target()] = true
	}
	for target, id := range have.integrations {
		if used[target] {
			continue
		}
		if _, err := have.client.DeleteIntegration(ctx, &apigatewayv2.DeleteIntegrationInput{ApiId: have.api, IntegrationId: &id}); err != nil {
			return fmt.Errorf("remove integration %s: %w", target, err)
		}
	}
	return nil
}

func setCORS(ctx context.Context, client *apigatewayv2.Client, api string, c *cors) error {
	if c == nil {
		_, err := client.DeleteCorsConfiguration(ctx, &apigatewayv2.DeleteCorsConfigurationInput{ApiId: &api})
		return err
	}
	_, err := client.UpdateApi(ctx, &apigatewayv2.UpdateApiInput{ApiId: &api, CorsConfiguration: &types.Cors{AllowOrigins: c.AllowOrigins, AllowHeaders: c.AllowHeaders,
		AllowMethods: c.AllowMethods, ExposeHeaders: c.ExposeHeaders, MaxAge: &c.MaxAge, AllowCredentials: &c.AllowCredentials}})
	return err
}

// all follows the pages of a list.
func all[T any](page func(next *string) ([]T, *string, error)) ([]T, error) {
	var items []T
	var next *string
	for {
		got, more, err := page(next)
		if err != nil {
			return nil, err
		}
		items = append(items, got...)
		if aws.ToString(more) == "" {
			return items, nil
		}
		next = more
	}
}
