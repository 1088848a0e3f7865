package me

import (
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// mailKeptFor is how long a mail's row stands after it was put.
const mailKeptFor = 30 * 24 * time.Hour

// notice is a mail to the caller of that kind about what has that id.
func notice(c *api.Call, kind, subject string) table.MailRow {
	now := c.Now()
	return table.MailRow{Mail: kind + "#" + subject, Kind: kind, Person: c.Person, Subject: subject, At: now, TTL: now.Add(mailKeptFor).Unix()}
}
