package locks

import (
	"net/http"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// list shows a page of the locks that are not over; all of its state stands in the address.
func (d *Door) list(v *guard.Visit) error {
	page := listPage{Frame: v.Frame(), Asked: v.Only("kind", "cursor"), Now: time.Now(), CanPut: v.Can("putLock", nil)}
	found, err := guard.Ask[admin.Page[wire.Lock]](v, "listLocks", admin.Input{Query: page.Asked})
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, guard.With(path, page.Asked, "cursor", ""))
	}
	if err != nil {
		return err
	}
	if err := v.Keeps(&page.Frame, "locks"); err != nil {
		return err
	}
	page.Locks, page.Next = found.Body.Items, found.Body.Next
	if page.Names, err = names(v, page.Locks); err != nil {
		return err
	}
	page.Command = guard.Whole(page.Asked, "lock", "list")
	return v.Show(http.StatusOK, page)
}

// names are the addresses of the people whom locks are on and who put them.
func names(v *guard.Visit, all []wire.Lock) (map[string]string, error) {
	var people []string
	for _, l := range all {
		people = append(people, l.On.ID, putBy(&l))
	}
	return v.Names(people)
}
