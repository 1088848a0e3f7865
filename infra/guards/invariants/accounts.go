package invariants

import (
	"slices"
	"strings"

	"foyer/shared/mailtoken"
	"foyer/shared/table"
)

// attempts is a count of attempts, or a source that is known: it says nothing of
// anybody, and ends.
func attempts(c *checker, at place, row table.AttemptsRow) {
	c.want(at.key, row.TTL > 0, "stays for ever")
	c.want(at.key, !strings.HasSuffix(at.ids["kind"], "-known") || len(row.Attempts) == 0, "is a known source, and counts")
}

// challenge is a sign-in that waits for its code.
func challenge(c *checker, at place, row table.ChallengeRow) {
	if of, ok := needs[table.AccountRow](c, at.key, table.Account(at.ids["person"])); ok {
		c.want(at.key, row.Ended <= of.Ended, "was put after %d endings of all sessions, there were %d", row.Ended, of.Ended)
	}
	c.want(at.key, row.TTL > 0, "stays for ever")
}

// passwordReset may be of an address that nobody has.
func passwordReset(c *checker, at place, row table.PasswordResetRow) {
	c.want(at.key, strings.HasPrefix(row.Reset, "rst_"), "is the reset %q", row.Reset)
	same(c, at.key, "a claim has its end", row.ClaimID != "", row.ClaimUntil != 0)
	c.want(at.key, row.TTL >= row.ExpiresAt.Unix(), "goes before it expires")
}

func addressChange(c *checker, at place, row table.AddressChangeRow) {
	c.has(at.key, table.Account(at.ids["person"]))
	c.want(at.key, row.Email != "" && strings.HasPrefix(row.Change, "adr_"), "is the change %q to %q", row.Change, row.Email)
	c.want(at.key, row.TTL >= row.ExpiresAt.Unix(), "goes before it expires")
}

// accountMails are the kinds of mail about an account, with the form of the id of what
// they tell.
var accountMails = map[string]string{table.MailPasswordReset: "rst_", table.MailPasswordChanged: "", table.MailAddressChange: "adr_",
	table.MailAddressChanged: "adr_", table.MailMFAReset: table.PrefixActivity}

func accountMail(c *checker, at place, row table.MailRow) {
	id := strings.TrimPrefix(row.Mail, row.Kind+"#")
	c.want(at.key, strings.HasPrefix(id, accountMails[row.Kind]), "tells of %q", id)
	if row.Kind != table.MailPasswordReset { // that may be of an address that nobody has
		c.has(at.key, table.Account(row.Person))
	}
	switch row.Kind {
	case table.MailPasswordReset, table.MailAddressChange:
		same(c, at.key, "subject", row.Subject, id)
	case table.MailMFAReset:
		c.has(at.key, table.WorkspaceGate(row.Workspace))
		if of, ok := needs[table.ActivityRow](c, at.key, table.WorkspaceActivity(row.Workspace, id)); ok {
			same(c, at.key, "type, actor and subject of its activity", [3]string{of.Type, of.Actor, of.Subject}, [3]string{table.ActivityMFAReset, row.Actor, row.Person})
		}
	}
	c.want(at.key, row.Subject == "" || row.Subject == id, "tells of %q as well", row.Subject)
	same(c, at.key, "names a workspace", row.Workspace != "", row.Kind == table.MailMFAReset)
	same(c, at.key, "goes to an address of its own", row.Email != "", row.Kind == table.MailAddressChanged)
}

// accountToken is the token of a mail about an account: one that was replaced or used
// up may stand until it ends.
func accountToken(c *checker, at place, row table.TokenRow) {
	c.has(at.key, table.Account(row.Person))
	same(c, at.key, "workspace", row.Workspace, "")
	prefix, other := "rst_", table.PasswordReset(row.Person)
	if row.Purpose == mailtoken.AddressChange {
		prefix, other = "adr_", table.AddressChange(row.Person)
	}
	c.want(at.key, strings.HasPrefix(row.Subject, prefix), "opens %q", row.Subject)
	if newest, ok := look[struct {
		Reset, Change string
	}](c, other); ok {
		c.want(at.key, row.Subject <= newest.Reset+newest.Change, "is newer than the newest that was asked for")
	}
	c.want(at.key, row.TTL >= row.ExpiresAt.Unix(), "goes before it expires")
}

// readdressed says whether that is the person's address since they changed it, as the
// workspace has recorded: an invitation keeps the one that it was sent to.
func (c *checker) readdressed(w, person, email string) bool {
	of, ok := look[table.AccountRow](c, table.Account(person))
	return ok && of.Email == email && c.recorded(table.ActivityAddressChanged, w, "", person) > 0
}

// renamed says the same of what the person calls themselves. A workspace may call its
// contact otherwise.
func (c *checker) renamed(w, person, name string) bool {
	of, ok := look[table.AccountRow](c, table.Account(person))
	return ok && of.Name == name && c.recorded(table.ActivityPersonRenamed, w, "", person) > 0
}

// renaming says whether the contact has another name, and the job that brings it into
// their projects is not done yet.
func (c *checker) renaming(w, contact string) bool {
	return slices.ContainsFunc(c.of["Job"], func(at place) bool {
		row, _ := look[table.JobRow](c, at.key)
		return row.Kind == "contacts-rename" && row.Workspace == w && row.About["contact"] == contact && row.State != table.JobDone
	})
}
