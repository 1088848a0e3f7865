// Command people-list is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/people"
)

func main() { lambdarun.API(people.List) }
