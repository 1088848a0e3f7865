//go:build engine

package invariants_test

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"foyer/infra/guards/invariants"
	"foyer/infra/guards/proof"
	"foyer/infra/guards/scene"
)

// mayGo are the kinds of which a row may be missing, and nothing else says that it
// was there.
var mayGo = map[string]string{
	"CompanyNameRevision": "no company has the name any more; of one that a company has it is missed",
	"Session":             "a person signs out",
	"Settings":            "nobody has to have any",
	"Job":                 "it is kept for a month; one that a request is remembered to have made is missed",
	"Token":               "it is used, or expires",
	"Idempotency":         "it is kept for a day",
	"Due":                 "it is taken when its minute has come",
	"DueWatermark":        "the first run makes it",
	"Audit":               "a stream is late: it is put last, when the activity was told to its end",
	"MailMark":            "its mail is not sent yet; of an invitation that is marked as sent it is missed",
	"Mail":                "it is kept for a month; of one that was sent it is missed",
	"PortalFeed":          "a stream is late; of one that was mailed it is missed",
	"TeamFeed":            "a stream is late; of one that was mailed it is missed",
	"Attempts":            "a count ends with its window",
	"Challenge":           "it is answered, or ends",
	"Suppressed":          "mail arrives again",
	"Template":            "the workspace returned to the default",
	"PasswordReset":       "it is used, or ends; of a token that is newer than any it is not missed",
	"AddressChange":       "likewise",
	"Membership":          "the last contact was removed; one that gives access is missed",
}

// free are the attributes that nothing else in the table says, by kind.
var free = map[string][]string{
	"*":             {"createdAt", "ttl", "at"},
	"Account":       {"name", "language", "totp", "ended"}, // what Cognito has of it; fewer endings than a challenge knows are tried by hand
	"Address":       {"invited"},                           // fewer than there are, of one who moved; more than there ever were are tried by hand
	"Attempts":      {"attempts"},
	"PasswordReset": {"reset", "expiresAt"}, "AddressChange": {"change", "email", "expiresAt"}, // random; of another form they are tried by hand
	"WorkspaceGate":       {"name", "portalNeedsLicence", "closed", "invitationDays", "reminders"},
	"CompanyNameRevision": {"revision"}, // may be more than it counts; less is tried by hand
	"Suppressed":          {"message"},
	"DueWatermark":        {"done"}, // a time; what is none is tried by hand
	"Idempotency":         {"fingerprint"},
	"Invitation": {"workspaceName", "companyName", "projectName", "inviterName", "note", "selfService", "generation", "project",
		"email", "name"}, // of those who changed theirs since; of others the contact or member has the same
	"Import":      {"size"}, // of the file, which is not in the table
	"Job":         {"about", "position", "updatedAt", "total", "refused"},
	"MailMark":    {"claimId", "claimUntil", "sentAt", "keyVersion", "messageId", "dropped"},
	"Mail":        {"generation", "reason", "audience", "email"}, // that an account had before; one that goes nowhere is tried by hand
	"PrivateItem": {"title", "text", "updatedAt"}, "SharedItem": {"title", "text", "updatedAt", "ask", "due", "start", "end"},
	"ProjectFacts": {"name", "archived", "version", "moved"},
	"Settings":     {"version", "change"},
	"Template": {"senderName", "subject", "html", "text", "textMade", // whose own words they are; such as cannot be sent are tried by hand
		"replyTo", "version"}, // less than was recorded, after a reset; more is tried by hand
	"Subscription": {"seats"}, // may be more than are used; fewer are tried by hand
	"TeamPerson":   {"addedAt"},
	"Token":        {"generation", "expiresAt"},
	"PortalFeed":   {"reason"}, "TeamFeed": {"reason"},
	"WorkspaceActivity":     {"mentions", "actor", "project"},
	"TeamProjectActivity":   {"mentions"},
	"ClientProjectActivity": {"mentions"},
}

// What is missing, and what is not as it was, is found: each row of each kind is
// taken away, and each attribute of each kind changed.
func showsWhatIsMissingOrOtherwise(t *testing.T, s *scene.Scene) {
	t.Helper()
	rows := invariants.Read(s.World)
	tried, ofKind := 0, map[string]int{}
	for key, item := range rows {
		kind := invariants.Kind(key)
		if ofKind[kind]++; ofKind[kind] > proof.Cases(3, 1000) {
			continue
		}
		if _, may := mayGo[kind]; !may {
			tried++
			less := maps.Clone(rows)
			delete(less, key)
			if len(invariants.Broken(less)) == 0 {
				t.Errorf("nothing misses %s (%s)", kind, key)
			}
		}
		for name := range item {
			if name == "PK" || name == "SK" || slices.Contains(free[kind], name) || slices.Contains(free["*"], name) {
				continue
			}
			tried++
			other := maps.Clone(rows)
			other[key] = maps.Clone(item)
			other[key][name] = changed(t, item[name])
			if len(invariants.Broken(other)) == 0 {
				t.Errorf("nobody sees that %s of %s (%s) changed", name, kind, key)
			}
		}
	}
	t.Logf("%d rows missing or attributes changed, one at a time", tried)
}

// changed is another value of the same type.
func changed(t *testing.T, v types.AttributeValue) types.AttributeValue {
	t.Helper()
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		if _, err := time.Parse(time.RFC3339, v.Value); err == nil {
			return &types.AttributeValueMemberS{Value: "2001-02-03T04:05:06Z"}
		}
		return &types.AttributeValueMemberS{Value: v.Value + "x"}
	case *types.AttributeValueMemberN:
		n, err := strconv.ParseInt(v.Value, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return &types.AttributeValueMemberN{Value: strconv.FormatInt(n+1, 10)}
	case *types.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: !v.Value}
	case *types.AttributeValueMemberM:
		return &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"con_01JD0000000000000000000000": &types.AttributeValueMemberS{Value: "none"}}}
	case *types.AttributeValueMemberL:
		return &types.AttributeValueMemberL{Value: append(slices.Clone(v.Value), &types.AttributeValueMemberS{Value: "more"})}
	case *types.AttributeValueMemberNULL:
		return &types.AttributeValueMemberS{Value: "something"}
	}
	t.Fatalf("teach the test to change a %T", v)
	return nil
}

func TestAUserWithoutAnAccountIsFound(t *testing.T) {
	s := scene.New(t)
	rows := invariants.Read(s.World)
	idp := cognitoidentityprovider.NewFromConfig(s.AWS)
	orphan := "per_01JD0000000000000000000000"
	if _, err := idp.AdminCreateUser(t.Context(), &cognitoidentityprovider.AdminCreateUserInput{UserPoolId: &s.Config.UserPoolID, Username: &orphan}); err != nil {
		t.Fatal(err)
	}
	if _, err := idp.AdminDeleteUser(t.Context(), &cognitoidentityprovider.AdminDeleteUserInput{UserPoolId: &s.Config.UserPoolID, Username: aws.String(s.Carl.ID)}); err != nil {
		t.Fatal(err)
	}
	want := []string{fmt.Sprintf("the account %s is confirmed, its user is %q", s.Carl.ID, ""), "the user " + orphan + " has no account"}
	if got := invariants.BrokenUsers(s.World, rows); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}
