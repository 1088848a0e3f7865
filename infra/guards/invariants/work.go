package invariants

import (
	"slices"
	"strings"

	"foyer/shared/table"
)

func workspaceGate(c *checker, at place, row table.WorkspaceGateRow) {
	w := at.ids["w"]
	c.has(at.key, table.Workspace(w))
	c.want(at.key, row.Name != "", "has no name")
	same(c, at.key, "version, as recorded", row.Version, c.recorded(table.ActivityWorkspaceUpdated, w, "", ""))
	same(c, at.key, "closed, as recorded", c.recorded(table.ActivityWorkspaceClosed, w, "", ""), map[bool]int{true: 1}[row.Closed])
}

func companyGate(c *checker, at place, row table.CompanyGateRow) {
	w, id := at.ids["w"], at.ids["company"]
	c.has(at.key, table.Company(w, id))
	recorded := func(is, was string) int { return c.recorded(is, w, "", id) - c.recorded(was, w, "", id) }
	same(c, at.key, "licensed, as recorded", recorded(table.ActivityLicenceGranted, table.ActivityLicenceReleased) == 1, row.Licensed)
	same(c, at.key, "archived, as recorded", recorded(table.ActivityCompanyArchived, table.ActivityCompanyUnarchived) == 1, row.Archived)
}

func companyProject(c *checker, at place, row table.PointerRow) {
	same(c, at.key, "project", row.Project, at.ids["p"])
	if facts, ok := needs[table.ProjectFactsRow](c, at.key, table.ProjectFacts(at.ids["p"])); ok {
		same(c, at.key, "company", facts.Company, at.ids["company"])
		same(c, at.key, "workspace", facts.Workspace, at.ids["w"])
	}
}

func projectFacts(c *checker, at place, row table.ProjectFactsRow) {
	p := at.ids["p"]
	w, _ := table.WorkspaceOf(p)
	same(c, at.key, "project", row.Project, p)
	same(c, at.key, "workspace", row.Workspace, w)
	c.want(at.key, row.Version >= 1, "version is %d", row.Version)
	c.has(at.key, table.WorkspaceProject(w, p))
	if row.Company != "" {
		c.has(at.key, table.Company(w, row.Company))
		c.has(at.key, table.CompanyProject(w, row.Company, p))
	}
	c.once(at.key, table.ActivityProjectCreated, w, p, "")
}

// person is a project's person as its clients see them.
func person(c *checker, at place, row table.PersonRow) {
	p, id := at.ids["p"], at.ids["person"]
	w, _ := table.WorkspaceOf(p)
	same(c, at.key, "person", row.Person, id)
	of, ok := needs[table.TeamPersonRow](c, at.key, table.TeamPerson(p, id))
	if !ok {
		return
	}
	if row.Kind == table.KindClient {
		if c.erased(w, of.Contact) {
			c.want(at.key, c.erasing(w, id), "is of a contact who was erased")
		} else if who, ok := needs[table.ContactRow](c, at.key, table.Contact(w, of.Contact)); ok {
			c.want(at.key, row.Name == who.Name || c.renamed(w, id, row.Name) || c.renaming(w, of.Contact), "has the name %q, its contact %q", row.Name, who.Name)
		}
		return
	}
	who, ok := look[table.MemberRow](c, table.Member(w, id))
	c.want(at.key, c.inTeam(w, id), "there is no member %s of %s", id, w)
	if ok {
		same(c, at.key, "name", row.Name, who.Name)
	}
}

// item stands in one realm, and as often as it changed, that was recorded.
func item(c *checker, at place, row table.ItemRow) {
	p, id := at.ids["p"], at.ids["item"]
	w, _ := table.WorkspaceOf(p)
	same(c, at.key, "item", row.Item, id)
	prefix, _ := table.ItemPrefix(row.Kind)
	c.want(at.key, prefix != "" && strings.HasPrefix(id, prefix), "is of the kind %q", row.Kind)
	for _, other := range table.ItemKeys(p, id) {
		if _, there := c.rows[other]; there && other != at.key {
			c.fail(at.key, "stands in two realms: here and at %s", other)
		}
	}
	c.has(at.key, table.ProjectFacts(p))
	c.has(at.key, table.Account(row.Author))
	if row.Assignee != "" && !c.leaving(w, row.Assignee) && !c.moving(w, "", row.Assignee) && !c.erasing(w, row.Assignee) {
		c.has(at.key, table.Person(p, row.Assignee))
	}
	c.once(at.key, table.ActivityItemCreated, w, p, id)
	moves := c.recorded(table.ActivityItemShared, w, p, id) + c.recorded(table.ActivityItemUnshared, w, p, id)
	same(c, at.key, "version, as recorded", row.Version, 1+moves+c.recorded(table.ActivityTaskHandedOver, w, p, id))
	for _, made := range c.changes[changeKey(table.ActivityItemCreated, w, p, id)] {
		shared := strings.HasPrefix(made.PK, table.RealmClient) != (moves%2 == 1)
		same(c, at.key, "shared, as recorded", strings.HasPrefix(at.key.PK, table.RealmClient), shared)
	}
}

