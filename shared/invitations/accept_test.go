//go:build engine

package invitations_test

import (
	"context"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"

	"foyer/shared/foyertest"
	"foyer/shared/table"
)

func TestAnAcceptanceGivesAccessAndWorksOnce(t *testing.T) {
	w, workspace, link := invited(t)
	got := accept(w, nobody, link, chosen).Must(200)
	for field, want := range map[string]string{"workspace": workspace, "workspaceName": "Acme Agency", "email": annsAddress} {
		if got.String(field) != want {
			t.Errorf("%s is %q, want %q", field, got.String(field), want)
		}
	}
	ann := w.PersonID(annsAddress)
	if got := get[table.MembershipRow](w, table.Membership(ann, workspace)); got.Role != table.RoleOwner || len(got.Contacts) > 0 {
		t.Errorf("the membership is %+v, want the role owner and no contacts", got)
	}
	account := get[table.AccountRow](w, table.Account(ann))
	if account.State != table.AccountConfirmed || account.LeaseID != "" || account.LeaseUntil != 0 {
		t.Errorf("the account is %+v, want confirmed and without a lease", account)
	}
	if got := get[table.InvitationRow](w, table.Invitation(ann, workspace, ann)).State; got != table.InvitationAccepted {
		t.Errorf("the invitation is %q, want accepted", got)
	}
	if got := get[table.MemberRow](w, table.Member(workspace, ann)).InvitationState; got != table.InvitationAccepted {
		t.Errorf("the team sees %q, want accepted", got)
	}
	if has(w, table.Token(link)) {
		t.Error("the token's row is still there")
	}
	if got := recorded(w, workspace, table.ActivityInvitationAccepted); len(got) != 1 || got[0].Actor != ann || got[0].Subject != ann {
		t.Errorf("recorded: %+v, want one acceptance by and of Ann", got)
	}
	w.Unchanged(func() {
		accept(w, nobody, link, chosen).Problem(404, "not-found")
		accept(w, nobody, link, "Another-Horse-8").Problem(404, "not-found")
	})
	signIn(w, annsAddress, chosen).Must(201)
	signIn(w, annsAddress, "Another-Horse-8").Problem(401, "invalid-credentials")
	if strings.Contains(w.Log.String(), chosen) {
		t.Error("the password stands in the log")
	}
}

// recorded are the changes of that type in the workspace's activity.
func recorded(w *foyertest.World, workspace, kind string) []table.ActivityRow {
	w.T.Helper()
	rows, _, err := table.QueryInto[table.ActivityRow](w.T.Context(), w.Table, table.Query{PK: table.WorkspaceActivity(workspace, "").PK, Prefix: table.PrefixActivity})
	if err != nil {
		w.T.Fatal(err)
	}
	var out []table.ActivityRow
	for _, r := range rows {
		if r.Type == kind {
			out = append(out, r)
		}
	}
	return out
}

func TestAWeakPasswordHearsEveryRuleAndNothingIsMade(t *testing.T) {
	w, _, link := invited(t)
	crash, made := crashAfter(100)
	w.Intercept("invitations-accept", crash)
	w.Unchanged(func() {
		r := accept(w, nobody, link, "short").Fault("body.password")
		for _, rule := range []string{"must have at least 10 characters", "must have an upper-case letter (A to Z)", "must have a number (0 to 9)"} {
			if !strings.Contains(r.Body, rule) {
				t.Errorf("the rule %q is not named: %s", rule, r.Body)
			}
		}
		if strings.Contains(r.Body, "lower-case") || strings.Contains(r.Body, "short") {
			t.Errorf("a rule that holds, or the password itself, is in the answer: %s", r.Body)
		}
		for what, body := range map[string]any{
			"no password": fields{}, "no body": nil, "empty": fields{"password": ""}, "too long": fields{"password": "Aa1" + strings.Repeat("x", 254)},
			"white space at its end": fields{"password": chosen + " "}, "two lines": fields{"password": "Correct\nHorse-7"}, "a number": fields{"password": 1234567890}, "null": foyertest.Raw(`{"password":null}`),
		} {
			if r := w.Do(nobody, "POST", "/v1/invitations/"+link+"/acceptance", body); r.Status != 422 || !strings.Contains(r.Body, "body.password") {
				t.Errorf("%s: got %d %s, want 422 at body.password", what, r.Status, r.Body)
			}
		}
	})
	for _, call := range made() {
		if strings.HasPrefix(call, "Admin") {
			t.Errorf("the user pool was asked (%s) for a password that breaks the rules", call)
		}
	}
	accept(w, nobody, link, chosen).Must(200)
}

