package upstreams

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"gatehouse/fault"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// oneFrame is what the pages of one of them share.
type oneFrame struct {
	guard.Frame
	Thing              thing
	ETag               string
	Served             bool // by this process
	Gate               wire.Gate
	Now                time.Time
	CanEdit, CanDelete bool

	kind *kind
}

// reads returns the one of the address: as it is in the database, or as it is served where files
// are its source.
func (k *kind) reads(v *guard.Visit) (f oneFrame, err error) {
	id := v.R.PathValue("part")
	f = oneFrame{Frame: v.Frame(), kind: k, Now: time.Now()}
	f.Command = guard.Command(k.command, "list")
	if f.Gate, err = gateNow(v); err != nil {
		return f, err
	}
	served, err := k.servedAs(v, id)
	if err != nil {
		return f, err
	}
	f.Served = served != nil
	if f.Gate.Files {
		if served == nil {
			return f, missing()
		}
		f.Thing = *served
		return f, nil
	}
	if f.Thing, f.ETag, err = k.read(v, id); err != nil {
		return f, err
	}
	if served != nil {
		f.Thing.Routes = served.Routes
	}
	f.CanEdit, f.CanDelete = v.Can(k.replace, guard.On("part", id)), v.Can(k.destroy, guard.On("part", id))
	return f, nil
}

func (f *oneFrame) path() string { return f.kind.pathOf(f.Thing.ID) }

func (f *oneFrame) crumbs(say *words.Catalogue, below bool) []part.Link {
	all := []part.Link{{Label: string(f.kind.say(say).Title), Href: f.kind.path}}
	if below {
		all = append(all, part.Link{Label: f.Thing.ID, Href: f.path()})
	}
	return all
}

func (d *Door) one(v *guard.Visit, k *kind) error {
	f, err := k.reads(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, onePage{f})
}

// onePage shows one of them.
type onePage struct{ oneFrame }

func (p onePage) Head(*words.Catalogue) view.Head { return part.Head(words.Title(p.Thing.ID)) }
func (p onePage) Body() templ.Component           { return oneBody(p) }

func (p onePage) heading() part.Heading {
	return part.Heading{Title: p.Thing.ID, Actions: actions(p.oneFrame)}
}

func (p onePage) notice(say *words.Catalogue) string {
	switch p.Done {
	case "made":
		return p.kind.say(say).DidCreate
	case "changed":
		return p.kind.say(say).DidChange
	}
	return ""
}

func (p onePage) facts(say *words.Catalogue) []part.Fact {
	w, t := &say.ConsoleGateParts, &p.Thing
	k := p.kind.say(say)
	all := []part.Fact{{Name: k.At, Value: codes(t.At)}, {Name: k.Speaks, Value: code(t.Speaks)}}
	if t.Audience != "" {
		all = append(all, part.Fact{Name: w.Audience, Value: code(t.Audience)})
	}
	if t.Health != "" {
		all = append(all, part.Fact{Name: w.Health, Value: code(t.Health)})
	}
	if len(t.Shows) > 0 {
		all = append(all, part.Fact{Name: w.Shows, Value: part.Text(shown(say, t.Shows))})
	}
	if p.Served {
		all = append(all, part.Fact{Name: k.Routes, Value: routes(t.Routes, p.Has(pathRoutes), k.NoRoutes)})
	}
	if !t.Updated.IsZero() {
		all = append(all, part.Fact{Name: w.Changed, Value: part.When(p.Now, t.Updated)})
	}
	return all
}

func shown(say *words.Catalogue, ways []string) string {
	said := map[string]string{"secret": say.ConsoleGateParts.Secret, "certificate": say.ConsoleGateParts.Certificate}
	var all []string
	for _, way := range ways {
		all = append(all, said[way])
	}
	return strings.Join(all, ", ")
}

func (d *Door) askDelete(v *guard.Visit, k *kind) error {
	f, err := k.deleting(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, deletePage{oneFrame: f})
}

// deleting is what the page is given that asks whether to delete it.
func (k *kind) deleting(v *guard.Visit) (oneFrame, error) {
	if err := v.Ready(k.destroy, guard.On("part", v.R.PathValue("part"))); err != nil {
		return oneFrame{}, err
	}
	f, err := k.reads(v)
	if err == nil && f.Gate.Files {
		err = inFiles()
	}
	f.Command = guard.Run(k.command, "delete").On(f.Thing.ID).String()
	return f, err
}

func (d *Door) remove(v *guard.Visit, k *kind) error {
	f, err := k.deleting(v)
	if err != nil {
		return err
	}
	p := deletePage{oneFrame: f}
	if p.Mistyped = strings.TrimSpace(v.Value("confirm")) != f.Thing.ID; p.Mistyped {
		return v.Show(http.StatusUnprocessableEntity, p)
	}
	err = k.delete(v, f.Thing.ID, v.Value("etag"))
	if err == nil {
		return v.Done(k.path, "deleted")
	}
	if fault.CodeOf(err) == "gate.in_use" {
		p.Kept = true
		return v.Show(http.StatusConflict, p)
	}
	status, ok := v.Reject(&p.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, p)
}

// deletePage asks whether to remove one of them.
type deletePage struct {
	oneFrame
	Mistyped, Kept bool // another name was typed; something needs it still
}

func (p deletePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.kind.say(say).DeleteTitle.With(words.Name, p.Thing.ID))
}
func (p deletePage) Body() templ.Component { return deleteBody(p) }

func (p deletePage) sure(say *words.Catalogue) part.Confirm {
	w := &say.ConsoleGateParts
	k := p.kind.say(say)
	c := part.Confirm{Title: string(k.DeleteTitle.With(words.Name, p.Thing.ID)), Consequence: k.DeleteWhy, Name: p.Thing.ID, Bad: true, Form: p.Draw(say, part.Form{
		ID: "delete", Action: p.path() + "/delete", Cancel: p.path(), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}}, Do: []part.Button{{ID: "submit", Label: w.Delete, Danger: true}},
	})}
	for _, name := range p.Thing.Routes {
		c.Details = append(c.Details, k.Needs.With(words.Name, name))
	}
	if p.Kept {
		c.Form.Wrong = []string{k.Kept}
	}
	if p.Mistyped {
		c.Problem = w.Mistyped
	}
	return c
}
