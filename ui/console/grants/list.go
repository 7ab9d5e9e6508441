package grants

import (
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/view"
	"gatehouse/wire"
)

// states are the tabs: what became of the grants. The first is shown where the address names
// none.
var states = []string{"active", "scheduled", "ending", "ended"}

// soon is within how many days a grant must end to be among those that end soon.
const soon = 7

// narrowing are the filters by their names in the address.
var narrowing = []string{"subject", "role", "permission", "org", "by", "source", "day"}

// list shows a page of the grants whom the address asks for: all of its state stands there.
func (d *Door) list(v *guard.Visit) error {
	page := listPage{Frame: v.Frame(), State: v.Query("state"), Asked: v.Only(append([]string{"cursor"}, narrowing...)...), Now: time.Now()}
	page.CanCreate, page.CanChange, page.People, page.Calendar = v.Can("createGrant", nil), v.Can("revokeGrants", nil), v.Can("getUser", nil), v.Can("listGrantEndings", nil)
	if !slices.Contains(states, page.State) {
		page.State = states[0]
	}
	if err := v.Keeps(&page.Frame, "grants"); err != nil {
		return err
	}
	q, err := page.query(v)
	var found *admin.Page[wire.Grant]
	if err == nil {
		found, err = guard.Ask[admin.Page[wire.Grant]](v, "listGrants", admin.Input{Query: q})
	}
	if fault.CodeOf(err) == "request.cursor" {
		return view.SeeOther(v.W, v.R, page.with("cursor", ""))
	}
	if err != nil {
		status, ok := v.Reject(&page.Frame, err)
		if !ok {
			return err
		}
		page.Refused = true
		return v.Show(status, page)
	}
	page.Grants, page.Next = found.Body.Items, found.Body.Next
	page.Command = page.same()
	return v.Show(http.StatusOK, page)
}

// query is what the API is asked with. A moment that is counted from now on is that of the
// day, so that the pages of a list are of one list.
func (p *listPage) query(v *guard.Visit) (url.Values, error) {
	q := url.Values{}
	for _, name := range []string{"role", "permission", "org", "source", "cursor"} {
		if value := p.Asked.Get(name); value != "" {
			q.Set(name, value)
		}
	}
	var err error
	if subject := p.Asked.Get("subject"); subject != "" {
		if subject, err = guard.Named(v, "subject", "user", subject); err != nil {
			return nil, err
		}
		q.Set("subject", subject)
	}
	if by := p.Asked.Get("by"); by != "" {
		if by, err = guard.NamedActor(v, "by", by); err != nil {
			return nil, err
		}
		q.Set("created_by", by)
	}
	today := p.Now.UTC().Truncate(24 * time.Hour)
	switch p.State {
	case "ending":
		q.Set("state", "active")
		q.Set("ends_before", today.AddDate(0, 0, soon+1).Format(time.RFC3339))
	default:
		q.Set("state", p.State)
	}
	if text := p.Asked.Get("day"); text != "" {
		day, err := time.Parse(time.DateOnly, text)
		if err != nil {
			return nil, guard.Wrong("day", "must be a day such as 2026-03-04")
		}
		q.Set("ends_after", day.Format(time.RFC3339))
		q.Set("ends_before", day.AddDate(0, 0, 1).Format(time.RFC3339))
	}
	return q, nil
}

// same is the command that lists the same; "" for who made them, by which no command narrows.
func (p *listPage) same() string {
	if p.Asked.Get("by") != "" {
		return ""
	}
	state, today := p.State, p.Now.UTC().Truncate(24*time.Hour)
	if state == "ending" {
		state = "active"
	}
	line := guard.Run("grant", "list").With("state", state)
	if text := p.Asked.Get("subject"); text != "" {
		flag, name := subjectFlag(text)
		line.With(flag, name)
	}
	for _, name := range []string{"role", "permission", "org", "source"} {
		line.If(name, p.Asked.Get(name))
	}
	if day, err := time.Parse(time.DateOnly, p.Asked.Get("day")); err == nil {
		return line.With("ends-after", day.Format(time.DateOnly)).With("ends-before", day.AddDate(0, 0, 1).Format(time.DateOnly)).String()
	}
	if p.State == "ending" {
		line.With("ends-before", today.AddDate(0, 0, soon+1).Format(time.DateOnly))
	}
	return line.String()
}

// subjectFlag is the flag for whom somebody named in the filter: KIND:ID, or a person.
func subjectFlag(text string) (flag, name string) {
	kind, id, ok := strings.Cut(strings.TrimSpace(text), ":")
	if flag := commandKinds[kind]; ok && flag != "" {
		return flag, id
	}
	return "user", strings.TrimSpace(text)
}

// chosen are the filters that count.
func (p *listPage) chosen() (all []string) {
	for _, name := range narrowing {
		if p.Asked.Get(name) != "" {
			all = append(all, name)
		}
	}
	return all
}
