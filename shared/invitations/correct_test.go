//go:build engine

package invitations_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"foyer/infra/guards/invariants"
	"foyer/shared/foyertest"
	"foyer/shared/mailevents"
	"foyer/shared/table"
)

func (o office) correct(p foyertest.Person, email string, headers ...foyertest.Header) foyertest.Response {
	o.T.Helper()
	return o.Do(o.Ann, "POST", o.path(p.Contact, "address-correction"), fields{"email": email}, headers...)
}

// comesBack lets the last mail to the contact come back for good. It gives back the link.
func (o office) comesBack(p foyertest.Person) (link string) {
	o.T.Helper()
	o.Drain()
	mails := o.Mails(p.Email)
	last := mails[len(mails)-1]
	if err := mailevents.Run(o.T.Context(), o.Env(mailevents.ID), mailevents.Permanent(p.Email, last.Tags)); err != nil {
		o.T.Fatal(err)
	}
	o.ForgetMails()
	return last.Token()
}

// bert is a client of the project with a task, whose invitation came back.
func (o office) bert() (p foyertest.Person, task, link string) {
	o.T.Helper()
	r := o.Do(o.Ann, "POST", "/v1/projects/"+o.Acme.Project+"/clients", fields{"company": o.Company, "name": "Bert Bounced", "email": "bert@wrong.example", "note": "See you on Monday."}).Must(http.StatusCreated)
	p = foyertest.Person{ID: r.String("person"), Contact: r.String("contact"), Name: "Bert Bounced", Email: "bert@wrong.example", Password: foyertest.Password, Company: o.Company}
	task = o.Do(o.Ann, "POST", "/v1/projects/"+o.Acme.Project+"/items", fields{"kind": "task", "title": "Approve it", "assignee": p.ID}).Must(http.StatusCreated).String("id")
	return p, task, o.comesBack(p)
}

// moved does the jobs, and asks that they left nothing of the person of before.
func (o office) moved(was foyertest.Person) {
	o.T.Helper()
	if failed := o.RunJobs(); failed != 0 {
		o.T.Fatalf("%d jobs are left undone", failed)
	}
	for key := range invariants.Hold(o.World) {
		if strings.Contains(key.PK, was.ID) && strings.HasPrefix(key.SK, table.PrefixProject) || strings.HasSuffix(key.SK, table.PrefixPerson+was.ID) {
			o.T.Errorf("there is still %s of the wrong address", key)
		}
	}
}

func TestWhoIsReachedByTheRightAddressTakesThePlaceOfTheWrongOne(t *testing.T) {
	o := newOffice(t)
	bert, task, old := o.bert()
	account := get[table.AccountRow](o.World, table.Account(bert.ID))

	r := o.correct(bert, "Bert@Globex.example").Must(http.StatusAccepted)
	if r.String("email") != "bert@globex.example" || r.String("invitation.state") != table.InvitationQueued || r.String("person") == bert.ID || r.String("name") != bert.Name {
		t.Errorf("got %s", r.Body)
	}
	right := bert
	right.ID, right.Email = r.String("person"), "bert@globex.example"
	o.moved(bert)
	mails := o.mailed("")
	if receivers(mails) != right.Email || !strings.Contains(mails[0].Text, "See you on Monday.") || !strings.Contains(mails[0].Text, "New website") {
		t.Fatalf("got mails %+v, want one to the right address, with the note and the project", mails)
	}
	view(o.World, old).Problem(http.StatusNotFound, "not-found")
	accept(o.World, nobody, old, foyertest.Password).Problem(http.StatusNotFound, "not-found")
	o.stateIs(right, table.InvitationSent)
	if now := get[table.AccountRow](o.World, table.Account(bert.ID)); now != account {
		t.Errorf("the account of the wrong address is %+v now, was %+v", now, account)
	}
	if item := o.Do(o.Ann, "GET", "/v1/projects/"+o.Acme.Project+"/items/"+task, nil).Must(http.StatusOK); !strings.Contains(item.Body, right.ID) || strings.Contains(item.Body, bert.ID) {
		t.Errorf("the task is %s, want it %s's", item.Body, right.ID)
	}
	accept(o.World, nobody, mails[0].Token(), foyertest.Password).Must(http.StatusOK)
	right = o.SignIn(right)
	o.Do(right, "GET", "/v1/portal/projects/"+o.Acme.Project+"/items/"+task, nil).Must(http.StatusOK)
	invariants.Hold(o.World)
}

