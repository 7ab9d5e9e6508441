package applications

import (
	"cmp"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"gatehouse/admin"
	"gatehouse/deploy"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/typed"
	"gatehouse/wire"
)

// behind is an application behind the gate, as it is typed.
type behind struct {
	ID, Host, Target, API, Permission string
	Make                              bool // the API and the permission are made where they are not there
}

func behindOf(v *guard.Visit) behind {
	value := func(name string) string { return strings.TrimSpace(v.Value(name)) }
	return behind{ID: value("id"), Host: value("host"), Target: value("target"), API: value("api"), Permission: value("permission"), Make: v.Value("make") != ""}
}

// name is what its route and its upstream are called: as somebody says, or as its host begins.
func (b behind) name() string {
	if b.ID != "" {
		return b.ID
	}
	first, _, _ := strings.Cut(strings.ToLower(b.Host), ".")
	first = strings.Map(func(r rune) rune {
		if strings.ContainsRune("abcdefghijklmnopqrstuvwxyz0123456789-_", r) {
			return r
		}
		return -1
	}, first)
	return cmp.Or(first[:min(len(first), 64)], "app")
}

// The whole of it goes to the application, however it is asked.
var (
	wholePath  = "/{page...}"
	allMethods = []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete}
	waysIn     = []string{gate.BySession, gate.ByBearer}
)

func (b behind) upstream() gate.UpstreamSpec { return gate.UpstreamSpec{Targets: []string{b.Target}} }

func (b behind) route() gate.RouteSpec {
	return gate.RouteSpec{
		Match: gate.MatchSpec{Hosts: []string{b.Host}, Paths: []string{wholePath}, Methods: allMethods}, Authn: waysIn,
		Authorize: gate.AuthorizeSpec{API: b.API, Permission: b.Permission}, Upstream: b.name(),
	}
}

// same does it with the same upstream and route, and words in the place of what is not typed yet. Where
// files are the source of routes, it tries them before they count.
func (b behind) same(now wire.Gate) string {
	if now.Files {
		return guard.Run("route", "list").With("from", now.From).String()
	}
	if b.Host == "" {
		b.ID = cmp.Or(b.ID, "NAME")
	}
	b.Host, b.Target, b.API, b.Permission = cmp.Or(b.Host, "HOST"), cmp.Or(b.Target, "ADDRESS"), cmp.Or(b.API, "API"), cmp.Or(b.Permission, "RESOURCE:ACTION")
	upstream, route := b.upstream(), b.route()
	return typed.Apply(gate.Object{ID: b.name(), Upstream: &upstream}, gate.Object{ID: b.name(), Route: &route})
}

// inputs of the form are places of the route and of the upstream.
var behindInputs = []typed.Input{
	{Place: "metadata.id", Input: "id"},
	{Place: "id", Input: "id"},
	{Place: "spec.targets", Input: "target"},
	{Place: "spec.match", Input: "host"},
	{Place: "spec.authorize.api", Input: "api"},
	{Place: "spec.authorize.permission", Input: "permission"},
}

// usable reports what of it the gate could not use, whatever else it has.
func (b behind) usable(now wire.Gate) error {
	upstream, route := b.upstream(), b.route()
	_, err := compilerFor(now).Compile([]gate.Object{{ID: b.name(), Upstream: &upstream}, {ID: b.name(), Route: &route}})
	return placed(err)
}

// compilerFor makes routes of a gate, whose upstreams may lie within its networks alone where they are
// not in files.
func compilerFor(now wire.Gate) (c gate.Compiler) {
	if !now.Files {
		networks, _ := gate.Config{UpstreamNetworks: now.Networks}.Networks() // they are in use
		c.Reach = gate.Only(networks)
	}
	return c
}

// apiInputs are those of an API that is made besides.
var apiInputs = []typed.Input{
	{Place: "id", Input: "api"},
	{Place: "audience", Input: "host"},
	{Place: "permissions", Input: "permission"},
}

// placed is err with what is wrong at the inputs of the form.
func placed(err error) error {
	return guard.Taken(typed.Placed(ofObjects(err), behindInputs), "id")
}

// ofObjects is err without which of the two objects a field is of: they have none that is called
// alike but their id.
func ofObjects(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok {
		return err
	}
	told := *f
	told.Fields = slices.Clone(f.Fields)
	for i, one := range told.Fields {
		if _, place, ok := fault.InObject(one.Name); ok {
			told.Fields[i].Name = place
		}
	}
	return &told
}

// file is a file for the folder of gate.routes, and for `gatehouse apply`.
func (b behind) file() string {
	lists := func(all ...string) string {
		for i := range all {
			all[i] = quoted(all[i])
		}
		return "[" + strings.Join(all, ", ") + "]"
	}
	return "apiVersion: gatehouse/v1\nkind: Upstream\nmetadata: {id: " + quoted(b.name()) + "}\nspec:\n  targets: " + lists(b.Target) +
		"\n---\napiVersion: gatehouse/v1\nkind: Route\nmetadata: {id: " + quoted(b.name()) + "}\nspec:\n  match: {hosts: " + lists(b.Host) +
		", paths: " + lists(wholePath) + ", methods: [" + strings.Join(allMethods, ", ") + "]}\n  authn: [" + strings.Join(waysIn, ", ") +
		"]\n  authorize: {api: " + quoted(b.API) + ", permission: " + quoted(b.Permission) + "}\n  upstream: " + quoted(b.name()) + "\n"
}

// quoted is a text of YAML that stays a text whatever it says.
func quoted(text string) string {
	b, _ := json.Marshal(text) // it is a text
	return string(b)
}

// made is the application of a route that is kept here, as far as this form asks for it.
func made(v *guard.Visit, id string) (behind, error) {
	route, err := guard.Ask[admin.One[admin.GateRoute]](v, "getGateRoute", admin.Input{Path: guard.On("part", id)})
	if err != nil {
		return behind{}, err
	}
	s := route.Body.Spec
	b := behind{ID: id, API: s.Authorize.API, Permission: s.Authorize.Permission}
	if len(s.Match.Hosts) > 0 {
		b.Host = s.Match.Hosts[0]
	}
	if s.Upstream == "" {
		return b, nil
	}
	upstream, err := guard.Ask[admin.One[admin.GateUpstream]](v, "getGateUpstream", admin.Input{Path: guard.On("part", s.Upstream)})
	if err == nil && len(upstream.Body.Spec.Targets) > 0 {
		b.Target = upstream.Body.Spec.Targets[0]
	}
	return b, err
}

// proxies are the files of the proxies that most people have before the gate, with the values of an
// application and of this gate, as far as the visitor may see these.
func proxies(v *guard.Visit, b behind) (all []gateSnippet, err error) {
	y := deploy.Yours{Host: b.Host, App: b.Target, Edges: map[string]string{}}
	if v.Can("getSetting", nil) {
		found, err := guard.Ask[admin.One[wire.Setting]](v, "getSetting", admin.Input{Path: guard.On("setting", "gate.listen")})
		if err != nil {
			return nil, err
		}
		y.Gate = found.Body.Value
	}
	edges, err := guard.Ask[admin.Page[wire.ServedEdge]](v, "listServedEdges", admin.Input{Query: url.Values{"limit": {"200"}}})
	if err != nil {
		return nil, err
	}
	for _, e := range edges.Body.Items {
		if y.Edges[e.Dialect] == "" {
			y.Edges[e.Dialect] = e.ID
		}
	}
	return gateSnippets(y), nil
}
