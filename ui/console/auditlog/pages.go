package auditlog

import (
	"maps"
	"net/url"
	"slices"
	"time"

	"github.com/a-h/templ"

	"gatehouse/audit"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// with is the address of a page with another value of a parameter.
func (f *frame) with(path, name, value string) string {
	return guard.With(path, f.Asked, name, value)
}

// filters narrow the list, or the tail.
func (f *frame) filters(say *words.Catalogue, action string) part.Filters {
	is := &say.ConsoleAudit
	field := func(id, label, hint string, kind part.Kind) part.Field {
		return part.Field{ID: id, Label: label, Hint: hint, Kind: kind, Value: f.Asked.Get(id), Max: 300, Optional: true, Literal: true}
	}
	choose := func(id, label string, options ...part.Option) part.Field {
		return part.Field{ID: id, Label: label, Kind: part.Choose, Value: f.Asked.Get(id), Options: append([]part.Option{{Label: say.Console.All}}, options...)}
	}
	filters := part.Filters{
		Action: action,
		Fields: []part.Field{
			field("action", is.Action, is.ActionHint, part.Line), field("actor", is.Actor, is.ActorHint, part.Line), field("resource", is.Resource, is.ResourceHint, part.Line),
			choose("last", is.Last, part.Option{Value: "hour", Label: is.Hour}, part.Option{Value: "day", Label: is.Day}, part.Option{Value: "week", Label: is.Week}),
		},
		More: []part.Field{
			choose("outcome", is.Outcome, part.Option{Value: "done", Label: is.Done}, part.Option{Value: "refused", Label: is.Denied}),
			field("reason", is.Reason, "", part.Line), field("ip", is.IP, "192.0.2.7", part.Line), field("client", is.Client, "", part.Line),
			field("since", is.Since, "", "datetime-local"), field("until", is.Until, "", "datetime-local"),
		},
	}
	for i, in := range filters.More { // an address may say moments to the second
		if at, err := time.Parse(time.RFC3339, in.Value); err == nil {
			filters.More[i].Value = at.UTC().Format(typed)
		}
	}
	if f.CanExport && action == path {
		filters.Exports = []part.Link{{Label: say.ConsoleAudit.Lines, Href: f.with(pathExport, "format", "ndjson")}, {Label: say.ConsoleAudit.Sheet, Href: f.with(pathExport, "format", "csv")}}
	}
	for _, in := range slices.Concat(filters.Fields, filters.More) {
		if in.Value == "" {
			continue
		}
		value := in.Value
		for _, o := range in.Options {
			if o.Value == value {
				value = o.Label
			}
		}
		filters.Chips = append(filters.Chips, part.Chip{Label: in.Label, Value: value, Href: f.with(action, in.ID, "")})
	}
	if len(filters.Chips) > 1 {
		filters.Clear = action
	}
	return filters.Faulty(say, f.Wrong)
}

// listPage lists events.
type listPage struct {
	frame
	Events    []wire.Event
	Next      string
	Histogram *wire.Histogram // nil: nobody asked
}

func (p listPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleAudit.Title))
}
func (p listPage) Body() templ.Component { return listBody(p) }

func (p *listPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleAudit
	t := part.Table{ID: "events", Caption: string(is.Title), Columns: []part.Column{{Label: is.Action}, {Label: is.Resource}, {Label: is.Actor}, {Label: is.Outcome}, {Label: is.When}}}
	for _, e := range p.Events {
		t.Rows = append(t.Rows, part.Row{Label: string(e.Action), Href: pathOf(string(e.ID)), Cells: []templ.Component{
			code(string(e.Action)), target(p.Names, &e), actor(p.Names, &e), part.Pill(outcome(is, &e)), part.When(p.Now, e.At),
		}})
	}
	return t
}

// outcome says whether it was done; a refusal says why.
func outcome(say *words.ConsoleAudit, e *wire.Event) part.Badge {
	if e.Outcome == audit.Done {
		return part.Badge{Label: say.Done, Tone: part.Good}
	}
	return part.Badge{Label: say.Denied, Tone: part.Bad}
}

