// Command token-scopes is the user pool's trigger before tokens are made.
package main

import (
	"foyer/shared/api"
	"foyer/shared/lambdarun"
	"foyer/shared/token"
)

func main() { lambdarun.Trigger(token.Scopes(api.ConfigFromEnvironment().InternalClientID)) }
