package routes

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// reviewPage shows what a change comes to, and asks whether it shall count.
type reviewPage struct {
	guard.Frame
	ID, ETag         string
	New              bool
	Spec             gate.RouteSpec
	Changes          []part.Change
	Tests            int
	Unknown          []string // permissions that it asks for and no API has
	Replayed         *wire.Replayed
	NoLog            bool        // nothing is written down that could be made again
	Version          *wire.Event // the change that it goes back to
	Now              time.Time
	CanSave, Refused bool // of a version: it may count again; it cannot be used any more
}

func (p reviewPage) Head(say *words.Catalogue) view.Head { return part.Head(p.title(say)) }
func (p reviewPage) Body() templ.Component               { return reviewBody(p) }

func (p reviewPage) title(say *words.Catalogue) words.Title {
	switch {
	case p.Version != nil:
		return say.ConsoleRoutes.VersionTitle.With(words.Name, p.ID)
	case p.New:
		return say.ConsoleRoutes.ReviewNewTitle.With(words.Name, p.ID)
	}
	return say.ConsoleRoutes.ReviewTitle.With(words.Name, p.ID)
}

// offered reports whether it can be saved here.
func (p reviewPage) offered() bool {
	return !p.Refused && len(p.Changes) > 0 && (p.Version == nil || p.CanSave)
}

func (p reviewPage) action() string {
	if p.New {
		return pathNew
	}
	return pathOf(p.ID) + "/edit"
}

func (p reviewPage) crumbs(say *words.Catalogue) []part.Link {
	all := []part.Link{{Label: string(say.ConsoleRoutes.Title), Href: path}}
	if !p.New {
		all = append(all, part.Link{Label: p.ID, Href: pathOf(p.ID)})
	}
	if p.Version != nil {
		all = append(all, part.Link{Label: say.ConsoleRoutes.History, Href: pathOf(p.ID) + "/history"})
	}
	return all
}

func (p reviewPage) form(say *words.Catalogue) part.Form {
	text, _ := json.Marshal(p.Spec) // it came as JSON
	label, back := say.ConsoleRoutes.Save, path
	if !p.New {
		back = pathOf(p.ID)
	}
	if p.Version != nil {
		label = say.ConsoleRoutes.RollBack
	}
	return p.Draw(say, part.Form{
		ID: "review", Action: p.action(), Cancel: back, Do: []part.Button{{ID: "submit", Label: label, Main: true, Name: "do", Value: doSave}},
		Hidden: []part.Hidden{{Name: "id", Value: p.ID}, {Name: "etag", Value: p.ETag}, {Name: "spec", Value: string(text)}},
	})
}

// unknown are the permissions that a route asks for and its API has not, as far as the visitor may see
// the API. Files may bring a route before its API, so it is no mistake: until then it answers nobody.
func unknown(v *guard.Visit, a gate.AuthorizeSpec) ([]string, error) {
	asked := slices.Sorted(maps.Values(a.Permissions))
	if a.Permission != "" {
		asked = append(asked, a.Permission)
	}
	asked = slices.Compact(asked)
	if len(asked) == 0 || !v.Can("getAPI", guard.On("api", a.API)) {
		return nil, nil
	}
	found, err := guard.Ask[admin.One[wire.API]](v, "getAPI", admin.Input{Path: guard.On("api", a.API)})
	if fault.Is(err, fault.NotFound) {
		return asked, nil
	}
	if err != nil {
		return nil, err
	}
	for _, has := range found.Body.Permissions {
		asked = slices.DeleteFunc(asked, func(one string) bool { return one == has.Permission })
	}
	return asked, nil
}

// warned names them.
func (p reviewPage) warned(say *words.Catalogue) string {
	return say.ConsoleRoutes.NoPermission.Fill(words.Name.Is(p.Spec.Authorize.API), words.Scope.Is(strings.Join(p.Unknown, ", ")))
}

// turned says how many decisions would turn, one sentence for each way.
func (p reviewPage) turned(say *words.Catalogue) (all []string) {
	for _, t := range p.Replayed.Turns {
		all = append(all, say.Of(say.ConsoleRoutes.Turns, t.Count).Fill(words.N.Is(say.Number(t.Count)), words.TurnFrom.Is(decided(say, t.From)), words.TurnTo.Is(decided(say, t.To))))
	}
	return all
}

// mostShown is how many decisions that would turn are shown one by one.
const mostShown = 20

func (p reviewPage) entries(say *words.Catalogue) part.Table {
	w := say.ConsoleRoutes
	t := part.Table{ID: "turned", Caption: w.Turned, Columns: []part.Column{{Label: w.Request}, {Label: w.Who}, {Label: w.Was}, {Label: w.WouldBe}, {Label: w.When}}}
	for _, c := range p.Replayed.Changes[:min(len(p.Replayed.Changes), mostShown)] {
		t.Rows = append(t.Rows, part.Row{Label: c.Path, Cells: []templ.Component{code(c.Method + " " + c.Host + c.Path), subject(c.Subject), part.Text(decided(say, c.From)), part.Text(decided(say, c.To)), part.When(p.now(), c.At)}})
	}
	if n := len(p.Replayed.Changes); n > mostShown {
		t.Foot = part.Text(w.MoreTurned)
	}
	return t
}

func (p reviewPage) now() time.Time {
	if p.Now.IsZero() {
		return time.Now()
	}
	return p.Now
}