// activity is the record of a change that happened: what it names is there.
func activity(c *checker, at place, row table.ActivityRow) {
	same(c, at.key, "activity", row.Activity, at.ids["activity"])
	w, shared := at.ids["w"], strings.HasPrefix(at.key.PK, table.RealmClient)
	if p := at.ids["p"]; p != "" {
		w, _ = table.WorkspaceOf(p)
		same(c, at.key, "project", row.Project, p)
		if _, both := c.rows[table.TeamProjectActivity(p, row.Activity)]; both && shared {
			c.fail(at.key, "is recorded in two realms")
		}
	}
	same(c, at.key, "workspace", row.Workspace, w)
	c.has(at.key, table.Workspace(w))
	if row.Project != "" {
		c.has(at.key, table.ProjectFacts(row.Project))
	}
	if row.Actor != "" {
		c.has(at.key, table.Account(row.Actor))
	}
	c.want(at.key, !row.At.IsZero(), "has no time")
	switch row.Type {
	case table.ActivityWorkspaceCreated, table.ActivityInvitationAccepted, table.ActivityClientAdded, table.ActivityAccessRemoved,
		table.ActivityAccessRestored, table.ActivityReminderDue, table.ActivityInvitationBounced, table.ActivityAddressCorrected:
		c.subject(at.key, w, row.Subject)
	case table.ActivityInvitationSent, table.ActivityInvitationRevoked, table.ActivityMemberInvited, table.ActivityMemberRoleChanged, table.ActivityMemberRemoved:
		c.subject(at.key, w, row.Subject)
	case table.ActivityContactCreated, table.ActivityContactUpdated:
		c.subject(at.key, w, row.Subject)
	case table.ActivityContactErased:
		c.once(at.key, table.ActivityContactErased, w, "", row.Subject)
		_, there := c.rows[table.Contact(w, row.Subject)]
		c.want(at.key, !there, "its contact %s is there", row.Subject)
	case table.ActivityCompanyCreated, table.ActivityCompanyRenamed, table.ActivityCompanyArchived, table.ActivityCompanyUnarchived,
		table.ActivityLicenceGranted, table.ActivityLicenceReleased, table.ActivityInvitationsSentAll:
		c.has(at.key, table.Company(w, row.Subject))
	case table.ActivitySeatsChanged:
		c.has(at.key, table.Subscription(w))
	case table.ActivityAuditExported, table.ActivityWorkspaceExported, table.ActivityTemplateChanged, table.ActivityTemplateReset, table.ActivityWorkspaceUpdated, table.ActivityWorkspaceClosed:
	case table.ActivityImportApplied:
		c.has(at.key, table.Import(w, row.Subject))
	case table.ActivityPersonRenamed, table.ActivityAddressChanged:
		same(c, at.key, "person who changed it", row.Actor, row.Subject)
	case table.ActivityMFAReset:
		c.has(at.key, table.Account(row.Subject))
		c.want(at.key, row.Actor != row.Subject, "is of one who did it to themselves")
	case table.ActivityProjectCreated:
		c.want(at.key, row.Project != "", "names no project")
	case table.ActivityItemCreated:
		c.itemOf(at, row)
	case table.ActivityTaskHandedOver:
		c.itemOf(at, row)
		c.want(at.key, !shared, "is told to clients")
	case table.ActivityItemShared, table.ActivityItemUnshared:
		c.itemOf(at, row)
		same(c, at.key, "in the clients' realm", shared, row.Type == table.ActivityItemShared)
	default:
		c.fail(at.key, "is of the unknown type %q: say in infra/guards/invariants what it must agree with", row.Type)
	}
}

