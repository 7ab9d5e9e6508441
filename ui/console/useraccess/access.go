package useraccess

import (
	"maps"
	"net/http"
	"strings"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// access shows a page of what the person holds.
func (d *Door) access(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	page := accessPage{personFrame: f, Cursor: v.Query("cursor")}
	page.Command = page.same()
	found, err := d.held(v, &page)
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, f.with("", "", ""))
	}
	if err != nil {
		status, ok := v.Reject(&page.Frame.Frame, err)
		if !ok {
			return err
		}
		return v.Show(status, page)
	}
	page.Held, page.Next = found.Body.Items, found.Body.Next
	return v.Show(http.StatusOK, page)
}

func (d *Door) held(v *guard.Visit, page *accessPage) (*admin.Page[wire.Explanation], error) {
	q := looking(page.Look)
	q.Set("limit", "50")
	if page.Cursor != "" {
		q.Set("cursor", page.Cursor)
	}
	return guard.Ask[admin.Page[wire.Explanation]](v, "listUserAccess", admin.Input{Path: on(v), Query: q})
}

// check answers whether the person may do one thing, with the steps.
func (d *Door) check(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	page := checkPage{personFrame: f, Permission: v.Query("permission"), Thing: v.Query("thing")}
	if page.Permissions, err = v.Permissions(); err != nil {
		return err
	}
	if page.Permission == "" {
		if err := v.Ready("checkUserAccess", on(v)); err != nil {
			return err
		}
		return v.Show(http.StatusOK, page)
	}
	page.Command = page.same()
	q := looking(page.Look)
	maps.Copy(q, v.Only("permission", "thing"))
	var found *admin.One[wire.Explanation]
	if err = v.NamesPermission("permission", page.Permission, page.Permissions); err == nil {
		found, err = guard.Ask[admin.One[wire.Explanation]](v, "checkUserAccess", admin.Input{Path: on(v), Query: q})
	}
	if err == nil {
		page.Answer = &found.Body
		return v.Show(http.StatusOK, page)
	}
	status, ok := v.Reject(&page.Frame.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}

// same is the command that lists the same.
func (p *accessPage) same() string {
	return guard.Run("user", "access").If("org", p.Look.Get("org")).If("at", looking(p.Look).Get("at")).On(p.User.Email).String()
}

// same is the command that answers the same. It names a thing by what it is, which the
// permission says, and its id.
func (p *checkPage) same() string {
	line := guard.Run("explain").With("as", p.User.Email).With("do", p.Permission)
	if p.Thing != "" {
		_, what, _ := strings.Cut(p.Permission, "/")
		resource, _, _ := strings.Cut(what, ":")
		line.With("on", resource+"/"+p.Thing)
	}
	return line.If("org", p.Look.Get("org")).If("at", looking(p.Look).Get("at")).String()
}