func TestAnAcceptanceThatIsNoJSONOfItsFormIsRefused(t *testing.T) {
	w, _, link := invited(t)
	path := "/v1/invitations/" + link + "/acceptance"
	w.Unchanged(func() {
		w.Do(nobody, "POST", path, fields{"password": chosen, "name": "Somebody Else"}).Problem(422, "invalid")
		w.Do(nobody, "POST", path, foyertest.Raw(`{"password":`)).Problem(400, "malformed")
		w.Do(nobody, "POST", path, foyertest.Raw(`["Correct-Horse-7"]`)).Problem(422, "invalid")
		w.Do(nobody, "POST", path, foyertest.Raw("{\"password\":\"Correct-Horse-7\xff\"}")).Problem(400, "malformed")
		w.Do(nobody, "POST", path, foyertest.Raw(`{"password":"`+strings.Repeat("x", 70<<10)+`"}`)).Problem(413, "too-large")
		w.Do(nobody, "POST", path, fields{"password": chosen}, foyertest.Header{Name: "Content-Type", Value: "text/plain"}).Problem(415, "unsupported-media-type")
	})
}

// The account is leased: while one acceptance is at work the other is told to
// wait, and only the first one's password holds.
func TestASecondAcceptanceWhileOneIsUnderWayIsToldToWait(t *testing.T) {
	w, _, link := invited(t)
	atWork, goOn := make(chan struct{}), make(chan struct{})
	var once sync.Once
	w.Intercept("invitations-accept", intercept(func(ctx context.Context, next func() error) error {
		if awsmiddleware.GetOperationName(ctx) == "AdminCreateUser" {
			once.Do(func() { close(atWork); <-goOn })
		}
		return next()
	}))
	var first foyertest.Response
	done := make(chan struct{})
	go func() { defer close(done); first = accept(w, nobody, link, chosen) }()
	select {
	case <-atWork:
	case <-done:
		t.Fatalf("the first acceptance made no user: %d %s", first.Status, first.Body)
	}
	second := accept(w, nobody, link, "Another-Horse-8")
	close(goOn)
	<-done
	second.Problem(409, "acceptance-under-way")
	if after, err := strconv.Atoi(second.Header.Get("Retry-After")); err != nil || after < 1 || after > 20 {
		t.Errorf("Retry-After is %q, want the seconds that the lease is left", second.Header.Get("Retry-After"))
	}
	first.Must(200)
	signIn(w, annsAddress, chosen).Must(201)
	signIn(w, annsAddress, "Another-Horse-8").Problem(401, "invalid-credentials")
}

func TestOfManyAcceptancesAtOnceExactlyOneWinsAndItsPasswordHolds(t *testing.T) {
	w, workspace, link := invited(t)
	const many = 6
	answers := make([]foyertest.Response, many)
	password := func(i int) string { return "Correct-Horse-" + strconv.Itoa(i) }
	var wg sync.WaitGroup
	for i := range many {
		wg.Go(func() { answers[i] = accept(w, nobody, link, password(i)) })
	}
	wg.Wait()
	won := -1
	for i, a := range answers {
		switch {
		case a.Status == 200 && won >= 0:
			t.Fatalf("both %d and %d were accepted", won, i)
		case a.Status == 200:
			won = i
		case a.Status != 409 && a.Status != 404:
			t.Errorf("a loser got %d %s, want 409 or 404", a.Status, a.Body)
		}
	}
	if won < 0 {
		t.Fatal("nobody was accepted")
	}
	for i := range many {
		want := 401
		if i == won {
			want = 201
		}
		if got := signIn(w, annsAddress, password(i)).Status; got != want {
			t.Errorf("password %d: got %d, want %d (the winner is %d)", i, got, want, won)
		}
	}
	if got := recorded(w, workspace, table.ActivityInvitationAccepted); len(got) != 1 {
		t.Errorf("%d acceptances were recorded, want 1", len(got))
	}
}

func TestSomeoneWithAnAccountAcceptsAsThemselvesOnly(t *testing.T) {
	w, workspace, _ := invited(t)
	ann := w.Accept(foyertest.Person{Email: annsAddress, Password: chosen}, workspace)
	others := signUp(w, "Other Agency", "bob@other.example")
	bob := w.Accept(foyertest.Person{Email: "bob@other.example", Password: chosen}, others)
	second := signUp(w, "Second Agency", annsAddress)
	link := w.Link(annsAddress, second)
	w.Unchanged(func() {
		accept(w, nobody, link, "").Problem(409, "sign-in-first")
		accept(w, nobody, link, chosen).Problem(409, "sign-in-first") // her very password is no token
		accept(w, nobody, link, "Another-Horse-8").Problem(409, "sign-in-first")
		accept(w, foyertest.Person{Token: "abc"}, link, "").Problem(409, "sign-in-first")
		accept(w, bob, link, "").Problem(409, "other-account")
		accept(w, ann, link, "Another-Horse-8").Fault("body.password")
	})
	signedOut := w.SignIn(ann)
	w.Do(signedOut, "DELETE", "/v1/sessions", nil).Must(204)
	w.Unchanged(func() { accept(w, signedOut, link, "").Problem(409, "sign-in-first") })

	accept(w, ann, link, "").Must(200)
	if got := get[table.MembershipRow](w, table.Membership(ann.ID, second)).Role; got != table.RoleOwner {
		t.Errorf("Ann's role is %q, want owner", got)
	}
	signIn(w, annsAddress, chosen).Must(201) // and her password is as it was
	accept(w, ann, link, "").Problem(404, "not-found")
}

