// Command licences-grant is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/licences"
)

func main() { lambdarun.API(licences.Grant) }
