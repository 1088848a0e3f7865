package invitations

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"foyer/shared/api"
	"foyer/shared/contacts"
	"foyer/shared/table"
)

// ListInput says which invitations.
type ListInput struct {
	Workspace string `path:"workspace"`
	State     string `query:"state" maxLength:"100" doc:"Only those that are so now: one or several of queued, sent, opened, accepted, expired, revoked, bounced, removed, with commas; all if absent" example:"sent,opened"`
	Counts    bool   `query:"counts" doc:"Also how many there are in each state"`
	api.Page
}

// ListOutput is a page of invitations.
type ListOutput struct{ Body ListBody }

// ListBody is it as JSON.
type ListBody struct {
	Items  []Listed       `json:"items" nullable:"false"`
	Next   string         `json:"next,omitempty" doc:"The cursor of the next page; absent on the last"`
	Counts map[string]int `json:"counts,omitempty" doc:"How many there are in each state, whatever state was asked for; 1000 says: that many or more"`
}

// Listed is an invitation as the team sees it.
type Listed struct {
	Kind       string              `json:"kind" enum:"client,member"`
	Person     string              `json:"person,omitempty"`
	Name       string              `json:"name"`
	Email      string              `json:"email"`
	Contact    string              `json:"contact,omitempty" doc:"Of a client"`
	Company    *contacts.Company   `json:"company,omitempty" doc:"Of a client"`
	Role       string              `json:"role,omitempty" enum:"owner,admin,member" doc:"Of a member"`
	Invitation contacts.Invitation `json:"invitation"`
}

// List shows the workspace's invitations by where they stand.
var List = api.Operation[ListInput, ListOutput]{
	ID: "invitations-list", Method: http.MethodGet, Path: "/workspaces/{workspace}/invitations", Access: api.Staff,
	Summary: "List invitations by state",
	Doc: "For the staff of the workspace: the invitations of contacts and of members, those whose time ends last first. What changed within the last second may not be among them yet; " +
		"what is shown is as it is now. With counts, how many there are in each state.",
	Handle: list,
}

// states are all that an invitation can be in.
var states = []string{
	table.InvitationQueued, table.InvitationSent, table.InvitationOpened, table.InvitationAccepted,
	table.InvitationExpired, table.InvitationRevoked, table.InvitationBounced, table.InvitationRemoved,
}

// countedTo is up to how many are counted in each state: what is read for it has an end.
const countedTo = 1000

