package sessions

import (
	"net/http"
	"slices"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/ui/view"
	"gatehouse/web"
	"gatehouse/wire"
)

// ofPerson shows where one person is signed in.
func (d *Door) ofPerson(v *guard.Visit) error {
	f, err := person.Read(v)
	if err != nil {
		return err
	}
	found, err := sessionsOf(v)
	if err != nil {
		return err
	}
	f.Command = guard.Command("session", "list", "--user", f.User.Email)
	return v.Show(http.StatusOK, personPage{Frame: f, List: found, CanEnd: v.Can("endSession", nil), CanEndAll: v.Can("endUserSessions", person.On(v))})
}

func sessionsOf(v *guard.Visit) ([]wire.Session, error) {
	found, err := guard.Ask[admin.Page[wire.Session]](v, "listUserSessions", admin.Input{Path: person.On(v)})
	if err != nil {
		return nil, err
	}
	return found.Body.Items, nil
}

// session shows one, and what it comes to when it is ended.
func (d *Door) session(v *guard.Visit) error {
	page, err := d.read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, *page)
}

// read is the page of the session that the address names.
func (d *Door) read(v *guard.Visit) (*sessionPage, error) {
	f, err := person.Read(v)
	if err != nil {
		return nil, err
	}
	all, err := sessionsOf(v)
	if err != nil {
		return nil, err
	}
	name := v.R.PathValue("session")
	i := slices.IndexFunc(all, func(s wire.Session) bool { return string(s.ID) == name })
	if i < 0 {
		return nil, fault.Missing("session")
	}
	page := &sessionPage{Frame: f, Session: all[i], CanEnd: v.Can("endSession", guard.On("session", name))}
	page.Command = guard.Command("session", "revoke", name)
	if v.Can("listUserRefreshFamilies", person.On(v)) {
		page.Apps, page.AppsKnown, err = d.appsOf(v, name)
	}
	return page, err
}

// appsOf are the applications that hold tokens of a session. Nobody has so many that a page
// of the API does not hold them all.
func (d *Door) appsOf(v *guard.Visit, session string) (apps []string, known bool, err error) {
	found, err := guard.Ask[admin.Page[wire.RefreshFamily]](v, "listUserRefreshFamilies", admin.Input{Path: person.On(v), Query: map[string][]string{"limit": {"200"}}})
	if err != nil {
		return nil, false, err
	}
	for _, family := range found.Body.Items {
		if string(family.Session) == session && !slices.Contains(apps, string(family.Client)) {
			apps = append(apps, string(family.Client))
		}
	}
	return apps, found.Body.Next == "", nil
}

// end signs the browser out.
func (d *Door) end(v *guard.Visit) error {
	name := v.R.PathValue("session")
	_, err := guard.Ask[admin.One[admin.Ended]](v, "endSession", admin.Input{Path: guard.On("session", name)})
	if err != nil {
		return err
	}
	return v.Done(person.Path(v.R.PathValue("user"))+tab, "end")
}

// maxSelected is how many one form may choose: as many as a page of the list has.
const maxSelected = 200

// askNone is for who comes without having chosen any.
func (d *Door) askNone(v *guard.Visit) error { return view.SeeOther(v.W, v.R, path) }

// endSelected asks first, and then ends those that were chosen, each by itself.
func (d *Door) endSelected(v *guard.Visit) error {
	chosen := v.R.PostForm["row"]
	if len(chosen) == 0 {
		return d.askNone(v)
	}
	if len(chosen) > maxSelected {
		return fault.New(fault.Invalid, "request.invalid", "Too many were chosen at once.")
	}
	if err := v.Ready("endSession", nil); err != nil {
		return err
	}
	page := selectedPage{Frame: v.Frame(), Chosen: chosen, Now: time.Now()}
	page.Command = guard.Run("session", "revoke").On(chosen...).String()
	if v.Value("confirmed") == "" {
		return v.Show(http.StatusOK, page)
	}
	page.Finished = true
	for _, session := range chosen {
		_, err := guard.Ask[admin.One[admin.Ended]](v, "endSession", admin.Input{Path: guard.On("session", session), Key: v.OnceFor(session)})
		if err != nil {
			page.Not = append(page.Not, not{session, web.AsFault(err)})
		}
	}
	return v.Show(http.StatusOK, page)
}
