// Command members-list is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/members"
)

func main() { lambdarun.API(members.List) }
