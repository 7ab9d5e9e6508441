package settings

import (
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/ui/brand"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// listPage lists what may be changed, by what it is about.
type listPage struct {
	guard.Frame
	Settings []wire.Setting
}

func (p listPage) Head(say *words.Catalogue) view.Head { return part.Head(say.ConsoleSettings.Title) }
func (p listPage) Body() templ.Component               { return listBody(p) }

func (p listPage) notice(say *words.Catalogue) string { return noticeOf(say, p.Done) }

func noticeOf(say *words.Catalogue, done string) string {
	switch done {
	case "changed":
		return say.ConsoleSettings.DidChange
	case "unset":
		return say.ConsoleSettings.DidUnset
	}
	return ""
}

// group is the settings of a section.
type group struct {
	name string // the first part of their keys
	all  []wire.Setting
}

// groups are the settings by their sections, in the order in which the first of each stands.
func (p listPage) groups() (all []group) {
	for _, s := range p.Settings {
		name, _, _ := strings.Cut(s.Path, ".")
		i := slices.IndexFunc(all, func(g group) bool { return g.name == name })
		if i < 0 {
			i, all = len(all), append(all, group{name: name})
		}
		all[i].all = append(all[i].all, s)
	}
	return all
}

// label is the head of a group.
func (g group) label(say *words.Catalogue) string {
	switch w := say.ConsoleSettings; g.name {
	case "audit":
		return w.Audit
	case "brand":
		return w.Brand
	case "passwords":
		return w.Passwords
	case "session":
		return w.Session
	case "signin":
		return w.SignIn
	case "tokens":
		return w.Tokens
	}
	return g.name
}

func (g group) table(say *words.Catalogue) part.Table {
	t := part.Table{ID: g.name, Caption: g.label(say), Columns: []part.Column{{Label: say.ConsoleSettings.Setting}, {Label: say.ConsoleSettings.Value}, {Label: say.ConsoleSettings.From}}}
	for _, s := range g.all {
		t.Rows = append(t.Rows, part.Row{Label: s.Path, Href: pathOf(s.Path), Cells: []templ.Component{
			part.Cell(part.Lines{Main: wordsOf(say, s.Path).Label, Code: s.Path}), saidOf(say, s.Path, s.Value), from(s),
		}})
	}
	return t
}

// wordsOf are what people read of a setting; one without words is called by its key.
func wordsOf(say *words.Catalogue, key string) words.Setting {
	w := say.ConsoleSettings
	of := map[string]words.Setting{
		"session.idle": w.Idle, "session.absolute": w.Absolute, "signin.mfa": w.MFA, "signin.interaction_ttl": w.Interaction, "signin.fresh": w.Fresh,
		"signin.help_text": w.HelpText, "signin.help_url": w.HelpURL, "passwords.min_length": w.MinLength, "tokens.access_token_ttl": w.AccessToken,
		"tokens.id_token_ttl": w.IDToken, "tokens.refresh_idle": w.RefreshIdle, "tokens.refresh_absolute": w.RefreshAbsolute, "audit.retention": w.Retention,
		keyName: w.Name, keyAccent: w.Accent,
	}[key]
	if of.Label == "" {
		of.Label = key
	}
	return of
}

// saidOf is the value of a setting, in words where it is one of a few.
func saidOf(say *words.Catalogue, key, value string) templ.Component {
	if key == "signin.mfa" {
		switch value {
		case "administrators":
			return part.Text(say.ConsoleSettings.MFAAdministrators)
		case "everybody":
			return part.Text(say.ConsoleSettings.MFAEverybody)
		}
	}
	return valueOf(value)
}

// settingPage shows a setting, and lets it be changed where nothing else sets it.
type settingPage struct {
	guard.Frame
	Setting          wire.Setting
	ETag, Value      string // Value is what was typed
	CanSet, CanUnset bool
}

func (p settingPage) Head(say *words.Catalogue) view.Head {
	return part.Head(words.Title(wordsOf(say, p.Setting.Path).Label))
}
func (p settingPage) Body() templ.Component { return settingBody(p) }

// offered reports whether there is a form.
func (p settingPage) offered() bool { return p.CanSet && !p.Setting.Locked }

// stored reports whether the database holds something that can be taken out of it.
func (p settingPage) stored() bool { return p.Setting.Layer == "database" || p.Setting.Stored != nil }

func (p settingPage) facts(say *words.Catalogue) []part.Fact {
	all := []part.Fact{
		{Name: say.ConsoleSettings.Value, Value: saidOf(say, p.Setting.Path, p.Setting.Value)},
		{Name: say.ConsoleSettings.Default, Value: saidOf(say, p.Setting.Path, p.Setting.Default)},
		{Name: say.ConsoleSettings.From, Value: from(p.Setting)},
		{Name: say.ConsoleSettings.Key, Value: part.Copy("key", p.Setting.Path)},
	}
	if p.Setting.Stored != nil {
		all = append(all, part.Fact{Name: say.ConsoleSettings.Stored, Value: saidOf(say, p.Setting.Path, *p.Setting.Stored)})
	}
	return all
}

func (p settingPage) form(say *words.Catalogue) part.Form {
	in := p.field(say)
	in.ID, in.Label, in.Value, in.Max, in.Complete, in.Focus = "value", wordsOf(say, p.Setting.Path).Label, p.Value, 4096, "off", p.Wrong == nil
	return p.Draw(say, part.Form{
		ID: "setting", Action: pathOf(p.Setting.Path), Cancel: path, Fields: []part.Field{in}, Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
		Do: []part.Button{{ID: "submit", Label: say.ConsoleSettings.Save, Main: true}},
	})
}

// field is how a setting is typed: by what it is.
func (p settingPage) field(say *words.Catalogue) part.Field {
	w := say.ConsoleSettings
	switch p.Setting.Path {
	case "signin.mfa":
		return part.Field{Kind: part.Radio, Options: []part.Option{
			{Value: "administrators", Label: w.MFAAdministrators, On: p.Value == "administrators"}, {Value: "everybody", Label: w.MFAEverybody, On: p.Value == "everybody"},
		}}
	case "signin.help_text":
		return part.Field{Kind: part.Area, Rows: 6, Optional: true}
	case "signin.help_url":
		return part.Field{Literal: true, Optional: true}
	case keyName:
		return part.Field{}
	case keyAccent:
		return part.Field{Literal: true, Optional: true, Hint: w.AccentHint}
	case "passwords.min_length":
		return part.Field{Kind: "number", Unit: w.Characters}
	}
	return part.Field{Literal: true, Hint: w.DurationHint}
}

func (p settingPage) crumbs(say *words.Catalogue) []part.Link {
	return []part.Link{{Label: string(say.ConsoleSettings.Title), Href: path}}
}

// unset is the page that asks whether the default shall count again.
func (p settingPage) unset() unsetPage {
	p.Command = guard.Command("setting", "unset", p.Setting.Path)
	return unsetPage{p}
}

// unsetPage asks whether to go back to the default.
type unsetPage struct{ settingPage }

func (p unsetPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleSettings.UnsetTitle.With(words.Name, wordsOf(say, p.Setting.Path).Label))
}
func (p unsetPage) Body() templ.Component { return unsetBody(p) }

