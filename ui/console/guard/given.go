package guard

import (
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
)

// The two things that a grant gives, as a form asks which it is.
const (
	GivesRole       = "role"
	GivesPermission = "permission"
)

// Given is what a form of a grant gives: a role or one permission. Gives says which; what was typed
// for the other counts nothing.
type Given struct{ Gives, Role, Permission string }

// Settled is g with the one that is chosen alone. Where nobody chose, as in a link to the form, it is
// the one that is named.
func (g Given) Settled() Given {
	if g.Gives == "" && g.Role != "" && g.Permission != "" {
		return g
	}
	if g.Gives == "" && g.Permission != "" {
		g.Gives = GivesPermission
	}
	if g.Gives == GivesPermission {
		g.Role = ""
		return g
	}
	g.Gives, g.Permission = GivesRole, ""
	return g
}

// Missing refuses where neither is named, or both are and nobody chose.
func (g Given) Missing() error {
	switch {
	case g.Role != "" && g.Permission != "":
		return Wrong("gives", "must be a role or a permission, and not both")
	case g.Gives == GivesPermission && g.Permission == "":
		return Wrong("permission", "is needed")
	case g.Role == "" && g.Permission == "":
		return Wrong("role", "is needed, or choose one permission instead")
	}
	return nil
}

// Fields ask which of both it is, and for it, under one head.
func (g Given) Fields(say *words.Catalogue, section string, near Offers) []part.Field {
	is := &say.ConsoleAccess
	return []part.Field{
		{ID: "gives", Section: section, Label: is.Gives, Kind: part.Radio, Value: g.Gives, Options: []part.Option{
			{Value: GivesRole, Label: is.GivesRole, Hint: is.GivesRoleHint, On: g.Gives != GivesPermission},
			{Value: GivesPermission, Label: is.GivesPermission, Hint: is.GivesPermissionHint, On: g.Gives == GivesPermission},
		}},
		{ID: "role", Section: section, When: GivesRole, Label: is.Role, Value: g.Role, Options: near.Roles, Offer: "role", Complete: "off", Optional: true, Literal: true, Max: 64},
		{ID: "permission", Section: section, When: GivesPermission, Label: is.Permission, Hint: is.PermissionHint, Value: g.Permission, Options: near.Permissions, Offer: "permission", Complete: "off", Optional: true, Literal: true, Max: 192},
	}
}
