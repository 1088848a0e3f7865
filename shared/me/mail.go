package me

import (
	"foyer/shared/api"
	"foyer/shared/table"
)

// notice is a mail to the caller of that kind about what has that id.
func notice(c *api.Call, kind, subject string) table.MailRow {
	now := c.Now()
	return table.MailRow{Mail: kind + "#" + subject, Kind: kind, Person: c.Person, Subject: subject, At: now, TTL: now.Add(table.MailKeptFor).Unix()}
}
