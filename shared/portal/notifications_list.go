package portal

import (
	"context"
	"net/http"
	"slices"
	"time"

	"foyer/shared/api"
	"foyer/shared/table"
)

// NotificationsListInput asks for the caller's feed as a client.
type NotificationsListInput struct{ api.Page }

// ClientNotification is one line of a client's feed.
type ClientNotification struct {
	ID      string              `json:"id" example:"act_01JD0000000000000000000000"`
	Type    string              `json:"type" example:"item-created" doc:"What happened"`
	Reason  string              `json:"reason" enum:"assigned,mentioned,activity" doc:"Why the caller is told"`
	At      time.Time           `json:"at"`
	Project NotificationProject `json:"project"`
	Item    *NotificationItem   `json:"item,omitempty" doc:"What it happened to, as it is now"`
	Actor   *NotificationActor  `json:"actor,omitempty" doc:"Who did it; absent where Foyer itself did"`
}

// NotificationProject names a project.
type NotificationProject struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// NotificationItem names an item.
type NotificationItem struct {
	ID    string `json:"id"`
	Kind  string `json:"kind" enum:"message,file,task,event"`
	Title string `json:"title"`
}

// NotificationActor names who did something.
type NotificationActor struct {
	Person string `json:"person,omitempty" doc:"Absent where they are not of the project's people (any more)"`
	Name   string `json:"name" doc:"“the team” for those whom the caller shares no project with"`
}

// actorHidden is who acted, to those who share no project with them (rule 12).
const actorHidden = "the team"

// NotificationsList shows the caller's feed as a client, newest first.
var NotificationsList = api.Operation[NotificationsListInput, api.List[ClientNotification]]{
	ID: "portal-notifications-list", Method: http.MethodGet, Path: "/portal/notifications", Access: api.SignedIn,
	Summary: "List what I was told of as a client",
	Doc: "For anyone signed in, over all workspaces, newest first. A line is shown only while the caller can open what it tells of: " +
		"when an item is taken back or access ends, its lines are absent, and come back with it.",
	Handle: notificationsList,
}

func notificationsList(ctx context.Context, c *api.Call, in *NotificationsListInput) (*api.List[ClientNotification], error) {
	return api.Source[table.FeedRow, ClientNotification]{
		Read: func(ctx context.Context, after string, n int) ([]table.FeedRow, bool, error) {
			return table.QueryInto[table.FeedRow](ctx, c.Table, table.Query{PK: table.PortalFeedPartition(c.Person), After: after, Descending: true, Limit: n})
		},
		At: func(r table.FeedRow) string { return r.SK },
		Show: func(ctx context.Context, lines []table.FeedRow) (map[string]ClientNotification, error) {
			return shownLines(ctx, c, lines)
		},
		Valid: func(position string) bool { return api.ValidID("activity", position) },
	}.Page(ctx, c, in.Page)
}

// shownLines loads what the lines tell of, from the client's realm and nowhere
// else, and leaves out those whose thing is not there for the caller now.
func shownLines(ctx context.Context, c *api.Call, lines []table.FeedRow) (map[string]ClientNotification, error) {
	var keys []table.Key
	var projects []string
	for _, l := range lines {
		if !slices.Contains(projects, l.Project) {
			projects = append(projects, l.Project)
			keys = append(append(keys, table.Project(c.Person, l.Project)), accessKeys(c.Person, l.Project)...)
		}
		keys = append(keys, table.SharedItem(l.Project, l.Item), table.Person(l.Project, l.Actor))
	}
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	mine := make(map[string]table.PersonProjectRow, len(projects))
	for _, id := range projects {
		var own table.PersonProjectRow
		if _, err := rows.Into(table.Project(c.Person, id), &own); err != nil {
			return nil, err
		}
		mine[id] = own
	}
	open, err := openable(ctx, c, rows, mine)
	if err != nil {
		return nil, err
	}
	shown := make(map[string]ClientNotification, len(lines))
	for _, l := range lines {
		place, ok := open[l.Project]
		if !ok {
			continue
		}
		line := ClientNotification{
			ID: l.Activity, Type: l.Type, Reason: l.Reason, At: l.At,
			Project: NotificationProject{ID: l.Project, Name: place.project.Name},
		}
		if l.Item != "" {
			var item table.ItemRow
			found, err := rows.Into(table.SharedItem(l.Project, l.Item), &item)
			if err != nil {
				return nil, err
			}
			if !found {
				continue
			}
			line.Item = &NotificationItem{ID: item.Item, Kind: item.Kind, Title: item.Title}
		}
		if l.Actor != "" {
			var actor table.PersonRow
			found, err := rows.Into(table.Person(l.Project, l.Actor), &actor)
			if err != nil {
				return nil, err
			}
			line.Actor = &NotificationActor{Name: actorHidden}
			if found {
				line.Actor = &NotificationActor{Person: actor.Person, Name: actor.Name}
			}
		}
		shown[l.SK] = line
	}
	return shown, nil
}
