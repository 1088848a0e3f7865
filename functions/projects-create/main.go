// Command projects-create is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/projects"
)

func main() { lambdarun.API(projects.Create) }
