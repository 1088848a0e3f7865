package api

import "time"

// Link is a link that opens a file for a short time.
type Link struct {
	URL     string    `json:"url"`
	Expires time.Time `json:"expires"`
}
