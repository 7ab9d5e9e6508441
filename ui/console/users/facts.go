package users

import (
	"slices"
	"time"

	"github.com/a-h/templ"

	"gatehouse/audit"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
)

// facts are what is known of the person.
func (p userPage) facts(say *words.Catalogue) []part.Fact {
	now := time.Now()
	name := p.User.Name
	if name == "" {
		name = say.ConsoleUsers.Unnamed
	}
	all := []part.Fact{
		{Name: say.ConsoleUsers.Email, Value: addressOf(p)},
		{Name: say.ConsoleUsers.Name, Value: part.Text(name)},
		{Name: say.ConsoleUsers.Created, Value: part.When(now, p.User.Created)},
		{Name: say.ConsoleUsers.LastSeen, Value: part.When(now, p.User.LastSignIn)},
		{Name: say.ConsoleUsers.Factor, Value: factor(p.User.SecondFactor)},
	}
	if zone := p.User.Claims.Zoneinfo; zone != "" {
		all = append(all, part.Fact{Name: say.ConsoleUsers.Zone, Value: part.Text(zone)})
	}
	return all
}

func (f *userFrame) hasAside() bool {
	return slices.ContainsFunc(f.Acts, func(a act) bool { return a.aside })
}

func (p credentialsPage) facts(say *words.Catalogue) []part.Fact {
	return []part.Fact{
		{Name: say.ConsoleUsers.Factor, Value: factor(p.User.SecondFactor)},
		{Name: say.ConsoleUsers.CodesLeft, Value: part.Number(p.User.RecoveryCodesLeft)},
	}
}

func (p sessionsPage) table(say *words.Catalogue) part.Table {
	now := time.Now()
	t := part.Table{ID: "sessions", Caption: say.ConsoleUsers.Sessions, Columns: []part.Column{{Label: say.ConsoleUsers.Device}, {Label: say.ConsoleUsers.Address}, {Label: say.ConsoleUsers.Since}, {Label: say.ConsoleUsers.Used}}}
	for _, one := range p.List {
		t.Rows = append(t.Rows, part.Row{Label: one.Agent, Cells: []templ.Component{
			part.Cell(part.Lines{Main: one.Agent, Code: string(one.ID)}), part.Text(one.IP), part.When(now, one.Created), part.When(now, one.Seen),
		}})
	}
	return t
}

func (p activityPage) table(say *words.Catalogue) part.Table {
	now := time.Now()
	t := part.Table{ID: "events", Caption: say.ConsoleUsers.Activity, Columns: []part.Column{{Label: say.ConsoleUsers.What}, {Label: say.ConsoleUsers.Outcome}, {Label: say.ConsoleUsers.By}, {Label: say.ConsoleUsers.When}}}
	for _, e := range p.Events {
		came := part.Badge{Label: say.ConsoleUsers.Done, Tone: part.Good}
		if e.Outcome != audit.Done {
			came = part.Badge{Label: say.ConsoleUsers.Refused, Tone: part.Bad}
		}
		t.Rows = append(t.Rows, part.Row{Label: string(e.Action), Cells: []templ.Component{code(string(e.Action)), part.Pill(came), part.Text(actor(&e)), part.When(now, e.At)}})
	}
	return t
}

func (p activityPage) pager() part.Pager {
	base, pages := pathOf(string(p.User.ID))+"/activity", part.Pager{Time: true}
	if p.Later {
		pages.First = base
	}
	if p.Next != "" {
		pages.Next = base + "?cursor=" + p.Next
	}
	return pages
}
