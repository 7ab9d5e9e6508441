package users

import (
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/person"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// sure asks whether to do it. Who is to be deleted is typed.
func (p actPage) sure(say *words.Catalogue) part.Confirm {
	back := p.Path()
	form := part.Form{
		ID: p.act.name, Action: back + "/" + p.act.name, Cancel: back, Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
		Do: []part.Button{{ID: "submit", Label: p.act.say(say).Link, Main: !p.act.danger, Danger: p.act.danger}},
	}
	c := part.Confirm{Title: string(p.title(say)), Consequence: p.act.say(say).Why, Form: p.Draw(say, form), Bad: p.act.leaves}
	if p.act.leaves {
		c.Name = p.User.Email
	}
	if p.Mistyped {
		c.Problem = say.ConsoleUsers.Mistyped
	}
	return c
}

func (p editPage) form(say *words.Catalogue) part.Form {
	form := part.Form{ID: "person", Action: p.action(), Cancel: p.back(), Do: []part.Button{{ID: "submit", Label: say.ConsoleUsers.Create, Main: true}}, Fields: []part.Field{
		{ID: "email", Label: say.ConsoleUsers.Email, Kind: "email", Value: p.Email, Complete: "off", Max: 320, Literal: true, Focus: p.Wrong == nil},
		{ID: "name", Label: say.ConsoleUsers.Name, Value: p.Name, Complete: "off", Max: 200, Optional: true},
		{ID: "email_verified", Label: say.ConsoleUsers.EmailIs, Kind: part.Tick, On: p.Verified},
	}}
	if p.Of != nil {
		form.Do[0].Label = say.ConsoleUsers.Save
		form.Hidden = []part.Hidden{{Name: "etag", Value: p.ETag}}
	}
	return p.Draw(say, form)
}

// crumbs lead to the form from above.
func (p editPage) crumbs(say *words.Catalogue) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleUsers.Title), Href: pathUsers}}
	if p.Of != nil {
		all = append(all, part.Link{Label: person.Named(p.Of), Href: p.back()})
	}
	return all
}

func (p passwordPage) sure(say *words.Catalogue) part.Confirm {
	back, in := p.Path(), view.NewPassword(say, "password", say.Password.New, 0)
	return part.Confirm{Title: string(p.title(say)), Consequence: say.ConsoleUsers.PasswordWhy, Form: p.Draw(say, part.Form{
		ID: "credentials", Action: back + "/password", Cancel: back, Do: []part.Button{{ID: "submit", Label: say.ConsoleUsers.NewPassword, Main: true}},
		Fields: []part.Field{{ID: in.ID, Label: in.Label, Hint: in.Hint, Kind: "password", Complete: in.Autocomplete, Max: in.MaxLength, Literal: true, Focus: p.Wrong == nil}},
	})}
}
