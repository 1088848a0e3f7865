// Package notifications is telling people what happened: from a change to the
// lines in the feeds of those who may know of it and want to.
package notifications

import (
	"context"
	"errors"
	"net/http"
	"time"

	"foyer/shared/api"
	"foyer/shared/policy"
	"foyer/shared/table"
)

// ListInput asks for the caller's feed as a member of a workspace.
type ListInput struct {
	Workspace string `path:"workspace"`
	api.Page
}

// TeamNotification is one line of a member's feed.
type TeamNotification struct {
	ID      string                   `json:"id" example:"act_01JD0000000000000000000000"`
	Type    string                   `json:"type" example:"item-created" doc:"What happened"`
	Reason  string                   `json:"reason" enum:"assigned,mentioned,activity" doc:"Why the caller is told"`
	At      time.Time                `json:"at"`
	Project *TeamNotificationProject `json:"project,omitempty" doc:"Absent where it is about the workspace"`
	Item    *TeamNotificationItem    `json:"item,omitempty" doc:"What it happened to, as it is now"`
	Actor   *TeamNotificationActor   `json:"actor,omitempty" doc:"Who did it; absent where Foyer itself did"`
}

// TeamNotificationProject names a project.
type TeamNotificationProject struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// TeamNotificationItem names an item.
type TeamNotificationItem struct {
	ID           string `json:"id"`
	Kind         string `json:"kind" enum:"message,file,task,event"`
	Title        string `json:"title"`
	ClientCanSee bool   `json:"clientCanSee" doc:"Shared: the clients of the project see it"`
}

// TeamNotificationActor names who did something.
type TeamNotificationActor struct {
	Person string `json:"person"`
	Name   string `json:"name" doc:"“someone no longer here” for those who left the project and are not of the team"`
}

// actorGone is who acted, where neither project nor team has them any more.
const actorGone = "someone no longer here"

// List shows the caller's feed as a member of the workspace, newest first.
var List = api.Operation[ListInput, api.List[TeamNotification]]{
	ID: "notifications-list", Method: http.MethodGet, Path: "/workspaces/{workspace}/notifications", Access: api.Staff,
	Summary: "List what I was told of as a member",
	Doc: "For the staff of the workspace, newest first. A line is shown only while the caller can open what it tells of: owner and admins in every project, " +
		"members in theirs.",
	Handle: list,
}

func list(ctx context.Context, c *api.Call, in *ListInput) (*api.List[TeamNotification], error) {
	return api.Source[table.FeedRow, TeamNotification]{
		Read: func(ctx context.Context, after string, n int) ([]table.FeedRow, bool, error) {
			return table.QueryInto[table.FeedRow](ctx, c.Table, table.Query{PK: table.TeamFeedPartition(c.Person, c.Workspace), After: after, Descending: true, Limit: n})
		},
		At: func(r table.FeedRow) string { return r.SK },
		Show: func(ctx context.Context, lines []table.FeedRow) (map[string]TeamNotification, error) {
			return shownLines(ctx, c, lines)
		},
		Valid: func(position string) bool { return api.ValidID("activity", position) },
	}.Page(ctx, c, in.Page)
}

func shownLines(ctx context.Context, c *api.Call, lines []table.FeedRow) (map[string]TeamNotification, error) {
	rows, err := things(ctx, c, lines)
	if err != nil {
		return nil, err
	}
	shown := make(map[string]TeamNotification, len(lines))
	for _, l := range lines {
		line := TeamNotification{ID: l.Activity, Type: l.Type, Reason: l.Reason, At: l.At}
		if l.Project != "" {
			var facts table.ProjectFactsRow
			open, err := projectOpen(c, rows, l.Project, &facts)
			if err != nil {
				return nil, err
			}
			if !open {
				continue
			}
			line.Project = &TeamNotificationProject{ID: l.Project, Name: facts.Name}
		}
		if l.Item != "" {
			item, found, err := rows.Item(l.Project, l.Item)
			if err != nil {
				return nil, err
			}
			if !found {
				continue
			}
			line.Item = &TeamNotificationItem{ID: item.Item, Kind: item.Kind, Title: item.Title, ClientCanSee: item.Shared()}
		}
		if line.Actor, err = actorOf(c, rows, l); err != nil {
			return nil, err
		}
		shown[l.SK] = line
	}
	return shown, nil
}

// things reads everything that the lines tell of. An item that was in neither
// realm may have moved in between, so those are read once more.
func things(ctx context.Context, c *api.Call, lines []table.FeedRow) (table.Rows, error) {
	var keys []table.Key
	for _, l := range lines {
		if l.Project != "" {
			keys = append(keys, table.ProjectFacts(l.Project), table.Person(l.Project, l.Actor))
			if role := policy.Role(c.Membership.Role); role != policy.Owner && role != policy.Admin { // these may open any project
				keys = append(keys, table.Project(c.Person, l.Project))
			}
		}
		keys = append(keys, table.ItemKeys(l.Project, l.Item)...) // only changes of items are told
		keys = append(keys, table.Member(c.Workspace, l.Actor))
	}
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	keys = keys[:0]
	for _, l := range lines {
		if _, found, err := rows.Item(l.Project, l.Item); err != nil {
			return nil, err
		} else if !found {
			keys = append(keys, table.ItemKeys(l.Project, l.Item)...)
		}
	}
	again, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	for key, item := range again {
		rows[key] = item
	}
	return rows, nil
}

// projectOpen asks of a project what a request naming it would ask.
func projectOpen(c *api.Call, rows table.Rows, project string, facts *table.ProjectFactsRow) (bool, error) {
	exists, err := rows.Into(table.ProjectFacts(project), facts)
	if err != nil {
		return false, err
	}
	var own table.PersonProjectRow
	if _, err := rows.Into(table.Project(c.Person, project), &own); err != nil {
		return false, err
	}
	w, _ := table.WorkspaceOf(project)
	return w == c.Workspace && policy.StaffOfProject(policy.Facts{
		SignedIn: true, WorkspaceExists: true, // the call was let in
		Membership:    policy.Membership{Role: policy.Role(c.Membership.Role)},
		ProjectExists: exists,
		Project:       policy.ProjectRow{Kind: own.Kind},
	}) == nil, nil
}

func actorOf(c *api.Call, rows table.Rows, l table.FeedRow) (*TeamNotificationActor, error) {
	if l.Actor == "" {
		return nil, nil
	}
	actor := &TeamNotificationActor{Person: l.Actor, Name: actorGone}
	var person table.PersonRow
	var member table.MemberRow
	inProject, e1 := rows.Into(table.Person(l.Project, l.Actor), &person)
	ofTheTeam, e2 := rows.Into(table.Member(c.Workspace, l.Actor), &member)
	switch {
	case inProject:
		actor.Name = person.Name
	case ofTheTeam:
		actor.Name = member.Name
	}
	return actor, errors.Join(e1, e2)
}
