package apis

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
)

// unbindPage asks whether to delete a scope.
type unbindPage struct {
	scopePage
	Mistyped bool
}

func (p unbindPage) name(say *words.Catalogue) words.Title {
	return say.ConsoleAPIs.ScopeDeleteTitle.With(words.Name, p.Was.Name)
}

func (p unbindPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.name(say)))
}
func (p unbindPage) Body() templ.Component { return unbindBody(p) }

func (p unbindPage) sure(say *words.Catalogue) part.Confirm {
	a := &say.ConsoleAPIs
	form := part.Form{
		ID: "delete", Action: p.scopePath(p.Was.Name) + "/delete", Cancel: p.path() + "/scopes",
		Hidden: []part.Hidden{{Name: "etag", Value: p.Seen}}, Do: []part.Button{{ID: "submit", Label: a.Delete, Danger: true}},
	}
	c := part.Confirm{Title: string(p.name(say)), Consequence: a.ScopeDeleteWhy, Details: p.Was.Permissions, Form: p.Draw(say, form), Bad: true, Name: p.Was.Name}
	if p.Mistyped {
		c.Problem = a.ScopeMistyped
	}
	return c
}

func unbinding(v *guard.Visit) (p unbindPage, err error) {
	if err := v.Ready("deleteScope", ofScope(v)); err != nil {
		return p, err
	}
	if p.scopePage, err = readScope(v); err != nil {
		return p, err
	}
	p.Command = guard.Run("scope", "delete").On(p.Was.Name).String()
	return p, nil
}

func (d *Door) askUnbind(v *guard.Visit) error {
	page, err := unbinding(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func (d *Door) unbind(v *guard.Visit) error {
	page, err := unbinding(v)
	if err != nil {
		return err
	}
	if strings.TrimSpace(v.Value("confirm")) != page.Was.Name {
		page.Mistyped = true
		return v.Show(http.StatusUnprocessableEntity, page)
	}
	_, err = guard.Ask[admin.Nothing](v, "deleteScope", admin.Input{Path: ofScope(v), IfMatch: v.Value("etag")})
	if err == nil {
		return v.Done(page.path()+"/scopes", "scope-delete")
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}
