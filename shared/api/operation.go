// Package api is what every operation of Foyer has in common: the Operation
// value, who may call it, problem details, cursors, idempotency keys and entity
// tags. Handlers hold none of it.
package api

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"foyer/shared/table"
)

// Operation is one operation of the API, stated beside its handler. The Lambda,
// the in-process router, the tests and the OpenAPI document all use this value.
type Operation[I, O any] struct {
	ID      string // as in API.md
	Method  string
	Path    string // below /v1
	Access  Access
	Status  int    // of success; 0: 200, or 204 where the output has no body
	Also    int    // another status of success, which Handle chooses; same headers and body
	Summary string // one line
	Doc     string // who may, what comes back, which errors

	// Handle does the work. The call was let in already.
	Handle func(ctx context.Context, c *Call, in *I) (*O, error)

	// Reads are rows that Handle needs and whose keys the caller and the path alone
	// name. They come with the rows of the access, in its one BatchGet: they cost no
	// call and no round trip of their own. Handle gets them from Call.Read.
	Reads func(c *Call, path func(name string) string) []table.Key

	// Replay answers a POST again whose Idempotency-Key was used before: result is
	// what Handle gave to Remember. A POST without Replay needs Repeatable.
	Replay func(ctx context.Context, c *Call, in *I, result string) (*O, error)

	// Repeatable says why a POST needs no Idempotency-Key.
	Repeatable string

	Problems []int // statuses of problems beyond those that the access brings

	// Floor is how soon an answer may be given at the earliest, success or not: where
	// the work differs by what the caller must not learn (whether an address is known),
	// its time must not tell. Nothing is done after the answer, so the request waits.
	Floor time.Duration
}

// Meta is what the catalogue knows of an operation without its types.
type Meta struct {
	ID, Method, Path, Summary, Repeatable string
	Access                                Access
	Keyed                                 bool // takes an Idempotency-Key
}

// Endpoint is an operation of any types.
type Endpoint interface {
	Meta() Meta
	register(api huma.API, env *Env)
}

// Prefix is where the API is, beside the page.
const Prefix = "/v1"

// Meta describes the operation.
func (o Operation[I, O]) Meta() Meta {
	return Meta{ID: o.ID, Method: o.Method, Path: Prefix + o.Path, Summary: o.Summary, Repeatable: o.Repeatable, Access: o.Access, Keyed: o.Replay != nil}
}

// Public says whether the operation needs no token.
func (m Meta) Public() bool { return m.Access == Public }

func (o Operation[I, O]) register(hapi huma.API, env *Env) {
	write := o.Method != http.MethodGet
	op := huma.Operation{
		OperationID: o.ID, Method: o.Method, Path: Prefix + o.Path, Summary: o.Summary, Description: o.Doc, DefaultStatus: o.Status,
		MaxBodyBytes: MaxBody, Errors: o.statuses(), Responses: map[string]*huma.Response{}, Middlewares: huma.Middlewares{func(ctx huma.Context, next func(huma.Context)) {
			note(ctx.Context(), func(n *noted) { n.route = o.ID })
			c, err := env.admit(ctx, admission{operation: o.ID, access: o.Access, write: write, keyed: o.Replay != nil, reads: o.Reads})
			if err == nil {
				err = refuseNulls(hapi, ctx)
			}
			if err == nil {
				err = refuseEmpty(ctx)
			}
			if err != nil {
				env.refuse(hapi, ctx, err)
				return
			}
			note(ctx.Context(), func(n *noted) { n.person = c.Person })
			next(huma.WithValue(ctx, callKey{}, c))
		}},
	}
	if o.Access != Public {
		op.Security = []map[string][]string{{"accessToken": {}}}
	}
	if o.Replay != nil {
		op.Parameters = append(op.Parameters, &huma.Param{Name: "Idempotency-Key", In: "header", Description: "Makes repeating the request safe for 24 hours: the same key and body have one effect.",
			Schema: &huma.Schema{Type: "string", MinLength: new(1), MaxLength: new(255), Pattern: "^[!-~]+$"}})
	}
	huma.Register(hapi, op, func(ctx context.Context, in *I) (*O, error) {
		c := ctx.Value(callKey{}).(*Call)
		defer env.atLeast(ctx, o.Floor, time.Now())
		out, err := o.run(ctx, c, in)
		if err != nil {
			return nil, env.answer(ctx, err)
		}
		return out, nil
	})
	if o.Also != 0 {
		alsoAnswers(op.Responses, o.Status, o.Also)
	}
}

func (o Operation[I, O]) run(ctx context.Context, c *Call, in *I) (*O, error) {
	if c.idem == nil {
		return o.Handle(ctx, c, in)
	}
	result, err := c.remembered(ctx)
	if err != nil {
		return nil, err
	}
	if result == "" {
		out, err := o.Handle(ctx, c, in)
		if err == nil && c.idem.written {
			return out, nil
		}
		// Nothing was written by this request: one with the same key may have had its
		// effect since the record was read, and then both are answered alike. Where that
		// cannot be read, nobody knows whether what this one found is that effect.
		found, failed := c.remembered(ctx)
		switch {
		case failed != nil:
			return nil, fmt.Errorf("the record of the key, after %q: %w", fmt.Sprint(err), failed)
		case found == "":
			return out, err
		}
		result = found
	}
	// What came with the access may have been read before the effect that the record, read
	// with it, tells of: one BatchGet is no snapshot.
	clear(c.fresh)
	return o.Replay(ctx, c, in, result)
}

// atLeast waits for what is left of the floor of an answer, which may be nothing.
func (e *Env) atLeast(ctx context.Context, floor time.Duration, begun time.Time) {
	if floor > 0 {
		e.Pause(ctx, max(0, floor-time.Since(begun)))
	}
}

// pause waits so long, or until the request has ended.
func pause(ctx context.Context, d time.Duration) {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// statuses are the problems that an operation of this access can answer.
func (o Operation[I, O]) statuses() []int {
	s := []int{http.StatusBadRequest, http.StatusNotFound, http.StatusRequestEntityTooLarge, http.StatusUnprocessableEntity, http.StatusInternalServerError, http.StatusServiceUnavailable}
	if o.Access != Public {
		s = append(s, http.StatusUnauthorized, http.StatusForbidden)
	}
	if o.Method != http.MethodGet {
		s = append(s, http.StatusConflict, http.StatusUnsupportedMediaType)
	}
	return append(s, o.Problems...)
}
