package api

import (
	"context"
	"crypto/rand"
	"io"
	"log/slog"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/oklog/ulid/v2"

	"foyer/shared/table"
)

// Config is what a function learns from its environment (template.yaml).
type Config struct {
	Table            string
	UserPoolID       string
	UserPoolClientID string
	InternalClientID string // of the client that Foyer itself signs people in with; its tokens open nothing here
	PublicURL        string // where the page is, without a trailing slash
	MailFrom         string
	MailEvents       string // SES's configuration set, which tells mail-events of bounces; of stream-mail alone
	MailTokenKey     string // name or ARN of the secret with the key of mail tokens
	PoisonQueueURL   string
	JobsQueueURL     string
	FilesBucket      string
	FailedBatches    string // the bucket of what the stream's mappings gave up; of replay alone
	NotifyFunction   string // stream-notify's name; of replay alone
	MailFunction     string // stream-mail's name; of replay alone
	Endpoint         string // AWS's address in the local engine; empty on AWS
	Region           string
	SignUpOpen       bool
	Reminder         time.Duration // from invitation to reminder, and between reminders
	InvitationLife   time.Duration
}

// ConfigFromEnvironment reads the variables that template.yaml sets.
func ConfigFromEnvironment() Config {
	return Config{
		Table: os.Getenv("TABLE"), UserPoolID: os.Getenv("USER_POOL_ID"), UserPoolClientID: os.Getenv("USER_POOL_CLIENT_ID"),
		InternalClientID: os.Getenv("INTERNAL_CLIENT_ID"),
		PublicURL:        strings.TrimRight(os.Getenv("PUBLIC_URL"), "/"), MailFrom: os.Getenv("MAIL_FROM"), MailTokenKey: os.Getenv("MAIL_TOKEN_KEY"),
		PoisonQueueURL: os.Getenv("POISON_QUEUE_URL"), JobsQueueURL: os.Getenv("JOBS_QUEUE_URL"), FilesBucket: os.Getenv("FILES_BUCKET"),
		MailEvents:    os.Getenv("MAIL_EVENTS"),
		FailedBatches: os.Getenv("FAILED_BATCHES"), NotifyFunction: os.Getenv("STREAM_NOTIFY_FUNCTION"), MailFunction: os.Getenv("STREAM_MAIL_FUNCTION"),
		Endpoint: os.Getenv("AWS_ENDPOINT_URL"), Region: os.Getenv("AWS_REGION"),
		SignUpOpen:     os.Getenv("SIGN_UP") == "open",
		Reminder:       time.Duration(number("REMINDER_MINUTES", 3*24*60)) * time.Minute,
		InvitationLife: time.Duration(number("INVITATION_DAYS", 7)) * 24 * time.Hour,
	}
}

func number(name string, otherwise int) int {
	n, err := strconv.Atoi(os.Getenv(name))
	if err != nil || n < 1 {
		return otherwise
	}
	return n
}

// Env is what every handler works with: one for each function, made at its start.
// Clock and ids can be replaced, so that a test knows them beforehand.
type Env struct {
	Config Config
	AWS    aws.Config
	Table  *table.Table
	Log    *slog.Logger
	Clock  func() time.Time
	Random io.Reader // what ids are drawn from
	// Pause is how an answer waits for its floor.
	Pause func(context.Context, time.Duration)

	mu        sync.Mutex
	resources map[string]any
	verifier  *verifier
}

// NewEnv is an environment on the given AWS configuration, with the real clock.
func NewEnv(cfg Config, awsConfig aws.Config, log *slog.Logger) *Env {
	e := &Env{
		Config: cfg, AWS: awsConfig, Log: log, Table: table.New(awsConfig, cfg.Table),
		Clock: time.Now, Random: rand.Reader, Pause: pause, resources: map[string]any{},
	}
	e.verifier = newVerifier(cfg)
	return e
}

// Now is the time of the environment's clock, in UTC and whole milliseconds, as
// rows and answers have it.
func (e *Env) Now() time.Time { return e.Clock().UTC().Truncate(time.Millisecond) }

// Resource is the environment's one instance of something made on first use,
// such as a Cognito client. Only the functions whose packages ask for it link it.
func Resource[T any](e *Env, name string, make func(*Env) T) T {
	e.mu.Lock()
	defer e.mu.Unlock()
	if r, ok := e.resources[name]; ok {
		return r.(T)
	}
	r := make(e)
	e.resources[name] = r
	return r
}

// NewID is a new ULID with the type's prefix (API.md: ids).
func (e *Env) NewID(prefix string) string { return prefix + e.ulid() }

func (e *Env) ulid() string { return ulid.MustNew(ulid.Timestamp(e.Now()), e.Random).String() }

// NewPersonID is the id of a new account. It tells nothing of when it was made:
// else a workspace could see whether an address was known before it invited it.
func (e *Env) NewPersonID() string {
	var id ulid.ULID
	if _, err := io.ReadFull(e.Random, id[:]); err != nil {
		panic(err) // crypto/rand does not fail
	}
	return "per_" + id.String()
}

// NewProjectID is a new project's id, which begins with its workspace's.
func (e *Env) NewProjectID(workspace string) string {
	return "prj_" + strings.TrimPrefix(workspace, "wks_") + e.ulid()
}
