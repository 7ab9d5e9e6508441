package apis

import (
	"slices"
	"strings"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
)

// commanded is the page with the command that does what its form holds.
func (p editPage) commanded() editPage {
	if p.New {
		p.Command = p.creates()
	} else {
		p.Command = p.updates()
	}
	return p
}

func (p *editPage) creates() string {
	line := guard.Run("api", "create").Typed("id", p.ID, "ID").Typed("audience", p.Audience, "ADDRESS")
	all := catalogue(p.Catalogue, nil)
	if len(all) == 0 {
		line.With("permission", "orders:read")
	}
	for _, one := range all {
		line.With("permission", named(one)).If("describe", described(one))
	}
	return line.With("server", strings.Fields(p.Servers)...).String()
}

// updates sets what the form changes. Of a permission that became a sensitive one, or none, the entry is
// replaced.
func (p *editPage) updates() string {
	line := guard.Run("api", "update").On(p.API.ID).With("audience", p.Audience).With("delegation", p.Delegation)
	was, is := catalogue(typed(p.API.Permissions), p.API.Permissions), catalogue(p.Catalogue, p.API.Permissions)
	for _, one := range was {
		if !slices.ContainsFunc(is, func(a admin.APIPermission) bool { return named(a) == named(one) }) {
			line.With("remove-permission", one.Permission)
		}
	}
	for _, one := range is {
		i := slices.IndexFunc(was, func(a admin.APIPermission) bool { return named(a) == named(one) })
		if i < 0 {
			line.With("add-permission", named(one)).If("describe", described(one)).If("require", required(one))
		} else if was[i].Description != one.Description {
			line.With("describe", one.Permission+"="+one.Description)
		}
	}
	servers := strings.Fields(p.Servers)
	for _, one := range servers {
		if !slices.Contains(p.API.Servers, one) {
			line.With("server", one)
		}
	}
	for _, one := range p.API.Servers {
		if !slices.Contains(servers, one) {
			line.With("remove-server", one)
		}
	}
	return line.String()
}

// named is an entry of a catalogue as a flag has it.
func named(one admin.APIPermission) string {
	if one.Sensitive {
		return one.Permission + "!"
	}
	return one.Permission
}

// described is what an entry is for, as a flag has it; "" for nothing.
func described(one admin.APIPermission) string {
	if one.Description == "" {
		return ""
	}
	return one.Permission + "=" + one.Description
}

// required is what an entry asks of whoever uses it, as a flag has it; "" for nothing.
func required(one admin.APIPermission) string {
	asks := strings.Trim(one.ACR+","+one.MaxAge, ",")
	if asks == "" {
		return ""
	}
	return one.Permission + "=" + asks
}
