//go:build engine

package foyertest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	s3types "github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/smithy-go/middleware"

	"foyer/shared/api"
	"foyer/shared/catalog"
	"foyer/shared/foyertest/iam"
	"foyer/shared/samtemplate"
	"foyer/shared/table"
)

// World is a Foyer of its own: nothing in it is shared with another test.
type World struct {
	T      *testing.T
	Config api.Config
	AWS    aws.Config   // of the test itself: no policy applies
	Table  *table.Table // likewise
	Clock  *Clock
	Log    *Log

	JobTime time.Duration // how long one run of jobs-run may take

	names    map[string]string // logical id → physical name
	template *samtemplate.Template
	tokenKey string
	database string // the path of the pool to take it at

	mu       sync.Mutex
	random   func(function string) io.Reader // nil: crypto/rand
	handlers map[string]http.Handler
	extra    map[string][]func(*middleware.Stack) error
	mux      *http.ServeMux

	enforcers enforcers
	rows      rows
	streams   streams
	cognito   cognito
	pauses    map[string][]time.Duration // function → how its answers waited
}

// Clock is the time of a World: real time, moved by the test, or standing still.
type Clock struct {
	mu     sync.Mutex
	offset time.Duration
	stood  time.Time
}

// Now is the World's time.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.stood.IsZero() {
		return c.stood.Add(c.offset)
	}
	return time.Now().Add(c.offset)
}

// Stand makes the time stand still at t; only Advance moves it from then on.
func (c *Clock) Stand(t time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stood, c.offset = t, 0
}

// Advance moves the time on.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.offset += d
}

// mailFrom is the sender in tests, which is made known once.
const mailFrom = "foyer@example.com"

var sender sync.Once

// loaded is the repository's template, read once for all Worlds of a process.
var loaded = sync.OnceValues(func() (*samtemplate.Template, error) {
	at, err := samtemplate.Repository()
	if err != nil {
		return nil, err
	}
	return samtemplate.Load(filepath.Join(at, "template.yaml"))
})

// Option makes a World different from others.
type Option func(*World)

// WithTokenKey gives the World this key of mail tokens, so that two Worlds make the
// same links.
func WithTokenKey(key string) Option { return func(w *World) { w.tokenKey = key } }

// Lasting is for a World that is in use for minutes, while tests come and go, or in which
// much changes: its database has had no test before.
func Lasting(w *World) { w.database = lastingDatabase }