func TestMailGoesAgainToAnAddressThatWorksAgain(t *testing.T) {
	o := newOffice(t)
	bert, task, old := o.bert()
	if !has(o.World, table.Suppressed(bert.Email)) {
		t.Fatal("mail goes to the address still")
	}
	if r := o.correct(bert, bert.Email).Must(http.StatusAccepted); r.String("person") != bert.ID {
		t.Errorf("got %s, want the person of before", r.Body)
	}
	mails := o.mailed("")
	if receivers(mails) != bert.Email || !strings.Contains(mails[0].Text, "See you on Monday.") {
		t.Fatalf("got mails %+v, want one to Bert with the note", mails)
	}
	view(o.World, old).Problem(http.StatusNotFound, "not-found")
	accept(o.World, nobody, mails[0].Token(), foyertest.Password).Must(http.StatusOK)
	o.Do(o.SignIn(bert), "GET", "/v1/portal/projects/"+o.Acme.Project+"/items/"+task, nil).Must(http.StatusOK)
	invariants.Hold(o.World)
}

func TestWhoseAddressCannotBeCorrected(t *testing.T) {
	o := newOffice(t)
	bert, _, _ := o.bert()
	waiting := o.Invited(o.Ann, o.Acme.Project, "Globex", "Ivy Invited", "ivy@globex.example")
	removed := o.contact("Rita Removed", "rita@globex.example")
	o.send(removed).Must(http.StatusAccepted)
	o.comesBack(removed)
	o.Do(o.Ann, "DELETE", o.path(removed.Contact, "access"), nil).Must(http.StatusNoContent)
	complained := o.contact("Cora Complained", "cora@globex.example")
	o.send(complained).Must(http.StatusAccepted)
	o.comesBack(complained)
	update(o.World, table.Suppressed(complained.Email), table.Set("why", table.SuppressedComplaint))
	olga, _ := o.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	o.mailed("")
	o.Unchanged(func() {
		for _, p := range []foyertest.Person{o.nora, waiting} {
			o.correct(p, "right@globex.example").Problem(http.StatusConflict, "address-not-bounced")
		}
		o.correct(o.Carl, "right@globex.example").Problem(http.StatusConflict, "invitation-accepted")
		o.correct(removed, "right@globex.example").Problem(http.StatusConflict, "access-removed")
		o.correct(complained, complained.Email).Problem(http.StatusConflict, "address-complained")
		o.correct(bert, o.Ann.Email).Problem(http.StatusConflict, "is-member")
		if r := o.correct(bert, o.nora.Email); !strings.Contains(r.Problem(http.StatusConflict, "contact-exists").Body, o.nora.Contact) {
			t.Errorf("got %s, want Nora in the matches", r.Body)
		}
		o.correct(bert, "no address").Problem(http.StatusUnprocessableEntity, "invalid")
		o.Do(nobody, "POST", o.path(bert.Contact, "address-correction"), fields{"email": "right@globex.example"}).Must(http.StatusUnauthorized)
		o.Do(o.Carl, "POST", o.path(bert.Contact, "address-correction"), fields{"email": "right@globex.example"}).Problem(http.StatusNotFound, "not-found")
		o.Do(olga, "POST", o.path(bert.Contact, "address-correction"), fields{"email": "right@globex.example"}).Problem(http.StatusNotFound, "not-found")
	})
	update(o.World, table.CompanyGate(o.Acme.Workspace, o.Company), table.Set("archived", true))
	o.Unchanged(func() { o.correct(bert, "right@globex.example").Problem(http.StatusConflict, "company-archived") })
	if mails := o.mailed(""); len(mails) != 0 {
		t.Errorf("mails went to %s, want to nobody", receivers(mails))
	}
}

