//go:build engine

package cost

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/oklog/ulid/v2"
	"golang.org/x/sync/errgroup"

	"foyer/infra/guards/scene"
	"foyer/shared/names"
	"foyer/shared/table"
)

// Size is how much a State holds.
type Size struct {
	Name            string
	Shared, Private int // items of the project, all messages
	ItemBytes       int // of each, as DynamoDB counts (rowBytes)
	People          int // of the project
	Projects        int // that Carl is a client of
	Workspaces      int // that Carl is a client in
	Companies       int // of the workspace, all but Globex licensed
	Feed            int // lines of Ann's and of Carl's feed, and of the audit
}

// The sizes that every operation is metered in.
var (
	Typical = Size{Name: "typical", Shared: 10, Private: 20, ItemBytes: 1 << 10, People: 5, Projects: 3, Workspaces: 1, Companies: 3, Feed: 10}
	Large   = Size{Name: "large", Shared: 200, Private: 10_000, ItemBytes: 4 << 10, People: 50, Projects: 100, Workspaces: 10, Companies: 500, Feed: 500}
)

// State is a scene that holds a Size, with a meter on every function.
type State struct {
	*scene.Scene
	Size  Size
	Meter *Meter

	private int // so far
	moved   int
	people  []string

	invitees string // the company all of whose contacts are invited
	digest   string // the minute of the digest that is metered
	chose    int    // digests so far
}

// NewState makes a State, but for the private items: AddPrivate makes those.
func NewState(t *testing.T, size Size) *State {
	t.Helper()
	s := &State{Scene: scene.New(t), Size: size, Meter: &Meter{}}
	s.Meter.Rows = s.Table.BatchGet
	var err error
	if s.Meter.Indexes, err = IndexesOf(t.Context(), dynamodb.NewFromConfig(s.AWS), s.Config.Table); err != nil {
		t.Fatal(err)
	}
	s.Intercept("", s.Meter.Middleware)
	var rows []table.Rowed
	put := func(key table.Key, row any) { rows = append(rows, table.Rowed{Key: key, Row: row}) }
	for n := range size.Shared {
		key, row := s.item(n, true)
		put(key, row)
	}
	s.fillProjects(put)
	s.fillPeople(put)
	s.fillCompanies(put)
	s.fillFeeds(put)
	s.put(rows)
	s.IDs["item"] = s.sharedItem(0)
	return s
}

// sharedItem is the id of the n-th shared item.
func (s *State) sharedItem(n int) string {
	key, _ := s.item(n, true)
	return strings.TrimPrefix(key.SK, table.PrefixItem)
}

// AddPrivate makes more private items, up to so many.
func (s *State) AddPrivate(upTo int) {
	s.T.Helper()
	var rows []table.Rowed
	for ; s.private < upTo; s.private++ {
		key, row := s.item(s.private, false)
		rows = append(rows, table.Rowed{Key: key, Row: row})
	}
	s.put(rows)
}

// item is a message of exactly the State's bytes. Shared and private ones alternate in
// time, so that every page of the team's list holds both.
func (s *State) item(n int, shared bool) (table.Key, table.ItemRow) {
	at := start.Add(time.Duration(n) * time.Minute)
	id := idAt("msg_", at, n, shared)
	key := table.PrivateItem(s.ProjectID, id)
	if shared {
		key = table.SharedItem(s.ProjectID, id)
	}
	row := table.ItemRow{Item: id, Kind: table.ItemMessage, Title: fmt.Sprintf("Message %d", n), Author: s.Mia.ID, CreatedAt: at, UpdatedAt: at, Version: 1, Text: "x"}
	// Counted under the longer of the keys: it is no larger when it has moved.
	row.Text = strings.Repeat("x", s.Size.ItemBytes-s.bytesOf(table.SharedItem(s.ProjectID, id), row)+1)
	return key, row
}

// auditFrom and auditTo are the days of the audit that are asked for: all that is in
// them is on the last, as much as in a feed.
var auditFrom, auditTo = start, start.AddDate(0, 0, auditDays-1)

const auditDays = 7

// start is when the first thing was made that a State holds.
var start = time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)

func idAt(prefix string, at time.Time, n int, other bool) string {
	id := ulid.ULID{}
	_ = id.SetTime(ulid.Timestamp(at)) // after 1970
	raw := fmt.Sprintf("%09d", n)
	if other {
		raw += "s"
	}
	_ = id.SetEntropy([]byte((raw + "----------")[:10]))
	return prefix + id.String()
}

// fillProjects makes Carl a client of more projects of Globex, and of more workspaces.
func (s *State) fillProjects(put func(table.Key, any)) {
	for n := range s.Size.Projects - 1 {
		w := s.WorkspaceID
		if n < s.Size.Workspaces-1 {
			w = idAt("wks_", start, n, true)
			company, contact := idAt("com_", start, n, true), idAt("con_", start, n, true)
			put(table.WorkspaceGate(w), table.WorkspaceGateRow{Name: fmt.Sprintf("Agency %d", n)})
			put(table.CompanyGate(w, company), table.CompanyGateRow{})
			put(table.Membership(s.Carl.ID, w), table.MembershipRow{Workspace: w, Contacts: map[string]string{contact: company}, CreatedAt: start})
			s.clientOf(put, w, n, contact, company)
			continue
		}
		s.clientOf(put, w, n, s.Carl.Contact, s.CompanyID)
	}
}

