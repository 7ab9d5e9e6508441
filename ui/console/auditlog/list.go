package auditlog

import (
	"net/http"
	"net/url"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/audit"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// narrowing are the filters by their names in the address.
var narrowing = []string{"action", "actor", "resource", "outcome", "reason", "ip", "client", "last", "since", "until"}

// spans are how lately something happened, by their names in the address.
var spans = map[string]time.Duration{"hour": time.Hour, "day": 24 * time.Hour, "week": 7 * 24 * time.Hour}

// frame is what the list and the tail share: the filters, and where they lead.
type frame struct {
	guard.Frame
	Asked                           url.Values // the filters, as the address has them
	Now                             time.Time
	Names                           guard.Called
	CanExport, CanVerify, CanSeeAll bool
	CanErase, Refused               bool
}

func read(v *guard.Visit) frame {
	return frame{
		Frame: v.Frame(), Asked: v.Only(append([]string{"cursor"}, narrowing...)...), Now: time.Now(),
		CanExport: v.Can("exportAuditEvents", nil), CanVerify: v.Can("beginAuditVerification", nil), CanSeeAll: v.Can("getUser", nil),
		CanErase: v.Can("eraseFromAudit", nil),
	}
}

// query is what the API is asked with.
func (f *frame) query(v *guard.Visit) (url.Values, error) {
	q := url.Values{}
	for _, name := range []string{"action", "outcome", "reason", "ip", "client"} {
		if value := strings.TrimSpace(f.Asked.Get(name)); value != "" {
			q.Set(name, value)
		}
	}
	var err error
	if actor := f.Asked.Get("actor"); actor != "" {
		if actor, err = guard.NamedActor(v, "actor", actor); err != nil {
			return nil, err
		}
		if err := legible("actor", actor); err != nil {
			return nil, err
		}
		q.Set("actor", actor)
	}
	if resource := f.Asked.Get("resource"); resource != "" {
		if resource, err = guard.Named(v, "resource", "user", resource); err != nil {
			return nil, err
		}
		if err := legible("resource", resource); err != nil {
			return nil, err
		}
		q.Set("resource", resource)
	}
	for _, name := range []string{"since", "until"} {
		if text := moment(f.Asked.Get(name)); text != "" {
			q.Set(name, text)
		}
	}
	if span, ok := spans[f.Asked.Get("last")]; ok && !q.Has("since") {
		q.Set("since", f.Now.Add(-span).UTC().Truncate(time.Second).Format(time.RFC3339))
	}
	return q, nil
}

// legible is an error in the words of the console where a filter that was typed is of nobody and nothing.
func legible(name, text string) error {
	_, _, actor := audit.ParseActor(text)
	_, target := audit.ParseTarget(text)
	switch {
	case name == "actor" && !actor:
		return guard.Wrong(name, "must be a whole address, or as it stands in an event, such as service:ci or console")
	case name == "resource" && !target:
		return guard.Wrong(name, "must be a whole address, or as it stands in an event, such as role:editor")
	}
	return nil
}

// typed is how browsers send a moment that was typed; we take it for one of UTC.
const typed = "2006-01-02T15:04"

// moment is a moment that was typed as the API and the commands take it. What cannot be read
// stays as it is, for these to refuse.
func moment(text string) string {
	if at, err := time.Parse(typed, text); err == nil {
		return at.Format(time.RFC3339)
	}
	return text
}

// list shows a page of the events that the address asks for, the latest first.
func (d *Door) list(v *guard.Visit) error {
	page := listPage{frame: read(v)}
	if err := v.Keeps(&page.Frame, "audit"); err != nil {
		return err
	}
	found, err := d.find(v, &page)
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, page.with(path, "cursor", ""))
	}
	if err != nil {
		status, ok := v.Reject(&page.Frame, err)
		if !ok {
			return err
		}
		page.Refused = true
		return v.Show(status, page)
	}
	page.Events = found.Body.Items
	page.Names = v.Called(page.Events)
	if page.Histogram, err = histogram(v, &page.frame); err != nil {
		return err
	}
	page.Command = page.same("list")
	return v.Show(http.StatusOK, page)
}

// find asks for the page. It goes on where its own list does, from the same moment.
func (d *Door) find(v *guard.Visit, page *listPage) (*admin.Page[wire.Event], error) {
	q, err := page.query(v)
	if err != nil {
		return nil, err
	}
	if since, cursor, ok := strings.Cut(page.Asked.Get("cursor"), "~"); ok {
		q.Set("cursor", cursor)
		if since != "" {
			q.Set("since", since)
		}
	}
	found, err := guard.Ask[admin.Page[wire.Event]](v, "listAuditEvents", admin.Input{Query: q})
	if err == nil && found.Body.Next != "" {
		page.Next = q.Get("since") + "~" + found.Body.Next
	}
	return found, err
}

// histogram asks how much there is of what the filters let through, by days or hours.
func histogram(v *guard.Visit, f *frame) (*wire.Histogram, error) {
	q, err := f.query(v)
	if err != nil {
		return nil, err
	}
	found, err := guard.Ask[admin.One[wire.Histogram]](v, "getAuditHistogram", admin.Input{Query: q})
	if err != nil {
		return nil, err
	}
	return &found.Body, nil
}

// same is the command that does the same with the events that the filters let through.
func (f *frame) same(do string) string {
	line := []string{"audit", do}
	flags := map[string]string{"resource": "target"}
	for _, name := range narrowing {
		value, flag := f.Asked.Get(name), name
		if value == "" {
			continue
		}
		switch name {
		case "last":
			flag, value = "since", map[string]string{"hour": "1h", "day": "24h", "week": "7d"}[value]
		case "since", "until":
			value = moment(value)
		}
		if flags[name] != "" {
			flag = flags[name]
		}
		if value != "" {
			line = append(line, "--"+flag, value)
		}
	}
	return guard.Command(line...)
}

// export sends the events that the filters let through as a file.
func (d *Door) export(v *guard.Visit) error {
	f := read(v)
	q, err := f.query(v)
	if err != nil {
		return err
	}
	q.Set("format", v.Query("format"))
	if q.Get("format") == "" {
		q.Del("format")
	}
	return guard.Send(v, "exportAuditEvents", admin.Input{Query: q})
}
