package front

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"html"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Mail is a mail that the engine's SES took.
type Mail struct {
	ID      string    `json:"id"`
	From    string    `json:"from"`
	To      []string  `json:"to"`
	Subject string    `json:"subject"`
	Time    time.Time `json:"time"`
	Text    string    `json:"text"`
	HTML    string    `json:"html"`
	Links   []string  `json:"links"` // all http and https links, each once, in order
}

// mailbox reads the mails out of the engine.
type mailbox struct {
	endpoint string
	client   *http.Client
}

// sent gives the mails to an address, or all for "", the newest first.
func (b mailbox) sent(ctx context.Context, to string) (mails []Mail, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, b.endpoint+"/_ministack/ses/messages", nil)
	if err != nil {
		return nil, err
	}
	res, err := b.client.Do(req)
	if err != nil {
		return nil, fmt.Errorf("the engine does not answer: %w", err)
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if res.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("the engine answers %s", res.Status)
	}
	var answer struct {
		Messages map[string][]struct {
			MessageID string `json:"MessageId"`
			Source    string
			To        []string
			CC        []string
			BCC       []string
			Subject   string
			BodyText  string
			BodyHTML  string `json:"BodyHtml"`
			Timestamp any
		} `json:"messages"`
	}
	if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("mails of the engine: %w", err)
	}
	mails = []Mail{}
	for _, account := range answer.Messages {
		for _, m := range account {
			all := slices.Concat(m.To, m.CC, m.BCC)
			if to != "" && !slices.ContainsFunc(all, func(a string) bool { return strings.EqualFold(addressOf(a), to) }) {
				continue
			}
			mails = append(mails, Mail{ID: m.MessageID, From: m.Source, To: all, Subject: m.Subject, Time: moment(m.Timestamp),
				Text: m.BodyText, HTML: m.BodyHTML, Links: links(m.BodyText, m.BodyHTML)})
		}
	}
	// The engine lists them as they came; those of one second keep that order.
	slices.Reverse(mails)
	slices.SortStableFunc(mails, func(a, b Mail) int { return b.Time.Compare(a.Time) })
	return mails, nil
}

// addressOf takes the address out of "Name <address>".
func addressOf(recipient string) string {
	if _, rest, ok := strings.Cut(recipient, "<"); ok {
		recipient, _, _ = strings.Cut(rest, ">")
	}
	return strings.TrimSpace(recipient)
}

// moment reads the engine's timestamps: epoch seconds, or RFC 3339.
func moment(v any) time.Time {
	switch v := v.(type) {
	case float64:
		return time.UnixMilli(int64(v * 1000)).UTC()
	case string:
		for _, layout := range []string{time.RFC3339Nano, "2006-01-02T15:04:05.999999999", "2006-01-02 15:04:05.999999999"} {
			if t, err := time.Parse(layout, v); err == nil {
				return t.UTC()
			}
		}
	}
	return time.Time{}
}

var (
	link = regexp.MustCompile(`https?://[^\s<>"']+`)
	href = regexp.MustCompile(`(?i)\bhref\s*=\s*(?:"([^"]*)"|'([^']*)')`)
)

func links(text, markup string) []string {
	out := []string{}
	add := func(l string) {
		if link.FindString(l) == l && l != "" && !slices.Contains(out, l) {
			out = append(out, l)
		}
	}
	for _, l := range link.FindAllString(text, -1) {
		add(strings.TrimRight(l, ".,;:!?)"))
	}
	for _, m := range href.FindAllStringSubmatch(markup, -1) {
		add(html.UnescapeString(m[1] + m[2]))
	}
	return out
}
