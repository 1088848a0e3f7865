package api

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"
)

// Tagged is an answer with its entity tag.
type Tagged[T any] struct {
	ETag string `header:"ETag"`
	Body T
}

// WithTag gives a representation its entity tag: a hash of what this caller sees
// and of nothing else, so that what is hidden from them never changes it.
func WithTag[T any](body T) *Tagged[T] { return &Tagged[T]{ETag: TagOf(body), Body: body} }

// TagOf is the entity tag of a representation.
func TagOf(body any) string {
	raw, err := json.Marshal(body)
	if err != nil {
		panic(err) // representations are plain structs
	}
	sum := sha256.Sum256(raw)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`
}

// IfMatch is the precondition of an update.
type IfMatch struct {
	IfMatch string `header:"If-Match" doc:"The ETag of what is to be changed, as it was read"`
}

// Require compares the precondition with the tag of what stands there now: 428
// without one, 412 where another change came first.
func (m IfMatch) Require(current string) error {
	if m.IfMatch == "" {
		return NewProblem(http.StatusPreconditionRequired, "if-match-required", "Say with If-Match which version you want to change.")
	}
	return m.Respect(current)
}

// Respect is Require for updates that need no precondition, but obey one.
func (m IfMatch) Respect(current string) error {
	if m.IfMatch == "" {
		return nil
	}
	for tag := range strings.SplitSeq(m.IfMatch, ",") {
		if tag = strings.TrimSpace(tag); tag == "*" || tag == current {
			return nil
		}
	}
	return Changed()
}

// Changed is the 412 of a change that came first.
func Changed() *Problem {
	return NewProblem(http.StatusPreconditionFailed, "changed", "It was changed since you read it. Read it again.")
}
