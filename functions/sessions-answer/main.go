// Command sessions-answer is the Lambda function of that operation.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/sessions"
)

func main() { lambdarun.API(sessions.Answer) }
