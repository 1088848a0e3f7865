package invariants

import (
	"slices"
	"strings"

	"foyer/shared/letters"
	"foyer/shared/names"
	"foyer/shared/table"
)

func workspace(c *checker, at place, row table.WorkspaceRow) {
	w := at.ids["w"]
	same(c, at.key, "workspace", row.Workspace, w)
	c.has(at.key, table.WorkspaceGate(w))
	c.want(at.key, c.owned[w], "has no owner")
	c.once(at.key, table.ActivityWorkspaceCreated, w, "", "")
}

func member(c *checker, at place, row table.MemberRow) {
	w, id := at.ids["w"], at.ids["person"]
	same(c, at.key, "person", row.Person, id)
	c.want(at.key, slices.Contains(roles, row.Role), "has the role %q", row.Role)
	c.has(at.key, table.Workspace(w))
	c.has(at.key, table.Account(id))
	place, _ := look[table.MembershipRow](c, table.Membership(id, w))
	role := ""
	if row.InvitationState == table.InvitationAccepted {
		role = row.Role
		accepted, removed := c.recorded(table.ActivityInvitationAccepted, w, "", id), c.recorded(table.ActivityMemberRemoved, w, "", id)
		c.want(at.key, accepted >= 1 && accepted <= removed+1, "was accepted %d times, and removed %d times", accepted, removed)
	}
	same(c, at.key, "role in the membership", place.Role, role)
	same(c, at.key, "place in the index", row.Stated, row.In(w).Stated)
	if inv, ok := needs[table.InvitationRow](c, at.key, table.Invitation(id, w, id)); ok {
		same(c, at.key, "state", row.InvitationState, inv.State)
		same(c, at.key, "end of the invitation", row.ExpiresAt.UTC(), inv.ExpiresAt.UTC())
		c.want(at.key, row.InvitationState == table.InvitationAccepted || row.Role == inv.Role, "has the role %q, the invitation %q", row.Role, inv.Role)
		if !c.readdressed(w, id, row.Email) {
			same(c, at.key, "address", row.Email, inv.Email)
		}
		if !c.renamed(w, id, row.Name) {
			same(c, at.key, "name", row.Name, inv.Name)
		}
	}
}

// invitedTo is how often the person was invited to the team, and not removed since: once
// while there is a row of the member, and never where there is none.
func (c *checker) invitedTo(w, person string) int {
	n := c.recorded(table.ActivityMemberInvited, w, "", person) - c.recorded(table.ActivityMemberRemoved, w, "", person)
	for _, a := range c.changes[changeKey(table.ActivityWorkspaceCreated, w, "", "")] {
		if a.Subject == person {
			n++
		}
	}
	return n
}