func (p unsetPage) sure(say *words.Catalogue) part.Confirm {
	back := pathOf(p.Setting.Path)
	text := say.ConsoleSettings.UnsetNothing
	if p.Setting.Default != "" {
		text = say.ConsoleSettings.UnsetWhy.With(words.Label, p.Setting.Default)
	}
	return part.Confirm{Title: string(say.ConsoleSettings.UnsetTitle.With(words.Name, wordsOf(say, p.Setting.Path).Label)), Consequence: text, Form: p.Draw(say, part.Form{
		ID: "unset", Action: back + "/unset", Cancel: back, Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}}, Do: []part.Button{{ID: "submit", Label: say.ConsoleSettings.Unset, Main: true}},
	})}
}

// brandPart is one setting of how pages look.
type brandPart struct {
	Setting     wire.Setting
	ETag, Value string // Value is what was typed
}

// brandPage shows how pages look, and would look by what was typed.
type brandPage struct {
	guard.Frame
	Name, Logo, Accent brandPart
	CanSet             bool
}

func (p brandPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleSettings.BrandTitle)
}
func (p brandPage) Body() templ.Component { return brandBody(p) }

// offered reports whether anything can be changed here.
func (p brandPage) offered() bool {
	return p.CanSet && !(p.Name.Setting.Locked && p.Accent.Setting.Locked)
}

func (p brandPage) form(say *words.Catalogue) part.Form {
	w := say.ConsoleSettings
	name := part.Field{ID: "name", Label: w.Name.Label, Hint: w.Name.Why, Value: p.Name.Value, Max: 160, Complete: "off", Optional: true}
	accent := part.Field{ID: "accent", Label: w.Accent.Label, Hint: w.AccentHint, Value: p.Accent.Value, Max: 16, Complete: "off", Literal: true, Optional: true}
	for in, one := range map[*part.Field]brandPart{&name: p.Name, &accent: p.Accent} {
		if one.Setting.Locked {
			in.Locked = w.LockedBy.With(words.Name, one.Setting.Source)
		}
	}
	return p.Draw(say, part.Form{
		ID: "brand", Action: pathBrand, Cancel: path, Fields: []part.Field{name, accent},
		Hidden: []part.Hidden{{Name: "etag_name", Value: p.Name.ETag}, {Name: "etag_accent", Value: p.Accent.ETag}},
		Do:     []part.Button{{ID: "submit", Label: w.Save, Main: true}, {ID: "check", Label: w.Preview, Name: "do", Value: "check"}},
	})
}

func (p brandPage) logo(say *words.Catalogue) []part.Fact {
	return []part.Fact{{Name: say.ConsoleSettings.Logo, Value: valueOf(p.Logo.Setting.Value)}, {Name: say.ConsoleSettings.From, Value: from(p.Logo.Setting)}}
}

// look is how the accent that was typed looks; ok is false for what is no colour.
func (p brandPage) look() (brand.Look, bool) { return brand.LookOf(strings.TrimSpace(p.Accent.Value)) }

// named is what pages would be called.
func (p brandPage) named() string {
	if p.Name.Value == "" {
		return p.Name.Setting.Default
	}
	return p.Name.Value
}

// contrast says how well something can be read, as people compare it: "5.2 : 1".
func contrast(c float64) string { return strconv.FormatFloat(c, 'f', 1, 64) + " : 1" }

// paper is how a page looks besides its accent.
type paper struct {
	page, card, ink, soft, line string
	link                        string
	edge                        string
	dark                        bool
}

// papers are a light page and a dark one.
func papers(l brand.Look) []paper {
	return []paper{
		{page: "#f4f4f1", card: "#ffffff", ink: "#1a1c21", soft: "#565b66", line: "#83868f", link: l.Link[0], edge: l.Edge[0]},
		{page: "#131519", card: "#1c1f25", ink: "#eceef2", soft: "#a6acb8", line: "#727885", link: l.Link[1], edge: l.Edge[1], dark: true},
	}
}

func (p paper) label(say *words.Catalogue) string {
	if p.dark {
		return say.Part.Dark
	}
	return say.Part.Light
}
