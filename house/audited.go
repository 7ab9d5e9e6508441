package house

import (
	"slices"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/flow"
	"gatehouse/gate"
	"gatehouse/house/backup"
	"gatehouse/identity"
	"gatehouse/identity/intake"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/saved"
	"gatehouse/session"
	"gatehouse/settings"
)

// Audited returns every action that is recorded, package by package.
func Audited() audit.Catalogue {
	return slices.Concat(
		identity.Audited, intake.Audited, session.Audited, flow.Audited, oauth.Audited, keys.Audited, access.Audited, gate.Audited, settings.Audited, saved.Audited, audit.Audited, backup.Audited,
	)
}
