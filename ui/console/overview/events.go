package overview

import (
	"net/url"
	"strconv"

	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// mostEvents is how many of the latest events are shown.
const mostEvents = 8

// latest puts the latest events into the page. Those to come are told by the audit log's area.
func latest(v *guard.Visit, page *overviewPage) error {
	found, err := guard.Ask[admin.Page[wire.Event]](v, "listAuditEvents", admin.Input{Query: url.Values{"limit": {strconv.Itoa(mostEvents)}}})
	if err != nil {
		return err
	}
	page.Events = &found.Body.Items
	var people []string
	for _, e := range found.Body.Items {
		if e.Target != nil && e.Target.Kind == audit.KindUser {
			people = append(people, e.Target.ID)
		}
	}
	page.Names, err = v.Names(people)
	return err
}
