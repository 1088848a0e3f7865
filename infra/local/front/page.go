package front

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"log"
	"net/http"
	"time"
)

//go:embed page.html
var pageSource string

var page = template.Must(template.New("mails").Funcs(template.FuncMap{
	"when": func(t time.Time) string { return t.Local().Format("2 Jan 2006, 15:04:05") },
}).Parse(pageSource))

// shown is how many mails the page lists at most; the JSON has all.
const shown = 100

// Mails is the page with the mails of the engine (/), the same as a JSON array
// (/messages, newest first), both optionally of one recipient (?to=), and the
// HTML part of one mail (/html?id=), which the page shows in a frame that can
// run nothing.
func Mails(endpoint string) http.Handler {
	box := mailbox{endpoint: endpoint, client: &http.Client{Transport: &http.Transport{}, Timeout: 10 * time.Second}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", box.page)
	mux.HandleFunc("GET /messages", box.list)
	mux.HandleFunc("GET /html", box.html)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Cache-Control", "no-store")
		w.Header().Set("Referrer-Policy", "no-referrer") // tokens stand in links
		w.Header().Set("X-Content-Type-Options", "nosniff")
		mux.ServeHTTP(w, r)
	})
}

// unread is the answer where the engine does not give its mails; why is in the log.
func unread(w http.ResponseWriter, err error) {
	log.Printf("sent mails: %v", err)
	http.Error(w, "The engine does not give its mails at the moment; the log of this program says why.", http.StatusBadGateway)
}

func (b mailbox) list(w http.ResponseWriter, r *http.Request) {
	mails, err := b.sent(r.Context(), r.URL.Query().Get("to"))
	if err != nil {
		unread(w, err)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	_ = e.Encode(mails)
}

func (b mailbox) page(w http.ResponseWriter, r *http.Request) {
	to := r.URL.Query().Get("to")
	mails, err := b.sent(r.Context(), to)
	if err != nil {
		unread(w, err)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	_ = page.Execute(w, map[string]any{"To": to, "Count": len(mails), "Mails": mails[:min(shown, len(mails))]})
}

func (b mailbox) html(w http.ResponseWriter, r *http.Request) {
	mails, err := b.sent(r.Context(), "")
	if err != nil {
		unread(w, err)
		return
	}
	id := r.URL.Query().Get("id")
	for _, m := range mails {
		if m.ID != id || m.HTML == "" {
			continue
		}
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		// The mail's own content: no scripts, nothing loaded, no forms; its links
		// open in a tab of their own.
		w.Header().Set("Content-Security-Policy", "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'")
		_, _ = io.WriteString(w, `<!doctype html><base target="_blank">`+m.HTML)
		return
	}
	http.Error(w, fmt.Sprintf("no mail %q with an HTML part", id), http.StatusNotFound)
}
