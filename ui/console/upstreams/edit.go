package upstreams

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/typed"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

func inFiles() error { return gate.ErrInFiles() }

func (k *kind) delete(v *guard.Visit, id, etag string) error {
	_, err := guard.Ask[admin.Nothing](v, k.destroy, admin.Input{Path: guard.On("part", id), IfMatch: etag})
	return err
}

func (d *Door) askNew(v *guard.Visit, k *kind) error {
	p, err := newPage(v, k)
	if err != nil {
		return err
	}
	p.take(k.first)
	return v.Show(http.StatusOK, p)
}

func newPage(v *guard.Visit, k *kind) (editPage, error) {
	p := editPage{Frame: v.Frame(), kind: k, Speaks: k.speaks}
	if err := v.Ready(k.create, nil); err != nil {
		return p, err
	}
	now, err := gateNow(v)
	if err == nil && now.Files {
		err = inFiles()
	}
	p.Gate = now
	return p, err
}

func (d *Door) create(v *guard.Visit, k *kind) error {
	p, err := newPage(v, k)
	if err != nil {
		return err
	}
	p.ID = strings.TrimSpace(v.Value("id"))
	p.take(taken(v.R.PostForm, k.names))
	if err := k.write(v, p.ID, "", p.Draft); err != nil {
		return p.again(v, err)
	}
	return v.Done(k.pathOf(p.ID), "made")
}

func (d *Door) askEdit(v *guard.Visit, k *kind) error {
	p, err := editing(v, k)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, p)
}

// editing is the page with the form of the one of the address.
func editing(v *guard.Visit, k *kind) (editPage, error) {
	if err := v.Ready(k.replace, guard.On("part", v.R.PathValue("part"))); err != nil {
		return editPage{}, err
	}
	f, err := k.reads(v)
	if err == nil && f.Gate.Files {
		err = inFiles()
	}
	p := editPage{Frame: f.Frame, kind: k, Speaks: k.speaks, Of: f.Thing.ID, ID: f.Thing.ID, ETag: f.ETag, Gate: f.Gate}
	p.take(f.Thing.Draft)
	return p, err
}

// take puts a draft into the form, and below it the command that makes it be so, as far as it can be
// read.
func (p *editPage) take(d draft) {
	p.Draft = d
	if o, err := p.kind.object(p.ID, d); err == nil {
		p.Command = typed.Apply(o)
	}
}

func (d *Door) edit(v *guard.Visit, k *kind) error {
	p, err := editing(v, k)
	if err != nil {
		return err
	}
	p.Fresh = p.form
	p.take(taken(v.R.PostForm, k.names)) // sent again, it is meant for what is there now
	etag := v.Value("etag")
	if etag == "" {
		return fault.New(fault.Malformed, "request.body", "The form cannot be read.")
	}
	if err := k.write(v, p.Of, etag, p.Draft); err != nil {
		return p.again(v, err)
	}
	return v.Done(k.pathOf(p.Of), "changed")
}

// again shows the form with what was wrong.
func (p *editPage) again(v *guard.Visit, err error) error {
	status, ok := v.Reject(&p.Frame, guard.Taken(typed.Placed(err, p.kind.inputs), "id"))
	if !ok {
		return err
	}
	return v.Show(status, *p)
}

// editPage is the form of one of them.
type editPage struct {
	guard.Frame
	Of       string // the one that is changed; "" for a new one
	ID, ETag string
	Draft    draft
	Speaks   []string // the protocols, or dialects, that there are
	Gate     wire.Gate

	kind *kind
}

func (p editPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(say)))
}
func (p editPage) Body() templ.Component { return editBody(p) }

func (p editPage) title(say *words.Catalogue) words.Title {
	if p.Of == "" {
		return p.kind.say(say).NewTitle
	}
	return p.kind.say(say).EditTitle.With(words.Name, p.Of)
}

func (p editPage) crumbs(say *words.Catalogue) []part.Link {
	all := []part.Link{{Label: string(p.kind.say(say).Title), Href: p.kind.path}}
	if p.Of != "" {
		all = append(all, part.Link{Label: p.Of, Href: p.kind.pathOf(p.Of)})
	}
	return all
}

func (p editPage) form(say *words.Catalogue) part.Form {
	w := &say.ConsoleGateParts
	form := part.Form{ID: "part", Action: p.kind.pathNew(), Cancel: p.kind.path, Do: []part.Button{{ID: "submit", Label: p.kind.say(say).Create, Main: true}}}
	if p.Of != "" {
		form.Action, form.Cancel, form.Hidden = p.kind.pathOf(p.Of)+"/edit", p.kind.pathOf(p.Of), []part.Hidden{{Name: "etag", Value: p.ETag}}
		form.Do[0].Label = w.Save
	} else {
		form.Fields = []part.Field{{ID: "id", Label: w.Name, Hint: w.NameHint, Value: p.ID, Literal: true, Max: 64, Complete: "off", Focus: p.Wrong == nil}}
	}
	form.Fields = append(form.Fields, p.kind.fields(say, p.Draft, p.Speaks)...)
	return p.Draw(say, form)
}

func upstreamFields(say *words.Catalogue, d draft, speaks []string) []part.Field {
	w := &say.ConsoleGateParts
	return []part.Field{
		{ID: "targets", Label: say.ConsoleUpstreams.At, Hint: w.TargetsHint, Kind: part.Area, Rows: 3, Value: d["targets"], Literal: true},
		{ID: "protocol", Label: say.ConsoleUpstreams.Speaks, Kind: part.Choose, Value: d["protocol"], Options: options(speaks)},
		{ID: "audience", Label: w.Audience, Hint: w.AudienceHint, Value: d["audience"], Literal: true, Optional: true, Max: 255, Complete: "off"},
		{ID: "health", Label: w.Health, Hint: w.HealthHint, Value: d["health"], Literal: true, Optional: true, Max: 255, Complete: "off"},
		{ID: typed.Rest, Label: w.Rest, Hint: w.RestHint, Kind: part.Area, Rows: min(max(strings.Count(d[typed.Rest], "\n")+2, 4), 24), Value: d[typed.Rest], Literal: true, Optional: true},
	}
}

// dialects are in whose words another proxy may ask.
func dialects() (all []string) {
	for _, one := range gate.Dialects {
		all = append(all, string(one))
	}
	return all
}

func edgeFields(say *words.Catalogue, d draft, speaks []string) []part.Field {
	w := &say.ConsoleGateParts
	return []part.Field{
		{ID: "dialect", Label: say.ConsoleEdges.Speaks, Kind: part.Choose, Value: d["dialect"], Options: options(speaks)},
		{ID: "peers", Label: say.ConsoleEdges.At, Hint: w.PeersHint, Kind: part.Area, Rows: 2, Value: d["peers"], Literal: true},
		{ID: "secrets", Label: w.Secrets, Hint: w.SecretsHint, Kind: part.Area, Rows: 2, Value: d["secrets"], Literal: true, Optional: true},
		{ID: "certificates", Label: w.Certificates, Hint: w.CertificatesHint, Kind: part.Area, Rows: 4, Value: d["certificates"], Literal: true, Optional: true},
		{ID: "routes", Label: say.ConsoleEdges.Routes, Hint: w.RoutesHint, Kind: part.Area, Rows: 3, Value: d["routes"], Literal: true, Optional: true},
	}
}

// options are values that say what they are.
func options(all []string) (found []part.Option) {
	for _, one := range all {
		found = append(found, part.Option{Value: one, Label: one})
	}
	return found
}
