package sessions

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/person"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// list shows a page of the browsers that are signed in; all of its state stands in the
// address. Who names a person is led to theirs.
func (d *Door) list(v *guard.Visit) error {
	if named := strings.TrimSpace(v.Query("person")); named != "" {
		return d.toPerson(v, named)
	}
	page := listPage{Frame: v.Frame(), Asked: v.Only("begun", "sort", "cursor"), Now: time.Now(), CanEnd: v.Can("endSession", nil), CanEndAll: v.Can("endAllSessions", nil), People: v.Can("listUsers", nil), to: v.PathOf}
	if err := v.Keeps(&page.Frame, "sessions"); err != nil {
		return err
	}
	return d.show(v, page)
}

func (d *Door) show(v *guard.Visit, page listPage) error {
	q := v.Only("sort", "cursor")
	if span, ok := spans[page.Asked.Get("begun")]; ok {
		q.Set("since", page.Now.Add(-span).UTC().Format(time.RFC3339))
	}
	if cursor := q.Get("cursor"); cursor != "" { // it goes on where its own list does
		at, cursor, _ := strings.Cut(cursor, "~")
		q.Set("cursor", cursor)
		if q.Del("since"); at != "" {
			q.Set("since", at)
		}
		if cursor == "" {
			return view.SeeOther(v.W, v.R, guard.With(path, page.Asked, "cursor", ""))
		}
	}
	found, err := guard.Ask[admin.Page[wire.Session]](v, "listSessions", admin.Input{Query: q})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, guard.With(path, page.Asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	page.List = found.Body.Items
	if found.Body.Next != "" {
		page.Next = q.Get("since") + "~" + found.Body.Next
	}
	page.Command = command(page.Asked, page.Now)
	return v.Show(http.StatusOK, page)
}

// spans are how lately a session was begun, by their names in the address.
var spans = map[string]time.Duration{"hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour}

// command lists the same.
func command(asked url.Values, now time.Time) string {
	line := guard.Run("session", "list").Tick("oldest", asked.Get("sort") == "created")
	if span, ok := spans[asked.Get("begun")]; ok {
		line.With("since", now.Add(-span).UTC().Format(time.RFC3339))
	}
	return line.String()
}

// toPerson leads to the sessions of the person who has an address or an id.
func (d *Door) toPerson(v *guard.Visit, named string) error {
	if strings.HasPrefix(named, "usr_") {
		return view.SeeOther(v.W, v.R, person.Path(url.PathEscape(named))+tab)
	}
	found, err := guard.Ask[admin.Page[wire.ListedUser]](v, "listUsers", admin.Input{Query: url.Values{"email": {named}}})
	if err != nil {
		return err
	}
	if len(found.Body.Items) == 1 {
		return view.SeeOther(v.W, v.R, person.Path(string(found.Body.Items[0].ID))+tab)
	}
	page := listPage{Frame: v.Frame(), Asked: url.Values{}, Now: time.Now(), CanEnd: v.Can("endSession", nil), CanEndAll: v.Can("endAllSessions", nil), People: true, Person: named, Unknown: true, to: v.PathOf}
	return d.show(v, page)
}