func contact(c *checker, at place, row table.ContactRow) {
	w, id := at.ids["w"], at.ids["contact"]
	same(c, at.key, "contact", row.Contact, id)
	c.has(at.key, table.Company(w, row.Company))
	c.has(at.key, table.ContactByName(w, row.Company, names.Sort(row.Name), id))
	for _, word := range names.Words(row.Name) {
		c.has(at.key, table.ContactWord(w, row.Company, word, names.Sort(row.Name), id))
	}
	if by, ok := needs[table.ContactAddressRow](c, at.key, table.ContactAddress(w, row.Company, row.Email)); ok {
		same(c, at.key, "contact of its address", by.Contact, id)
	}
	removed := c.recorded(table.ActivityAccessRemoved, w, "", id) - c.recorded(table.ActivityAccessRestored, w, "", id)
	same(c, at.key, "removed, as recorded", row.Removed, removed == 1)
	c.want(at.key, removed == 0 || removed == 1, "was removed %d times more than restored", removed)
	same(c, at.key, "place in the index", row.Stated, row.In(at.ids["w"]).Stated)
	same(c, at.key, "removed, as its state", row.InvitationState == table.InvitationRemoved, row.Removed)
	c.want(at.key, row.Removed || row.RemovedFrom == "", "has a state to restore, and was not removed")
	if row.InvitedBy != "" {
		if by, ok := needs[table.JobRow](c, at.key, table.Job(w, row.InvitedBy)); ok {
			same(c, at.key, "company whose contacts the job invites", by.About["company"], row.Company)
			c.want(at.key, row.Person != "", "was invited by a job, and is nobody")
		}
	}
	if row.Person == "" {
		c.want(at.key, row.InvitationState == "", "is %q, and nobody was invited", row.InvitationState)
		c.want(at.key, row.ExpiresAt.IsZero(), "was not invited, and that ends %s", row.ExpiresAt)
		return
	}
	c.has(at.key, table.Account(row.Person))
	for _, p := range strings.Fields(row.Formerly) { // who it was by addresses that were corrected
		c.has(at.key, table.Invitation(p, w, id))
	}
	inv, ok := needs[table.InvitationRow](c, at.key, table.Invitation(row.Person, w, id))
	if !ok {
		return
	}
	state := row.InvitationState // that the invitation is in
	if row.Removed && !pending(row.RemovedFrom) {
		state = row.RemovedFrom // its link is used or dead anyway
	}
	same(c, at.key, "state of its invitation", inv.State, state)
	same(c, at.key, "end of its invitation", row.ExpiresAt.UTC(), inv.ExpiresAt.UTC())
	if !c.readdressed(w, row.Person, row.Email) {
		same(c, at.key, "address of its invitation", inv.Email, row.Email)
	}
	same(c, at.key, "name of its invitation", inv.Name, row.Name)
	place, _ := look[table.MembershipRow](c, table.Membership(row.Person, w))
	company, active := place.Contacts[id]
	same(c, at.key, "in the membership", active, row.InvitationState == table.InvitationAccepted)
	if active {
		same(c, at.key, "company in the membership", company, row.Company)
	}
	if inv.State == table.InvitationAccepted {
		c.once(at.key, table.ActivityInvitationAccepted, w, "", id)
	}
}

func pending(state string) bool {
	return state == table.InvitationQueued || state == table.InvitationSent || state == table.InvitationOpened
}

func company(c *checker, at place, row table.CompanyRow) {
	w, id := at.ids["w"], at.ids["company"]
	same(c, at.key, "company", row.Company, id)
	c.has(at.key, table.Workspace(w))
	c.has(at.key, table.CompanyGate(w, id))
	if named, ok := needs[table.CompanyNamedRow](c, at.key, table.CompanyNamed(w, names.Fold(row.Name), id)); ok {
		same(c, at.key, "name under which it is found", named.Name, row.Name)
	}
	c.has(at.key, table.CompanyByName(w, names.Sort(row.Name), id))
	for _, word := range names.Words(row.Name) {
		c.has(at.key, table.CompanyWord(w, word, names.Sort(row.Name), id))
	}
	if gate, ok := look[table.CompanyGateRow](c, table.CompanyGate(w, id)); ok {
		_, listed := c.rows[table.Licence(w, names.Sort(row.Name), id)]
		same(c, at.key, "listed as licensed", listed, gate.Licensed)
	}
}

// subscription: seats are never fewer than the licences that take them (rule 17).
func subscription(c *checker, at place, row table.SubscriptionRow) {
	c.has(at.key, table.Workspace(at.ids["w"]))
	c.count(kindSubscription, at, map[string]int{"used": row.Used})
	c.want(at.key, row.Used <= row.Seats, "%d of %d seats are used", row.Used, row.Seats)
}

// template: an invitation can be sent by it, and it was recorded who changed it.
func template(c *checker, at place, row table.TemplateRow) {
	w := at.ids["w"]
	c.has(at.key, table.Workspace(w))
	c.want(at.key, row.Version >= 1 && row.Version <= c.recorded(table.ActivityTemplateChanged, w, "", ""), "is of the version %d, and was not changed so often", row.Version)
	c.want(at.key, slices.Contains([]string{"", "de", "en"}, row.Language), "is in the language %q", row.Language)
	same(c, at.key, "text that was made, by what was given", row.TextMade != "", row.HTML != "" && row.Text == "")
	_, err := letters.FromTemplate(row, table.InvitationRow{}, "https://portal.example.com/#/invitation/sample", false)
	c.want(at.key, err == nil, "cannot be sent: %v", err)
}

