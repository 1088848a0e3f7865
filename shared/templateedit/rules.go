package templateedit

// rules are what a template may hold, for the documentation; a test holds it to the
// placeholders that there are.
const rules = "Placeholders: {{link}} (the address where the invitation is accepted; required), {{contactName}}, {{companyName}}, {{workspaceName}}, {{inviterName}}, " +
	"{{projectName}} (empty for an invitation to the portal), {{invitedTo}} (the project in quotation marks, or the client portal of the workspace), {{note}} (the inviter's own words, of several lines; may be empty), {{expires}}. " +
	"Values are escaped and never interpreted. In senderName, subject and the attributes alt and title all but {{link}} and {{note}}; in other attributes none, but {{link}} as the whole href of an <a>, which the HTML must have; " +
	"in running text {{link}} stands alone, between white space or brackets, so that no other address swallows it. " +
	"HTML: every element closed in order; <style> and style attributes that load nothing; images from https: addresses without placeholders (a logo is what templates are for; whoever keeps the image learns that it was loaded, and no more); " +
	"links to https:, http:, mailto: or tel:. Refused: scripts, event handlers, forms, frames, objects, style sheets and fonts from elsewhere, relative addresses, other elements than those of a mail's body. " +
	"Comments, unknown attributes and the tags html, head, body, meta and title are left out."
