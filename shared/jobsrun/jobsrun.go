// Package jobsrun is the kinds of long work that there are.
package jobsrun

import (
	"foyer/shared/audit"
	"foyer/shared/contacts"
	"foyer/shared/erasure"
	"foyer/shared/imports"
	"foyer/shared/invitations"
	"foyer/shared/jobqueue"
	"foyer/shared/jobs"
	"foyer/shared/members"
	"foyer/shared/sessions"
	"foyer/shared/workspaceexport"
)

// Runner does every kind of job.
var Runner = jobqueue.Runner{Kinds: []jobs.Kind{
	audit.ExportKind,
	workspaceexport.Kind,
	contacts.RenameKind,
	erasure.Kind,
	invitations.SendAllKind,
	invitations.MoveKind,
	members.HandOver(sessions.EndWithoutPlace),
	imports.PlanKind,
	imports.ApplicationKind,
}}