// New makes a World from the repository's template.yaml.
func New(t *testing.T, options ...Option) *World {
	t.Helper()
	ctx := t.Context()
	var raw [6]byte
	_, _ = rand.Read(raw[:]) // does not fail
	id := hex.EncodeToString(raw[:])
	w := &World{T: t, JobTime: time.Minute, Clock: &Clock{}, Log: &Log{}, handlers: map[string]http.Handler{}, extra: map[string][]func(*middleware.Stack) error{}}
	w.tokenKey = id + id + id
	w.pauses = map[string][]time.Duration{}
	w.cognito = cognito{clock: w.Clock, secrets: map[string]string{}, owners: map[string]string{}, challenges: map[string]challenge{}}
	for _, o := range options {
		o(w)
	}
	w.AWS = aws.Config{
		Region: samtemplate.DefaultRegion, BaseEndpoint: aws.String(engineEndpoint(t)), HTTPClient: w.client(),
		Credentials: credentials.NewStaticCredentialsProvider("test", "test", ""),
		// The engine is one process for many tests at once: patience, as AWS needs none.
		RetryMaxAttempts: 5,
		APIOptions:       []func(*middleware.Stack) error{w.rows.note},
	}
	w.names = map[string]string{"Table": "foyer-" + id}
	tpl, err := loaded()
	w.must(err)
	w.template, err = tpl.With(samtemplate.Settings{Names: w.names})
	w.must(err)

	w.makeTable(ctx)
	w.makePool(ctx)
	sender.Do(func() {
		if _, err := sesv2.NewFromConfig(w.AWS).CreateEmailIdentity(ctx, &sesv2.CreateEmailIdentityInput{EmailIdentity: aws.String(mailFrom)}); err != nil && !alreadyThere(err) {
			t.Errorf("SES identity: %v", err)
		}
	})
	secrets, secretName := secretsmanager.NewFromConfig(w.AWS), aws.String("foyer-key-"+id)
	if _, err = secrets.CreateSecret(ctx, &secretsmanager.CreateSecretInput{Name: secretName, SecretString: &w.tokenKey}); err != nil && !alreadyThere(err) {
		w.must(err)
	}
	secret, err := secrets.DescribeSecret(ctx, &secretsmanager.DescribeSecretInput{SecretId: secretName})
	w.must(err)
	queue, err := sqs.NewFromConfig(w.AWS).CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("foyer-poison-" + id)})
	w.must(err)
	jobs, err := sqs.NewFromConfig(w.AWS).CreateQueue(ctx, &sqs.CreateQueueInput{QueueName: aws.String("foyer-jobs-" + id)})
	w.must(err)
	_, err = s3.NewFromConfig(w.AWS, pathStyle).CreateBucket(ctx, &s3.CreateBucketInput{Bucket: aws.String("foyer-files-" + id),
		CreateBucketConfiguration: &s3types.CreateBucketConfiguration{LocationConstraint: s3types.BucketLocationConstraint(w.AWS.Region)}})
	w.must(err)
	w.names["MailEvents"] = "foyer-events-" + id
	_, err = sesv2.NewFromConfig(w.AWS).CreateConfigurationSet(ctx, &sesv2.CreateConfigurationSetInput{ConfigurationSetName: aws.String(w.names["MailEvents"])})
	if err != nil && !alreadyThere(err) {
		t.Fatalf("SES configuration set: %v", err)
	}
	w.names["MailTokenKey"], w.names["PoisonQueue"] = *secret.ARN, "foyer-poison-"+id
	w.names["JobsQueue"], w.names["Files"] = "foyer-jobs-"+id, "foyer-files-"+id
	w.names["FailedBatches"] = "foyer-failed-" + id
	w.template, err = tpl.With(samtemplate.Settings{Names: w.names})
	w.must(err)

	w.Config = api.Config{
		Table: w.names["Table"], UserPoolID: w.names["UserPool"], UserPoolClientID: w.names["UserPoolClient"], InternalClientID: w.names["UserPoolInternalClient"],
		PublicURL: "https://portal.example.com", MailFrom: mailFrom, MailEvents: w.names["MailEvents"], MailTokenKey: *secret.ARN, PoisonQueueURL: *queue.QueueUrl,
		JobsQueueURL: *jobs.QueueUrl, FilesBucket: w.names["Files"],
		Endpoint: *w.AWS.BaseEndpoint, Region: w.AWS.Region, SignUpOpen: true, Reminder: 72 * time.Hour, InvitationLife: 7 * 24 * time.Hour,
	}
	w.configureReplay()
	w.Table = table.New(w.AWS, w.Config.Table)
	w.mux = http.NewServeMux()
	for _, op := range catalog.Operations() {
		meta := op.Meta()
		w.mux.HandleFunc(meta.Method+" "+meta.Path, func(rw http.ResponseWriter, r *http.Request) { w.handler(op).ServeHTTP(rw, r) })
	}
	t.Cleanup(func() { w.Log.printIfFailed(t) })
	return w
}

