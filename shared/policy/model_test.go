package policy

import (
	"testing"

	"foyer/infra/guards/proof"
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

// modelPreview: whoever is let in at the project may look as one of its clients does.
func modelPreview(f Facts, as ProjectRow, write bool) string {
	if staff := modelAnswer(f, "project"); staff != yes {
		return staff
	}
	return map[string]map[bool]string{"client": {false: yes, true: readOnly}, "member": {false: hidden, true: hidden}, "": {false: hidden, true: hidden}}[as.Kind][write]
}

// modelCompany is indexed by exists, archived, licensed, and by the portal's need.
func modelCompany(c Company, needs bool) string {
	state := map[Company]string{{Exists: true}: "open, unlicensed", {Exists: true, Licensed: true}: "open, licensed"}[c]
	return map[string]map[bool]string{"": {true: hidden, false: hidden}, "open, unlicensed": {true: unlicensed, false: yes}, "open, licensed": {true: yes, false: yes}}[state][needs]
}

func TestPolicyAgreesWithAnIndependentModel(t *testing.T) {
	r := proof.Rand(t)
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	mostly := func() bool { return r.IntN(8) > 0 }
	asks := map[string]func(Facts) error{"staff": StaffOfWorkspace, "admins": AdminOfWorkspace, "owners": OwnerOfWorkspace, "project": StaffOfProject, "client": ClientOfProject}
	seen := map[kind]int{}
	for n := range proof.Cases(200_000, 5_000_000) {
		f := Facts{
			SignedIn: mostly(), WorkspaceExists: mostly(), WorkspaceClosed: !mostly(), ProjectExists: mostly(), ProjectArchived: !mostly(),
			Membership: Membership{Role: Role(pick("", "", "owner", "admin", "member", "Owner", "client"))},
			Project:    ProjectRow{Kind: pick("", "member", "client", "Client"), Contact: pick("", "con1", "con2")},
		}
		if r.IntN(2) == 0 {
			f.Membership.Contacts = map[string]string{pick("con1", "con2", ""): "com"}
		}
		seen[kindOf(f)]++
		row := ProjectRow{Kind: pick("", "member", "client"), Contact: pick("con1", "con2")}
		write := r.IntN(2) == 0
		if got, want := answer(PreviewOfProject(f, row, write)), modelPreview(f, row, write); got != want {
			t.Fatalf("case %d, preview by %s: policy says %s, the model %s: %+v %+v", n, kindOf(f), got, want, f, row)
		}
		company, needs := Company{Exists: mostly(), Archived: !mostly(), Licensed: r.IntN(2) == 0}, r.IntN(2) == 0
		if got, want := answer(CompanyOpen(company, needs)), modelCompany(company, needs); got != want {
			t.Fatalf("case %d: policy says %s, the model %s: %+v, the portal needs a licence: %v", n, got, want, company, needs)
		}
		for question, ask := range asks {
			if got, want := answer(ask(f)), modelAnswer(f, question); got != want {
				t.Fatalf("case %d, %s of %s: policy says %s, the model %s: %+v", n, question, kindOf(f), got, want, f)
			}
		}
	}
	for k := range table {
		if seen[k] == 0 {
			t.Errorf("no case of %s", k)
		}
	}
}
