// Command companies-archive is the Lambda function of that operation.
package main

import (
	"foyer/shared/companies"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(companies.Archive) }
