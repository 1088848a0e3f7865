package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// databasesMost is how many databases one DynamoDB Local is given. Each keeps some seven
// threads to its process's end, which never rest: with six hundred of them two cores are
// busy with nothing else. At rest 32 databases cost 2 to 4 % of a core; a start with its
// warm-up costs three seconds of one.
const databasesMost = 64

// Pool gives tests a DynamoDB Local for a database of their own: always one that has
// few so far. One whose databases have all been given back is ended.
//
// A database is taken by a GET, which answers with the address of a DynamoDB Local in a
// line, and then goes on: it is given back when the request ends, also by the end of the
// program that made it.
type Pool struct {
	Endpoint string // where to ask

	root, log string
	server    *http.Server

	mu      sync.Mutex
	current *instance
	all     []*instance
	started int
	failed  error // of ends
}

type instance struct {
	*Local
	given, live int
}

// StartPool starts a pool, and its first DynamoDB Local, in the repository at root.
// What they print goes to files that begin with log.
func StartPool(ctx context.Context, root, log string) (*Pool, error) {
	p := &Pool{root: root, log: log}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.Endpoint = "http://" + listener.Addr().String()
	p.server = &http.Server{
		Handler: http.HandlerFunc(p.give), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	if p.current, err = p.start(ctx); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	go func() { _ = p.server.Serve(listener) }() // until Stop
	return p, nil
}

func (p *Pool) start(ctx context.Context) (*instance, error) {
	p.started++
	local, err := Start(ctx, p.root, fmt.Sprintf("%s-%d.log", p.log, p.started))
	if err != nil {
		return nil, err
	}
	i := &instance{Local: local}
	p.all = append(p.all, i)
	return i, nil
}

func (p *Pool) give(w http.ResponseWriter, r *http.Request) {
	i, err := p.take(r.Context())
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer p.back(i)
	if _, err := fmt.Fprintln(w, i.Endpoint); err != nil {
		return
	}
	if http.NewResponseController(w).Flush() == nil {
		<-r.Context().Done()
	}
}

func (p *Pool) take(ctx context.Context) (i *instance, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.current.given == databasesMost {
		// Not with the request's context: it is not for that one alone.
		next, err := p.start(context.WithoutCancel(ctx))
		if err != nil {
			return nil, err
		}
		old := p.current
		p.current = next
		p.endIfDone(old)
	}
	p.current.given++
	p.current.live++
	return p.current, nil
}

func (p *Pool) back(i *instance) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i.live--
	p.endIfDone(i)
}

func (p *Pool) endIfDone(i *instance) {
	if i == p.current || i.live > 0 || i.Local == nil {
		return
	}
	p.failed = errors.Join(p.failed, i.Stop())
	i.Local = nil
}

// Stop ends the pool and every DynamoDB Local of it.
func (p *Pool) Stop() error {
	err := p.server.Close()
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, i := range p.all {
		if i.Local != nil {
			err = errors.Join(err, i.Stop())
			i.Local = nil
		}
	}
	return errors.Join(p.failed, err)
}