// drawn reports whether there is a histogram: of one bar there is nothing to see.
func (p *listPage) drawn() bool {
	return p.Histogram != nil && p.Histogram.Whole && len(p.Histogram.Bars) > 1
}

// chart is how much there is of what the filters let through; a bar narrows the list to its span.
func (p *listPage) chart(say *words.Catalogue) part.Chart {
	is, h, whole := &say.ConsoleAudit, p.Histogram, 0
	c := part.Chart{ID: "days", Title: say.Count(is.Days, len(h.Bars)), Axis: say.Part.Day, Low: true, Series: []part.Series{{Label: is.Events}}}
	step := 24 * time.Hour
	if h.Step == "hour" {
		step, c.Title, c.Axis = time.Hour, say.Count(is.Hours, len(h.Bars)), is.AnHour
	}
	for _, b := range h.Bars {
		whole += int(b.N)
		label := say.Date(b.At)
		if step == time.Hour {
			label = say.Date(b.At) + " " + b.At.UTC().Format("15:04")
		}
		c.Bars = append(c.Bars, part.Bar{Label: label, Values: []int{int(b.N)}, Href: p.within(b.At, b.At.Add(step))})
	}
	c.Says = say.Count(is.Counted, whole)
	return c
}

// within is the list of what the other filters let through, of a span.
func (p *listPage) within(since, until time.Time) string {
	q := url.Values{}
	maps.Copy(q, p.Asked)
	q.Del("last")
	q.Set("until", until.UTC().Format(typed))
	return guard.With(path, q, "since", since.UTC().Format(typed))
}

func (p *listPage) pager() part.Pager {
	pages := guard.Pager(path, p.Asked, p.Next)
	pages.Time = true
	return pages.Showing(len(p.Events))
}

// livePage shows what happens.
type livePage struct {
	frame
	Events []wire.Event
}

func (p livePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleAudit.Live))
}
func (p livePage) Body() templ.Component { return liveBody(p) }

// from is where what happens next is asked for.
func (p *livePage) from() string {
	if len(p.Events) == 0 {
		return p.with(pathTail, "", "")
	}
	return p.with(pathTail, "after", string(p.Events[0].ID))
}

// eventPage shows one event.
type eventPage struct {
	guard.Frame
	Event    wire.Event
	Names    guard.Called
	Changes  []part.Change // that it made
	Now      time.Time
	CanProve bool
}

func (p eventPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(string(p.Event.Action) + " · " + string(p.Event.ID)))
}
func (p eventPage) Body() templ.Component { return eventBody(p) }

func (p *eventPage) facts(say *words.Catalogue) []part.Fact {
	is, e := &say.ConsoleAudit, &p.Event
	all := []part.Fact{{Name: is.When, Value: both(p.Now, e.At)}, {Name: is.Actor, Value: actor(p.Names, e)}}
	add := func(name string, value templ.Component, known bool) {
		if known {
			all = append(all, part.Fact{Name: name, Value: value})
		}
	}
	add(is.Resource, target(p.Names, e), e.Target != nil)
	add(is.Reason, part.Text(string(e.Reason)), e.Reason != "")
	add(is.Client, client(p.Names, string(e.Client)), e.Client != "")
	add(is.IP, found("ip", e.IP), e.IP != "")
	add(is.Agent, part.Text(e.Agent), e.Agent != "")
	add(is.Request, part.Copy("request", string(e.Request)), e.Request != "")
	return all
}

// proofPage shows the proof of one event.
type proofPage struct {
	guard.Frame
	Proof wire.EventProof
	Text  string // of the proof, as it is handed on
}

func (p proofPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleAudit.Proof) }
func (p proofPage) Body() templ.Component               { return proofBody(p) }

func (p *proofPage) facts(say *words.Catalogue) []part.Fact {
	is := &say.ConsoleAudit
	return []part.Fact{
		{Name: is.Index, Value: part.Text(say.Number(int(p.Proof.Index)))},
		{Name: is.Size, Value: part.Text(say.Number(int(p.Proof.Size)))},
		{Name: is.Key, Value: part.Copy("log-key", p.Proof.Key)},
	}
}
