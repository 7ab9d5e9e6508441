package overview

import (
	"net/url"
	"strconv"

	"gatehouse/admin"
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
	page.Names = v.Called(found.Body.Items)
	return nil
}
