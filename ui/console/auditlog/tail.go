package auditlog

import (
	"bytes"
	"cmp"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/ui/console/guard"
	"gatehouse/wire"
)

// A connection of the tail ends by itself before a request must, and the browser opens the
// next one. At each look it is asked anew who listens, and whether they may.
const (
	tailLife  = 10 * time.Second
	tailPace  = time.Second // between two looks
	tailAgain = time.Second // after which the browser comes again
	tailMost  = 50          // events at once; of more the latest
)

// live shows what happened last, and what happens.
func (d *Door) live(v *guard.Visit) error {
	page := livePage{frame: read(v)}
	found, err := d.latest(v, &page.frame)
	if err != nil {
		status, ok := v.Reject(&page.Frame, err)
		if !ok {
			return err
		}
		page.Refused = true
		return v.Show(status, page)
	}
	page.Events = found
	page.Names = v.Called(found)
	page.Command = page.same("list")
	return v.Show(http.StatusOK, page)
}

// latest are the newest events that the filters let through, those first.
func (d *Door) latest(v *guard.Visit, f *frame) ([]wire.Event, error) {
	q, err := f.query(v)
	if err != nil {
		return nil, err
	}
	q.Set("limit", fmt.Sprint(tailMost))
	found, err := guard.Ask[admin.Page[wire.Event]](v, "listAuditEvents", admin.Input{Query: q})
	if err != nil {
		return nil, err
	}
	return found.Body.Items, nil
}

// tail sends what happens as it happens (text/event-stream), from behind the event that the
// browser has seen last.
func (d *Door) tail(v *guard.Visit) error {
	f := read(v)
	events, err := d.latest(v, &f)
	if err != nil {
		return err
	}
	seen := known(events, cmp.Or(v.R.Header.Get("Last-Event-ID"), v.Query("after")))
	h := v.W.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	fmt.Fprintf(v.W, "retry: %d\n\n", tailAgain.Milliseconds())
	ticks := time.NewTicker(tailPace)
	defer ticks.Stop()
	for end := time.Now().Add(tailLife); ; {
		if err == nil && !d.tell(v, &f, events, seen) || time.Now().After(end) {
			return nil
		}
		select {
		case <-v.R.Context().Done():
			return nil
		case <-ticks.C:
		}
		if v.Renew() != nil {
			return nil
		}
		if events, err = d.latest(v, &f); err != nil && !fault.Is(err, fault.TooMany) && !fault.Is(err, fault.Unavailable) {
			return nil
		}
	}
}

// known are the events from the one on that the browser has seen last. Those of one moment are
// in no order that time gives, so each is remembered by itself.
func known(events []wire.Event, last string) map[id.Event]bool {
	seen := map[id.Event]bool{}
	i := slices.IndexFunc(events, func(e wire.Event) bool { return string(e.ID) == last })
	for ; i >= 0 && i < len(events); i++ {
		seen[events[i].ID] = true
	}
	return seen
}

// oneLine keeps what is sent within its line.
var oneLine = strings.NewReplacer("\n", " ", "\r", " ")

// tell sends those of the latest events that were not seen, the oldest first, and reports
// whether somebody still listens.
func (d *Door) tell(v *guard.Visit, f *frame, events []wire.Event, seen map[id.Event]bool) bool {
	fresh := slices.DeleteFunc(slices.Clone(events), func(e wire.Event) bool { return seen[e.ID] })
	f.Names = v.Called(fresh)
	var out bytes.Buffer
	for _, e := range slices.Backward(fresh) {
		text, err := v.Piece(item(*f, e))
		if err != nil {
			return false
		}
		fmt.Fprintf(&out, "id: %s\ndata: %s\n\n", e.ID, oneLine.Replace(text))
		seen[e.ID] = true
	}
	if out.Len() == 0 {
		out.WriteString(":\n\n") // somebody who has gone is noticed
	}
	if _, err := v.W.Write(out.Bytes()); err != nil {
		return false
	}
	return http.NewResponseController(v.W).Flush() == nil
}
