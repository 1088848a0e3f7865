package audit

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"time"

	"foyer/shared/activity"
	"foyer/shared/api"
	"foyer/shared/files"
	"foyer/shared/jobs/work"
	"foyer/shared/table"
)

// ExportInput says which changes, and how.
type ExportInput struct {
	Workspace string `path:"workspace"`
	Body      ExportRequest
}

// ExportRequest is an export of the audit log.
type ExportRequest struct {
	Format string `json:"format" enum:"jsonl,csv" doc:"JSON lines, or CSV with a header"`
	From   string `json:"from,omitempty" maxLength:"10" doc:"The first day (UTC); without it, the last 31 days up to to" example:"2026-11-01"`
	To     string `json:"to,omitempty" maxLength:"10" doc:"The last day (UTC); without it, today" example:"2026-11-25"`
	Filter
}

// Export makes a file of the workspace's audit log.
var Export = api.Operation[ExportInput, work.Output]{
	ID: "audit-export", Method: http.MethodPost, Path: "/workspaces/{workspace}/audit/export", Access: api.Admins, Status: http.StatusAccepted,
	Summary: "Export the changes in a workspace",
	Doc: "For the workspace's owner and admins. Starts a job (jobs-get) whose file has the changes of the days, at most 366, oldest first: JSON lines as audit-list shows them, or CSV (RFC 4180) with a header. " +
		"In CSV a value that a spreadsheet would take for a formula has an apostrophe before it. The file is kept for 7 days.",
	Handle: export, Replay: work.Again[ExportInput],
}

const exportUsual, exportMost = 31, 366

const exportKind = "audit-export" // as the rows of such jobs name it

// ExportKind is the job of audit-export.
var ExportKind = work.Kind{Name: exportKind, Slice: func(ctx context.Context, env *api.Env, job *table.JobRow) (bool, error) {
	return work.At(ctx, env, job, exportSlice)
}}

func export(ctx context.Context, c *api.Call, in *ExportInput) (*work.Output, error) {
	s, err := spanOf(c.Now(), "body", in.Body.From, in.Body.To, exportUsual, exportMost)
	if err != nil {
		return nil, err
	}
	about := map[string]string{
		"format": in.Body.Format, "from": s.from.Format(time.DateOnly), "to": s.to.Format(time.DateOnly),
		"type": in.Body.Type, "actor": in.Body.Actor, "project": in.Body.Project, "subject": in.Body.Subject,
	}
	tx := &table.Tx{}
	job := work.Start(c, tx, exportKind, about)
	c.Remember(tx, job.Job)
	activity.InWorkspace(c, tx, c.Workspace, table.ActivityRow{Type: table.ActivityAuditExported})
	if err := c.Table.Write(ctx, tx); err != nil {
		return nil, err
	}
	return &work.Output{Body: work.Show(job)}, nil
}

// place is where an export is: its file, and the day and entry to go on after.
type place struct {
	File  files.Parts
	Day   string
	After string
}

// exportSlice writes the next part of the file.
func exportSlice(ctx context.Context, env *api.Env, job *table.JobRow, at *place) (bool, error) {
	to, err := time.Parse(time.DateOnly, job.About["to"])
	if err != nil {
		return false, &work.Failure{Reason: "The days of the export cannot be read."}
	}
	if at.Day == "" {
		at.Day = job.About["from"]
	}
	filter := Filter{Type: job.About["type"], Actor: job.About["actor"], Project: job.About["project"], Subject: job.About["subject"]}
	format := formats[job.About["format"]]
	var part bytes.Buffer
	if len(at.File.ETags) == 0 {
		part.WriteString(format.header)
	}
	current, err := time.Parse(time.DateOnly, at.Day)
	if err != nil {
		return false, fmt.Errorf("position of the job: %w", err)
	}
	ended := false
	for !ended && part.Len() < files.PartLeast {
		rows, more, err := page(ctx, env.Table, job.Workspace, current, at.After, false, pageRows)
		if err != nil {
			return false, err
		}
		for _, row := range rows {
			at.After = row.Activity
			if filter.lets(row) {
				job.Done++
				format.write(&part, Of(row))
			}
		}
		if more {
			continue
		}
		if ended = !current.Before(to); !ended {
			current, at.After = current.Add(day), ""
		}
	}
	at.Day, job.Total = current.Format(time.DateOnly), job.Done
	key := fmt.Sprintf("exports/%s/%s/audit.%s", job.Workspace, job.Job, job.About["format"])
	if at.File, err = at.File.Add(ctx, env, key, format.contentType, part.Bytes(), ended); err != nil {
		return false, err
	}
	if ended {
		job.Result = key
	}
	return ended, nil
}

type format struct {
	contentType, header string
	write               func(*bytes.Buffer, Entry)
}

var formats = map[string]format{
	"jsonl": {"application/jsonl", "", func(b *bytes.Buffer, e Entry) { _ = json.NewEncoder(b).Encode(e) }}, // of strings, to memory: does not fail
	"csv":   {"text/csv; charset=utf-8", "id,type,at,actor,project,item,subject,assignee\r\n", writeCSV},
}

func writeCSV(b *bytes.Buffer, e Entry) {
	w := csv.NewWriter(b)
	w.UseCRLF = true
	_ = w.Write([]string{safe(e.ID), safe(e.Type), e.At.UTC().Format(time.RFC3339Nano), safe(e.Actor), safe(e.Project), safe(e.Item), safe(e.Subject), safe(e.Assignee)}) // to memory
	w.Flush()
}

// safe keeps a spreadsheet from taking a value for a formula (OWASP, CSV injection).
func safe(s string) string {
	if s != "" && bytes.ContainsAny([]byte(s[:1]), "=+-@\t\r") {
		return "'" + s
	}
	return s
}
