package users

import (
	"net/http"
	"net/url"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// list shows a page of the people whom the address asks for: all of its state stands there.
func (d *Door) list(v *guard.Visit) error {
	asked := v.Only("search", "state", "sort", "cursor")
	if asked.Get("search") != "" {
		asked.Del("sort") // a search has an order of its own
	}
	found, err := guard.Ask[admin.Page[wire.User]](v, "listUsers", admin.Input{Query: asked})
	if fault.CodeOf(err) == "request.cursor" { // somebody else's, or of other filters: from the beginning
		asked.Del("cursor")
		return view.SeeOther(v.W, v.R, pathUsers+"?"+asked.Encode())
	}
	if err != nil {
		return err
	}
	f := v.Frame()
	f.Command = command(asked)
	return v.Show(http.StatusOK, listPage{
		Frame: f, Asked: asked, People: found.Body.Items, Next: found.Body.Next,
		CanCreate: v.Can("createUser", nil), CanDisable: v.Can("disableUser", nil),
	})
}

// command lists the same people; "" where no command narrows so.
func command(asked url.Values) string {
	if asked.Get("state") != "" {
		return ""
	}
	words := []string{"user", "list"}
	for _, name := range []string{"search", "sort"} {
		if value := asked.Get(name); value != "" {
			words = append(words, "--"+name+"="+value)
		}
	}
	return guard.Command(words...)
}
