package manifest

import (
	"gatehouse/apply"
	"gatehouse/gate"
)

// house is what files of `gatehouse apply` speak of.
var house = vocabulary{
	kinds: kindsOfHouse(),
	spec:  func(kind string) any { return apply.NewSpec(apply.Kind(kind)) },
	keep: func(m *Manifest, kind, id string, spec any) {
		m.Objects = append(m.Objects, apply.Object{Kind: apply.Kind(kind), ID: id, Spec: spec})
	},
}

func kindsOfHouse() (names []string) {
	for _, k := range apply.Kinds {
		names = append(names, string(k))
	}
	return names
}

// routes is what files of the gate speak of.
var routes = vocabulary{
	each:  true,
	kinds: []string{gate.KindRoute, gate.KindUpstream, gate.KindEdge, gate.KindIssuer, gate.KindClientCA},
	spec: func(kind string) any {
		switch kind {
		case gate.KindRoute:
			return &gate.RouteSpec{}
		case gate.KindUpstream:
			return &gate.UpstreamSpec{}
		case gate.KindEdge:
			return &gate.EdgeSpec{}
		case gate.KindIssuer:
			return &gate.IssuerSpec{}
		case gate.KindClientCA:
			return &gate.ClientCASpec{}
		}
		return nil
	},
	keep: func(m *Manifest, _, id string, spec any) {
		one := gate.Object{ID: id}
		switch s := spec.(type) {
		case *gate.RouteSpec:
			one.Route = s
		case *gate.UpstreamSpec:
			one.Upstream = s
		case *gate.EdgeSpec:
			one.Edge = s
		case *gate.IssuerSpec:
			one.Issuer = s
		case *gate.ClientCASpec:
			one.ClientCA = s
		}
		m.Gate = append(m.Gate, one)
	},
}
