package upstreams

import (
	"encoding/json"
	"net/url"
	"time"

	"gatehouse/admin"
	"gatehouse/fault"
	"gatehouse/gate"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/console/typed"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// kind is upstreams, or the proxies that ask.
type kind struct {
	path, command                               string
	list, served, create, get, replace, destroy string // operations

	say     func(say *words.Catalogue) *words.GateKind
	kept    func(v *guard.Visit, asked url.Values) ([]thing, string, error) // in the database
	serving func(v *guard.Visit, asked url.Values) ([]thing, string, error) // by this process, wherever it comes from
	read    func(v *guard.Visit, id string) (thing, string, error)
	object  func(id string, d draft) (gate.Object, error)
	write   func(v *guard.Visit, id, etag string, d draft) error // "" for a new one

	// names are the inputs of its form but for the id, and inputs the places that they are of.
	names  []string
	inputs []typed.Input
	fields func(say *words.Catalogue, d draft, speaks []string) []part.Field
	first  draft    // that of a new one
	speaks []string // the protocols, or dialects, that there are
}

// thing is one of them.
type thing struct {
	ID       string
	At       []string // targets, or the networks that it asks from
	Speaks   string   // a protocol, or a dialect
	Audience string
	Health   string
	Shows    []string
	Routes   []string  // as this process serves it
	Updated  time.Time // zero: it is in a file
	Text     string    // all that it says, as JSON; "" of a file
	Draft    draft     // that of its form
}

// first is the first of where it is, and that there are more.
func (t *thing) first() string {
	switch len(t.At) {
	case 0:
		return ""
	case 1:
		return t.At[0]
	}
	return t.At[0] + " …"
}

// draft is what somebody typed, by the names of the inputs.
type draft map[string]string

func taken(form url.Values, names []string) draft {
	d := draft{}
	for _, name := range names {
		d[name] = form.Get(name)
	}
	return d
}

var ofUpstreams = kind{
	path: "/console/upstreams", command: "upstream",
	list: "listGateUpstreams", served: "listServedUpstreams", create: "createGateUpstream", get: "getGateUpstream", replace: "replaceGateUpstream", destroy: "deleteGateUpstream",
	say: func(say *words.Catalogue) *words.GateKind { return &say.ConsoleUpstreams },
	kept: func(v *guard.Visit, asked url.Values) ([]thing, string, error) {
		return listed(v, "listGateUpstreams", asked, keptUpstream)
	},
	serving: func(v *guard.Visit, asked url.Values) ([]thing, string, error) {
		return listed(v, "listServedUpstreams", asked, servedUpstream)
	},
	read: func(v *guard.Visit, id string) (thing, string, error) {
		return seen(v, "getGateUpstream", id, keptUpstream)
	},
	object: func(id string, d draft) (gate.Object, error) {
		spec, err := d.upstream()
		return gate.Object{ID: id, Upstream: &spec}, err
	},
	write: func(v *guard.Visit, id, etag string, d draft) error {
		spec, err := d.upstream()
		switch {
		case err != nil:
			return err
		case etag == "":
			_, err = guard.Ask[admin.Made[admin.GateUpstream]](v, "createGateUpstream", admin.Input{Body: admin.GateUpstreamCreate{ID: id, Spec: spec}})
		default:
			_, err = guard.Ask[admin.One[admin.GateUpstream]](v, "replaceGateUpstream", admin.Input{Path: guard.On("part", id), IfMatch: etag, Body: admin.GateUpstreamSpec{Spec: spec}})
		}
		return err
	},
	names: []string{"targets", "protocol", "audience", "health", typed.Rest},
	inputs: []typed.Input{
		{Place: "metadata.id", Input: "id"},
		{Place: "id", Input: "id"},
		{Place: "spec.targets", Input: "targets"},
		{Place: "spec.protocol", Input: "protocol"},
		{Place: "spec.identity.audience", Input: "audience"},
		{Place: "spec.health.path", Input: "health"},
	},
	fields: upstreamFields,
	first:  draft{"protocol": "http"},
	speaks: []string{"http", "h2c"},
}

var ofEdges = kind{
	path: "/console/edges", command: "edge",
	list: "listGateEdges", served: "listServedEdges", create: "createGateEdge", get: "getGateEdge", replace: "replaceGateEdge", destroy: "deleteGateEdge",
	say: func(say *words.Catalogue) *words.GateKind { return &say.ConsoleEdges },
	kept: func(v *guard.Visit, asked url.Values) ([]thing, string, error) {
		return listed(v, "listGateEdges", asked, keptEdge)
	},
	serving: func(v *guard.Visit, asked url.Values) ([]thing, string, error) {
		return listed(v, "listServedEdges", asked, servedEdge)
	},
	read: func(v *guard.Visit, id string) (thing, string, error) { return seen(v, "getGateEdge", id, keptEdge) },
	object: func(id string, d draft) (gate.Object, error) {
		spec := d.edge()
		return gate.Object{ID: id, Edge: &spec}, nil
	},
	write: func(v *guard.Visit, id, etag string, d draft) (err error) {
		if etag == "" {
			_, err = guard.Ask[admin.Made[admin.GateEdge]](v, "createGateEdge", admin.Input{Body: admin.GateEdgeCreate{ID: id, Spec: d.edge()}})
			return err
		}
		_, err = guard.Ask[admin.One[admin.GateEdge]](v, "replaceGateEdge", admin.Input{Path: guard.On("part", id), IfMatch: etag, Body: admin.GateEdgeSpec{Spec: d.edge()}})
		return err
	},
	names: []string{"dialect", "peers", "secrets", "certificates", "routes"},
	inputs: []typed.Input{
		{Place: "metadata.id", Input: "id"},
		{Place: "id", Input: "id"},
		{Place: "spec.dialect", Input: "dialect"},
		{Place: "spec.peers", Input: "peers"},
		{Place: "spec.secret_sha256", Input: "secrets"},
		{Place: "spec.certificates", Input: "certificates"},
		{Place: "spec.routes", Input: "routes"},
		{Place: "spec", Input: "secrets"}, // that it shows nothing for itself
	},
	fields: edgeFields,
	first:  draft{"dialect": string(gate.Nginx)},
	speaks: dialects(),
}

// listed is a page of a list.
func listed[T any](v *guard.Visit, operation string, asked url.Values, of func(T) thing) (all []thing, next string, err error) {
	found, err := guard.Ask[admin.Page[T]](v, operation, admin.Input{Query: asked})
	if err != nil {
		return nil, "", err
	}
	for _, one := range found.Body.Items {
		all = append(all, of(one))
	}
	return all, found.Body.Next, nil
}

// seen is one thing, with the ETag that it was seen with.
func seen[T any](v *guard.Visit, operation, id string, of func(T) thing) (thing, string, error) {
	found, err := guard.Ask[admin.One[T]](v, operation, admin.Input{Path: guard.On("part", id)})
	if err != nil {
		return thing{}, "", err
	}
	return of(found.Body), found.ETag, nil
}

// servedAs is the one of that id as this process serves it, nil where it does not.
func (k *kind) servedAs(v *guard.Visit, id string) (*thing, error) {
	all, _, err := k.serving(v, url.Values{"id": {id}})
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// missing is the answer where there is none of that id.
func missing() error {
	return fault.New(fault.NotFound, "gate.not_found", "There is no such part of the gate.")
}

func keptUpstream(u admin.GateUpstream) thing {
	t := servedUpstream(wire.ServedUpstream{ID: u.ID, Targets: u.Spec.Targets, Protocol: u.Spec.Protocol, Audience: u.Spec.Identity.Audience, Health: u.Spec.Health.Path})
	t.Updated, t.Text, t.Draft = u.Updated, whole(u.Spec), draftOfUpstream(u.Spec)
	return t
}

func servedUpstream(u wire.ServedUpstream) thing {
	t := thing{ID: u.ID, At: u.Targets, Speaks: u.Protocol, Audience: u.Audience, Health: u.Health, Routes: u.Routes}
	if t.Speaks == "" {
		t.Speaks = "http"
	}
	if t.Audience == "" {
		t.Audience = u.ID
	}
	return t
}

func keptEdge(e admin.GateEdge) thing {
	t := servedEdge(wire.ServedEdge{ID: e.ID, Dialect: e.Spec.Dialect, Peers: e.Spec.Peers, Routes: e.Spec.Routes})
	if len(e.Spec.SecretSHA256) > 0 {
		t.Shows = append(t.Shows, "secret")
	}
	if e.Spec.Certificates != "" {
		t.Shows = append(t.Shows, "certificate")
	}
	t.Updated, t.Text, t.Draft = e.Updated, whole(e.Spec), draftOfEdge(e.Spec)
	return t
}

func servedEdge(e wire.ServedEdge) thing {
	return thing{ID: e.ID, At: e.Peers, Speaks: e.Dialect, Shows: e.Shows, Routes: e.Routes}
}

// whole is all that a specification says, as JSON.
func whole(spec any) string {
	text, _ := json.MarshalIndent(spec, "", "  ") // it came as JSON
	return string(text)
}
