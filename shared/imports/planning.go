package imports

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/expression"

	"foyer/shared/api"
	"foyer/shared/files"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// PlanKind is the job of imports-plan. Its first slice reads the file, which is bounded,
// into lines of JSON, where duplicates can be told; the others compare some lines each
// with what there is.
var PlanKind = work.Kind{Name: planKind, Slice: func(ctx context.Context, env *api.Env, job *table.JobRow) (bool, error) {
	return work.At(ctx, env, job, planSlice)
}}

const (
	compareRows  = 250       // of a slice
	compareBytes = 512 << 10 // of it, at least one line
	jsonLines    = "application/jsonl"
)

// planning is where a plan is.
type planning struct {
	Read   bool `json:",omitempty"` // whether the file was read
	Offset int64
	Result table.ImportResult
	File   files.Growing
}

// rowsKey is where the rows are as they were read.
func rowsKey(job *table.JobRow) string {
	return key(job.Workspace, job.About[aboutImport], job.Job+".rows")
}

func planSlice(ctx context.Context, env *api.Env, job *table.JobRow, at *planning) (ended bool, err error) {
	if at.Read {
		return at.compare(ctx, env, job)
	}
	at.Read = true
	job.Total, err = readFile(ctx, env, job)
	return false, err
}

// readFile reads the whole upload, once for its encoding and once for its rows, and
// gives how many there are. What was read is what was announced, or it fails.
func readFile(ctx context.Context, env *api.Env, job *table.JobRow) (rows int, err error) {
	var row table.ImportRow
	if _, err := env.Table.Get(ctx, table.Import(job.Workspace, job.About[aboutImport]), &row); err != nil {
		return 0, err
	}
	at := uploadKey(job.Workspace, job.About[aboutImport])
	encoding, err := open(ctx, env, at)
	if err != nil {
		return 0, err
	}
	defer encoding.Close() //nolint:errcheck // read only
	valid, err := isUTF8(encoding)
	if err != nil {
		return 0, err
	}
	file, err := open(ctx, env, at)
	if err != nil {
		return 0, err
	}
	defer file.Close() //nolint:errcheck // read only
	sum := sha256.New()
	announced := func() error { // after the last row: there is no more of the file to be hashed
		if base64.StdEncoding.EncodeToString(sum.Sum(nil)) != row.SHA256 {
			return &work.Failure{Reason: "The file is not the one that was announced: its SHA-256 is another."}
		}
		return nil
	}
	return write(ctx, env, rowsKey(job), hashed{io.TeeReader(file, sum)}, valid, announced)
}

// hashed keeps a reader from being anything else than one.
type hashed struct{ io.Reader }

func open(ctx context.Context, env *api.Env, at string) (io.ReadCloser, error) {
	file, err := files.Open(ctx, env, at)
	if errors.Is(err, files.ErrAbsent) {
		return nil, &work.Failure{Reason: "No file was uploaded. Upload it where imports-create said, then plan again."}
	}
	return file, err
}

// write puts the file's rows at key as lines of JSON, if in the end the file is right.
func write(ctx context.Context, env *api.Env, key string, file io.Reader, valid bool, right func() error) (rows int, err error) {
	r, err := newReader(file, valid)
	if err != nil {
		return 0, err
	}
	var parts files.Parts
	var lines []byte
	rules := newRules()
	for {
		e, err := r.next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return 0, fmt.Errorf("read the file: %w", err)
		}
		if rows++; rows > rowsMost {
			return 0, &work.Failure{Reason: fmt.Sprintf("The file has more than %d rows. Import it in parts.", rowsMost)}
		}
		rules.check(&e)
		if lines = e.append(lines); len(lines) >= files.PartLeast {
			if parts, err = parts.Add(ctx, env, key, jsonLines, lines, false); err != nil {
				return 0, err
			}
			lines = nil
		}
	}
	if err := right(); err != nil {
		return 0, err
	}
	if rows == 0 {
		return 0, &work.Failure{Reason: "The file has no rows."}
	}
	_, err = parts.Add(ctx, env, key, jsonLines, lines, true)
	return rows, err
}

// compare says of the next rows what would become of them.
func (at *planning) compare(ctx context.Context, env *api.Env, job *table.JobRow) (ended bool, err error) {
	entries, next, err := linesOf(ctx, env, rowsKey(job), at.Offset, compareBytes, compareRows)
	if err != nil {
		return false, err
	}
	c := callOf(env, job)
	companies, err := compareWith(ctx, c, entries)
	if err != nil {
		return false, err
	}
	var lines []byte
	for _, e := range entries {
		count(&at.Result, e)
		lines = e.append(lines)
	}
	job.Done += len(entries)
	ended = job.Done >= job.Total
	file := planKey(job.Workspace, job.About[aboutImport], job.Job)
	if at.File, err = at.File.Add(ctx, env, file, jsonLines, lines, ended); err != nil {
		return false, err
	}
	at.Offset, at.Result.Companies, job.Refused = next, at.Result.Companies+companies, at.Result.Refused
	if !ended {
		return false, nil
	}
	at.Result.File = file
	return true, finish(ctx, env, job, "plan", at.Result)
}

// finish writes the job's result into the import's row, unless another job of its kind
// was asked for since.
func finish(ctx context.Context, env *api.Env, job *table.JobRow, what string, result table.ImportResult) error {
	err := env.Table.UpdateOne(ctx, table.Import(job.Workspace, job.About[aboutImport]),
		expression.Set(expression.Name(what), expression.Value(result)), table.Is(what+"Job", job.Job))
	if errors.Is(err, table.ErrConditionFailed) {
		return nil
	}
	return err
}

// callOf is the job as a call of whom it was asked by, for what is the same as when they
// do it by hand.
func callOf(env *api.Env, job *table.JobRow) *api.Call {
	return &api.Call{Env: env, Operation: job.Kind, Person: job.Actor, Workspace: job.Workspace}
}
