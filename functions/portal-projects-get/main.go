// Command portal-projects-get is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/portal"
)

func main() { lambdarun.API(portal.ProjectsGet) }
