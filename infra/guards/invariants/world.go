//go:build engine

package invariants

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"

	"foyer/shared/foyertest"
)

// Read reads the World's whole table, as only a test may.
func Read(w *foyertest.World) Rows {
	w.T.Helper()
	return w.Rows()
}

// Hold fails the test, which goes on, where something in the World's table does not hold,
// and gives back what it read.
func Hold(w *foyertest.World) Rows {
	w.T.Helper()
	rows := Read(w)
	if broken := Broken(rows); len(broken) > 0 {
		w.T.Errorf("the table does not agree with itself:\n  %s", strings.Join(broken, "\n  "))
	}
	return rows
}

// BrokenUsers is what does not hold between the table and the user pool: every user
// is of an account, and every account that chose a password has its user.
func BrokenUsers(w *foyertest.World, rows Rows) []string {
	w.T.Helper()
	users := map[string]string{}
	pages := cognitoidentityprovider.NewListUsersPaginator(cognitoidentityprovider.NewFromConfig(w.AWS), &cognitoidentityprovider.ListUsersInput{UserPoolId: &w.Config.UserPoolID})
	for pages.HasMorePages() {
		page, err := pages.NextPage(w.T.Context())
		if err != nil {
			w.T.Fatal(err)
		}
		for _, u := range page.Users {
			users[aws.ToString(u.Username)] = string(u.UserStatus)
		}
	}
	return brokenUsers(rows, users)
}
