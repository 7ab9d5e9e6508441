package roles

import (
	"cmp"
	"slices"
	"strings"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
)

// same is the command that does what the form holds.
func (p *editPage) same() string {
	permissions, parents := lines(p.Permissions), lines(p.Parents)
	if p.Of == nil {
		if len(permissions)+len(parents) == 0 {
			permissions = []string{"API/RESOURCE:ACTION"}
		}
		return guard.Run("role", "create").Typed("id", p.ID, "ID").With("permission", permissions...).With("parent", parents...).If("max-grant", p.MaxGrant).String()
	}
	line := guard.Run("role", "update").On(p.Of.ID)
	line.With("add-permission", without(permissions, p.Of.Permissions)...).With("remove-permission", without(p.Of.Permissions, permissions)...)
	line.With("add-parent", without(parents, p.Of.Parents)...).With("remove-parent", without(p.Of.Parents, parents)...)
	return line.With("max-grant", cmp.Or(p.MaxGrant, "0")).String()
}

// without are those of some names that are not among others.
func without(all, others []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(name string) bool { return slices.Contains(others, name) })
}

// changing are the commands that change several roles, one for each.
func changing(changes []admin.RoleDelta) string {
	all := make([]string, len(changes))
	for i, c := range changes {
		all[i] = guard.Run("role", "update").With("add-permission", c.Add...).With("remove-permission", c.Remove...).On(c.ID).String()
	}
	return strings.Join(all, "\n")
}
