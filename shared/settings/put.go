package settings

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"foyer/shared/api"
	"foyer/shared/hours"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// PutInput is the settings as they are to be from now on.
type PutInput struct {
	api.IfMatch
	Body NotificationSettings
}

// Put replaces the caller's notification settings.
var Put = api.Operation[PutInput, api.Tagged[NotificationSettings]]{
	ID: "settings-put", Method: http.MethodPut, Path: "/me/notification-settings", Access: api.SignedIn,
	Summary: "Change my notification settings",
	Doc: "For anyone signed in. Replaces all of them: what is left out follows the default again. 422 for a project that the person is not in, " +
		"at its own place (one that is hidden is like one that does not exist), for an unknown time zone, and for times of the day without one. " +
		"Digest and quiet hours are of mails of what happens in projects alone: an invitation, or what concerns the account, goes at once. " +
		"What waits already goes when it was to. 412 where they were changed since they were read, 428 without If-Match.",
	Reads: stored, Handle: put, Problems: []int{http.StatusPreconditionFailed, http.StatusPreconditionRequired},
}

func put(ctx context.Context, c *api.Call, in *PutInput) (*api.Tagged[NotificationSettings], error) {
	named := slices.Sorted(maps.Keys(in.Body.Projects))
	var had table.SettingsRow
	rows, err := c.Read(ctx, keysOf(c.Person, named)...)
	if err != nil {
		return nil, err
	}
	found, err := rows.Into(table.Settings(c.Person), &had)
	if err != nil {
		return nil, err
	}
	if err := in.Require(api.TagOf(shown(had))); err != nil {
		return nil, err
	}
	faults, err := unknown(rows, c.Person, named, had)
	if err != nil {
		return nil, err
	}
	if faults = append(faults, in.Body.timeFaults()...); len(faults) > 0 {
		return nil, api.Invalid(faults...)
	}
	row := table.SettingsRow{Level: string(in.Body.Level), Digest: in.Body.Digest, TimeZone: in.Body.TimeZone, Version: had.Version + 1, Change: c.NewID("chg_")}
	if quiet := in.Body.QuietHours; quiet != nil {
		row.QuietFrom, row.QuietTo = quiet.From, quiet.To
	}
	for p, level := range in.Body.Projects {
		if row.Projects == nil {
			row.Projects = make(map[string]string, len(in.Body.Projects))
		}
		row.Projects[p] = string(level)
	}
	asRead := table.Absent()
	if found {
		asRead = table.Is("version", had.Version)
	}
	// Or this very change: a repeated call whose first answer was lost is no change
	// that came first.
	asRead = asRead.Or(table.Is("change", row.Change))
	err = c.Table.PutOne(ctx, table.Settings(c.Person), row, &asRead)
	switch {
	case errors.Is(err, table.ErrConditionFailed):
		return nil, api.Changed()
	case err != nil:
		return nil, err
	}
	return api.WithTag(shown(row)), nil
}

// keysOf is what a change of settings has to read: the settings, and what says
// that the person is in each project. What is no project's id has no rows.
func keysOf(person string, projects []string) []table.Key {
	keys := []table.Key{table.Settings(person)}
	for _, p := range projects {
		if !api.ValidID("project", p) {
			continue
		}
		workspace, _ := table.WorkspaceOf(p)
		keys = append(keys, table.Project(person, p), table.Membership(person, workspace))
	}
	return keys
}

// timeFaults are what is wrong with when mail is to go.
func (n NotificationSettings) timeFaults() (faults []api.FieldError) {
	if quiet := n.QuietHours; quiet != nil && quiet.From == quiet.To {
		faults = append(faults, api.Fault("body.quietHours.to", "must be another time than from"))
	}
	switch {
	case n.TimeZone == "" && (n.Digest != "" || n.QuietHours != nil):
		faults = append(faults, api.Fault("body.timeZone", "is needed with digest and quietHours"))
	case n.TimeZone != "":
		if _, err := hours.ParseZone(n.TimeZone); err != nil {
			faults = append(faults, api.Fault("body.timeZone", "is not a time zone of the IANA database"))
		}
	}
	return faults
}

// unknown are the projects that the person is not in now. One that stands in
// their settings already may stay there: settings outlive a removed access, which
// may be restored, and say nothing of the project.
func unknown(rows table.Rows, person string, projects []string, had table.SettingsRow) ([]api.FieldError, error) {
	var faults []api.FieldError
	for _, p := range projects {
		if _, kept := had.Projects[p]; kept {
			continue
		}
		in, err := isIn(rows, person, p)
		if err != nil {
			return nil, err
		}
		if !in {
			faults = append(faults, api.Fault("body.projects."+p, "is not a project that you are in"))
		}
	}
	return faults, nil
}

// isIn says whether the person has a row of the project that counts: together with
// the membership (policy).
func isIn(rows table.Rows, person, project string) (bool, error) {
	var row table.PersonProjectRow
	if _, err := rows.Into(table.Project(person, project), &row); err != nil {
		return false, err
	}
	workspace, _ := table.WorkspaceOf(project) // of what is no project's id there is neither row
	var m table.MembershipRow
	if _, err := rows.Into(table.Membership(person, workspace), &m); err != nil {
		return false, err
	}
	if row.Kind == table.KindMember {
		return policy.Membership{Role: policy.Role(m.Role)}.Staff(), nil
	}
	_, active := m.Contacts[row.Contact]
	return active && m.Role == "", nil
}
