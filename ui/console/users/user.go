package users

import (
	"net/http"
	"net/url"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// on names the person of the address.
func on(v *guard.Visit) map[string]string { return guard.On("user", v.R.PathValue("user")) }

// read returns the person of the address, with the ETag that they were seen with.
func read(v *guard.Visit) (userFrame, error) {
	found, err := guard.Ask[admin.One[wire.UserDetail]](v, "getUser", admin.Input{Path: on(v)})
	if err != nil {
		return userFrame{}, err
	}
	f := userFrame{Frame: v.Frame(), User: found.Body, ETag: found.ETag}
	f.Sessions, f.Activity = v.Can("listUserSessions", on(v)), v.Can("listAuditEvents", nil)
	f.Access = v.Can("listUserAccess", on(v))
	f.CanEdit, f.CanPassword = v.Can("updateUser", on(v)), v.Can("setUserPassword", on(v))
	for _, a := range acts {
		if v.Can(a.operation, on(v)) && (a.offered == nil || a.offered(&found.Body)) {
			f.Acts = append(f.Acts, a)
		}
	}
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

func (d *Door) sessions(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	found, err := guard.Ask[admin.Page[wire.Session]](v, "listUserSessions", admin.Input{Path: on(v)})
	if err != nil {
		return err
	}
	f.Command = guard.Command("session", "list", "--user", f.User.Email)
	return v.Show(http.StatusOK, sessionsPage{userFrame: f, List: found.Body.Items})
}

func (d *Door) credentials(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, credentialsPage{f})
}

// activity shows what is recorded of the person, the latest first.
func (d *Door) activity(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	asked := url.Values{"target": {"user:" + string(f.User.ID)}, "limit": {"50"}}
	if cursor := v.Query("cursor"); cursor != "" {
		asked.Set("cursor", cursor)
	}
	found, err := guard.Ask[admin.Page[wire.Event]](v, "listAuditEvents", admin.Input{Query: asked})
	if err != nil {
		return err
	}
	f.Command = guard.Command("audit", "list", "--target", "user:"+string(f.User.ID))
	return v.Show(http.StatusOK, activityPage{userFrame: f, Events: found.Body.Items, Next: found.Body.Next, Later: asked.Has("cursor")})
}