func list(ctx context.Context, c *api.Call, in *ListInput) (*ListOutput, error) {
	wanted := states
	if in.State != "" {
		wanted = strings.Split(in.State, ",")
		for _, s := range wanted {
			if !slices.Contains(states, s) {
				return nil, api.Invalid(api.Fault("query.state", "must be of %s", strings.Join(states, ", ")))
			}
		}
	}
	c.ListOf(in.State)
	source := api.Source[table.StateEntry, Listed]{
		Read: func(ctx context.Context, after string, n int) ([]table.StateEntry, bool, error) {
			return read(ctx, c, wanted, after, n)
		},
		At: func(e table.StateEntry) string { return e.Position },
		Show: func(ctx context.Context, entries []table.StateEntry) (map[string]Listed, error) {
			return show(ctx, c, wanted, entries)
		},
		Valid: func(position string) bool { return strings.Contains(position, "#") },
	}
	var out ListOutput
	group, gctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		page, err := source.Page(gctx, c, in.Page)
		if err == nil {
			out.Body.Items, out.Body.Next = page.Body.Items, page.Body.Next
		}
		return err
	})
	if in.Counts {
		group.Go(func() (err error) {
			out.Body.Counts, err = counts(gctx, c)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	return &out, nil
}

// ranges are where in the index invitations of a state stand at now.
func ranges(workspace, state string, now time.Time) []table.StateQuery {
	switch {
	case state == table.InvitationExpired:
		var all []table.StateQuery
		for _, s := range states {
			if contacts.Pending(s) {
				all = append(all, table.StateQuery{Workspace: workspace, State: s, EndsBy: now})
			}
		}
		return all
	case contacts.Pending(state):
		return []table.StateQuery{{Workspace: workspace, State: state, EndsAfter: now}}
	}
	return []table.StateQuery{{Workspace: workspace, State: state}}
}

// rangesOf joins what would be two halves of one partition.
func rangesOf(workspace string, wanted []string, now time.Time) (all []table.StateQuery) {
	expired := slices.Contains(wanted, table.InvitationExpired)
	for _, s := range states {
		if !slices.Contains(wanted, s) {
			continue
		}
		for _, q := range ranges(workspace, s, now) {
			switch {
			case s == table.InvitationExpired && slices.Contains(wanted, q.State): // with the other half
			case expired && contacts.Pending(s):
				all = append(all, table.StateQuery{Workspace: workspace, State: q.State})
			default:
				all = append(all, q)
			}
		}
	}
	return all
}

// read gives the next n entries of all the states together.
func read(ctx context.Context, c *api.Call, wanted []string, after string, n int) ([]table.StateEntry, bool, error) {
	queries := rangesOf(c.Workspace, wanted, c.Now())
	found, more := make([][]table.StateEntry, len(queries)), make([]bool, len(queries))
	group, ctx := errgroup.WithContext(ctx)
	for i, q := range queries {
		q.Before, q.Limit = after, n
		group.Go(func() (err error) {
			found[i], more[i], err = c.Table.States(ctx, q)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, false, err
	}
	all := slices.Concat(found...)
	slices.SortFunc(all, func(a, b table.StateEntry) int { return cmp.Compare(b.Position, a.Position) })
	all = slices.CompactFunc(all, func(a, b table.StateEntry) bool { return a.Position == b.Position }) // in two states at the moment
	if len(all) > n {
		return all[:n], true, nil
	}
	return all, slices.Contains(more, true), nil
}

// counts are how many invitations there are in each state.
func counts(ctx context.Context, c *api.Call) (map[string]int, error) {
	type part struct {
		state string
		n     int
	}
	var parts []*part
	group, ctx := errgroup.WithContext(ctx)
	for _, s := range states {
		for _, q := range ranges(c.Workspace, s, c.Now()) {
			p := &part{state: s}
			parts, q.Limit = append(parts, p), countedTo
			group.Go(func() (err error) {
				p.n, err = c.Table.CountStates(ctx, q)
				return err
			})
		}
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	all := make(map[string]int, len(states))
	for _, p := range parts {
		all[p.state] = min(all[p.state]+p.n, countedTo)
	}
	return all, nil
}

// show loads the rows of the entries, which say what is so now.
func show(ctx context.Context, c *api.Call, wanted []string, entries []table.StateEntry) (map[string]Listed, error) {
	var keys []table.Key
	for _, e := range entries {
		keys = append(keys, e.Key)
		if e.Company != "" {
			keys = append(keys, table.Company(c.Workspace, e.Company))
		}
	}
	rows, err := c.Table.BatchGet(ctx, keys...)
	if err != nil {
		return nil, err
	}
	out := make(map[string]Listed, len(entries))
	for _, e := range entries {
		one, err := listed(c, rows, e)
		if err != nil {
			return nil, err
		}
		if slices.Contains(wanted, one.Invitation.State) {
			out[e.Position] = one
		}
	}
	return out, nil
}

// listed is one of them; of a row that is gone meanwhile it is in no state.
func listed(c *api.Call, rows table.Rows, e table.StateEntry) (Listed, error) {
	if e.Company == "" {
		var member table.MemberRow
		_, err := rows.Into(e.Key, &member)
		return Listed{
			Kind: table.KindMember, Person: member.Person, Name: member.Name, Email: member.Email, Role: member.Role, Invitation: contacts.Standing(member.InvitationState, member.ExpiresAt, c.Now()),
		}, err
	}
	var contact table.ContactRow
	var company table.CompanyRow
	_, e1 := rows.Into(e.Key, &contact)
	_, e2 := rows.Into(table.Company(c.Workspace, e.Company), &company)
	return Listed{
		Kind: table.KindClient, Person: contact.Person, Name: contact.Name, Email: contact.Email, Contact: contact.Contact,
		Company: &contacts.Company{ID: contact.Company, Name: company.Name}, Invitation: contacts.InvitationOf(contact, c.Now()),
	}, errors.Join(e1, e2)
}
