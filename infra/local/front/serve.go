package front

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// Front is the proxy and the page while they serve.
type Front struct {
	APIURL   string // http://localhost:<port>
	MailsURL string // http://localhost:<port>; JSON at /messages

	servers []*http.Server
	ended   chan error
}

// Options of a front.
type Options struct {
	API       string // the HTTP API inside the engine
	Engine    string // endpoint
	Port      int    // of the proxy; 0: any free one
	MailsPort int    // likewise
	Log       io.Writer
}

// Serve starts both on the loopback interface.
func Serve(ctx context.Context, o Options) (*Front, error) {
	target, err := url.Parse(o.API)
	if err != nil {
		return nil, err
	}
	f := &Front{ended: make(chan error, 2)}
	if f.APIURL, err = f.serve(ctx, o.Port, Proxy(target, o.Log)); err != nil {
		return nil, err
	}
	if f.MailsURL, err = f.serve(ctx, o.MailsPort, Mails(o.Engine)); err != nil {
		return nil, errors.Join(err, f.Stop())
	}
	return f, nil
}

func (f *Front) serve(ctx context.Context, port int, h http.Handler) (string, error) {
	l, err := new(net.ListenConfig).Listen(ctx, "tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
	if err != nil {
		return "", err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second, MaxHeaderBytes: 4 * maxHeaders}
	f.servers = append(f.servers, s)
	go func() { f.ended <- s.Serve(l) }()
	return fmt.Sprintf("http://localhost:%d", l.Addr().(*net.TCPAddr).Port), nil
}

// Wait returns when a server ends by itself, with the reason, or the context is
// done.
func (f *Front) Wait(ctx context.Context) error {
	select {
	case err := <-f.ended:
		return err
	case <-ctx.Done():
		return nil
	}
}

// Stop ends both; requests in work get a moment to finish.
func (f *Front) Stop() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	var failed error
	for _, s := range f.servers {
		if err := s.Shutdown(ctx); err != nil {
			failed = errors.Join(failed, err, s.Close())
		}
	}
	return failed
}
