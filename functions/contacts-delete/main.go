// Command contacts-delete is the Lambda function of that operation.
package main

import (
	"foyer/shared/contacts"
	"foyer/shared/lambdarun"
)

func main() { lambdarun.API(contacts.Delete) }
