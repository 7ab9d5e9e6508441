package users

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/audit"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/words"
	"gatehouse/wire"
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
	all := []part.Fact{{Name: say.ConsoleUsers.Password, Value: password(p.User.HasPassword)}}
	if until := p.User.PasswordLinkUntil; !until.IsZero() {
		all = append(all, part.Fact{Name: string(say.ConsoleUsers.LinkMade), Value: part.Left(part.Countdown{Now: p.Now, Until: until})})
	}
	return append(all,
		part.Fact{Name: say.ConsoleUsers.Factor, Value: factor(p.User.SecondFactor)},
		part.Fact{Name: say.ConsoleUsers.CodesLeft, Value: part.Number(p.User.RecoveryCodesLeft)},
	)
}

// tokens are what the person's programs prove who they are by.
func (p credentialsPage) tokens(say *words.Catalogue) part.Table {
	is := &say.ConsoleUsers
	t := part.Table{ID: "tokens", Caption: is.Tokens, Columns: []part.Column{{Label: is.Name}, {Label: is.Allows}, {Label: is.LastUsed}, {Label: is.Ends}}}
	for _, k := range *p.Tokens {
		row := part.Row{Label: k.Name, Cells: []templ.Component{part.Cell(part.Lines{Main: k.Name, Code: string(k.ID)}), codes(k.Permissions), part.When(p.Now, k.LastUsed), part.Left(part.Countdown{Now: p.Now, From: k.Created, Until: k.ExpiresAt})}}
		if !k.Revoked.IsZero() {
			row.Soft, row.Cells[3] = true, part.Left(part.Countdown{Now: p.Now, Until: k.Revoked})
		} else if p.CanRevoke {
			row.Href = p.Path() + "/tokens/" + string(k.ID)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

func (p tokenPage) sure(say *words.Catalogue) part.Confirm {
	is, at := &say.ConsoleUsers, p.Path()+"/tokens/"+string(p.Token.ID)
	return part.Confirm{Title: string(is.RevokeToken.With(words.Name, p.Token.Name)), Consequence: is.RevokeTokenWhy, Details: p.Token.Permissions, Form: p.Draw(say, part.Form{
		ID: "revoke", Action: at, Cancel: p.Path() + "/credentials", Do: []part.Button{{ID: "submit", Label: is.RevokeTokenDo, Danger: true}},
	})}
}

// table is what each application has.
func (p appsPage) table(say *words.Catalogue) part.Table {
	is := &say.ConsoleUsers
	t := part.Table{ID: "apps", Caption: is.Applications, Columns: []part.Column{{Label: is.Application}, {Label: is.Allows}, {Label: is.Since}, {Label: is.RefreshTokens, Number: true}, {Label: is.LastUsed}}}
	for _, a := range p.Apps {
		row := part.Row{Label: a.Client, Cells: []templ.Component{part.Text(a.Client), part.Text(""), part.Text(""), part.Number(len(a.Families)), part.When(p.Now, a.used())}}
		if a.Consent != nil {
			row.Cells[1], row.Cells[2] = codes(strings.Fields(a.Consent.Scope)), part.When(p.Now, a.Consent.Created)
			if p.CanWithdraw {
				row.Href = p.Path() + "/applications/" + url.PathEscape(a.Client)
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if p.More {
		t.Foot = part.Text(is.MoreTokens)
	}
	return t
}

// families are the refresh tokens of all applications, the newest first.
func (p appsPage) families() (all []wire.RefreshFamily) {
	for _, a := range p.Apps {
		all = append(all, a.Families...)
	}
	slices.SortStableFunc(all, func(a, b wire.RefreshFamily) int { return b.Created.Compare(a.Created) })
	return all
}

// familyTable is each of them, and leads to the page that ends it.
func (p appsPage) familyTable(say *words.Catalogue) part.Table {
	is := &say.ConsoleUsers
	t := part.Table{ID: "families", Caption: is.RefreshTokens, Columns: []part.Column{{Label: is.Application}, {Label: is.Allows}, {Label: is.Since}, {Label: is.LastUsed}, {Label: is.Ends}}}
	for _, f := range p.families() {
		row := part.Row{Label: string(f.Client), Cells: []templ.Component{part.Text(string(f.Client)), codes(scopesOf(&f)), part.When(p.Now, f.Created), part.When(p.Now, f.Used), part.When(p.Now, endOf(&f))}}
		if p.CanEndOne {
			row.Href = p.Path() + "/families/" + string(f.ID)
		}
		t.Rows = append(t.Rows, row)
	}
	return t
}

// scopesOf are those that a token has.
func scopesOf(f *wire.RefreshFamily) []string { return strings.Fields(f.Scope) }

// endOf is when a token ends unless it is used before.
func endOf(f *wire.RefreshFamily) time.Time {
	if !f.IdleExpires.IsZero() && f.IdleExpires.Before(f.Expires) {
		return f.IdleExpires
	}
	return f.Expires
}

// used is when a token of the application was used last.
func (h *held) used() (last time.Time) {
	for _, f := range h.Families {
		if f.Used.After(last) {
			last = f.Used
		}
	}
	return last
}

func (p withdrawPage) sure(say *words.Catalogue) part.Confirm {
	is := &say.ConsoleUsers
	return part.Confirm{Title: string(is.Withdraw.With(words.App, p.App.Client)), Consequence: is.WithdrawWhy, Details: []string{say.Count(is.WithdrawEnds, len(p.App.Families))}, Form: p.Draw(say, part.Form{
		ID: "withdraw", Action: p.Path() + "/applications/" + url.PathEscape(p.App.Client), Cancel: p.Path() + "/applications", Do: []part.Button{{ID: "submit", Label: is.WithdrawDo, Danger: true}},
	})}
}

func (p activityPage) table(say *words.Catalogue) part.Table {
	now := time.Now()
	t := part.Table{ID: "events", Caption: say.ConsoleUsers.Activity, Columns: []part.Column{{Label: say.ConsoleUsers.What}, {Label: say.ConsoleUsers.Outcome}, {Label: say.ConsoleUsers.By}, {Label: say.ConsoleUsers.When}}}
	for _, e := range p.Events {
		came := part.Badge{Label: say.ConsoleUsers.Done, Tone: part.Good}
		if e.Outcome != audit.Done {
			came = part.Badge{Label: say.ConsoleUsers.Refused, Tone: part.Bad}
		}
		t.Rows = append(t.Rows, part.Row{Label: string(e.Action), Href: "/console/audit/" + string(e.ID), Cells: []templ.Component{code(string(e.Action)), part.Pill(came), by(p.Names, &e), part.When(now, e.At)}})
	}
	return t
}

func (p activityPage) pager() part.Pager {
	pages := guard.Pager(p.Path()+"/activity", p.Asked, p.Next)
	pages.Time = true
	return pages.Showing(len(p.Events))
}
