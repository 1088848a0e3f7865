package letters

import (
	"cmp"
	"time"

	"foyer/shared/table"
)

// SampleOf is what is true of a sample.
type SampleOf struct {
	Workspace, Inviter, To string
	Page                   string    // where the page is; empty: somewhere
	At                     time.Time // when it was asked for
}

// samplePage stands where the address of the page is not known.
const samplePage = "https://portal.example.com"

// Sample is the invitation mail of the template for a contact who does not exist. Its
// link has no token, and opens nothing.
func Sample(row table.TemplateRow, of SampleOf) (Content, error) {
	words := sampleWords[""]
	if row.Language == german {
		words = sampleWords[german]
	}
	return FromTemplate(row, table.InvitationRow{
		Subject: "sample", Project: "sample", Email: of.To, Name: words.contact, CompanyName: "Globex", ProjectName: words.project,
		WorkspaceName: of.Workspace, InviterName: of.Inviter, Note: words.note, ExpiresAt: of.At.Add(7 * 24 * time.Hour),
	}, cmp.Or(of.Page, samplePage)+"/#/invitation/sample", false)
}

var sampleWords = map[string]struct{ contact, project, note string }{
	"":     {"Robin Reader", "New website", "This is a sample: nobody was invited.\nSee you on Monday!"},
	german: {"Klara Kunde", "Neue Website", "Das ist ein Beispiel: Niemand wurde eingeladen.\nBis Montag!"},
}