func licence(c *checker, at place, row table.NamedRow) {
	w, id := at.ids["w"], at.ids["company"]
	same(c, at.key, "company", row.ID, id)
	c.has(at.key, table.Subscription(w))
	if gate, ok := needs[table.CompanyGateRow](c, at.key, table.CompanyGate(w, id)); ok {
		same(c, at.key, "licensed", gate.Licensed, true)
	}
	listed(c, at, "company")
}

func companyByName(c *checker, at place, row table.NamedRow) {
	same(c, at.key, "company", row.ID, at.ids["company"])
	listed(c, at, "company")
}

func companyWord(c *checker, at place, row table.WordRow) {
	same(c, at.key, "company", row.ID, at.ids["company"])
	found(c, at, row, listed(c, at, "company"))
}

func contactByName(c *checker, at place, row table.NamedRow) {
	same(c, at.key, "contact", row.ID, at.ids["contact"])
	listed(c, at, "contact")
}

func contactWord(c *checker, at place, row table.WordRow) {
	same(c, at.key, "contact", row.ID, at.ids["contact"])
	found(c, at, row, listed(c, at, "contact"))
}

// listed reports a row of a list that stands under another name than the company or
// contact has now, which it gives.
func listed(c *checker, at place, what string) (name string) {
	w := at.ids["w"]
	if what == "company" {
		row, _ := needs[table.CompanyRow](c, at.key, table.Company(w, at.ids["company"]))
		name = row.Name
	} else {
		row, _ := needs[table.ContactRow](c, at.key, table.Contact(w, at.ids["contact"]))
		same(c, at.key, "company", row.Company, at.ids["company"])
		name = row.Name
	}
	same(c, at.key, "sorted name", at.ids["name"], names.Sort(name))
	return name
}

// found reports a row of a search that stands for a word which the name has not.
func found(c *checker, at place, row table.WordRow, name string) {
	words := names.Words(name)
	c.want(at.key, slices.Contains(words, at.ids["word"]), "%q is no word of %q", at.ids["word"], name)
	c.want(at.key, slices.Equal(row.Words, words), "the words are %q, should be %q", row.Words, words)
}

func companyNamed(c *checker, at place, row table.CompanyNamedRow) {
	w, id := at.ids["w"], at.ids["company"]
	same(c, at.key, "company", row.Company, id)
	same(c, at.key, "folded name", table.Hash(names.Fold(row.Name)), at.ids["hash"])
	c.has(at.key, table.Company(w, id))
	c.has(at.key, table.CompanyNameRevision(w, names.Fold(row.Name)))
}

func companyNameRevision(c *checker, at place, row table.RevisionRow) {
	c.count("CompanyNameRevision", at, map[string]int{"revision": row.Revision})
	c.has(at.key, table.Workspace(at.ids["w"]))
}

func contactAddress(c *checker, at place, row table.ContactAddressRow) {
	if of, ok := needs[table.ContactRow](c, at.key, table.Contact(at.ids["w"], row.Contact)); ok {
		same(c, at.key, "company", of.Company, at.ids["company"])
		same(c, at.key, "address", table.Hash(of.Email), at.ids["hash"])
	}
}

func workspaceProject(c *checker, at place, row table.PointerRow) {
	same(c, at.key, "project", row.Project, at.ids["p"])
	if facts, ok := needs[table.ProjectFactsRow](c, at.key, table.ProjectFacts(at.ids["p"])); ok {
		same(c, at.key, "workspace", facts.Workspace, at.ids["w"])
	}
}

func teamPerson(c *checker, at place, row table.TeamPersonRow) {
	p, id := at.ids["p"], at.ids["person"]
	same(c, at.key, "person", row.Person, id)
	c.has(at.key, table.Account(row.AddedBy))
	if name, ok := needs[table.PersonRow](c, at.key, table.Person(p, id)); ok {
		same(c, at.key, "kind, as clients see it", name.Kind, row.Kind)
	}
	if own, ok := needs[table.PersonProjectRow](c, at.key, table.Project(id, p)); ok {
		same(c, at.key, "kind, contact and company of the person's own row",
			[3]string{own.Kind, own.Contact, own.Company}, [3]string{row.Kind, row.Contact, row.Company})
	}
	if row.Kind == table.KindClient {
		w, _ := table.WorkspaceOf(p)
		c.once(at.key, table.ActivityClientAdded, w, p, row.Contact)
	}
}
