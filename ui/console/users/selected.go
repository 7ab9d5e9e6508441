package users

import (
	"net/http"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/web"
	"gatehouse/wire"
)

// maxSelected is how many people one form may choose: as many as a page of the list has.
const maxSelected = 200

// askNone is for who comes without having chosen anybody.
func (d *Door) askNone(v *guard.Visit) error { return view.SeeOther(v.W, v.R, pathUsers) }

// disableSelected asks first, and then disables those who were chosen, each by itself: one
// who may not be is told of, and keeps out none of the others.
func (d *Door) disableSelected(v *guard.Visit) error {
	chosen := v.R.PostForm["row"]
	if len(chosen) == 0 {
		return d.askNone(v)
	}
	if len(chosen) > maxSelected {
		return fault.New(fault.Invalid, "request.invalid", "Too many were chosen at once.")
	}
	if err := v.Ready("disableUser", nil); err != nil {
		return err
	}
	names, err := v.Names(chosen)
	if err != nil {
		return err
	}
	page := selectedPage{Frame: v.Frame(), Chosen: chosen, Names: names}
	if v.Value("confirmed") == "" {
		return v.Show(http.StatusOK, page)
	}
	page.Finished = true
	for _, user := range chosen {
		_, err := guard.Ask[admin.One[wire.User]](v, "disableUser", admin.Input{Path: guard.On("user", user), Key: v.OnceFor(user)})
		if err != nil {
			page.Not = append(page.Not, not{user, web.AsFault(err)})
		}
	}
	return v.Show(http.StatusOK, page)
}