// A complaint is of the address: the contact may have another.
func TestWhoComplainedMayBeReachedByAnotherAddress(t *testing.T) {
	o := newOffice(t)
	bert, _, _ := o.bert()
	update(o.World, table.Suppressed(bert.Email), table.Set("why", table.SuppressedComplaint))
	o.correct(bert, "bert@globex.example").Must(http.StatusAccepted)
	if got := receivers(o.mailed("")); got != "bert@globex.example" {
		t.Errorf("mails went to %s, want to the other address alone", got)
	}
	if !has(o.World, table.Suppressed(bert.Email)) {
		t.Error("mail goes again to the address of which somebody complained")
	}
}

// The right address may be somebody's already: they join with the account that they have.
func TestARightAddressThatFoyerKnowsIsAnsweredLikeOneThatItDoesNot(t *testing.T) {
	o := newOffice(t)
	olga, theirs := o.World.Workspace("Other Agency", "Olga Other", "olga@other.example")
	bert, _, _ := o.bert()
	ivy := o.contact("Ivy Invited", "ivy@wrong.example")
	o.send(ivy).Must(http.StatusAccepted)
	o.comesBack(ivy)
	known, unknown := o.correct(bert, olga.Email).Must(http.StatusAccepted), o.correct(ivy, "ivy@globex.example").Must(http.StatusAccepted)
	for name := range unknown.JSON() {
		if _, ok := known.JSON()[name]; !ok || len(known.JSON()) != len(unknown.JSON()) {
			t.Errorf("got %s for a known address, %s for an unknown one", known.Body, unknown.Body)
		}
	}
	o.moved(bert)
	link := o.mailed(olga.Email)[0].Token()
	accept(o.World, olga, link, "").Must(http.StatusOK)
	if me := o.Do(olga, "GET", "/v1/me", nil).Must(http.StatusOK); !strings.Contains(me.Body, o.Acme.Workspace) || !strings.Contains(me.Body, theirs) {
		t.Errorf("got %s, want both workspaces", me.Body)
	}
	invariants.Hold(o.World)
}

// What is corrected may be wrong again, and the first was right after all: also where
// no job has run in between.
func TestAnAddressIsCorrectedThereAndBack(t *testing.T) {
	for name, between := range map[string]func(o office){"done in between": func(o office) { o.RunJobs() }, "all at the end": func(office) {}} {
		t.Run(name, func(t *testing.T) {
			o := newOffice(t)
			bert, task, _ := o.bert()
			second, third := bert, bert
			second.Email, third.Email = "bert@second.example", "bert@third.example"
			second.ID = o.correct(bert, second.Email).Must(http.StatusAccepted).String("person")
			between(o)
			o.comesBack(second)
			third.ID = o.correct(second, third.Email).Must(http.StatusAccepted).String("person")
			between(o)
			o.comesBack(third)
			back := o.correct(third, bert.Email).Must(http.StatusAccepted).String("person")
			if back != bert.ID || slices.Contains([]string{second.ID, third.ID}, bert.ID) {
				t.Errorf("got the persons %s, %s, %s, %s, want three and the first again", bert.ID, second.ID, third.ID, back)
			}
			o.moved(second)
			o.moved(third)
			if item := o.Do(o.Ann, "GET", "/v1/projects/"+o.Acme.Project+"/items/"+task, nil).Must(http.StatusOK); !strings.Contains(item.Body, bert.ID) {
				t.Errorf("the task is %s, want it Bert's", item.Body)
			}
			if !has(o.World, table.Project(bert.ID, o.Acme.Project)) {
				t.Error("Bert is not in the project")
			}
			if mails := o.mailed(""); len(mails) != 0 {
				t.Errorf("mails went to %s, where mail came back and nobody said that it arrives again", receivers(mails))
			}
			invariants.Hold(o.World)
		})
	}
}

