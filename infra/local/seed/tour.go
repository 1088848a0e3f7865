package seed

import (
	"fmt"
	"strings"
)

// Tour is what `make run` prints: who can sign in, and commands that work when
// they are pasted.
func (d *Demo) Tour(page, mails string) string {
	page = strings.TrimRight(page, "/")
	return fmt.Sprintf(`
  the page      %[1]s
  the API       %[1]s/v1        described at %[1]s/openapi.json
  sent mails    %[2]s

  Ann Archer    owner of Acme Agency     %[3]s    %[4]s
  Carl Client   client of Globex         %[5]s  %[6]s
  Ines Invited  has not accepted yet: her invitation, and soon a reminder, is among the sent mails

A short tour, to paste into a shell:

api=%[1]s/v1; project=%[7]s; json='Content-Type: application/json'
sign_in() { curl -s $api/sessions -H "$json" -d "{\"email\":\"$1\",\"password\":\"$2\"}" | sed 's/.*"accessToken":"\([^"]*\)".*/\1/'; }
ann=$(sign_in %[3]s %[4]s); carl=$(sign_in %[5]s %[6]s)
curl -sw '\n' $api/me -H "Authorization: Bearer $ann"                                                # who Ann is
curl -sw '\n' $api/projects/$project/people -H "Authorization: Bearer $ann"                          # the people: Carl is “The Client”
curl -sw '\n' "$api/projects/$project/items?kind=message" -H "Authorization: Bearer $ann"            # Ann sees two messages, one is shared
curl -sw '\n' "$api/portal/projects/$project/items?kind=message" -H "Authorization: Bearer $carl"    # Carl sees the shared one and nothing else
curl -sw '\n' $api/portal/projects/$project/items/%[8]s -H "Authorization: Bearer $carl"   # the private one is absent: 404
curl -sw '\n' -X PUT $api/projects/$project/items/%[8]s/visibility -H "Authorization: Bearer $ann" -H "$json" -d '{"clientCanSee":true}'    # share it …
curl -sw '\n' $api/portal/projects/$project/items/%[8]s -H "Authorization: Bearer $carl"   # … and Carl sees it
curl -sw '\n' "$api/portal/projects/$project/items?kind=message&as=%[9]s" -H "Authorization: Bearer $ann"  # Ann looks at it as Carl does
curl -sw '\n' $api/portal/notifications -H "Authorization: Bearer $carl"                             # what Carl was told of: the task for him
curl -sw '\n' -X DELETE $api/workspaces/%[10]s/contacts/%[11]s/access -H "Authorization: Bearer $ann"  # remove Carl’s access …
curl -sw '\n' $api/portal/projects/$project -H "Authorization: Bearer $carl"                         # … and his token opens nothing: 404
curl -sw '\n' -X PUT $api/workspaces/%[10]s/contacts/%[11]s/access -H "Authorization: Bearer $ann"     # give it back
`, page, mails, d.Owner.Email, d.Owner.Password, d.Client.Email, d.Client.Password, d.Project, d.PrivateItem, d.Client.ID, d.Workspace, d.Contact)
}
