package apis

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// scopePage binds a scope to permissions of an API, or changes what one is bound to.
type scopePage struct {
	apiFrame
	Was               wire.Scope // one of no name: a new one
	Seen              string     // the ETag with which it was seen
	Name, Description string
	Chosen            []string
}

func (p scopePage) name(say *words.Catalogue) words.Title {
	if p.Was.Name != "" {
		return say.ConsoleAPIs.ScopeEditTitle.With(words.Name, p.Was.Name)
	}
	return say.ConsoleAPIs.ScopeTitle.With(words.Name, p.API.ID)
}

// why says what comes of it.
func (p scopePage) why(say *words.Catalogue) string {
	if p.Was.Name != "" {
		return say.ConsoleAPIs.ScopeEditWhy
	}
	return say.ConsoleAPIs.ScopeWhy
}

func (p scopePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.name(say)))
}
func (p scopePage) Body() templ.Component { return scopeBody(p) }

func (p scopePage) form(say *words.Catalogue) part.Form {
	a := &say.ConsoleAPIs
	form := part.Form{ID: "scope", Action: p.path() + "/scopes/new", Cancel: p.path() + "/scopes", Do: []part.Button{{ID: "submit", Label: a.NewScope, Main: true}}}
	if p.Was.Name == "" {
		form.Fields = append(form.Fields, part.Field{ID: "name", Label: a.Scope, Value: p.Name, Literal: true, Max: 128, Complete: "off", Focus: p.Wrong == nil})
	} else {
		form.Action, form.Hidden, form.Do[0].Label = p.scopePath(p.Was.Name), []part.Hidden{{Name: "etag", Value: p.Seen}}, a.Save
	}
	form.Fields = append(form.Fields,
		part.Field{ID: "permissions", Label: a.Permissions, Hint: a.ScopeHint, Kind: part.Ticks, Options: p.options(say)},
		part.Field{ID: "description", Label: a.Description, Hint: a.DescriptionHint, Value: p.Description, Max: 200, Optional: true, Complete: "off"},
	)
	return p.Draw(say, form)
}

// options are the permissions of the API, and what else the scope is bound to: a pattern of several
// stays until somebody takes it away.
func (p scopePage) options(say *words.Catalogue) (all []part.Option) {
	for _, one := range p.API.Permissions {
		all = append(all, part.Option{Value: p.API.ID + "/" + one.Permission, Label: one.Permission, Hint: one.Description})
	}
	for _, pattern := range append(slices.Clone(p.Was.Permissions), p.Chosen...) {
		if !slices.ContainsFunc(all, func(o part.Option) bool { return o.Value == pattern }) {
			all = append(all, part.Option{Value: pattern, Label: strings.TrimPrefix(pattern, p.API.ID+"/"), Hint: say.ConsoleAPIs.Several})
		}
	}
	for i := range all {
		all[i].On = slices.Contains(p.Chosen, all[i].Value)
	}
	return all
}

// scopePath is the page of a scope of the API.
func (f *apiFrame) scopePath(name string) string {
	return f.path() + "/scopes/" + url.PathEscape(name)
}

func binding(v *guard.Visit) (scopePage, error) {
	if err := v.Ready("createScope", nil); err != nil {
		return scopePage{}, err
	}
	f, err := read(v)
	return scopePage{apiFrame: f}, err
}

func (p *scopePage) take(v *guard.Visit) {
	p.Name, p.Description, p.Chosen = v.Value("name"), v.Value("description"), v.R.PostForm["permissions"]
	if p.Chosen == nil {
		p.Chosen = []string{}
	}
}

// commanded is the page with the command that does what its form holds.
func (p scopePage) commanded() scopePage {
	if p.Was.Name == "" {
		line := guard.Run("scope", "create").Typed("name", p.Name, "NAME")
		if len(p.Chosen) == 0 {
			line.With("permission", p.API.ID+"/RESOURCE:ACTION")
		}
		p.Command = line.With("permission", p.Chosen...).If("description", p.Description).String()
		return p
	}
	line := guard.Run("scope", "update").On(p.Was.Name)
	for _, one := range p.Chosen {
		if !slices.Contains(p.Was.Permissions, one) {
			line.With("add-permission", one)
		}
	}
	for _, one := range p.Was.Permissions {
		if !slices.Contains(p.Chosen, one) {
			line.With("remove-permission", one)
		}
	}
	p.Command = line.With("description", p.Description).String()
	return p
}

func (d *Door) askScope(v *guard.Visit) error {
	page, err := binding(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page.commanded())
}

func (d *Door) makeScope(v *guard.Visit) error {
	page, err := binding(v)
	if err != nil {
		return err
	}
	page.take(v)
	_, err = guard.Ask[admin.Made[wire.Scope]](v, "createScope", admin.Input{Body: admin.ScopeCreate{Name: page.Name, Permissions: page.Chosen, Description: page.Description}})
	return page.answer(v, err, "scope")
}

// answer leads on to the scopes of the API, or shows the form again.
func (p scopePage) answer(v *guard.Visit, err error, done string) error {
	if err == nil {
		return v.Done(p.path()+"/scopes", done)
	}
	status, ok := v.Reject(&p.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, p.commanded())
}

func ofScope(v *guard.Visit) map[string]string { return guard.On("scope", v.R.PathValue("scope")) }

// readScope returns the scope of the address, of the API of the address alone.
func readScope(v *guard.Visit) (p scopePage, err error) {
	if p.apiFrame, err = read(v); err != nil {
		return p, err
	}
	found, err := guard.Ask[admin.One[wire.Scope]](v, "getScope", admin.Input{Path: ofScope(v)})
	if err != nil {
		return p, err
	}
	if found.Body.API != p.API.ID {
		return p, fault.Missing("scope")
	}
	p.Was, p.Seen = found.Body, found.ETag
	p.Description, p.Chosen = p.Was.Description, p.Was.Permissions
	return p, nil
}

func changing(v *guard.Visit) (scopePage, error) {
	if err := v.Ready("updateScope", ofScope(v)); err != nil {
		return scopePage{}, err
	}
	return readScope(v)
}

func (d *Door) askChangeScope(v *guard.Visit) error {
	page, err := changing(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page.commanded())
}

func (d *Door) changeScope(v *guard.Visit) error {
	page, err := changing(v)
	if err != nil {
		return err
	}
	page.take(v)
	_, err = guard.Ask[admin.One[wire.Scope]](v, "updateScope", admin.Input{Path: ofScope(v), IfMatch: v.Value("etag"), Body: admin.ScopeChange{
		Permissions: &page.Chosen, Description: &page.Description,
	}})
	return page.answer(v, err, "scope-edit")
}
