//go:build engine

package foyertest

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"

	"foyer/shared/mailtoken"
	"foyer/shared/table"
)

// Password is what everybody in tests chooses.
const Password = "Correct-Horse-7"

// Acme is the usual scene.
type Acme struct {
	Workspace, Project, Company string
	Ann                         Person // owner
	Carl                        Person // client of Globex in the project, accepted
}

// Acme makes Acme Agency with its owner Ann, the project “New website”, and Carl
// of Globex as its client who has accepted. All through the operations.
func (w *World) Acme() Acme {
	w.T.Helper()
	var a Acme
	a.Ann, a.Workspace = w.Workspace("Acme Agency", "Ann Archer", "ann@acme.example")
	a.Project = w.Project(a.Ann, a.Workspace, "New website")
	a.Carl = w.Client(a.Ann, a.Project, "Globex", "Carl Client", "carl@globex.example")
	a.Company = a.Carl.Company
	return a
}

// Workspace makes a workspace whose owner has accepted and is signed in.
func (w *World) Workspace(name, ownerName, ownerEmail string) (owner Person, workspace string) {
	w.T.Helper()
	workspace = w.Do(Person{}, "POST", "/v1/workspaces", map[string]any{"name": name, "ownerName": ownerName, "ownerEmail": ownerEmail}).Must(http.StatusCreated).String("id")
	owner = w.Accept(Person{Name: ownerName, Email: ownerEmail, Password: Password}, workspace)
	return owner, workspace
}

// Project makes a project.
func (w *World) Project(who Person, workspace, name string) string {
	w.T.Helper()
	return w.Do(who, "POST", "/v1/workspaces/"+workspace+"/projects", map[string]any{"name": name}).Must(http.StatusCreated).String("id")
}

// Invited adds a client to a project and leaves the invitation unanswered.
func (w *World) Invited(by Person, project, company, name, email string) Person {
	w.T.Helper()
	r := w.Do(by, "POST", "/v1/projects/"+project+"/clients", map[string]any{"companyName": company, "name": name, "email": email}).Must(http.StatusCreated)
	return Person{Name: name, Email: email, Password: Password, ID: r.String("person"), Contact: r.String("contact"), Company: r.String("company.id")}
}

// Client adds a client to a project, who accepts and signs in.
func (w *World) Client(by Person, project, company, name, email string) Person {
	w.T.Helper()
	p := w.Invited(by, project, company, name, email)
	workspace, _ := table.WorkspaceOf(project)
	return w.Accept(p, workspace)
}

// Accept lets the person follow the link of their invitation to the workspace, choose
// their password and sign in. Someone who has a token already accepts with it.
func (w *World) Accept(p Person, workspace string) Person {
	w.T.Helper()
	token := w.Link(p.Email, workspace)
	body := map[string]any{"password": p.Password}
	if p.Token != "" {
		body = map[string]any{}
	}
	w.Do(p, "POST", "/v1/invitations/"+token+"/acceptance", body).Must(http.StatusOK)
	return w.SignIn(p)
}

// SignIn signs the person in.
func (w *World) SignIn(p Person) Person {
	w.T.Helper()
	r := w.Do(Person{}, "POST", "/v1/sessions", map[string]any{"email": p.Email, "password": p.Password}).Must(http.StatusCreated)
	p.Token, p.Refresh = r.String("accessToken"), r.String("refresh")
	p.ID = w.PersonID(p.Email)
	return p
}

// PersonID is the account that an address leads to.
func (w *World) PersonID(email string) string {
	w.T.Helper()
	var at table.AddressRow
	found, err := w.Table.Get(w.T.Context(), table.Address(email), &at)
	w.must(err)
	if !found {
		w.T.Fatalf("no account for %s", email)
	}
	return at.Person
}

// Invitations are the invitations of an address to a workspace.
func (w *World) Invitations(email, workspace string) []table.InvitationRow {
	w.T.Helper()
	rows, _, err := table.QueryInto[table.InvitationRow](w.T.Context(), w.Table, table.Query{PK: table.UserPartition(w.PersonID(email)), Prefix: "INVITATION#" + workspace + "#"})
	w.must(err)
	return rows
}

// Link is the token of the invitation's mail, without the mail: the row that
// stream-mail would put is put here, for tests that are not about mail.
func (w *World) Link(email, workspace string) string {
	w.T.Helper()
	invitations := w.Invitations(email, workspace)
	if len(invitations) == 0 {
		w.T.Fatalf("%s has no invitation to %s", email, workspace)
	}
	inv := invitations[len(invitations)-1]
	for _, i := range invitations {
		if i.Pending(w.Clock.Now()) {
			inv = i
		}
	}
	token := mailtoken.Make([]byte(w.tokenKey), mailtoken.Invitation, inv.Person+inv.Workspace+inv.Subject, inv.Generation)
	w.must(w.Table.PutOne(w.T.Context(), table.Token(token), table.TokenRow{
		Purpose: mailtoken.Invitation, Person: inv.Person, Workspace: inv.Workspace, Subject: inv.Subject, Generation: inv.Generation,
		ExpiresAt: inv.ExpiresAt, TTL: inv.ExpiresAt.Unix(),
	}, nil))
	return token
}

// IDToken is an ID token of the person, which says who they are and opens nothing.
func (w *World) IDToken(p Person) string {
	w.T.Helper()
	idp := cognitoidentityprovider.NewFromConfig(w.AWS)
	client, err := idp.DescribeUserPoolClient(w.T.Context(), &cognitoidentityprovider.DescribeUserPoolClientInput{UserPoolId: &w.Config.UserPoolID, ClientId: &w.Config.UserPoolClientID})
	w.must(err)
	mac := hmac.New(sha256.New, []byte(*client.UserPoolClient.ClientSecret))
	mac.Write([]byte(p.ID + w.Config.UserPoolClientID))
	res, err := idp.AdminInitiateAuth(w.T.Context(), &cognitoidentityprovider.AdminInitiateAuthInput{
		UserPoolId: &w.Config.UserPoolID, ClientId: &w.Config.UserPoolClientID, AuthFlow: types.AuthFlowTypeAdminUserPasswordAuth,
		AuthParameters: map[string]string{"USERNAME": p.ID, "PASSWORD": p.Password, "SECRET_HASH": base64.StdEncoding.EncodeToString(mac.Sum(nil))},
	})
	w.must(err)
	return *res.AuthenticationResult.IdToken
}
