// Command stream-mail is the Lambda function through which all mail leaves.
package main

import (
	"foyer/shared/lambdarun"
	"foyer/shared/mail"
)

func main() { lambdarun.Stream(mail.Deliver) }
