package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"path"
	"reflect"
	"regexp"
	"runtime/debug"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/awslabs/aws-lambda-go-api-proxy/core"
	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"
)

// MaxBody is how large a body may be, in bytes (DESIGN.md).
const MaxBody = 64 << 10

// Handler serves the operations on env: one of them in a Lambda, all of them in
// the in-process router.
func Handler(env *Env, endpoints ...Endpoint) http.Handler {
	mux := http.NewServeMux()
	Register(humago.New(mux, Document()), env, endpoints...)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { writeProblem(w, NotFound()) })
	return env.Guard(mux)
}

// Register makes the operations known to a huma API.
func Register(hapi huma.API, env *Env, endpoints ...Endpoint) {
	for _, e := range endpoints {
		e.register(hapi, env)
	}
}

// Document is the API's description, to which every operation adds itself.
func Document() huma.Config {
	c := huma.Config{
		OpenAPI: &huma.OpenAPI{
			OpenAPI: "3.1.0",
			Info: &huma.Info{Title: "Foyer", Version: "1", Description: "Bring clients into projects: invite, share, collect feedback. " +
				"Errors are RFC 9457 problem details with a stable code; what the gateway answers by itself (401, 413, 429, 503 and unmatched routes) is {\"message\": …}."},
			Components: &huma.Components{
				Schemas:         huma.NewMapRegistry("#/components/schemas/", schemaName),
				SecuritySchemes: map[string]*huma.SecurityScheme{"accessToken": {Type: "http", Scheme: "bearer", BearerFormat: "JWT", Description: "An access token of sessions-create."}},
			},
			OnAddOperation: []huma.AddOpFunc{describeForms},
		},
		Formats:                      map[string]huma.Format{"application/json": huma.DefaultJSONFormat, "json": huma.DefaultJSONFormat},
		DefaultFormat:                "application/json",
		RejectUnknownQueryParameters: true,
	}
	return c
}

// packagePath is a package of this module within the name of a generic type.
var packagePath = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`foyer/shared/(?:\w+/)*(\w+)\.`) })

// schemaName names a schema after its type, with its area before it: two areas
// may each have an Item. Instances of generic types lose their brackets.
func schemaName(t reflect.Type, hint string) string {
	for t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice {
		t = t.Elem()
	}
	name := t.Name()
	if strings.Contains(name, "[") { // most are not generic, and every start of a function names some
		name = packagePath().ReplaceAllStringFunc(name, func(p string) string { return capital(packagePath().FindStringSubmatch(p)[1]) })
		name = strings.NewReplacer("[", "", "]", "", ",", "").Replace(name)
	}
	area := path.Base(t.PkgPath())
	switch {
	case name == "":
		return huma.DefaultSchemaNamer(t, hint)
	case area == "api" || area == ".":
		return capital(name)
	}
	return capital(area) + capital(name)
}

func capital(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// Guard is what stands before every handler: size and form of the request, one
// log line a request, and no panic that reaches the caller.
func (e *Env) Guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		n := &noted{}
		rec := &recorder{ResponseWriter: w, status: http.StatusOK}
		ctx := context.WithValue(r.Context(), notedKey{}, n)
		defer func() {
			if p := recover(); p != nil {
				e.Log.ErrorContext(ctx, "panic", "requestId", RequestID(r), "panic", p, "stack", string(debug.Stack()))
				if !rec.wrote {
					writeProblem(rec, internal())
				}
			}
			e.Log.InfoContext(ctx, "request", "requestId", RequestID(r), "method", r.Method, "route", n.route, "status", rec.status,
				"code", n.code, "person", n.person, "ms", time.Since(start).Milliseconds())
		}()
		rec.Header().Set("X-Content-Type-Options", "nosniff")
		rec.Header().Set("Cache-Control", "no-store")
		body, p := readBody(r)
		if p != nil {
			n.code = p.Code
			writeProblem(rec, p)
			return
		}
		r = r.WithContext(ctx)
		r.Header.Del("Accept") // there is JSON and nothing else; huma would call it as it was asked
		n.request, n.body = r, body
		r.Body = io.NopCloser(bytes.NewReader(body))
		next.ServeHTTP(rec, r)
	})
}

