//go:build engine

package faults_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"foyer/infra/guards/invariants"
	"foyer/infra/guards/scene"
	"foyer/shared/jobs/jobqueue"
	"foyer/shared/table"
)

// ofJobs are jobs of each kind (scene.Jobs), for jobs-run.
func ofJobs() (all []job) {
	for _, kind := range slices.Sorted(maps.Keys(scene.Jobs)) {
		all = append(all, job{
			name: kind, lease: jobqueue.Lease,
			give: func(c *try) string {
				c.started = scene.Jobs[kind](c.Scene)
				c.message = c.Message(c.started)
				c.Drain()
				c.ForgetMails()
				return ""
			},
			also: func(c *try) []string {
				var row table.JobRow
				if found, err := c.Table.Get(c.T.Context(), table.Job(c.WorkspaceID, c.started.Job), &row); err != nil || !found {
					c.T.Fatal(found, err)
				}
				if row.State != table.JobDone {
					return []string{fmt.Sprintf("the job is %+v, want it done", row)}
				}
				if done[kind] == nil {
					return []string{"say in infra/guards/faults/jobs_test.go what holds when it is done"}
				}
				return done[kind](c, row)
			},
		})
	}
	return all
}

// done is what has to hold once a job of the kind is done.
var done = map[string]func(c *try, row table.JobRow) []string{
	"members-remove": func(c *try, _ table.JobRow) (wrong []string) {
		for key, row := range c.tasks("Call them") {
			if row.Assignee == c.started.Person.ID {
				wrong = append(wrong, key.String()+" is still the task of who was removed")
			}
		}
		if r := c.Do(c.started.Person, "GET", "/v1/me", nil); r.Status != 401 {
			wrong = append(wrong, "who has no place any more is signed in: "+r.Body)
		}
		return wrong
	},
	"audit-export": func(c *try, row table.JobRow) []string {
		entries := 0
		for key := range invariants.Read(c.World) {
			if strings.HasPrefix(key.PK, table.RealmTeam+"W#"+c.WorkspaceID+"#AUDIT#") {
				entries++
			}
		}
		if lines := strings.Count(c.file(), "\n"); row.Done != entries || lines != entries {
			return []string{fmt.Sprintf("%d entries are done, the file has %d lines, the log %d entries", row.Done, lines, entries)}
		}
		return nil
	},
	"workspaces-export": func(c *try, row table.JobRow) []string {
		items, file := 0, c.file()
		for key := range invariants.Read(c.World) {
			if (key.PK == table.TeamProjectPartition(c.ProjectID) || key.PK == table.ClientProjectPartition(c.ProjectID)) && strings.HasPrefix(key.SK, table.PrefixItem) {
				items++
			}
		}
		if lines, got := strings.Count(file, "\n"), strings.Count(file, `{"record":"item","project":"`+c.ProjectID+`"`); row.Done != lines || got != items {
			return []string{fmt.Sprintf("%d records are done, the file has %d lines, %d of them items of the project, which has %d", row.Done, lines, got, items)}
		}
		return nil
	},
	"address-corrected": func(c *try, _ table.JobRow) (wrong []string) {
		for key, row := range c.tasks("Call us") {
			if row.Assignee == c.started.Person.ID || row.Version != 2 {
				wrong = append(wrong, fmt.Sprintf("%s is of %s, in the version %d", key, row.Assignee, row.Version))
			}
		}
		return append(wrong, c.places()...)
	},
	"contacts-delete": func(c *try, _ table.JobRow) (wrong []string) {
		for key, row := range c.tasks("Ask them") {
			if row.Assignee != "" || row.Version != 2 {
				wrong = append(wrong, fmt.Sprintf("%s is of %q, in the version %d", key, row.Assignee, row.Version))
			}
		}
		for _, key := range []table.Key{table.Account(c.started.Person.ID), table.Address(c.started.Person.Email)} {
			if _, there := c.Rows()[key]; there {
				wrong = append(wrong, "whom nobody invites any more has still "+key.String())
			}
		}
		return append(wrong, c.places()...)
	},
	"contacts-rename": func(c *try, _ table.JobRow) []string {
		var row table.PersonRow
		found, err := c.Table.Get(c.T.Context(), table.Person(c.ProjectID, c.started.Person.ID), &row)
		if err != nil {
			c.T.Fatal(err)
		}
		if !found || row.Name != "Nora Newer" {
			return []string{fmt.Sprintf("in the project they are called %q", row.Name)}
		}
		return nil
	},
	"invitations-send-all": func(c *try, row table.JobRow) (wrong []string) {
		c.Drain()
		for _, email := range c.started.Addresses {
			if n := len(c.Mails(email)); n != 1 {
				wrong = append(wrong, fmt.Sprintf("%s got %d invitations, want one", email, n))
			}
		}
		if row.Done != len(c.started.Addresses) || row.Refused != 0 {
			wrong = append(wrong, fmt.Sprintf("%d are done and %d refused, want %d done", row.Done, row.Refused, len(c.started.Addresses)))
		}
		return wrong
	},
	"imports-plan": func(c *try, _ table.JobRow) []string {
		r := c.Do(c.Ann, "GET", "/v1/workspaces/"+c.WorkspaceID+"/imports/"+c.started.Import, nil).Must(200)
		if lines := strings.Count(c.Fetch(r.String("plan.file.url")), "\n"); r.String("state") != "planned" || lines != 3 || !strings.Contains(r.Body, `"new":2,"changed":0,"unchanged":0,"refused":1`) {
			return []string{fmt.Sprintf("the plan has %d lines, and is %s", lines, r.Body)}
		}
		return nil
	},
	"imports-apply": func(c *try, _ table.JobRow) (wrong []string) {
		r := c.Do(c.Ann, "GET", "/v1/workspaces/"+c.WorkspaceID+"/imports/"+c.started.Import, nil).Must(200)
		if r.String("state") != "applied" || !strings.Contains(r.Body, `"new":2,"changed":1,"unchanged":0,"refused":0,"companies":1`) {
			wrong = append(wrong, "the import is "+r.Body)
		}
		names, all := map[string]string{}, 0
		for _, item := range invariants.Read(c.World) {
			var row table.ContactRow
			if err := table.Unmarshal(item, &row); err == nil && row.Contact != "" && slices.Contains(c.started.Addresses, row.Email) {
				names[row.Email] = row.Name
				all++
			}
		}
		of := c.started.Addresses
		if got := names[of[0]] + names[of[1]] + names[of[2]]; all != 3 || got != "Ina NewNora NewerNora Newest" {
			wrong = append(wrong, fmt.Sprintf("of the three there are %d: %v", all, names))
		}
		return wrong
	},
}

// file is what an export made.
func (c *try) file() string {
	c.T.Helper()
	return c.Fetch(c.Do(c.Ann, "GET", "/v1/workspaces/"+c.WorkspaceID+"/jobs/"+c.started.Job, nil).Must(200).String("file.url"))
}

// tasks are those of that title: there are some.
func (c *try) tasks(title string) map[table.Key]table.ItemRow {
	c.T.Helper()
	found := map[table.Key]table.ItemRow{}
	for key, item := range invariants.Read(c.World) {
		var row table.ItemRow
		if err := table.Unmarshal(item, &row); err == nil && strings.HasPrefix(key.SK, table.PrefixItem) && row.Title == title {
			found[key] = row
		}
	}
	if len(found) == 0 {
		c.T.Fatalf("there are no tasks %q", title)
	}
	return found
}

// places are the rows of the project that the person of the job still has.
func (c *try) places() (wrong []string) {
	rows, id := invariants.Read(c.World), c.started.Person.ID
	for _, key := range []table.Key{table.Project(id, c.ProjectID), table.Person(c.ProjectID, id), table.TeamPerson(c.ProjectID, id)} {
		if rows[key] != nil {
			wrong = append(wrong, key.String()+" is still there")
		}
	}
	return wrong
}