func TestOfTwoCorrectionsAtOnceOneMailLeaves(t *testing.T) {
	for _, email := range []string{"bert@wrong.example", "bert@globex.example"} {
		t.Run(email, func(t *testing.T) {
			o := newOffice(t)
			bert, _, _ := o.bert()
			o.meanwhile("address-corrected", func() { o.correct(bert, email).Must(http.StatusAccepted) })
			key := foyertest.Header{Name: "Idempotency-Key", Value: "once"}
			o.correct(bert, email, key).Must(http.StatusAccepted)
			if got := receivers(o.mailed("")); got != email {
				t.Errorf("mails went to %s, want one to %s", got, email)
			}
			o.Unchanged(func() { o.correct(bert, email, key).Must(http.StatusAccepted) })
			o.Unchanged(func() { o.correct(bert, email).Problem(http.StatusConflict, "address-not-bounced") })
		})
	}
	t.Run("to different addresses", func(t *testing.T) {
		o := newOffice(t)
		bert, _, _ := o.bert()
		o.meanwhile("address-corrected", func() { o.correct(bert, "bert@globex.example").Must(http.StatusAccepted) })
		o.correct(bert, "robert@globex.example").Problem(http.StatusConflict, "address-not-bounced")
		if got := receivers(o.mailed("")); got != "bert@globex.example" {
			t.Errorf("mails went to %s, want to the first correction's", got)
		}
	})
}

func TestWhoAcceptedAfterAnotherCorrectionIsNotInvitedAgain(t *testing.T) {
	o := newOffice(t)
	bert, _, _ := o.bert()
	right := bert
	right.Email = "bert@globex.example"
	o.meanwhile("address-corrected", func() {
		o.correct(bert, right.Email).Must(http.StatusAccepted)
		accept(o.World, nobody, o.mailed(right.Email)[0].Token(), foyertest.Password).Must(http.StatusOK)
	})
	o.correct(bert, right.Email).Problem(http.StatusConflict, "invitation-accepted")
}

// Access is access whichever of its two rows tells of it.
func TestTheAddressOfWhoHasAccessIsNotCorrected(t *testing.T) {
	o := newOffice(t)
	bert, _, _ := o.bert()
	put(o.World, table.Membership(o.PersonID(bert.Email), o.Acme.Workspace), table.MembershipRow{Workspace: o.Acme.Workspace, Contacts: map[string]string{bert.Contact: o.Company}})
	o.Unchanged(func() { o.correct(bert, bert.Email).Problem(http.StatusConflict, "invitation-accepted") })
}

// Whoever is in the project already stays as they are there, and gets the tasks that were
// meant for them by the wrong address.
func TestWhoIsInTheProjectAlreadyStaysAsTheyAre(t *testing.T) {
	o := newOffice(t)
	bert := o.Invited(o.Ann, o.Acme.Project, "Initech", "Carl Elsewhere", "carl@wrong.example")
	task := o.Do(o.Ann, "POST", "/v1/projects/"+o.Acme.Project+"/items", fields{"kind": "task", "title": "Approve it", "assignee": bert.ID}).Must(http.StatusCreated).String("id")
	o.comesBack(bert)
	before := get[table.TeamPersonRow](o.World, table.TeamPerson(o.Acme.Project, o.Carl.ID))
	if got := o.correct(bert, o.Carl.Email).Must(http.StatusAccepted).String("person"); got != o.Carl.ID {
		t.Fatalf("the right address leads to %s, want Carl", got)
	}
	o.moved(bert)
	if got := get[table.TeamPersonRow](o.World, table.TeamPerson(o.Acme.Project, o.Carl.ID)); got != before {
		t.Errorf("Carl is in the project as %+v, want %+v", got, before)
	}
	if got := o.Do(o.Ann, "GET", "/v1/projects/"+o.Acme.Project+"/items/"+task, nil).Must(http.StatusOK); got.String("assignee") != o.Carl.ID {
		t.Errorf("the task is %s, want it Carl's", got.Body)
	}
}

// Whoever corrects the address after it was corrected and bounced once more sends another
// invitation than that one, with a mail and a link of its own.
func TestACorrectionAfterAnotherThatBouncedIsAnother(t *testing.T) {
	o := newOffice(t)
	bert, _, _ := o.bert()
	var dead string
	o.meanwhile("address-corrected", func() {
		o.correct(bert, bert.Email).Must(http.StatusAccepted)
		dead = o.comesBack(bert)
	})
	o.correct(bert, bert.Email).Must(http.StatusAccepted)
	mails := o.mailed(bert.Email)
	if len(mails) != 1 || mails[0].Token() == dead {
		t.Fatalf("got %d mails, want one with another link", len(mails))
	}
	view(o.World, dead).Problem(http.StatusNotFound, "not-found")
	view(o.World, mails[0].Token()).Must(http.StatusOK)
}