// subjectKey is the row of the contact, or of the member's invitation, which stays.
func subjectKey(w, subject string) table.Key {
	if strings.HasPrefix(subject, "per_") {
		return table.Invitation(subject, w, subject)
	}
	return table.Contact(w, subject)
}

// job is long work that somebody asked for.
func job(c *checker, at place, row table.JobRow) {
	w := at.ids["w"]
	same(c, at.key, "job and workspace", [2]string{row.Job, row.Workspace}, [2]string{at.ids["job"], w})
	c.has(at.key, table.Workspace(w))
	c.has(at.key, table.Account(row.Actor))
	c.want(at.key, slices.Contains([]string{table.JobQueued, table.JobRunning, table.JobDone, table.JobFailed}, row.State), "is in the state %q", row.State)
	same(c, at.key, "a lease has its end", row.LeaseID != "", row.LeaseUntil != 0)
	c.want(at.key, row.LeaseID == "" || !row.Ended(), "has ended, and is leased to a run")
	same(c, at.key, "failed, by its reason", row.Reason != "", row.State == table.JobFailed)
	c.want(at.key, row.Done <= row.Total && row.Refused <= row.Done, "has done %d of %d, %d of them refused", row.Done, row.Total, row.Refused)
	switch row.Kind {
	case "audit-export":
		c.want(at.key, c.recorded(table.ActivityAuditExported, w, "", "") > 0, "was never recorded")
		c.want(at.key, row.Result == "" || row.Result == "exports/"+w+"/"+row.Job+"/audit."+row.About["format"], "has the file of another, %q", row.Result)
		same(c, at.key, "done, by its file", row.Result != "", row.State == table.JobDone)
	case "workspaces-export":
		c.want(at.key, c.recorded(table.ActivityWorkspaceExported, w, "", "") > 0, "was never recorded")
		c.want(at.key, row.Result == "" || row.Result == "exports/"+w+"/"+row.Job+"/workspace.jsonl", "has the file of another, %q", row.Result)
		same(c, at.key, "done, by its file", row.Result != "", row.State == table.JobDone)
	case "members-remove":
		c.want(at.key, c.recorded(table.ActivityMemberRemoved, w, "", row.About["person"]) > 0, "is of nobody who was removed")
		same(c, at.key, "file", row.Result, "")
		if row.State == table.JobDone {
			c.taken(at, w, row)
		}
	case "address-corrected":
		contact, person := row.About["contact"], row.About["person"]
		c.want(at.key, c.recorded(table.ActivityAddressCorrected, w, "", contact) > 0, "was never recorded")
		c.account(at.key, person)
		same(c, at.key, "file", row.Result, "")
	case "invitations-send-all":
		company, invited := row.About["company"], c.invitedBy(w, row.Job)
		c.want(at.key, c.recorded(table.ActivityInvitationsSentAll, w, "", company) > 0, "was never recorded")
		same(c, at.key, "file", row.Result, "")
		// What a slice did that was cut off is counted by the next.
		done := row.Done - row.Refused
		c.want(at.key, done == invited || done < invited && row.State != table.JobDone || done > invited && done-invited <= c.erasedIn(w), "has invited %d, and counts %d", invited, done)
	case "contacts-delete":
		erasure(c, at, row)
	case "contacts-rename":
		c.subject(at.key, w, row.About["contact"])
		same(c, at.key, "file", row.Result, "")
	case "imports-plan", "imports-apply":
		importJob(c, at, row)
	default:
		c.fail(at.key, "is of the unknown kind %q: say in infra/guards/invariants what it must agree with", row.Kind)
	}
}

// invitedBy is how many contacts the job has invited.
func (c *checker) invitedBy(w, job string) (n int) {
	for _, at := range c.of[kindContact] {
		if row, _ := look[table.ContactRow](c, at.key); at.ids["w"] == w && row.InvitedBy == job {
			n++
		}
	}
	return n
}

// inTeam says whether the person is a member, or one who was removed and is about to be
// taken out of the projects.
func (c *checker) inTeam(w, person string) bool {
	_, member := c.rows[table.Member(w, person)]
	return member || c.leaving(w, person)
}

// moving says whether the contact, or whichever it was, was the person, and what follows
// from the correction of their address is not done yet.
func (c *checker) moving(w, contact, person string) bool {
	return slices.ContainsFunc(c.of["Job"], func(at place) bool {
		row, _ := look[table.JobRow](c, at.key)
		return at.ids["w"] == w && row.Kind == "address-corrected" && row.About["person"] == person && row.State != table.JobDone && (contact == "" || row.About["contact"] == contact)
	})
}

