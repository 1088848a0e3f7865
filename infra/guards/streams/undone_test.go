//go:build engine

package streams_test

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

// undone says what is wrong with a change that a consumer made. It names what
// consumers may change; everything else they leave alone, whatever it is: settings,
// sessions, items, and a read mark when there is one.
func undone(c foyertest.Change) string {
	k, inserted, deleted := c.Key, c.Old == nil, c.New == nil
	changed := names(c)
	if !inserted && !deleted && len(changed) == 0 {
		return "" // written once more as it was
	}
	var (
		allowed bool
		rule    string
	)
	switch {
	case isFeed(k) && strings.HasPrefix(k.SK, table.PrefixActivity), isAudit(k), isMail(k), isHeld(k), isActivity(k):
		allowed, rule = inserted, "what was told, recorded or to be mailed stays as it is"
	case isMark(k):
		allowed, rule = !deleted && kept(c, "sentAt") && kept(c, "dropped"), "what was sent or dropped stays so"
	case strings.HasPrefix(k.PK, table.RealmAuth+"TOKEN#"):
		allowed, rule = !deleted, "a token's row stays"
	case strings.HasPrefix(k.PK, table.RealmUser) && strings.HasPrefix(k.SK, "INVITATION#"):
		allowed, rule = !inserted && !deleted && subset(changed, "state", "reminders") && forward(c, "state") && number(c.Old["reminders"]) <= number(c.New["reminders"]),
			"an invitation goes from queued to sent, and counts its reminders"
	case strings.HasPrefix(k.PK, table.RealmTeam+"W#") && (strings.HasPrefix(k.SK, "CONTACT#") || strings.HasPrefix(k.SK, table.PrefixMember)):
		own := []string{"email"} // that people change themselves
		if strings.HasPrefix(k.SK, table.PrefixMember) {
			own = append(own, "name")
		}
		allowed, rule = !inserted && !deleted && subset(changed, append(own, "invitationState", table.StatePK)...) && forward(c, "invitationState"), "whoever was invited shows the invitation's state"
	case strings.HasPrefix(k.PK, table.RealmTeam+"W#") && strings.HasPrefix(k.SK, "EMAIL#"):
		allowed, rule = inserted || deleted, "an address leads to a contact or nowhere"
	case strings.HasPrefix(k.PK, table.RealmClient+"P#") && strings.HasPrefix(k.SK, table.PrefixPerson):
		allowed, rule = !inserted && !deleted && subset(changed, "name"), "of a project's people only the name changes"
	case k.PK == table.DueWatermarkPartition:
		allowed, rule = !deleted && (inserted || text(c.Old["done"]) <= text(c.New["done"])), "a watermark does not go back"
	case strings.HasPrefix(k.PK, table.RealmDue):
		allowed, rule = inserted || deleted, "a due row is put or taken"
	default:
		rule = "this is none of a consumer's rows"
	}
	if allowed {
		return ""
	}
	return fmt.Sprintf("%s: %s; changed: %v", k, rule, changed)
}

// names are the attributes that changed, in order.
func names(c foyertest.Change) (out []string) {
	for name, v := range c.Old {
		if other, ok := c.New[name]; !ok || !reflect.DeepEqual(v, other) {
			out = append(out, name)
		}
	}
	for name := range c.New {
		if _, ok := c.Old[name]; !ok {
			out = append(out, name)
		}
	}
	slices.Sort(out)
	return out
}

// kept: what the attribute once had it has.
func kept(c foyertest.Change, name string) bool {
	before, ok := c.Old[name]
	return !ok || reflect.DeepEqual(before, c.New[name])
}

// forward: from queued to sent, and no other way.
func forward(c foyertest.Change, name string) bool {
	before, after := text(c.Old[name]), text(c.New[name])
	return before == after || before == table.InvitationQueued && after == table.InvitationSent
}

func subset(names []string, of ...string) bool {
	return !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(of, n) })
}

func text(v any) string { return fmt.Sprint(v) }

func number(v any) int {
	n, _ := strconv.Atoi(text(v))
	return n
}

// watch asserts from now on that nothing is undone.
func (w *world) watch() {
	w.T.Helper()
	w.Watch(func(c foyertest.Change) {
		if problem := undone(c); problem != "" {
			w.T.Error(problem)
		}
	})
}

