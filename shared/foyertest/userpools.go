//go:build engine

package foyertest

import (
	"context"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider"
	"github.com/aws/aws-sdk-go-v2/service/cognitoidentityprovider/types"
)

// userPool is a user pool as the template has it.
type userPool struct {
	id      string
	clients map[string]string // logical id → id
	secrets map[string]string // id of the client → its secret
}

// userPools are those that no World of this process has at the moment, without users.
// The engine makes two RSA keys for each pool whose users sign in, which takes longer
// than all else that a World begins with: so a pool goes from one test to the next.
var userPools struct {
	mu   sync.Mutex
	free []userPool
}

func freeUserPool() (p userPool, ok bool) {
	userPools.mu.Lock()
	defer userPools.mu.Unlock()
	last := len(userPools.free) - 1
	if last < 0 {
		return p, false
	}
	p, userPools.free = userPools.free[last], userPools.free[:last]
	return p, true
}

// makePool gives the World a user pool of its own until the test ends.
func (w *World) makePool(ctx context.Context) {
	w.T.Helper()
	idp := cognitoidentityprovider.NewFromConfig(w.AWS)
	p, ok := freeUserPool()
	if !ok {
		p = w.newUserPool(ctx, idp)
	}
	w.names["UserPool"] = p.id
	for logical, id := range p.clients {
		w.names[logical] = id
		w.cognito.secrets[id] = p.secrets[id]
	}
	t := w.T // World.T may be another by then
	t.Cleanup(func() { giveBack(context.WithoutCancel(ctx), t, idp, p) })
}

// giveBack empties the pool for the next World.
func giveBack(ctx context.Context, t *testing.T, idp *cognitoidentityprovider.Client, p userPool) {
	t.Helper()
	var users []types.UserType
	pages := cognitoidentityprovider.NewListUsersPaginator(idp, &cognitoidentityprovider.ListUsersInput{UserPoolId: &p.id})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			t.Errorf("users of the pool: %v", err)
			return
		}
		users = append(users, page.Users...)
	}
	for _, u := range users {
		if _, err := idp.AdminDeleteUser(ctx, &cognitoidentityprovider.AdminDeleteUserInput{UserPoolId: &p.id, Username: u.Username}); err != nil {
			t.Errorf("user of the pool: %v", err)
			return
		}
	}
	userPools.mu.Lock()
	defer userPools.mu.Unlock()
	userPools.free = append(userPools.free, p)
}

func (w *World) newUserPool(ctx context.Context, idp *cognitoidentityprovider.Client) userPool {
	w.T.Helper()
	pool, err := w.template.UserPool("UserPool")
	w.must(err)
	made, err := idp.CreateUserPool(ctx, pool.CreateUserPoolInput())
	w.must(err)
	p := userPool{id: *made.UserPool.Id, clients: map[string]string{}, secrets: map[string]string{}}
	if factors := pool.SetUserPoolMfaConfigInput(p.id); factors != nil {
		_, err = idp.SetUserPoolMfaConfig(ctx, factors)
		w.must(err)
	}
	for _, logical := range []string{"UserPoolClient", "UserPoolInternalClient"} {
		client, err := w.template.UserPoolClient(logical)
		w.must(err)
		made, err := idp.CreateUserPoolClient(ctx, client.CreateUserPoolClientInput(p.id))
		w.must(err)
		p.clients[logical], p.secrets[*made.UserPoolClient.ClientId] = *made.UserPoolClient.ClientId, *made.UserPoolClient.ClientSecret
	}
	return p
}
