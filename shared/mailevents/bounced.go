package mailevents

import (
	"context"
	"encoding/base64"

	"foyer/shared/api"
	"foyer/shared/table"
)

// The tags of a mail by which its row is found again. SES takes no others than
// letters, digits and a few signs.
const (
	tagPerson = "person"
	tagMail   = "mail"
)

// Tags are what SES is to say of the mail in its events.
func Tags(m table.MailRow) map[string]string {
	return map[string]string{tagPerson: m.Person, tagMail: base64.RawURLEncoding.EncodeToString([]byte(m.Mail))}
}

// tagged is the row of the mail that has these tags, as SES gives them back; false
// where they are not those of a mail of Foyer's.
func tagged(tags map[string][]string) (table.Key, bool) {
	person, id := tags[tagPerson], tags[tagMail]
	if len(person) != 1 || len(id) != 1 || !api.ValidID("person", person[0]) {
		return table.Key{}, false
	}
	raw, err := base64.RawURLEncoding.DecodeString(id[0])
	if err != nil || len(raw) == 0 {
		return table.Key{}, false
	}
	return table.Mail(person[0], string(raw)), true
}

// Suppressed says of a canonical address whether mail to it came back or was
// complained of: then none goes there any more.
func Suppressed(ctx context.Context, env *api.Env, to string) (bool, error) {
	var row table.SuppressedRow
	return env.Table.Get(ctx, table.Suppressed(to), &row)
}

// Bounced adds to the transaction that mail of this invitation, as it was read, does
// not arrive: nobody can accept it, nor is anybody reminded of it. table.ErrConflict
// where it is not as it was.
func Bounced(env *api.Env, tx *table.Tx, inv table.InvitationRow) {
	tx.Update(table.Invitation(inv.Person, inv.Workspace, inv.Subject), table.Set("state", table.InvitationBounced)).
		If(table.Is("state", inv.State)).If(table.Is("generation", inv.Generation)).Else(table.ErrConflict)
	tx.Update(inv.SubjectKey(), table.InState(inv.Workspace, table.InvitationBounced)).If(table.Is("invitationState", inv.State)).Else(table.ErrConflict)
	id := env.NewID(table.PrefixActivity)
	tx.Put(table.WorkspaceActivity(inv.Workspace, id), table.ActivityRow{
		Activity: id, Type: table.ActivityInvitationBounced, Workspace: inv.Workspace, Project: inv.Project, Subject: inv.Subject, At: env.Now(),
	})
}
