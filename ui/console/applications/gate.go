package applications

import (
	"errors"
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

// Other areas, which a page leads to.
const (
	pathRoutes = "/console/routes"
	pathEdges  = "/console/edges"
	pathAPIs   = "/console/apis"
	pathGrant  = "/console/grants/new"
)

// gatePage asks where an application is that goes behind the gate, and who may pass.
type gatePage struct {
	guard.Frame
	Gate wire.Gate
	In   behind
	APIs []wire.API // those that there are, the first of them, as far as the visitor may see them
	All  bool       // these are all
	// CanMake is that the visitor may make an API here, and MadeAPI that it was made, though the rest
	// was not.
	CanMake, MadeAPI bool
}

func (p gatePage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, say.ConsoleApplications.GateTitle))
}
func (p gatePage) Body() templ.Component { return gateBody(p) }

// do is what the button does: where files are the source of routes it shows one.
func (p gatePage) do(say *words.Catalogue) string {
	if p.Gate.Files {
		return say.ConsoleApplications.GateShow
	}
	return say.ConsoleApplications.GateDo
}

func (p gatePage) form(say *words.Catalogue) part.Form {
	a, in := &say.ConsoleApplications, p.In
	line := func(id, label, hint, value string, max int, options ...part.Option) part.Field {
		return part.Field{ID: id, Label: label, Hint: hint, Value: value, Max: max, Options: options, Literal: true, Complete: "off"}
	}
	host := line("host", a.GateHost, a.GateHostHint, in.Host, 255)
	host.Focus = p.Wrong == nil
	name := line("id", a.GateName, a.GateNameHint, in.ID, 64)
	name.Optional = true
	form := part.Form{ID: "gate", Action: pathGate, Cancel: pathNew, Do: []part.Button{{ID: "submit", Label: p.do(say), Main: true}}, Fields: []part.Field{
		host, line("target", a.GateTarget, a.GateTargetHint, in.Target, 255),
		line("api", say.ConsoleRoutes.API, a.GateAPIHint, in.API, 64, p.apis()...), line("permission", a.GatePermission, a.GatePermissionHint, in.Permission, 128, p.permissions()...),
	}}
	if p.CanMake {
		form.Fields = append(form.Fields, part.Field{ID: "make", Label: a.GateMake, Hint: a.GateMakeHint, Kind: part.Tick, On: in.Make})
	}
	form.Fields = append(form.Fields, name)
	return p.Draw(say, form)
}

// apis are offered while one is typed.
func (p gatePage) apis() (all []part.Option) {
	for _, one := range p.APIs {
		all = append(all, part.Option{Value: one.ID, Label: one.Audience})
	}
	return all
}

// api is the one that was typed, nil for none that is known.
func (p gatePage) api() *wire.API {
	i := slices.IndexFunc(p.APIs, func(a wire.API) bool { return a.ID == p.In.API })
	if i < 0 {
		return nil
	}
	return &p.APIs[i]
}

// permissions are those of the API that was typed, and before that of all.
func (p gatePage) permissions() (all []part.Option) {
	of := p.APIs
	if one := p.api(); one != nil {
		of = []wire.API{*one}
	}
	for _, a := range of {
		for _, one := range a.Permissions {
			option := part.Option{Value: one.Permission, Label: a.ID}
			if one.Description != "" {
				option.Label += ": " + one.Description
			}
			if all = append(all, option); len(all) == guard.MaxOffered {
				return all
			}
		}
	}
	return all
}

// named refuses an API or a permission that is none, and is not to be made: a route that asks for it
// lets nobody through.
func (p gatePage) named() error {
	one, spelled := p.api(), p.In.spelled()
	switch {
	case !p.All || p.makes() || p.In.API == "":
		return spelled
	case one == nil:
		return guard.Together(guard.Unknown("api", p.In.API, p.apis()), spelled)
	case p.In.Permission != "" && !has(one, p.In.Permission):
		return guard.Unknown("permission", p.In.Permission, p.permissions())
	}
	return nil
}

// has reports whether a permission is in the catalogue of an API.
func has(one *wire.API, permission string) bool {
	return slices.ContainsFunc(one.Permissions, func(x wire.Permission) bool { return x.Permission == permission })
}

// askGate shows the form, or what to do next where the address names a route.
func (d *Door) askGate(v *guard.Visit) error {
	if route := v.Query("route"); route != "" {
		return d.behindGate(v, route)
	}
	p, err := gateForm(v)
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, p)
}

func gateForm(v *guard.Visit) (gatePage, error) {
	p := gatePage{Frame: v.Frame()}
	now, err := guard.Ask[admin.One[wire.Gate]](v, "getGate", admin.Input{})
	if err != nil {
		return p, err
	}
	if p.Gate = now.Body; !p.Gate.Files {
		if err := v.Ready("createGateRoute", nil); err != nil {
			return p, err
		}
	}
	if p.CanMake = v.Can("createAPI", nil) && v.Can("listAPIs", nil); !v.Can("listAPIs", nil) {
		p.Command = p.same()
		return p, nil
	}
	found, err := guard.Ask[admin.Page[wire.API]](v, "listAPIs", admin.Input{Query: url.Values{"limit": {itoa(guard.MaxOffered)}}})
	if err != nil {
		return p, err
	}
	p.APIs = slices.DeleteFunc(found.Body.Items, func(a wire.API) bool { return a.BuiltIn })
	p.All = found.Body.Next == ""
	p.In.Make = p.All && len(p.APIs) == 0
	p.Command = p.same()
	return p, nil
}