func TestATokenOfSomebodyElseDoesNotHinderANewPerson(t *testing.T) {
	w, _, link := invited(t)
	others := signUp(w, "Other Agency", "bob@other.example")
	bob := w.Accept(foyertest.Person{Email: "bob@other.example", Password: chosen}, others)
	accept(w, bob, link, "Another-Horse-8").Must(200)
	signIn(w, annsAddress, "Another-Horse-8").Must(201)
	signIn(w, "bob@other.example", chosen).Must(201)
}

func TestAClientsAcceptanceActivatesTheContactBesideEarlierOnes(t *testing.T) {
	const first, second, third = contact, "con_01JD0000000000000000000002", "con_01JD0000000000000000000003"
	w, workspace, _ := invited(t)
	ann := w.PersonID(annsAddress)
	contacts := func() map[string]string {
		return get[table.MembershipRow](w, table.Membership(ann, workspace)).Contacts
	}

	link := asClient(w, annsAddress, workspace, first, globex)
	accept(w, nobody, link, chosen).Must(200)
	if got := contacts(); len(got) != 1 || got[first] != globex {
		t.Fatalf("the contacts are %v, want the first at Globex", got)
	}
	if got := get[table.ContactRow](w, table.Contact(workspace, first)).InvitationState; got != table.InvitationAccepted {
		t.Errorf("the team sees %q at the contact, want accepted", got)
	}
	me := w.SignIn(foyertest.Person{Email: annsAddress, Password: chosen})

	accept(w, me, asClient(w, annsAddress, workspace, second, initech), "").Must(200)
	if got := contacts(); len(got) != 2 || got[first] != globex || got[second] != initech {
		t.Errorf("the contacts are %v, want both", got)
	}

	// All contacts were taken out again (access-remove): the row stays.
	row := get[table.MembershipRow](w, table.Membership(ann, workspace))
	row.Contacts = map[string]string{}
	put(w, table.Membership(ann, workspace), row)
	accept(w, me, asClient(w, annsAddress, workspace, third, globex), "").Must(200)
	if got := contacts(); len(got) != 1 || got[third] != globex {
		t.Errorf("the contacts are %v, want the third alone", got)
	}
}

// A membership is either of the team or a client's: what would mix them is
// refused before a user is made or a lease taken.
func TestNobodyIsMemberAndClientOfTheSameWorkspace(t *testing.T) {
	t.Run("a member invited as a client", func(t *testing.T) {
		w, workspace, _ := invited(t)
		ann := w.Accept(foyertest.Person{Email: annsAddress, Password: chosen}, workspace)
		link := asClient(w, annsAddress, workspace, contact, globex)
		w.Unchanged(func() { accept(w, ann, link, "").Problem(409, "membership-mixed") })
	})
	t.Run("a client invited to the team", func(t *testing.T) {
		w, workspace, link := invited(t)
		ann := w.PersonID(annsAddress)
		put(w, table.Membership(ann, workspace), table.MembershipRow{Workspace: workspace, Contacts: map[string]string{contact: globex}})
		w.Unchanged(func() { accept(w, nobody, link, chosen).Problem(409, "membership-mixed") })
		signIn(w, annsAddress, chosen).Problem(401, "invalid-credentials")
	})
}

// The gate is asked again where it counts, in the transaction.
func TestAnInvitationThatIsRevokedDuringItsAcceptanceGivesNoAccess(t *testing.T) {
	w, workspace, link := invited(t)
	ann := w.PersonID(annsAddress)
	before(w, "invitations-accept", "TransactWriteItems", func() {
		update(w, table.Invitation(ann, workspace, ann), table.Set("state", table.InvitationRevoked))
	})
	accept(w, nobody, link, chosen).Problem(404, "not-found")
	if has(w, table.Membership(ann, workspace)) {
		t.Error("the person has a membership")
	}
	if got := get[table.AccountRow](w, table.Account(ann)); got.State != table.AccountInvited || got.LeaseID != "" {
		t.Errorf("the account is %+v, want invited and not leased", got)
	}
	if got := get[table.MemberRow](w, table.Member(workspace, ann)).InvitationState; got == table.InvitationAccepted {
		t.Error("the team sees the invitation as accepted")
	}
}

func TestALeaseThatRanOutIsTaken(t *testing.T) {
	w, _, link := invited(t)
	ann := w.PersonID(annsAddress)
	lease := table.Set("leaseId", "lease_of_a_process_that_is_gone")
	update(w, table.Account(ann), lease)
	update(w, table.Account(ann), table.Set("leaseUntil", w.Clock.Now().Add(10*time.Second).UnixMilli()))
	accept(w, nobody, link, chosen).Problem(409, "acceptance-under-way")
	w.Clock.Advance(11 * time.Second)
	accept(w, nobody, link, chosen).Must(200)
}
