// Command imports-create is the Lambda function of that operation.
package main

import (
	"foyer/shared/imports"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(imports.Create) }