func (w *World) makeTable(ctx context.Context) {
	w.T.Helper()
	def, err := w.template.Table("Table")
	w.must(err)
	db := dynamodb.NewFromConfig(w.AWS)
	_, err = db.CreateTable(ctx, def.CreateTableInput())
	var made *types.ResourceInUseException
	if !errors.As(err, &made) { // the name is new: an attempt whose answer was lost made it
		w.must(err)
	}
	w.must(dynamodb.NewTableExistsWaiter(db).Wait(ctx, &dynamodb.DescribeTableInput{TableName: aws.String(w.names["Table"])}, time.Minute))
	if c, ok := w.AWS.HTTPClient.(engineClient); ok && c.tables != "" {
		return // it ends with its DynamoDB Local, and the next in this database has another name
	}
	w.T.Cleanup(func() {
		_, _ = db.DeleteTable(context.WithoutCancel(ctx), &dynamodb.DeleteTableInput{TableName: aws.String(w.names["Table"])}) // the engine goes anyway
	})
}

// Env is the environment of one function: its AWS calls are held to its policy.
func (w *World) Env(function string) *api.Env {
	w.T.Helper()
	cfg := w.AWS.Copy()
	cfg.APIOptions = append([]func(*middleware.Stack) error{w.rows.note, w.enforcer(function).Middleware(), w.cognito.strict}, w.extraFor(function)...)
	env := api.NewEnv(w.Config, cfg, slog.New(slog.NewJSONHandler(w.Log, nil)))
	env.Clock, env.Random = w.Clock.Now, randomOf{w, function}
	env.Pause = func(_ context.Context, d time.Duration) {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.pauses[function] = append(w.pauses[function], d)
	}
	return env
}

// enforcer holds the calls of a function to its policy.
func (w *World) enforcer(function string) *iam.Enforcer {
	w.T.Helper()
	w.enforcers.mu.Lock()
	defer w.enforcers.mu.Unlock()
	e, ok := w.enforcers.of[function]
	if !ok {
		var err error
		e, err = iam.ForFunction(w.template, function, nil)
		w.must(err)
		if w.enforcers.of == nil {
			w.enforcers.of = map[string]*iam.Enforcer{}
		}
		w.enforcers.of[function] = e
	}
	return e
}

// enforcers are made once for each function: a process is started at every batch of the
// stream, and its policy stays as it is.
type enforcers struct {
	mu sync.Mutex
	of map[string]*iam.Enforcer
}

// Pauses are how long the answers of the function would have waited for their
// floor. No test waits.
func (w *World) Pauses(function string) []time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]time.Duration{}, w.pauses[function]...)
}

// Intercept adds a middleware to every AWS call of a function from now on ("" for
// every function): to count calls, or to make one fail.
func (w *World) Intercept(function string, option func(*middleware.Stack) error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.extra[function] = append(w.extra[function], option)
	w.handlers = map[string]http.Handler{} // made anew, as after a restart
}

// Randomly makes each function draw its ids from what source gives for it, asked at
// each draw; nil: from crypto/rand again.
func (w *World) Randomly(source func(function string) io.Reader) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.random = source
}

// randomOf is what a function draws its ids from.
type randomOf struct {
	w        *World
	function string
}

func (r randomOf) Read(p []byte) (int, error) {
	r.w.mu.Lock()
	defer r.w.mu.Unlock()
	if r.w.random == nil {
		return rand.Read(p)
	}
	return r.w.random(r.function).Read(p)
}

// Release takes all interceptors away.
func (w *World) Release() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.extra = map[string][]func(*middleware.Stack) error{}
	w.handlers = map[string]http.Handler{}
}

func (w *World) extraFor(function string) []func(*middleware.Stack) error {
	return append(append([]func(*middleware.Stack) error{}, w.extra[""]...), w.extra[function]...)
}

func (w *World) handler(op api.Endpoint) http.Handler {
	w.mu.Lock()
	defer w.mu.Unlock()
	id := op.Meta().ID
	h, ok := w.handlers[id]
	if !ok {
		h = api.Handler(w.Env(id), op)
		w.handlers[id] = h
	}
	return h
}

func (w *World) must(err error) {
	w.T.Helper()
	if err != nil {
		w.T.Fatal(err)
	}
}
