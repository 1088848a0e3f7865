// Package front is what people and tests talk to: the deployed HTTP API at one
// clean address, as behind a domain on AWS, and a page with the mails that were
// sent.
package front

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"strings"
)

// What an HTTP API takes, from AWS's list of its quotas: the body, and request
// line and headers together, in bytes.
const (
	maxBody    = 10 << 20
	maxHeaders = 10240
)

// Proxy sends every request to the API at target (http://host/prefix). Path,
// query, body and headers arrive as they were sent: nothing is decoded or
// cleaned. What API Gateway refuses by itself is refused here in its words.
func Proxy(target *url.URL, logs io.Writer) http.Handler {
	prefix := strings.TrimRight(target.EscapedPath(), "/")
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			path := prefix + r.In.URL.EscapedPath()
			decoded, err := url.PathUnescape(path)
			if err != nil {
				decoded = path // does not happen: the server has parsed it
			}
			r.Out.URL = &url.URL{Scheme: target.Scheme, Host: target.Host, Path: decoded, RawPath: path, RawQuery: r.In.URL.RawQuery, ForceQuery: r.In.URL.ForceQuery}
			r.Out.Host = r.In.Host
			forward(r)
		},
		Transport: &http.Transport{MaxIdleConnsPerHost: 64, DisableCompression: true},
		ErrorLog:  log.New(logs, "proxy: ", log.LstdFlags),
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			var tooLarge *http.MaxBytesError
			switch {
			case errors.As(err, &tooLarge):
				refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
			case r.Context().Err() != nil: // the caller has gone
			default:
				log.New(logs, "proxy: ", log.LstdFlags).Printf("the engine does not answer: %v", err)
				refuse(w, http.StatusServiceUnavailable, "Service Unavailable")
			}
		},
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if headerSize(r) > maxHeaders {
			refuse(w, http.StatusRequestHeaderFieldsTooLarge, "Request Header Fields Too Large")
			return
		}
		// Read here, so that a body without a length is refused before any of it
		// reaches a function.
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			var tooLarge *http.MaxBytesError
			if errors.As(err, &tooLarge) {
				refuse(w, http.StatusRequestEntityTooLarge, "Request Entity Too Large")
			} else {
				refuse(w, http.StatusBadRequest, "Bad Request")
			}
			return
		}
		r.Body, r.ContentLength, r.TransferEncoding = io.NopCloser(bytes.NewReader(body)), int64(len(body)), nil
		proxy.ServeHTTP(w, r)
	})
}

// forward adds what API Gateway tells about the caller; what the caller claims
// stays before it, as there.
func forward(r *httputil.ProxyRequest) {
	source, _, err := net.SplitHostPort(r.In.RemoteAddr)
	if err != nil {
		source = r.In.RemoteAddr
	}
	if claimed := r.In.Header.Get("X-Forwarded-For"); claimed != "" {
		source = claimed + ", " + source
	}
	r.Out.Header.Set("X-Forwarded-For", source)
	r.Out.Header.Set("X-Forwarded-Proto", "http")
	if _, port, err := net.SplitHostPort(r.In.Host); err == nil {
		r.Out.Header.Set("X-Forwarded-Port", port)
	}
}

// headerSize is what counts against the limit: the request line and all headers.
func headerSize(r *http.Request) int {
	n := len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("host") + len(r.Host)
	for name, values := range r.Header {
		for _, v := range values {
			n += len(name) + len(v)
		}
	}
	return n
}

func refuse(w http.ResponseWriter, status int, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(map[string]string{"message": message})
}
