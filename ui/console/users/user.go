package users

import (
	"net/http"
	"slices"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// on names the person of the address.
func on(v *guard.Visit) map[string]string { return person.On(v) }

// read returns the person of the address, and what may be done with them.
func read(v *guard.Visit) (userFrame, error) {
	found, err := person.Read(v)
	if err != nil {
		return userFrame{}, err
	}
	f := userFrame{Frame: found}
	f.CanEdit, f.CanPassword = v.Can("updateUser", on(v)), v.Can("setUserPassword", on(v))
	f.CanLink = !found.User.HasPassword && v.Can("createPasswordLink", on(v))
	for _, a := range acts {
		if v.Can(a.operation, on(v)) && (a.offered == nil || a.offered(&found.User)) {
			f.Acts = append(f.Acts, a)
		}
	}
	f.TakesBack(f.Path(), f.ETag, func(name string) bool {
		return slices.ContainsFunc(f.Acts, func(a act) bool { return a.name == name })
	})
	return f, nil
}

func (d *Door) user(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	f.Command = guard.Command("user", "show", f.User.Email)
	return v.Show(http.StatusOK, userPage{f})
}

// activity shows what is recorded of the person, the latest first.
func (d *Door) activity(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	asked, q := v.Only("cursor"), v.Only("cursor")
	q.Set("target", "user:"+string(f.User.ID))
	q.Set("limit", "50")
	found, err := guard.Ask[admin.Page[wire.Event]](v, "listAuditEvents", admin.Input{Query: q})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, f.Path()+"/activity")
	}
	if err != nil {
		return err
	}
	var acted []string
	for _, e := range found.Body.Items {
		acted = append(acted, e.Actor.ID)
	}
	names, err := v.Names(acted)
	if err != nil {
		return err
	}
	f.Command = guard.Command("audit", "list", "--target", "user:"+string(f.User.ID))
	return v.Show(http.StatusOK, activityPage{userFrame: f, Asked: asked, Events: found.Body.Items, Names: names, Next: found.Body.Next})
}
