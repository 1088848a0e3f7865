// Package jobsrun is the kinds of long work that there are.
package jobsrun

import (
	"foyer/shared/audit"
	"foyer/shared/contacts"
	"foyer/shared/erasure"
	"foyer/shared/imports"
	"foyer/shared/invitations"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/jobs/work"
	"foyer/shared/members"
	"foyer/shared/workspaceexport"
)

// Runner does every kind of job.
var Runner = jobqueue.Runner{Kinds: []work.Kind{
	audit.ExportKind,
	workspaceexport.Kind,
	contacts.RenameKind,
	erasure.Kind,
	invitations.SendAllKind,
	invitations.MoveKind,
	members.HandOverKind,
	imports.PlanKind,
	imports.ApplicationKind,
}}
