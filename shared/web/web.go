// Package web serves the page: what links in mails lead to, and where people use
// Foyer. It is static files and holds no data: whatever is shown comes from the
// API, with the token of whoever looks.
package web

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"encoding/json"
	"html"
	"io/fs"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"

	"foyer/infra"
	"foyer/shared/api"
)

//go:embed static
var static embed.FS

// contentSecurityPolicy lets the page load its own files, call its own API, and
// nothing else: text that a person wrote has no way to become code, and no token
// a way out. Trusted Types make innerHTML and its like throw.
const contentSecurityPolicy = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; " +
	"form-action 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'; trusted-types 'none'"

// securityHeaders stand on every answer but the API's 404, which is the same
// wherever it comes from.
var securityHeaders = map[string]string{
	"Content-Security-Policy":      contentSecurityPolicy,
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), geolocation=(), microphone=()",
	"Referrer-Policy":              "no-referrer",
	"Strict-Transport-Security":    "max-age=31536000", // a year, in seconds
	"X-Content-Type-Options":       "nosniff",
	"X-Robots-Tag":                 "noindex",
}

const (
	// revalidate: kept, but asked for at each use, so that a deployed page is seen at once.
	revalidate = "no-cache"
	// forever: the address names the content (a year, in seconds, is what caches keep at most).
	forever = "public, max-age=31536000, immutable"
)

// contentTypes of the files by their ending: the machine's own list, which Go
// would ask, is not the same everywhere.
var contentTypes = map[string]string{
	".css":  "text/css; charset=utf-8",
	".html": "text/html; charset=utf-8",
	".js":   "text/javascript; charset=utf-8",
	".json": "application/json",
	".svg":  "image/svg+xml",
}

// file is something that is served as it is.
type file struct {
	content          []byte
	contentType, tag string
	caching          string
}

// site is every address that there is, by its path. Nothing else is looked up
// anywhere: no path leads out of it.
type site struct {
	files    map[string]file
	notFound file
}

// Handler serves the page to anyone: GET / is the application (its own addresses
// are fragments of it), its files lie below an address that changes with their
// content, and /openapi.json describes the API. An unknown path below /v1 is the
// API's 404 problem, any other unknown path a page that says so (404). It reads
// no table and needs no token.
func Handler() http.Handler { return load(static) }

// load makes the site of the folder static.
func load(files fs.FS) *site {
	s := &site{files: map[string]file{}}
	assets, err := fs.Glob(files, "static/app/*")
	if err != nil || len(assets) == 0 {
		panic("no files of the page are embedded") // a fault of the build, seen by every test
	}
	slices.Sort(assets)
	base, modules := "/assets/"+sumOf(files, assets)+"/", strings.Builder{}
	for _, name := range assets {
		address := base + path.Base(name)
		s.files[address] = newFile(path.Ext(name), read(files, name), forever)
		if path.Ext(name) == ".js" {
			// Without this the browser finds the modules only import by import.
			modules.WriteString(`<link rel="modulepreload" href="` + html.EscapeString(address) + `">` + "\n")
		}
	}
	page := func(name string) []byte {
		out := bytes.ReplaceAll(read(files, name), []byte("{{assets}}/"), []byte(base))
		return bytes.ReplaceAll(out, []byte("{{modules}}\n"), []byte(modules.String()))
	}
	s.files["/"] = newFile(".html", page("static/index.html"), revalidate)
	s.files["/openapi.json"] = newFile(".json", infra.OpenAPI(), revalidate)
	s.notFound = newFile(".html", page("static/not-found.html"), "no-store")
	return s
}

// sumOf names the content of all the files together. One name for all of them: a
// module imports its neighbours by relative paths, so all change their address
// when one changes, and no two versions are ever mixed.
func sumOf(files fs.FS, names []string) string {
	sum := sha256.New()
	for _, name := range names {
		one := sha256.Sum256(read(files, name))
		sum.Write([]byte(name))
		sum.Write(one[:])
	}
	return base64.RawURLEncoding.EncodeToString(sum.Sum(nil)[:12])
}

func read(files fs.FS, name string) []byte {
	content, err := fs.ReadFile(files, name)
	if err != nil {
		panic(err) // embedded: a fault of the build
	}
	return content
}

func newFile(extension string, content []byte, caching string) file {
	contentType, ok := contentTypes[extension]
	if !ok {
		panic("no content type for " + extension)
	}
	sum := sha256.Sum256(content)
	return file{content: content, contentType: contentType, caching: caching, tag: `"` + base64.RawURLEncoding.EncodeToString(sum[:15]) + `"`}
}

// ServeHTTP answers with the file of that path.
func (s *site) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path == api.Prefix || strings.HasPrefix(r.URL.Path, api.Prefix+"/") {
		apiNotFound(w)
		return
	}
	for name, value := range securityHeaders {
		w.Header().Set(name, value)
	}
	f, found := s.files[r.URL.Path]
	if !found {
		f = s.notFound
	}
	w.Header().Set("Content-Type", f.contentType)
	w.Header().Set("Cache-Control", f.caching)
	switch {
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		w.Header().Set("Allow", "GET, HEAD")
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusMethodNotAllowed)
	case !found:
		w.WriteHeader(http.StatusNotFound)
		_, _ = w.Write(f.content) // the caller has gone: nothing to tell
	default:
		w.Header().Set("ETag", f.tag)
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(f.content)) // answers If-None-Match too
	}
}

// apiNotFound is the 404 of the API for a path that no operation has.
func apiNotFound(w http.ResponseWriter) {
	p := api.NotFound()
	w.Header().Set("Content-Type", p.ContentType(""))
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller has gone: nothing to tell
}