// leaving says whether the person was removed, and what follows from that is not done yet.
func (c *checker) leaving(w, person string) bool {
	return slices.ContainsFunc(c.of["Job"], func(at place) bool {
		row, _ := look[table.JobRow](c, at.key)
		return at.ids["w"] == w && row.Kind == "members-remove" && row.About["person"] == person && row.State != table.JobDone
	})
}

// taken reports what is left of a member who was removed, and whose removal is done: a
// place in a project, or a task, unless they are back.
func (c *checker) taken(at place, w string, row table.JobRow) {
	person := row.About["person"]
	if _, back := c.rows[table.Member(w, person)]; back {
		return
	}
	for _, kind := range []string{"Project", "TeamPerson"} {
		for _, one := range c.of[kind] {
			in, _ := table.WorkspaceOf(one.ids["p"])
			of, _ := look[table.TeamPersonRow](c, one.key) // the person's own row has a kind too
			c.want(at.key, in != w || one.ids["person"] != person || of.Kind != table.KindMember, "is done, and there is %s", one.key)
		}
	}
}

// itemOf reports an activity whose item is nowhere.
func (c *checker) itemOf(at place, row table.ActivityRow) {
	there := slices.ContainsFunc(table.ItemKeys(row.Project, row.Item), func(k table.Key) bool { _, ok := c.rows[k]; return ok })
	c.want(at.key, there, "its item %s is nowhere", row.Item)
}

// original is the activity of which there is a copy.
func (c *checker) original(a table.ActivityRow) (table.ActivityRow, bool) {
	for _, key := range []table.Key{
		table.WorkspaceActivity(a.Workspace, a.Activity), table.TeamProjectActivity(a.Project, a.Activity), table.ClientProjectActivity(a.Project, a.Activity),
	} {
		if row, ok := look[table.ActivityRow](c, key); ok {
			return row, true
		}
	}
	return table.ActivityRow{}, false
}

func audit(c *checker, at place, row table.ActivityRow) {
	first, ok := c.original(row)
	if !ok {
		c.fail(at.key, "is a copy of no activity")
		return
	}
	c.want(at.key, table.Audit(row.Workspace, row.At, row.Activity) == at.key, "stands at the key of another")
	first.Key, row.Key = table.Key{}, table.Key{}
	c.want(at.key, equal(first, row), "is not the same as its activity")
}

func portalFeed(c *checker, at place, row table.FeedRow) {
	feed(c, at, row)
	c.has(at.key, table.ClientProjectActivity(row.Project, row.Activity)) // nobody is told of what they may not see
	if len(c.erasures(row.Workspace, at.ids["person"])) > 0 {
		return // out of the project, or about to be: they have their lines still, and are shown none
	}
	if own, ok := needs[table.PersonProjectRow](c, at.key, table.Project(at.ids["person"], row.Project)); ok {
		same(c, at.key, "kind of the person", own.Kind, table.KindClient)
	}
}

func teamFeed(c *checker, at place, row table.FeedRow) {
	feed(c, at, row)
	same(c, at.key, "workspace", row.Workspace, at.ids["w"])
	// A member who was removed has their lines still, and is shown none.
	if own, ok := look[table.PersonProjectRow](c, table.Project(at.ids["person"], row.Project)); ok {
		same(c, at.key, "kind of the person", own.Kind, table.KindMember)
	}
}

// feed is a line: a function of its activity and its reader.
func feed(c *checker, at place, row table.FeedRow) {
	same(c, at.key, "activity", row.Activity, at.ids["activity"])
	c.want(at.key, row.Reason != "", "has no reason")
	a, ok := c.original(table.ActivityRow{Activity: row.Activity, Workspace: row.Workspace, Project: row.Project})
	if !ok {
		c.fail(at.key, "is the line of no activity")
		return
	}
	same(c, at.key, "type, project, item and actor of its activity", [4]string{a.Type, a.Project, a.Item, a.Actor}, [4]string{row.Type, row.Project, row.Item, row.Actor})
	same(c, at.key, "time", row.At.UTC(), a.At.UTC())
	same(c, at.key, "tells the one who acted", row.Actor == at.ids["person"], false)
}