func readBody(r *http.Request) ([]byte, *Problem) {
	if clean := path.Clean(r.URL.Path); clean != r.URL.Path && clean+"/" != r.URL.Path {
		return nil, NotFound() // the mux would answer with a redirect
	}
	if r.Body == nil {
		return nil, nil
	}
	body, err := io.ReadAll(io.LimitReader(r.Body, MaxBody+1))
	switch {
	case err != nil:
		return nil, NewProblem(http.StatusBadRequest, "malformed", "The body could not be read.")
	case len(body) > MaxBody:
		return nil, NewProblem(http.StatusRequestEntityTooLarge, "too-large", "The body is larger than 64 KB.")
	case !utf8.Valid(body):
		return nil, NewProblem(http.StatusBadRequest, "malformed", "The body is not valid UTF-8.")
	}
	// The query is not looked at by the mux: bad escapes and bytes that are no text
	// would otherwise be dropped in silence.
	if q, err := url.ParseQuery(r.URL.RawQuery); err != nil || !validQuery(q) {
		return nil, NewProblem(http.StatusBadRequest, "malformed", "The query is not valid.")
	}
	if ct := r.Header.Get("Content-Type"); len(body) > 0 && ct != "" {
		if media, _, _ := strings.Cut(ct, ";"); !strings.EqualFold(strings.TrimSpace(media), "application/json") {
			return nil, NewProblem(http.StatusUnsupportedMediaType, "unsupported-media-type", "Send application/json.")
		}
	}
	return body, nil
}

func validQuery(q url.Values) bool {
	for name, values := range q {
		if !utf8.ValidString(name) || len(values) != 1 || !utf8.ValidString(values[0]) {
			return false
		}
	}
	return true
}

// refuse answers a request that was not let in.
func (e *Env) refuse(_ huma.API, ctx huma.Context, err error) {
	p := e.answer(ctx.Context(), err)
	for k, v := range p.GetHeaders() {
		ctx.SetHeader(k, v[0])
	}
	ctx.SetHeader("Content-Type", p.ContentType(""))
	ctx.SetStatus(p.Status)
	_ = json.NewEncoder(ctx.BodyWriter()).Encode(p) // the caller has gone: nothing to tell
}

// answer is the problem that a caller hears of an error; failures go to the log.
func (e *Env) answer(ctx context.Context, err error) *Problem {
	if errors.Is(err, errNoToken) {
		err = Unauthorized()
	}
	p, known := problemOf(err)
	note(ctx, func(n *noted) { n.code = p.Code })
	if !known {
		e.Log.ErrorContext(ctx, "failed", "requestId", RequestID(requestOf(ctx)), "code", p.Code, "error", err.Error())
	}
	return p
}

func writeProblem(w http.ResponseWriter, p *Problem) {
	for k, v := range p.GetHeaders() {
		w.Header().Set(k, v[0])
	}
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller has gone: nothing to tell
}

// RequestID is the id of a request in logs: the gateway's, or none outside it.
func RequestID(r *http.Request) string {
	if r == nil {
		return ""
	}
	if gateway, ok := core.GetAPIGatewayV2ContextFromContext(r.Context()); ok {
		return gateway.RequestID
	}
	return ""
}

// noted is what the one log line of a request says beyond the request itself.
type noted struct {
	request             *http.Request
	body                []byte
	person, code, route string
}

type notedKey struct{}

func note(ctx context.Context, set func(*noted)) {
	if n, ok := ctx.Value(notedKey{}).(*noted); ok {
		set(n)
	}
}

func requestOf(ctx context.Context) *http.Request {
	n, ok := ctx.Value(notedKey{}).(*noted)
	if !ok {
		return nil
	}
	return n.request
}

func bodyOf(ctx context.Context) []byte {
	n, ok := ctx.Value(notedKey{}).(*noted)
	if !ok {
		return nil
	}
	return n.body
}

type recorder struct {
	http.ResponseWriter
	status int
	wrote  bool
}

func (r *recorder) WriteHeader(status int) {
	if !r.wrote {
		r.status, r.wrote = status, true
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	r.wrote = true
	return r.ResponseWriter.Write(b)
}
