// Command workspaces-export is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/workspaces"
)

func main() { lambdarun.API(workspaces.Export) }
