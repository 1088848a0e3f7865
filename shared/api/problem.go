package api

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"foyer/shared/policy"
	"foyer/shared/table"
)

// Problem is an error as callers see it: RFC 9457 problem details with a stable
// code. Whatever is in it is safe to show.
type Problem struct { //nolint:errname // RFC 9457's own word
	Type   string       `json:"type" doc:"urn:foyer:problem: and the code" example:"urn:foyer:problem:not-found"`
	Title  string       `json:"title" doc:"The status in words" example:"Not Found"`
	Status int          `json:"status" doc:"The HTTP status" example:"404"`
	Code   string       `json:"code" doc:"What went wrong, stable for programs" example:"not-found"`
	Detail string       `json:"detail,omitempty" doc:"What went wrong, for people"`
	Errors []FieldError `json:"errors,omitempty" doc:"Each fault of the input with its place"`
	// Matches are the companies of a name that several have (clients-add).
	Matches []Match `json:"matches,omitempty" doc:"What the caller has to choose from"`

	retryAfter int // seconds; 0: none
}

// FieldError is a fault of the input with its place, such as body.email. The
// value itself is never repeated: it may be a password.
type FieldError struct {
	Location string `json:"location" doc:"Where the fault is" example:"body.email"`
	Message  string `json:"message" doc:"What is wrong with it"`
	Line     int    `json:"line,omitempty" doc:"Of a text that is checked inside: the line of the fault, from 1"`
	Column   int    `json:"column,omitempty" doc:"In characters, from 1"`
}

// Match is one of several things that a request could have meant.
type Match struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// Error is for logs and errors.Is; callers see the JSON.
func (p *Problem) Error() string { return p.Code + ": " + p.Detail }

// Is makes errors.Is compare problems by their code.
func (p *Problem) Is(target error) bool {
	var other *Problem
	return errors.As(target, &other) && other.Code == p.Code
}

// GetStatus is what huma asks for.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is what huma asks for.
func (p *Problem) ContentType(string) string { return "application/problem+json" }

// GetHeaders gives Retry-After where the problem passes.
func (p *Problem) GetHeaders() http.Header {
	if p.retryAfter == 0 {
		return nil
	}
	return http.Header{"Retry-After": {strconv.Itoa(p.retryAfter)}}
}

// NewProblem is a problem with that status, stable code and text for people.
func NewProblem(status int, code, detail string) *Problem {
	return &Problem{Type: "urn:foyer:problem:" + code, Title: http.StatusText(status), Status: status, Code: code, Detail: detail}
}

// Retry says after how many seconds the caller may try again.
func (p *Problem) Retry(seconds int) *Problem {
	p.retryAfter = seconds
	return p
}

// NotFound is the one 404: absent and hidden are the same bytes (rule 10).
func NotFound() *Problem {
	return NewProblem(http.StatusNotFound, "not-found", "There is no such thing here.")
}

// Conflict is a 409 with its own code.
func Conflict(code, detail string) *Problem { return NewProblem(http.StatusConflict, code, detail) }

// Forbidden is a 403 with its own code.
func Forbidden(code, detail string) *Problem { return NewProblem(http.StatusForbidden, code, detail) }

// Unauthorized is the one 401.
func Unauthorized() *Problem {
	return NewProblem(http.StatusUnauthorized, "unauthorized", "Sign in: there is no valid access token, or its session has ended.")
}

// Invalid is a 422 with the faults of the input, each with its place.
func Invalid(faults ...FieldError) *Problem {
	p := NewProblem(http.StatusUnprocessableEntity, "invalid", "Some of the input is not valid.")
	p.Errors = faults
	return p
}

// Unavailable is a 503 for a dependency that failed: safe to try again.
func Unavailable() *Problem {
	return NewProblem(http.StatusServiceUnavailable, "unavailable", "Something Foyer depends on did not answer. Nothing is lost: try again.").Retry(1)
}

// internal is the 500: what happened is in the log, under the request's id.
func internal() *Problem {
	return NewProblem(http.StatusInternalServerError, "internal", "Something went wrong on our side. It is safe to try again.")
}

