package policy

import (
	"flag"
	"math/rand/v2"
	"testing"
	"time"
)

var (
	modelCases = flag.Int("model-cases", 200_000, "random cases against the independent model")
	modelSeed  = flag.Uint64("model-seed", 0, "of the random cases; 0: a new one each time")
)

// The model says who may do what as a table: kind of caller × question. It is
// written from PRODUCT.md and API.md, and shares no code with the policy: a caller
// is first put into exactly one kind, then the table is looked up.
type kind string

const (
	signedOut     kind = "signed out"
	outsider      kind = "no one here"
	ownerHere     kind = "owner"
	adminHere     kind = "admin"
	memberInside  kind = "member in the project"
	memberOutside kind = "member outside the project"
	clientHere    kind = "client of the project"
)

var table = map[kind]map[string]string{
	signedOut:     {"staff": out, "admins": out, "owners": out, "project": out, "client": out},
	outsider:      {"staff": hidden, "admins": hidden, "owners": hidden, "project": hidden, "client": hidden},
	ownerHere:     {"staff": yes, "admins": yes, "owners": yes, "project": yes, "client": hidden},
	adminHere:     {"staff": yes, "admins": yes, "owners": role, "project": yes, "client": hidden},
	memberInside:  {"staff": yes, "admins": role, "owners": role, "project": yes, "client": hidden},
	memberOutside: {"staff": yes, "admins": role, "owners": role, "project": hidden, "client": hidden},
	clientHere:    {"staff": hidden, "admins": hidden, "owners": hidden, "project": hidden, "client": yes},
}

func kindOf(f Facts) kind {
	if !f.SignedIn {
		return signedOut
	}
	if f.WorkspaceClosed || !f.WorkspaceExists {
		return outsider
	}
	switch string(f.Membership.Role) {
	case "owner":
		return ownerHere
	case "admin":
		return adminHere
	case "member":
		if f.Project.Kind == "member" {
			return memberInside
		}
		return memberOutside
	}
	for contact := range f.Membership.Contacts {
		if f.Project.Kind == "client" && f.Project.Contact == contact {
			return clientHere
		}
	}
	return outsider
}

func modelAnswer(f Facts, question string) string {
	k := kindOf(f)
	// A project that does not exist is open to nobody, whoever they are.
	if !f.ProjectExists && (question == "project" || question == "client") && k != signedOut {
		return hidden
	}
	return table[k][question]
}

func TestPolicyAgreesWithAnIndependentModel(t *testing.T) {
	seed := *modelSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	r := rand.New(rand.NewPCG(seed, 0))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	mostly := func() bool { return r.IntN(8) > 0 }
	asks := map[string]func(Facts) error{"staff": StaffOfWorkspace, "admins": AdminOfWorkspace, "owners": OwnerOfWorkspace, "project": StaffOfProject, "client": ClientOfProject}
	seen := map[kind]int{}
	for n := range *modelCases {
		f := Facts{
			SignedIn: mostly(), WorkspaceExists: mostly(), WorkspaceClosed: !mostly(), ProjectExists: mostly(), ProjectArchived: !mostly(),
			Membership: Membership{Role: Role(pick("", "", "owner", "admin", "member", "Owner", "client"))},
			Project:    ProjectRow{Kind: pick("", "member", "client", "Client"), Contact: pick("", "con1", "con2")},
		}
		if r.IntN(2) == 0 {
			f.Membership.Contacts = map[string]string{pick("con1", "con2", ""): "com"}
		}
		seen[kindOf(f)]++
		for question, ask := range asks {
			if got, want := answer(ask(f)), modelAnswer(f, question); got != want {
				t.Fatalf("seed %d, case %d, %s of %s: policy says %s, the model %s: %+v", seed, n, question, kindOf(f), got, want, f)
			}
		}
	}
	for k := range table {
		if seen[k] == 0 {
			t.Errorf("seed %d: no case of %s", seed, k)
		}
	}
}