// protect makes the upstream and the route, or shows the file of them where files are the source of
// routes. Script has it checked alone while somebody types.
func (d *Door) protect(v *guard.Visit) error {
	p, err := gateForm(v)
	if err != nil {
		return err
	}
	p.In = behindOf(v)
	p.Command = p.same()
	if err = guard.Together(p.In.usable(p.Gate), p.named()); err == nil && v.Value("check") != "" {
		return v.Show(http.StatusOK, p)
	}
	if err == nil {
		err = p.makeAPI(v)
	}
	switch {
	case err != nil:
	case p.Gate.Files:
		return showReady(v, readyPage{Frame: p.Frame, Gate: p.Gate, In: p.In})
	default:
		if err = p.make(v); err == nil {
			return v.Done(pathGate+"?route="+url.QueryEscape(p.In.name()), "made")
		}
	}
	status, ok := v.Reject(&p.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, p)
}

// make makes the upstream and then the route to it. Where the route cannot be made, an upstream that
// was made for it goes again.
func (p *gatePage) make(v *guard.Visit) error {
	etag, err := p.makeUpstream(v)
	if err != nil {
		return placed(err)
	}
	name := p.In.name()
	_, err = guard.Ask[admin.Made[admin.GateRoute]](v, "createGateRoute", admin.Input{Key: v.OnceFor("route"), Body: admin.GateRouteCreate{ID: name, Spec: p.In.route()}})
	if err == nil || etag == "" {
		return placed(err)
	}
	_, gone := guard.Ask[admin.Nothing](v, "deleteGateUpstream", admin.Input{Key: guard.NewKey(), Path: guard.On("part", name), IfMatch: etag})
	if gone != nil && !fault.Is(gone, fault.Conflict) && !fault.Is(gone, fault.NotFound) { // somebody else's route leads to it by now, or they deleted it
		return errors.Join(err, gone)
	}
	return placed(err)
}

// makeUpstream makes it and returns its ETag: "" where there is one already that leads to the same,
// as a form that is sent again finds it.
func (p *gatePage) makeUpstream(v *guard.Visit) (etag string, err error) {
	name := p.In.name()
	made, err := guard.Ask[admin.Made[admin.GateUpstream]](v, "createGateUpstream", admin.Input{Key: guard.NewKey(), Body: admin.GateUpstreamCreate{ID: name, Spec: p.In.upstream()}})
	if err == nil {
		return made.ETag, nil
	}
	if fault.CodeOf(err) != "gate.exists" {
		return "", err
	}
	there, asked := guard.Ask[admin.One[admin.GateUpstream]](v, "getGateUpstream", admin.Input{Path: guard.On("part", name)})
	if asked == nil && slices.Equal(there.Body.Spec.Targets, p.In.upstream().Targets) {
		return "", nil
	}
	return "", err
}

// behindGate shows what to do next with a route that is kept here.
func (d *Door) behindGate(v *guard.Visit, route string) error {
	p := readyPage{Frame: v.Frame()}
	now, err := guard.Ask[admin.One[wire.Gate]](v, "getGate", admin.Input{})
	if err != nil {
		return err
	}
	p.Gate = now.Body
	if p.In, err = made(v, route); err != nil {
		return err
	}
	return showReady(v, p)
}

func showReady(v *guard.Visit, p readyPage) (err error) {
	p.Command = p.In.same(p.Gate)
	if v.Can("createGrant", nil) {
		p.Grant = pathGrant + "?" + url.Values{"permission": {p.In.API + "/" + p.In.Permission}}.Encode()
	}
	if p.Proxies, err = proxies(v, p.In); err != nil {
		return err
	}
	return v.Show(http.StatusOK, p)
}

// readyPage says what to do next with an application behind the gate: which file says the same, and
// how other proxies are told.
type readyPage struct {
	guard.Frame
	Gate    wire.Gate
	In      behind
	Proxies []gateSnippet
	Grant   string // where the permission is given to somebody; "": not by the visitor
}

func (p readyPage) name(say *words.Catalogue) words.Title {
	if p.Gate.Files {
		return say.ConsoleApplications.GateFile.With(words.Name, p.In.name())
	}
	return say.ConsoleApplications.GateReady.With(words.Name, p.In.name())
}

func (p readyPage) Head(say *words.Catalogue) view.Head { return part.Head(p.name(say)) }
func (p readyPage) Body() templ.Component               { return readyBody(p) }

func (p readyPage) notice(say *words.Catalogue) string {
	if p.Done == "made" {
		return say.ConsoleApplications.GateMade
	}
	return ""
}

// fileName is that of the file of the route.
func (p readyPage) fileName() string { return strings.Trim(p.In.name(), ".") + ".yaml" }

// facts are what holds for it.
func (p readyPage) facts(say *words.Catalogue) []part.Fact {
	a := &say.ConsoleApplications
	return []part.Fact{
		{Name: a.GateHost, Value: code(p.In.Host)},
		{Name: a.GateTarget, Value: code(p.In.Target)},
		{Name: a.GatePermission, Value: code(p.In.API + "/" + p.In.Permission)},
	}
}
