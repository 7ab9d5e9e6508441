package useraccess

import (
	"maps"
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/access"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// accessPage shows what the person holds.
type accessPage struct {
	personFrame
	Held         []wire.Explanation
	Cursor, Next string
}

func (p accessPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(say.ConsoleAccess.Access + " · " + p.Name()))
}
func (p accessPage) Body() templ.Component { return accessBody(p) }

// notice says what was just done.
func (p accessPage) notice(say *words.ConsoleAccess) string {
	return map[string]string{"grant": say.Granted, "extend": say.Extended, "revoke": say.Revoked}[p.Done]
}

// suspended says what keeps all of it from counting, "" for nothing.
func (p accessPage) suspended(say *words.ConsoleAccess) string {
	for _, e := range p.Held {
		switch e.Reason {
		case access.Inactive:
			return say.Disabled
		case access.Locked:
			return say.Locked
		}
	}
	return ""
}

func (p accessPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleAccess
	t := part.Table{ID: "held", Caption: is.Access, Columns: []part.Column{{Label: is.Permission}, {Label: is.Because}, {Label: is.Ends}}}
	for _, e := range p.Held {
		row := part.Row{
			Label: e.Do, Href: p.with("/check", "permission", e.Do), Soft: e.Decision == refused,
			Cells: []templ.Component{held(p.personFrame, e), because(p.personFrame, e), p.ends(e)},
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// refused is the decision about what somebody does not hold.
var refused = access.Refused.String()

// ends is when the permission ends by the clock, with the window of the grant that decided.
func (p accessPage) ends(e wire.Explanation) templ.Component {
	if e.Decision == refused {
		return part.Text("")
	}
	return part.Left(part.Countdown{Now: p.Now, From: began(e), Until: e.Until})
}

// endsApart reports whether a grant has an end to tell besides that of the permission, which
// stands in a column of its own.
func endsApart(e wire.Explanation, c *wire.Considered) bool {
	return !c.ExpiresAt.IsZero() && c.Verdict != access.Ended && (e.Decision == refused || !c.ExpiresAt.Equal(e.Until))
}

// began is when the grant that decided was to begin, zero where it is not said.
func began(e wire.Explanation) time.Time {
	for i := range e.Grants {
		if c := &e.Grants[i]; c.ID == e.Grant {
			return c.Begins()
		}
	}
	return time.Time{}
}

// badge says how it stands with a permission.
func badge(all *words.Catalogue, e wire.Explanation) part.Badge {
	say := &all.ConsoleAccess
	switch after := guard.After(all, e.Requires); {
	case e.Decision != refused && after != "":
		return part.Badge{Label: after, Tone: part.Warn}
	case e.Decision != refused:
		return part.Badge{Label: say.Held, Tone: part.Good}
	case e.Reason == access.ResourceUnknown:
		return part.Badge{Label: say.Elsewhere, Tone: part.Good}
	case e.Reason == access.Denied:
		return part.Badge{Label: say.Denied, Tone: part.Bad}
	}
	return part.Badge{Label: say.Refused}
}

// gives is what a grant gives, and where.
func gives(say *words.ConsoleAccess, c *wire.Considered) string {
	text := say.ByPermission.With(words.Permission, c.Pattern)
	if c.Role != "" {
		text = say.ByRole.With(words.Name, c.Role)
	}
	if c.Effect != access.Allow {
		text = say.Denies + " " + text
	}
	for _, more := range []string{where(say, c.Where), within(say, c.Org)} {
		if more != "" {
			text += ", " + more
		}
	}
	return text
}

func where(say *words.ConsoleAccess, at access.Place) string {
	return map[access.Place]string{access.Own: say.Own, access.Listed: say.Some, access.Condition: say.Conditional}[at]
}

func within(say *words.ConsoleAccess, org string) string {
	if org == "" {
		return ""
	}
	return say.Within.With(words.Name, org)
}

// way is how a grant reaches the person.
func way(say *words.ConsoleAccess, path []wire.Subject) string {
	if len(path) == 0 {
		return say.Direct
	}
	var all []string
	for _, s := range path {
		all = append(all, called(say, s))
	}
	return say.Via.With(words.Name, strings.Join(all, " → "))
}

func called(say *words.ConsoleAccess, s wire.Subject) string {
	switch s.Kind {
	case access.Group:
		return say.Group.With(words.Name, s.ID)
	case access.Organisation:
		return say.Organisation.With(words.Name, s.ID)
	}
	return s.ID
}

// checkPage answers one question.
type checkPage struct {
	personFrame
	Permission, Thing string
	Answer            *wire.Explanation // nil: nothing was asked yet
	Permissions       []part.Option     // that are proposed
}

// named calls the person of the page by their address, where a text has their id.
func (p checkPage) named(text string) string {
	return strings.ReplaceAll(text, string(p.User.ID), p.User.Email)
}

func (p checkPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleAccess.Check) + words.Title(" · "+p.Name()))
}
func (p checkPage) Body() templ.Component { return checkBody(p) }

func (p checkPage) answer(all *words.Catalogue) part.Badge {
	say, after := &all.ConsoleAccess, guard.After(all, p.Answer.Requires)
	switch {
	case p.Answer.Decision == refused:
		return part.Badge{Label: say.MayNot, Tone: part.Bad}
	case after != "":
		return part.Badge{Label: after, Tone: part.Warn}
	}
	return part.Badge{Label: say.May, Tone: part.Good}
}

// why is the reason of the answer: of a proof that is asked for, whether they can give it.
func (p checkPage) why(all *words.Catalogue) string {
	if p.Answer.Decision != refused && p.User.ID != "" {
		if step := guard.Step(all, p.Answer.Requires, p.User.SecondFactor); step != "" {
			return step
		}
	}
	return all.ConsoleAccess.Reasons[string(p.Answer.Reason)]
}

// steps are the grants that were looked at, those that count first.
func (p checkPage) steps(cat *words.Catalogue) (all []part.Step) {
	say := &cat.ConsoleAccess
	for _, about := range []bool{true, false} {
		for i := range p.Answer.Grants {
			c := &p.Answer.Grants[i]
			if (c.Verdict != access.OtherPermission) == about {
				all = append(all, part.Step{Outcome: outcome(c), Label: gives(say, c) + ", " + way(say, c.Path), Detail: detail(cat, c)})
			}
		}
	}
	return all
}

func outcome(c *wire.Considered) part.Outcome {
	switch {
	case c.Verdict != access.Counts:
		return part.Skipped
	case c.Effect == access.Allow:
		return part.Passed
	}
	return part.Failed
}

func detail(all *words.Catalogue, c *wire.Considered) string {
	say := &all.ConsoleAccess
	text := verdict(all, c)
	if c.Reason != "" {
		text += " · " + say.Quote.With(words.Name, c.Reason)
	}
	return text + " · " + string(c.ID)
}

// verdict is what became of a grant; of one that needs a proof, of which.
func verdict(say *words.Catalogue, c *wire.Considered) string {
	if after := guard.After(say, c.Need); after != "" {
		return after
	}
	return say.ConsoleAccess.Verdicts[string(c.Verdict)]
}

// grantPage asks what to grant.
type grantPage struct {
	personFrame
	guard.Given
	Org, Last, Reason, Ticket string

	Takes  string // the permission of the link, where it takes a second step that they do not have
	Offers guard.Offers
}

func (p grantPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p grantPage) Body() templ.Component { return grantBody(p) }
func (p grantPage) title(say *words.Catalogue) words.Title {
	return say.ConsoleAccess.GrantTitle.With(words.Email, p.User.Email)
}

func (p grantPage) form(say *words.Catalogue) part.Form {
	is := &say.ConsoleAccess
	ends, why := last(is, p.Last, true), reason(is, p.Reason)
	ends.Section, why.Section = say.ConsoleGrants.Lasts, say.ConsoleGrants.WhyIt
	fields := append(p.Given.Fields(say, say.ConsoleGrants.GivenWhat, p.Offers),
		part.Field{ID: "org", Section: say.ConsoleGrants.Places[""], Label: is.Org, Value: p.Org, Options: p.Offers.Organisations, Offer: string(access.Organisation), Complete: "off", Optional: true, Literal: true, Max: 64},
		ends, why,
		part.Field{ID: "ticket", Section: why.Section, Label: is.Ticket, Value: p.Ticket, Optional: true, Literal: true, Max: 64},
	)
	return p.fill(say, "grant", p.path()+"/grant", part.Button{Label: is.Grant, Main: true}, fields...)
}

// fill is a form with what every form of the console carries.
func (f *personFrame) fill(say *words.Catalogue, id, action string, do part.Button, fields ...part.Field) part.Form {
	return f.Draw(say, part.Form{ID: id, Action: action, Fields: fields, Do: []part.Button{do}, Cancel: f.path()})
}

// last asks how long a grant lasts; endless is whether it may have no end.
func last(say *words.ConsoleAccess, typed string, endless bool) part.Field {
	field := part.Field{ID: "expires_at", Label: say.For, Hint: say.ForHint, Value: typed, Optional: endless, Literal: true, Complete: "off", Max: 16}
	if endless {
		field.Hint = say.ForHintEnd
	}
	field.Options = []part.Option{
		{Value: "10m", Label: say.Minutes10},
		{Value: "1h", Label: say.Hour},
		{Value: "8h", Label: say.Hours8},
		{Value: "1d", Label: say.Day},
		{Value: "7d", Label: say.Week},
		{Value: "30d", Label: say.Month},
	}
	return field
}

func reason(say *words.ConsoleAccess, value string) part.Field {
	return part.Field{ID: "reason", Label: say.Reason, Hint: say.ReasonHint, Value: value, Max: 500}
}

// changePage asks what it takes to do something with a grant.
type changePage struct {
	personFrame
	change             change
	Grant              wire.Grant
	ETag, Last, Reason string
}

func (p changePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p changePage) Body() templ.Component { return changeBody(p) }
func (p changePage) title(say *words.Catalogue) words.Title {
	return p.change.title(&say.ConsoleAccess).With(words.Email, p.User.Email)
}

// others names of whom the grant is, where it is not the person by name; "" otherwise.
func (p changePage) others(say *words.ConsoleAccess) string {
	if p.Grant.Subject.ID == string(p.User.ID) {
		return ""
	}
	return say.ToGroup.With(words.Name, called(say, p.Grant.Subject))
}

func (p changePage) form(say *words.Catalogue) part.Form {
	is := &say.ConsoleAccess
	field := reason(is, p.Reason)
	if !p.change.danger {
		field = last(is, p.Last, false)
	}
	form := p.fill(say, p.change.name, p.path()+"/grants/"+string(p.Grant.ID)+"/"+p.change.name, part.Button{Label: p.change.link(is), Main: !p.change.danger, Danger: p.change.danger}, field)
	form.Hidden = append(form.Hidden, part.Hidden{Name: "etag", Value: p.ETag})
	return form
}

// facts say which grant it is.
func (p changePage) facts(say *words.Catalogue) []part.Fact {
	is := &say.ConsoleAccess
	c := &wire.Considered{Effect: p.Grant.Effect, Role: p.Grant.Role, Pattern: p.Grant.Permission, Where: p.Grant.Where, Org: p.Grant.Org}
	return []part.Fact{
		{Name: is.What, Value: part.Text(gives(is, c))},
		{Name: is.Ends, Value: part.Left(part.Countdown{Now: p.Now, From: p.Grant.Created, Until: p.Grant.ExpiresAt})},
		{Name: is.Reason, Value: part.Text(p.Grant.Reason)},
	}
}

// frame is the frame of the page, which says what it answers.
func (p *checkPage) frame(say *words.Catalogue) part.Frame {
	return p.drawn(say, part.Heading{Title: string(say.ConsoleAccess.Check), Lead: say.ConsoleAccess.CheckLead})
}

func (p accessPage) pager() part.Pager {
	asked := url.Values{}
	if maps.Copy(asked, p.Look); p.Cursor != "" {
		asked.Set("cursor", p.Cursor)
	}
	return guard.Pager(p.path(), asked, p.Next).Showing(len(p.Held))
}

// filters say from where the page is looked at, after what it is about.
func (f *personFrame) filters(say *words.Catalogue, action string, about ...part.Field) part.Filters {
	is := &say.ConsoleAccess
	filters := part.Filters{Action: action, Do: part.Button{ID: "look", Label: is.Look}, Fields: append(about,
		part.Field{ID: "org", Label: is.Org, Value: f.Look.Get("org"), Max: 64, Optional: true, Literal: true, Typed: true, Options: f.Orgs, Offer: string(access.Organisation)},
		part.Field{ID: "at", Label: is.At, Kind: "datetime-local", Value: f.Look.Get("at"), Optional: true},
	)}
	return filters.Faulty(say, f.Wrong)
}

func (p *accessPage) filters(say *words.Catalogue) part.Filters {
	return p.personFrame.filters(say, p.path())
}

func (p *checkPage) filters(say *words.Catalogue) part.Filters {
	is := &say.ConsoleAccess
	return p.personFrame.filters(say, p.path()+"/check",
		part.Field{ID: "permission", Label: is.Permission, Hint: say.Console.Example, Value: p.Permission, Max: 192, Literal: true, Typed: true, Options: p.Permissions},
		part.Field{ID: "thing", Label: is.Thing, Hint: is.ThingHint, Value: p.Thing, Max: 200, Optional: true, Literal: true},
	)
}

// moment is that of the page, as it was typed where it cannot be read.
func (f *personFrame) moment(say *words.Catalogue) string {
	if at, err := time.Parse(time.RFC3339, looking(f.Look).Get("at")); err == nil {
		return say.Moment(at)
	}
	return f.Look.Get("at")
}
