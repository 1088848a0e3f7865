package dynamodb

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// databasesMost is how many databases one DynamoDB Local is given. Each keeps six threads
// to its process's end, which wake a dozen times a second; a start and what the compiler
// does in the half minute after it cost some six seconds of a core. Seven packages with
// some 380 databases, on two cores: 138 s of Java's time with 64 of them in one, 112 s
// with 192, and with 400 the kernel takes what is won.
const databasesMost = 192

// recordsMost is how many changes a database has had when it is given to no test any more.
// A write looks through the stream records of all tables that its database has had before
// its own (SELECT MIN(SequenceNumber) FROM us WHERE ShardID=?, without an index): 0.75 µs
// for each, where a put takes 1.3 ms, and those of its own cost it nothing. But a database
// and its table take 21 ms, and the database a thousandth of a core from then on. Seven
// packages take 308 s of both cores so, and 343 where each database goes to three tests
// whatever they change.
const recordsMost = 500

// Lasting is the path to ask at for a database that is in use for minutes, while tests
// come and go, or in which much changes: it has had no test before. Those are together, or
// each would keep one alive that others have left.
const Lasting = "/lasting"

// Pool gives tests a database of their own in a DynamoDB Local that has few so far, or
// one that another test has given back. A DynamoDB Local whose databases are all used up
// is ended.
//
// A database is taken by a GET (at / or at Lasting), which answers with the address of a
// DynamoDB Local and the database's access key in a line, and then goes on: it is given
// back when the request ends, also by the end of the program that made it. It is as that
// left it: whoever takes it names its tables otherwise. A POST to /<access key> with the
// number of changes that were made says before that the next may have it; otherwise, and
// at Lasting, nobody gets it again.
type Pool struct {
	Endpoint string // where to ask

	root, log string
	server    *http.Server

	mu      sync.Mutex
	current map[string]*instance // by path
	next    *instance            // of "/", if it was started ahead
	all     []*instance
	taken   map[string]*database // by name: those that are in use
	made    int                  // databases
	started int                  // DynamoDB Locals
	failed  error                // of ends

	ahead   sync.WaitGroup
	stopped bool // nothing is started any more
}

// aheadBy is how many databases before the last of one the next is started: a start takes
// some seconds, in which all tests that begin would wait.
const aheadBy = 24

type instance struct {
	*Local
	made int
	free []*database // given back, to be taken again
}

// database is one of an instance: an access key of its own.
type database struct {
	in      *instance
	name    string
	lasting bool
	told    bool // how much was changed by who has it now
	records int  // changes so far
}

// StartPool starts a pool, and its first DynamoDB Local, in the repository at root.
// What they print goes to files that begin with log.
func StartPool(ctx context.Context, root, log string) (*Pool, error) {
	p := &Pool{root: root, log: log, taken: map[string]*database{}}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p.Endpoint = "http://" + listener.Addr().String()
	p.server = &http.Server{
		Handler: http.HandlerFunc(p.give), ReadHeaderTimeout: 10 * time.Second,
		BaseContext: func(net.Listener) context.Context { return context.WithoutCancel(ctx) },
	}
	first, err := p.start(ctx)
	if err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	p.current = map[string]*instance{"/": first}
	go func() { _ = p.server.Serve(listener) }() // until Stop
	return p, nil
}

func (p *Pool) start(ctx context.Context) (*instance, error) {
	p.started++
	local, err := Start(ctx, p.root, fmt.Sprintf("%s-%d.log", p.log, p.started))
	if err != nil {
		return nil, err
	}
	return p.add(local), nil
}

func (p *Pool) add(local *Local) *instance {
	i := &instance{Local: local}
	p.all = append(p.all, i)
	return i
}

// startAhead starts the next one while the tests go on. Where it fails, whoever needs it
// first tries once more, and hears why.
func (p *Pool) startAhead(ctx context.Context) {
	p.started++
	log := fmt.Sprintf("%s-%d.log", p.log, p.started)
	p.ahead.Go(func() {
		local, err := Start(ctx, p.root, log)
		if err != nil {
			return
		}
		p.mu.Lock()
		defer p.mu.Unlock()
		p.next = p.add(local)
	})
}

func (p *Pool) give(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodPost {
		p.tell(w, r)
		return
	}
	path := "/"
	if r.URL.Path == Lasting {
		path = Lasting
	}
	d, err := p.take(r.Context(), path)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	defer p.back(d)
	if _, err := fmt.Fprintln(w, d.in.Endpoint, d.name); err != nil {
		return
	}
	if http.NewResponseController(w).Flush() == nil {
		<-r.Context().Done()
	}
}

// tell notes how much whoever has a database has changed in it.
func (p *Pool) tell(w http.ResponseWriter, r *http.Request) {
	var changes int
	if _, err := fmt.Fscan(r.Body, &changes); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	d := p.taken[strings.TrimPrefix(r.URL.Path, "/")]
	if d == nil {
		http.NotFound(w, r)
		return
	}
	d.told, d.records = true, d.records+changes
}

func (p *Pool) take(ctx context.Context, path string) (d *database, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.stopped {
		return nil, errors.New("the pool has ended")
	}
	i := p.current[path]
	if i != nil && len(i.free) > 0 {
		last := len(i.free) - 1 // so that as few as can be are begun
		d, i.free = i.free[last], i.free[:last]
		d.told, p.taken[d.name] = false, d
		return d, nil
	}
	if i == nil || i.made == databasesMost {
		next := p.next
		if path != "/" || next == nil {
			// Not with the request's context: it is not for that one alone.
			if next, err = p.start(context.WithoutCancel(ctx)); err != nil {
				return nil, err
			}
		} else {
			p.next = nil
		}
		old := i
		i, p.current[path] = next, next
		if old != nil {
			p.endIfDone(old)
		}
	}
	i.made++
	if path == "/" && i.made == databasesMost-aheadBy && p.next == nil {
		p.startAhead(context.WithoutCancel(ctx))
	}
	p.made++
	d = &database{in: i, name: fmt.Sprintf("database%d", p.made), lasting: path == Lasting}
	p.taken[d.name] = d
	return d, nil
}

func (p *Pool) back(d *database) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.taken, d.name)
	if !d.lasting && d.told && d.records < recordsMost {
		d.in.free = append(d.in.free, d)
	}
	p.endIfDone(d.in)
}

// endIfDone ends a DynamoDB Local that nobody uses and nobody will be given any more.
func (p *Pool) endIfDone(i *instance) {
	for _, current := range p.current {
		if i == current && (i.made < databasesMost || len(i.free) > 0) {
			return
		}
	}
	for _, d := range p.taken {
		if d.in == i {
			return
		}
	}
	if i.Local == nil {
		return
	}
	p.failed = errors.Join(p.failed, i.Stop())
	i.Local = nil
}

// Stop ends the pool and every DynamoDB Local of it.
func (p *Pool) Stop() error {
	err := p.server.Close()
	p.mu.Lock()
	p.stopped = true
	p.mu.Unlock()
	p.ahead.Wait()
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
