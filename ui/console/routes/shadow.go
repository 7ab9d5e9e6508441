package routes

import (
	"net/http"
	"net/url"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// shadow lists the requests that routes in the shadow let through and would not have.
func (d *Door) shadow(v *guard.Visit) error { return written(v, "getShadowDecisions", false) }

// refused lists the requests that the gate did not let through.
func (d *Door) refused(v *guard.Visit) error { return written(v, "getGateRefusals", true) }

// written shows what the log of this server has of some decisions.
func written(v *guard.Visit, operation string, refused bool) error {
	p := shadowPage{Frame: v.Frame(), Refused: refused, Asked: v.Only("route", "hours"), Now: time.Now()}
	p.Command = p.same()
	found, err := guard.Ask[admin.One[wire.Shadowed]](v, operation, admin.Input{Query: p.Asked})
	if fault.Is(err, fault.Invalid) {
		status, ok := v.Reject(&p.Frame, err)
		if !ok {
			return err
		}
		return v.Show(status, p)
	}
	if err != nil {
		return err
	}
	p.Found, p.Known = found.Body, true
	var ids []string
	for _, r := range p.Found.Requests {
		ids = append(ids, r.Subject.ID)
	}
	if p.Names, err = v.Names(ids); err != nil {
		return err
	}
	return v.Show(http.StatusOK, p)
}

// shadowPage lists what routes in the shadow let through, or what the gate refused.
type shadowPage struct {
	guard.Frame
	Refused bool
	Asked   url.Values
	Found   wire.Shadowed
	Known   bool              // there is an answer
	Names   map[string]string // addresses of people by their ids
	Now     time.Time
}

func (p shadowPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}

func (p shadowPage) path() string {
	if p.Refused {
		return pathRefused
	}
	return pathShadow
}

// same is the command that lists the same.
func (p shadowPage) same() string {
	list := "shadow"
	if p.Refused {
		list = "refused"
	}
	return guard.Run("route", list).If("route", p.Asked.Get("route")).If("hours", p.Asked.Get("hours")).String()
}

func (p shadowPage) title(say *words.Catalogue) words.Title {
	if p.Refused {
		return say.ConsoleRoutes.RefusedTitle
	}
	return say.ConsoleRoutes.ShadowTitle
}

func (p shadowPage) lead(say *words.Catalogue) string {
	if p.Refused {
		return say.ConsoleRoutes.RefusedLead
	}
	return say.ConsoleRoutes.ShadowLead
}

// outcomes is what the decisions are called together, and each of them.
func (p shadowPage) outcomes(say *words.Catalogue) (all, one string) {
	w := &say.ConsoleRoutes
	if p.Refused {
		return w.TurnedBack, w.CameOut
	}
	return w.WouldRefuse, w.WouldBe
}

func (p shadowPage) Body() templ.Component { return shadowBody(p) }

// spans are how far back the page looks, in hours.
func spans(say *words.Catalogue) []part.Option {
	w := &say.ConsoleRoutes
	return []part.Option{{Value: "24", Label: w.LastDay}, {Value: "168", Label: w.LastWeek}, {Value: "720", Label: w.LastMonth}}
}

func (p shadowPage) filters(say *words.Catalogue) part.Filters {
	w, hours := &say.ConsoleRoutes, p.Asked.Get("hours")
	if hours == "" {
		hours = "24"
	}
	f := part.Filters{Action: p.path(), Fields: []part.Field{
		{ID: "route", Label: w.Route, Value: p.Asked.Get("route"), Literal: true, Complete: "off", Max: 64},
		{ID: "hours", Label: w.Span, Kind: part.Choose, Value: hours, Options: spans(say)},
	}}
	if route := p.Asked.Get("route"); route != "" {
		f.Chips = []part.Chip{{Label: w.Route, Value: route, Href: p.path() + "?" + url.Values{"hours": {hours}}.Encode()}}
	}
	return f.Faulty(say, p.Wrong)
}

// tiles are how many there are, by what would have come out.
func (p shadowPage) tiles(say *words.Catalogue) []part.Stat {
	together, _ := p.outcomes(say)
	all := []part.Stat{{Label: together, Value: say.Number(p.Found.Count)}}
	for _, outcome := range []string{"deny", "unknown", "challenge", "limited", "error"} {
		if n := p.Found.Outcomes[outcome]; n > 0 {
			all = append(all, part.Stat{Label: decided(say, outcome), Value: say.Number(n)})
		}
	}
	return all
}

func (p shadowPage) table(say *words.Catalogue) part.Table {
	w := &say.ConsoleRoutes
	_, came := p.outcomes(say)
	t := part.Table{ID: "shadowed", Caption: string(p.title(say)), Columns: []part.Column{{Label: w.Request}, {Label: w.Who}, {Label: w.Route}, {Label: came}, {Label: w.When}}}
	for i := range p.Found.Requests {
		r := &p.Found.Requests[i]
		t.Rows = append(t.Rows, part.Row{Label: r.Path, Cells: []templ.Component{
			code(r.Method + " " + r.Host + r.Path), p.who(r), routeLink(r.Route), outcome(decided(say, r.Decision), p.why(say, r)), part.When(p.Now, r.At),
		}})
	}
	if len(p.Found.Requests) < p.Found.Count {
		t.Foot = part.Text(w.MoreTurned)
	}
	return t
}

func (p shadowPage) who(r *wire.ShadowRequest) templ.Component {
	if email := p.Names[r.Subject.ID]; email != "" {
		return person(r.Subject.ID, email)
	}
	return subject(r.Subject)
}

// why is what was missing: the reason of the decision, and the permission that was asked for; of an
// error its code.
func (p shadowPage) why(say *words.Catalogue, r *wire.ShadowRequest) string {
	if r.Decision == "error" && r.Code != "" {
		return r.Code
	}
	if said := say.ConsoleAccess.Reasons[r.Reason]; said != "" && r.Permission != "" {
		return r.Permission + ": " + said
	}
	return r.Permission
}

func (p shadowPage) empty(say *words.Catalogue) part.Empty {
	w := &say.ConsoleRoutes
	if !p.Found.Recorded {
		return part.Empty{Title: w.NothingKept, Lead: w.NoLog}
	}
	if p.Refused {
		return part.Empty{Title: w.NoRefused, Lead: w.NoRefusedTodo}
	}
	return part.Empty{Title: w.NoShadowed, Lead: w.NoShadowedTodo}
}
