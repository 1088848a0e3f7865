// Package catalog is the list of everything that Foyer can do. The Lambda
// functions, the routes, the OpenAPI document and the events for sam local are
// held to it by its tests.
package catalog

import (
	"foyer/shared/access"
	"foyer/shared/api"
	"foyer/shared/audit"
	"foyer/shared/clients"
	"foyer/shared/companies"
	"foyer/shared/contacts"
	"foyer/shared/imports"
	"foyer/shared/invitations"
	"foyer/shared/invitationtemplate"
	"foyer/shared/items"
	"foyer/shared/jobs"
	"foyer/shared/licences"
	"foyer/shared/me"
	"foyer/shared/members"
	"foyer/shared/mfa"
	"foyer/shared/notifications"
	"foyer/shared/passwords"
	"foyer/shared/people"
	"foyer/shared/portal"
	"foyer/shared/projects"
	"foyer/shared/sessions"
	"foyer/shared/settings"
	"foyer/shared/subscription"
	"foyer/shared/templateedit"
	"foyer/shared/totp"
	"foyer/shared/workspaces"
)

// Operations are the operations of the HTTP API, in the order of API.md.
func Operations() []api.Endpoint {
	return []api.Endpoint{
		workspaces.Create, workspaces.Get, workspaces.Update, workspaces.Export, workspaces.Close,
		members.List, members.Get, members.Invite, members.Update, members.Remove, members.SendInvitation, members.RevokeInvitation,
		companies.Create, companies.List, companies.Get, companies.Update, companies.Archive, companies.Unarchive,
		contacts.Create, contacts.List, contacts.Get, contacts.Update, contacts.Delete,
		imports.Create, imports.Get, imports.Plan, imports.Apply,
		subscription.Get, subscription.Update,
		licences.List, licences.Grant, licences.Release,
		invitations.Send, invitations.SendAll, invitations.Revoke, invitations.Correct, invitations.List,
		access.Remove, access.Restore, mfa.Reset,
		jobs.Get,
		invitations.View, invitations.Open, invitations.Accept,
		invitationtemplate.Get, templateedit.Put, invitationtemplate.Reset, templateedit.Preview, invitationtemplate.Test,
		sessions.Create, sessions.Answer, sessions.Refresh, sessions.End, sessions.EndAll,
		passwords.Forgot, passwords.Reset,
		me.Get, me.Update, me.Password, me.AddressChange, me.AddressConfirm,
		totp.Start, totp.Confirm, totp.Remove,
		settings.Get, settings.Put,
		notifications.List,
		audit.List, audit.Export,
		projects.Create, people.List, clients.Add,
		items.Create, items.List, items.Get, items.Visibility,
		portal.ProjectsList, portal.ProjectsGet, portal.ItemsList, portal.ItemsGet, portal.NotificationsList,
	}
}