func (s *State) clientOf(put func(table.Key, any), w string, n int, contact, company string) {
	p := "prj_" + strings.TrimPrefix(w, "wks_") + idAt("", start, n, true)
	put(table.ProjectFacts(p), table.ProjectFactsRow{Project: p, Workspace: w, Name: fmt.Sprintf("Project %d", n), Company: company, CreatedAt: start, Version: 1})
	put(table.Project(s.Carl.ID, p), table.PersonProjectRow{Project: p, Kind: table.KindClient, Contact: contact, Company: company, CreatedAt: start})
}

// fillPeople makes more people of the project: half of them clients of Globex. Ann
// (who made the project) and Carl are there already.
func (s *State) fillPeople(put func(table.Key, any)) {
	s.people = []string{s.Ann.ID, s.Carl.ID}
	for n := range s.Size.People - 2 {
		id, name := idAt("per_", start, n, true), fmt.Sprintf("Person %d", n)
		s.people = append(s.people, id)
		team := table.TeamPersonRow{Person: id, Kind: table.KindMember, AddedBy: s.Ann.ID, AddedAt: start}
		own := table.PersonProjectRow{Project: s.ProjectID, Kind: table.KindMember, CreatedAt: start}
		at := table.MembershipRow{Workspace: s.WorkspaceID, Role: table.RoleMember, CreatedAt: start}
		email := fmt.Sprintf("person-%d@people.example", n)
		if n%2 == 0 {
			contact := idAt("con_", start, n, false)
			team.Kind, team.Contact, team.Company = table.KindClient, contact, s.CompanyID
			own.Kind, own.Contact, own.Company = table.KindClient, contact, s.CompanyID
			at.Role, at.Contacts = "", map[string]string{contact: s.CompanyID}
			put(table.Contact(s.WorkspaceID, contact), table.ContactRow{Contact: contact, Company: s.CompanyID, Person: id, Name: name, Email: email, InvitationState: table.InvitationAccepted, CreatedAt: start}.In(s.WorkspaceID))
			put(table.ContactByName(s.WorkspaceID, s.CompanyID, names.Sort(name), contact), table.NamedRow{ID: contact})
			// All activity: else nobody but members would be told of it.
			put(table.Settings(id), table.SettingsRow{Level: "all", Version: 1})
		} else {
			put(table.Member(s.WorkspaceID, id), table.MemberRow{Person: id, Name: name, Email: email, Role: table.RoleMember, InvitationState: table.InvitationAccepted, CreatedAt: start}.In(s.WorkspaceID))
		}
		put(table.Account(id), table.AccountRow{Person: id, Email: email, Name: name, State: table.AccountConfirmed, CreatedAt: start})
		put(table.Membership(id, s.WorkspaceID), at)
		put(table.Project(id, s.ProjectID), own)
		put(table.TeamPerson(s.ProjectID, id), team)
		put(table.Person(s.ProjectID, id), table.PersonRow{Person: id, Name: name, Kind: own.Kind})
	}
}

// fillCompanies makes more companies, each with a licence.
func (s *State) fillCompanies(put func(table.Key, any)) {
	put(table.Subscription(s.WorkspaceID), table.SubscriptionRow{Seats: s.Size.Companies, Used: s.Size.Companies - 1})
	for n := range s.Size.Companies - 1 {
		id, name := idAt("com_", start, n, false), fmt.Sprintf("Company %d", n)
		put(table.Company(s.WorkspaceID, id), table.CompanyRow{Company: id, Name: name, CreatedAt: start})
		put(table.CompanyGate(s.WorkspaceID, id), table.CompanyGateRow{Licensed: true})
		put(table.CompanyByName(s.WorkspaceID, names.Sort(name), id), table.NamedRow{ID: id})
		put(table.Licence(s.WorkspaceID, names.Sort(name), id), table.NamedRow{ID: id})
	}
}

// peopleNow is how many people the project has: some operations add one.
func (s *State) peopleNow() int {
	s.T.Helper()
	rows, _, err := s.Table.Query(s.T.Context(), table.Query{PK: table.ClientProjectPartition(s.ProjectID), Prefix: table.PrefixPerson})
	if err != nil {
		s.T.Fatal(err)
	}
	return len(rows)
}

// fillFeeds gives Ann and Carl lines about shared items of the project, each line by
// another person of it and about another item, and the audit the same.
func (s *State) fillFeeds(put func(table.Key, any)) {
	for n := range s.Size.Feed {
		at := start.Add(time.Duration(n) * time.Minute)
		id := idAt(table.PrefixActivity, at, n, true)
		item, _ := s.item(n%s.Size.Shared, true)
		line := table.FeedRow{Activity: id, Type: table.ActivityItemCreated, Reason: "activity", Workspace: s.WorkspaceID, Project: s.ProjectID,
			Item: strings.TrimPrefix(item.SK, table.PrefixItem), Actor: s.people[n%len(s.people)], At: at}
		put(table.TeamFeed(s.Ann.ID, s.WorkspaceID, id), line)
		put(table.PortalFeed(s.Carl.ID, id), line)
		put(table.Audit(s.WorkspaceID, auditTo, id), table.ActivityRow{Activity: id, Type: line.Type, Workspace: s.WorkspaceID, Project: s.ProjectID, Item: line.Item, Actor: line.Actor, At: at})
	}
}

// put puts many rows: eight batches at a time.
func (s *State) put(rows []table.Rowed) {
	s.T.Helper()
	group, ctx := errgroup.WithContext(s.T.Context())
	group.SetLimit(8)
	for len(rows) > 0 {
		n := min(25, len(rows))
		batch := rows[:n]
		rows = rows[n:]
		group.Go(func() error { return s.Table.BatchPut(ctx, batch...) })
	}
	if err := group.Wait(); err != nil {
		s.T.Fatal(err)
	}
}