// The rules find what they are there for.
func TestWhatIsUndoneIsFound(t *testing.T) {
	row := func(pairs ...any) map[string]any {
		out := map[string]any{}
		for i := 0; i < len(pairs); i += 2 {
			out[pairs[i].(string)] = pairs[i+1]
		}
		return out
	}
	line, mark := table.PortalFeed("per_1", "act_1"), table.MailMark("per_1", "notification#act_1")
	invitation := table.Invitation("per_1", "wks_1", "con_1")
	for what, c := range map[string]foyertest.Change{
		"a line that changes":                {Key: line, Old: row("reason", "assigned"), New: row("reason", "activity")},
		"a line that goes":                   {Key: line, Old: row("reason", "assigned")},
		"a sent mail that is not":            {Key: mark, Old: row("claimId", "a", "sentAt", "1"), New: row("claimId", "b")},
		"a sent mail that is sent again":     {Key: mark, Old: row("sentAt", "1"), New: row("sentAt", "2")},
		"a dropped mail that is not":         {Key: mark, Old: row("dropped", "no-access"), New: row("claimId", "b")},
		"a line that waits no more":          {Key: table.Held("per_1", "2026-11-22T12:05:00Z", "act_1"), Old: row("reason", "assigned")},
		"a mark that goes":                   {Key: mark, Old: row("claimId", "a")},
		"a read mark that goes back":         {Key: table.Key{PK: table.UserPartition("per_1"), SK: "READ#PORTAL"}, Old: row("upTo", "act_2"), New: row("upTo", "act_1")},
		"a read mark among the lines":        {Key: table.Key{PK: line.PK, SK: "READ"}, Old: row("upTo", "act_2"), New: row("upTo", "act_2", "at", "now")},
		"a read mark that a consumer makes":  {Key: table.Key{PK: line.PK, SK: "READ"}, New: row("upTo", "act_2")},
		"a watermark that goes back":         {Key: table.DueWatermark(3), Old: row("done", "2026-11-22T12:05:00Z"), New: row("done", "2026-11-22T12:04:00Z")},
		"an accepted invitation that is not": {Key: invitation, Old: row("state", "accepted"), New: row("state", "sent")},
		"an opened invitation that is not":   {Key: invitation, Old: row("state", "opened"), New: row("state", "sent")},
		"an invitation's other name":         {Key: invitation, Old: row("state", "queued", "name", "a"), New: row("state", "sent", "name", "b")},
		"fewer reminders":                    {Key: invitation, Old: row("state", "sent", "reminders", "2"), New: row("state", "sent", "reminders", "1")},
		"a removed contact that is not":      {Key: table.Contact("wks_1", "con_1"), Old: row("removed", true, "invitationState", "queued"), New: row("invitationState", "sent")},
		"one more of a project's people":     {Key: table.Person("prj_1", "per_1"), New: row("name", "a")},
		"another kind of person":             {Key: table.Person("prj_1", "per_1"), Old: row("kind", "client"), New: row("kind", "member")},
		"a contact's other name":             {Key: table.Contact("wks_1", "con_1"), Old: row("name", "a"), New: row("name", "b")},
		"an address of another contact":      {Key: table.ContactAddress("wks_1", "com_1", "a"), Old: row("contact", "con_1"), New: row("contact", "con_2")},
		"somebody's settings":                {Key: table.Settings("per_1"), Old: row("level", "none"), New: row("level", "all")},
		"an item":                            {Key: table.SharedItem("prj_1", "msg_1"), New: row("title", "made up")},
		"a recorded change":                  {Key: table.TeamProjectActivity("prj_1", "act_1"), Old: row("type", "a"), New: row("type", "b")},
	} {
		if undone(c) == "" {
			t.Errorf("%s was not found", what)
		}
	}
	for what, c := range map[string]foyertest.Change{
		"a line":               {Key: line, New: row("reason", "assigned")},
		"a line that waits":    {Key: table.Held("per_1", "2026-11-22T12:05:00Z", "act_1"), New: row("reason", "assigned")},
		"a line once more":     {Key: line, Old: row("reason", "assigned"), New: row("reason", "assigned")},
		"a claim":              {Key: mark, Old: row("claimId", "a"), New: row("claimId", "b")},
		"a sent mail":          {Key: mark, Old: row("claimId", "a"), New: row("claimId", "a", "sentAt", "1")},
		"a sent invitation":    {Key: invitation, Old: row("state", "queued", "reminders", "0"), New: row("state", "sent", "reminders", "0")},
		"a reminder":           {Key: invitation, Old: row("state", "sent", "reminders", "9"), New: row("state", "sent", "reminders", "10")},
		"a new name":           {Key: table.Person("prj_1", "per_1"), Old: row("name", "a"), New: row("name", "b")},
		"a new address":        {Key: table.Contact("wks_1", "con_1"), Old: row("email", "a"), New: row("email", "b")},
		"a watermark":          {Key: table.DueWatermark(3), Old: row("done", "2026-11-22T12:05:00Z"), New: row("done", "2026-11-22T12:06:00Z", "leaseId", "a")},
		"a due row that is up": {Key: table.Key{PK: "DUE#2026-11-22T12:05#03", SK: "reminder"}, Old: row("number", "1")},
	} {
		if problem := undone(c); problem != "" {
			t.Errorf("%s: %s", what, problem)
		}
	}
}
