package applications

import (
	"strings"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/typed"
	"gatehouse/wire"
)

// makes reports whether the API, or the permission, is to be made besides.
func (p gatePage) makes() bool {
	if !p.CanMake || !p.In.Make || p.In.API == "" || p.In.Permission == "" {
		return false
	}
	one := p.api()
	return one == nil || !has(one, p.In.Permission)
}

// spelled refuses a permission that no API could have.
func (b behind) spelled() error {
	if resource, action, ok := strings.Cut(b.Permission, ":"); b.Permission != "" && (!ok || resource == "" || action == "") {
		return guard.Wrong("permission", "must be RESOURCE:ACTION, such as orders:read")
	}
	return nil
}

// audience is that of an API which is made for an application: its address, as people have it.
func (b behind) audience() string { return "https://" + b.Host }

// makeAPI makes the API with the permission, or puts the permission into the catalogue of one that is
// there. It stays where the rest cannot be made: the form that is sent again finds it.
func (p *gatePage) makeAPI(v *guard.Visit) error {
	if !p.makes() {
		return nil
	}
	fresh := []admin.APIPermission{{Permission: p.In.Permission}}
	_, err := guard.Ask[admin.Made[wire.API]](v, "createAPI", admin.Input{Key: guard.NewKey(), Body: admin.APICreate{ID: p.In.API, Audience: p.In.audience(), Permissions: fresh}})
	if fault.CodeOf(err) == "api.exists" {
		if there, asked := guard.Ask[admin.One[wire.API]](v, "getAPI", admin.Input{Path: guard.On("api", p.In.API)}); asked == nil {
			err = p.widen(v, there)
		}
	}
	if p.MadeAPI = err == nil; p.MadeAPI {
		return nil
	}
	return guard.Taken(typed.Placed(err, apiInputs), "api")
}

// widen puts the permission into the catalogue of an API, unless it is there by now.
func (p *gatePage) widen(v *guard.Visit, there *admin.One[wire.API]) error {
	if has(&there.Body, p.In.Permission) {
		return nil
	}
	all := make([]admin.APIPermission, 0, len(there.Body.Permissions)+1)
	for _, one := range there.Body.Permissions {
		all = append(all, admin.APIPermission{Permission: one.Permission, Description: one.Description, Sensitive: one.Sensitive, ACR: one.ACR, MaxAge: one.MaxAge})
	}
	all = append(all, admin.APIPermission{Permission: p.In.Permission})
	_, err := guard.Ask[admin.One[wire.API]](v, "updateAPI", admin.Input{Path: guard.On("api", p.In.API), IfMatch: there.ETag, Body: admin.APISettings{Permissions: &all}})
	return err
}

// same does what the form does, the API included.
func (p gatePage) same() string {
	apply := p.In.same(p.Gate)
	switch one := p.api(); {
	case !p.makes():
		return apply
	case one != nil:
		return guard.Run("api", "update").On(p.In.API).With("add-permission", p.In.Permission).String() + "\n" + apply
	}
	return guard.Run("api", "create").With("id", p.In.API).With("audience", p.In.audience()).With("permission", p.In.Permission).String() + "\n" + apply
}