// statusCodes are the codes of problems that huma finds by itself.
var statusCodes = map[int]string{
	http.StatusBadRequest:            "malformed",
	http.StatusNotFound:              "not-found",
	http.StatusMethodNotAllowed:      "method-not-allowed",
	http.StatusNotAcceptable:         "not-acceptable",
	http.StatusRequestTimeout:        "timeout",
	http.StatusRequestEntityTooLarge: "too-large",
	http.StatusUnsupportedMediaType:  "unsupported-media-type",
	http.StatusUnprocessableEntity:   "invalid",
}

func init() {
	// encoding/json takes a field in any case: validated in one spelling and taken in
	// another it would pass by its limits.
	huma.ValidateStrictCasing = true
	// huma makes its own errors (validation above all) through this hook. The
	// value that was found wrong is left out, and 5xx tell nothing of the inside.
	huma.NewError = func(status int, msg string, errs ...error) huma.StatusError {
		if status >= http.StatusInternalServerError {
			return internal()
		}
		code, ok := statusCodes[status]
		if !ok {
			code = "malformed"
		}
		if status == http.StatusUnprocessableEntity {
			msg = "Some of the input is not valid."
		}
		p := NewProblem(status, code, msg)
		for _, err := range errs {
			var detailer huma.ErrorDetailer
			if errors.As(err, &detailer) {
				d := detailer.ErrorDetail()
				p.Errors = append(p.Errors, FieldError{Location: d.Location, Message: d.Message})
			}
		}
		return p
	}
}

// problemOf turns any error of a handler into what the caller hears; known says
// whether it is an answer rather than a failure that belongs in the log.
func problemOf(err error) (p *Problem, known bool) {
	switch {
	case errors.As(err, &p):
		return p, true
	case errors.Is(err, policy.ErrHidden):
		return NotFound(), true
	case errors.Is(err, policy.ErrSignedOut):
		return Unauthorized(), true
	case errors.Is(err, policy.ErrRole):
		return Forbidden("role", "Your role in this workspace does not allow that."), true
	case errors.Is(err, policy.ErrReadOnly):
		return Forbidden("preview-read-only", "A preview of a client's view is read-only."), true
	case errors.Is(err, policy.ErrUnlicensed):
		return Forbidden("company-not-licensed", "Your company has no licence for this portal at the moment."), true
	case errors.Is(err, policy.ErrArchived):
		return Conflict("project-archived", "The project is archived: it can be read, not changed."), true
	case errors.Is(err, table.ErrConflict):
		return Conflict("write-conflict", "Somebody was changing the same thing. Nothing was changed: try again.").Retry(1), false
	case Passing(err):
		return Unavailable(), false
	}
	return internal(), false
}

// Passing says whether a failure is one that passes: throttling, a timeout, a
// fault of the service or of the way to it.
func Passing(err error) bool {
	if errors.Is(err, table.ErrConflict) || errors.Is(err, table.ErrBusy) {
		return true
	}
	var connection interface{ ConnectionError() bool }
	if errors.As(err, &connection) && connection.ConnectionError() {
		return true
	}
	var onTheWay net.Error // refused, reset, no name, timed out; *url.Error is one too
	if errors.As(err, &onTheWay) || errors.Is(err, context.DeadlineExceeded) || errors.Is(err, io.ErrUnexpectedEOF) {
		return true
	}
	var status interface{ HTTPStatusCode() int }
	if errors.As(err, &status) && status.HTTPStatusCode() >= http.StatusInternalServerError {
		return true
	}
	var coded interface{ ErrorCode() string }
	if errors.As(err, &coded) {
		switch code := coded.ErrorCode(); {
		case strings.Contains(code, "Throttl"), strings.Contains(code, "TooManyRequests"), strings.Contains(code, "LimitExceeded"), code == "ProvisionedThroughputExceededException", code == "InternalServerError":
			return true
		}
	}
	var canceled interface{ CanceledError() bool }
	return errors.As(err, &canceled) && canceled.CanceledError()
}

// Fault is one fault of the input at its place.
func Fault(location, format string, args ...any) FieldError {
	return FieldError{Location: location, Message: fmt.Sprintf(format, args...)}
}
