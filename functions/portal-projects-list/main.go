// Command portal-projects-list is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/portal"
)

func main() { lambdarun.API(portal.ProjectsList) }
