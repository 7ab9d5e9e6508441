package grants

import (
	"time"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// newPage makes a grant: it asks for what, and then says what that comes to.
type newPage struct {
	guard.Frame
	In           entry
	Now          time.Time
	Sure         bool // it is looked at before it is made
	Gain         gain
	Unproved     lacking
	Offers       guard.Offers
	Begins, Ends time.Time
}

func (p newPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleGrants.New))
}
func (p newPage) Body() templ.Component { return newBody(p) }

// kinds are those of whom something may be given to.
var kinds = []access.Kind{access.User, access.Group, access.Organisation, access.ServiceAccount, access.Client}

// form asks what to grant.
func (p *newPage) form(say *words.Catalogue) part.Form {
	is, in := &say.ConsoleGrants, &p.In
	kind := part.Field{ID: "subject.kind", Label: is.Kind, Kind: part.Choose, Value: in.Kind}
	for _, one := range kinds {
		kind.Options = append(kind.Options, part.Option{Value: string(one), Label: is.Kinds[string(one)]})
	}
	choose := func(id, label, value string, options ...part.Option) part.Field {
		return part.Field{ID: id, Label: label, Kind: part.Choose, Value: value, Options: options}
	}
	line := func(id, label, hint, value string, max int) part.Field {
		return part.Field{ID: id, Label: label, Hint: hint, Value: value, Max: max, Optional: true, Literal: true, Complete: "off"}
	}
	kind.Section = is.ForWhom
	under := func(section string, f part.Field) part.Field { f.Section = section; return f }
	subject := part.Field{ID: "subject", Section: is.ForWhom, Label: is.Subject, Hint: is.SubjectHint, Kind: part.Area, Rows: 2, Value: in.Subject, Literal: true, Complete: "off"}
	org := line("org", is.Org, is.OrgHint, in.Org, 64)
	org.Options, org.Offer = p.Offers.Organisations, string(access.Organisation)
	things, condition := line("resource_ids", is.IDs, is.IDsHint, in.IDs, 4000), line("condition", is.Condition, is.ConditionHint, in.Condition, 2048)
	things.When, condition.When = "ids", "cel"
	form := part.Form{ID: "grant", Action: pathNew, Cancel: path, Do: []part.Button{{ID: "submit", Label: is.Look, Main: true}}, Fields: []part.Field{kind, subject}}
	form.Fields = append(form.Fields, in.given().Fields(say, is.GivenWhat, p.Offers)...)
	form.Fields = append(form.Fields,
		under(is.Places[""], choose("where", is.Place, in.Where, part.Option{Label: is.Anything}, part.Option{Value: "own", Label: is.Places["own"]}, part.Option{Value: "ids", Label: is.Places["ids"]}, part.Option{Value: "cel", Label: is.Places["cel"]})),
		under(is.Places[""], things), under(is.Places[""], condition), under(is.Places[""], org),
		under(is.Lasts, part.Field{ID: "not_before", Label: is.From, Hint: is.FromHint, Kind: "datetime-local", Value: in.From, Optional: true}),
		under(is.Lasts, last(is, in.Last, true)),
		under(is.Lasts, part.Field{ID: "until", Label: is.Until, Hint: is.UntilHint, Kind: "datetime-local", Value: in.Until, Optional: true}),
		under(is.WhyIt, reason(is, in.Reason)), under(is.WhyIt, line("ticket", is.Ticket, "", in.Ticket, 64)),
	)
	form.More = []part.Field{
		choose("effect", is.Effect, in.Effect, part.Option{Label: is.Allow}, part.Option{Value: "deny", Label: is.Deny}),
		choose("acr", is.ACR, in.ACR, part.Option{Label: is.ACRs[""]}, part.Option{Value: "aal1", Label: is.ACRs["aal1"]}, part.Option{Value: "aal2", Label: is.ACRs["aal2"]}),
	}
	return p.lined(say, p.Draw(say, form))
}

// sure says what the grant comes to, and carries the form on.
func (p *newPage) sure(say *words.Catalogue) part.Confirm {
	is, in := &say.ConsoleGrants, &p.In
	what := say.ConsoleGrants.TheRole.With(words.Name, in.Role)
	if in.Role == "" {
		what = in.Permission
	}
	ask := is.SureAllow
	if in.Effect == "deny" {
		ask = is.SureDeny
	}
	c := part.Confirm{Title: ask.Fill(words.Email.Is(p.whoms(say)), words.Name.Is(what)), Consequence: p.lasts(say), Details: p.Gain.told(say), Bad: in.Effect == "deny"}
	if all := in.subjects(); len(all) > 1 {
		ask = is.SureAllowSeveral
		if in.Effect == "deny" {
			ask = is.SureDenySeveral
		}
		c.Title, c.Details = ask.Fill(words.Email.Is(p.whoms(say)), words.Name.Is(what)), append(all, c.Details...)
	}
	c.Details = append(c.Details, p.Gain.some()...)
	form := part.Form{ID: "sure", Action: pathNew, Hidden: []part.Hidden{{Name: "confirmed", Value: "yes"}}, Do: []part.Button{
		{ID: "submit", Label: is.Grant, Main: in.Effect != "deny", Danger: in.Effect == "deny"}, {ID: "back", Name: "back", Value: "yes", Label: is.Back},
	}}
	for _, one := range []part.Hidden{
		{Name: "subject.kind", Value: in.Kind},
		{Name: "subject", Value: in.Subject},
		{Name: "effect", Value: in.Effect},
		{Name: "gives", Value: in.Gives},
		{Name: "role", Value: in.Role},
		{Name: "permission", Value: in.Permission},
		{Name: "org", Value: in.Org},
		{Name: "where", Value: in.Where},
		{Name: "resource_ids", Value: in.IDs},
		{Name: "condition", Value: in.Condition},
		{Name: "not_before", Value: in.From},
		{Name: "until", Value: in.Until},
		{Name: "expires_at", Value: in.Last},
		{Name: "acr", Value: in.ACR},
		{Name: "reason", Value: in.Reason},
		{Name: "ticket", Value: in.Ticket},
	} {
		if one.Value != "" {
			form.Hidden = append(form.Hidden, one)
		}
	}
	c.Form = p.Draw(say, form)
	return c
}

// maxTold is how many permissions are told by name.
const maxTold = 12

// some are the first permissions by name.
func (g *gain) some() []string { return g.Permissions[:min(len(g.Permissions), maxTold)] }

// lasts says from when until when it counts.
func (p *newPage) lasts(say *words.Catalogue) string {
	is := &say.ConsoleGrants
	from := is.FromNow
	if !p.Begins.IsZero() {
		from = is.FromThen.With(words.Since, say.Moment(p.Begins))
	}
	if p.Ends.IsZero() {
		return from + " " + is.Endless
	}
	return from + " " + is.UntilThen.Fill(words.Seen.Is(say.Moment(p.Ends)), words.Wait.Is(say.Span(p.Ends.Sub(p.Now.Truncate(time.Second)))))
}

// atFields puts what the API says of the subject at the field of it.
func atFields(err error) error {
	return fault.Renamed(err, func(f fault.Field) fault.Field {
		if f.Name == "subject.id" {
			f.Name = "subject"
		}
		return f
	})
}
