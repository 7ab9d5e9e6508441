package routes

import (
	"net/http"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func (d *Door) askDelete(v *guard.Visit) error {
	if err := v.Ready("deleteGateRoute", on(v)); err != nil {
		return err
	}
	f, err := read(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, deletingPage(f))
}

func deletingPage(f routeFrame) deletePage {
	f.Command = guard.Run("route", "delete").On(f.ID).String()
	return deletePage{routeFrame: f}
}

func (d *Door) remove(v *guard.Visit) error {
	f, err := read(v)
	if err != nil {
		return err
	}
	p := deletingPage(f)
	if p.Mistyped = v.Value("confirm") != f.ID; p.Mistyped {
		if err := v.Ready("deleteGateRoute", on(v)); err != nil {
			return err
		}
		return v.Show(http.StatusUnprocessableEntity, p)
	}
	_, err = guard.Ask[admin.Nothing](v, "deleteGateRoute", admin.Input{Path: on(v), IfMatch: v.Value("etag")})
	if err == nil {
		return v.Done(path, "deleted")
	}
	status, ok := v.Reject(&p.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, p)
}

// deletePage asks whether to remove a route.
type deletePage struct {
	routeFrame
	Mistyped bool
}

func (p deletePage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleRoutes.DeleteTitle.With(words.Name, p.ID))
}
func (p deletePage) Body() templ.Component { return deleteBody(p) }

func (p deletePage) sure(say *words.Catalogue) part.Confirm {
	w := say.ConsoleRoutes
	c := part.Confirm{Title: string(w.DeleteTitle.With(words.Name, p.ID)), Consequence: w.DeleteWhy, Name: p.ID, Bad: true, Form: p.Draw(say, part.Form{
		ID: "delete", Action: pathOf(p.ID) + "/delete", Cancel: pathOf(p.ID), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}}, Do: []part.Button{{ID: "submit", Label: w.Delete, Danger: true}},
	})}
	if p.Served != nil {
		all, _ := wire.Decided(p.Served.Decisions)
		c.Details = append(addresses(&p.Served.Route), say.Of(w.Lately, all).With(words.N, say.Number(all)))
	}
	if p.Mistyped {
		c.Problem = w.Mistyped
	}
	return c
}
