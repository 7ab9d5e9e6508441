package gate

import "time"

// Object is one thing of the gate: a route, an upstream, an edge, an issuer or a client
// authority; exactly one of these is there. Files have all of them, the store routes,
// upstreams and edges.
type Object struct {
	ID       string
	Route    *RouteSpec
	Upstream *UpstreamSpec
	Edge     *EdgeSpec
	Issuer   *IssuerSpec   `json:",omitempty"`
	ClientCA *ClientCASpec `json:",omitempty"`
}

// Record is an object that the store keeps.
type Record struct {
	Object
	Created, Updated time.Time
	Rev              int64 // counts the changes; the first is 1
}

// Kind is the kind of an object, as files have it; "" for what files alone have,
// and for none.
func (o *Object) Kind() string {
	switch {
	case o.Route != nil:
		return KindRoute
	case o.Upstream != nil:
		return KindUpstream
	case o.Edge != nil:
		return KindEdge
	}
	return ""
}

// Spec is what the object says, as NewSpec returns it; nil for none.
func (o *Object) Spec() any {
	switch {
	case o.Route != nil:
		return o.Route
	case o.Upstream != nil:
		return o.Upstream
	case o.Edge != nil:
		return o.Edge
	}
	return nil
}

// NewSpec returns an empty specification of a kind, nil for no kind.
func NewSpec(kind string) any {
	switch kind {
	case KindRoute:
		return &RouteSpec{}
	case KindUpstream:
		return &UpstreamSpec{}
	case KindEdge:
		return &EdgeSpec{}
	}
	return nil
}

// ObjectOf returns the object of a specification, as NewSpec returns it.
func ObjectOf(name string, spec any) Object {
	o := Object{ID: name}
	switch s := spec.(type) {
	case *RouteSpec:
		o.Route = s
	case *UpstreamSpec:
		o.Upstream = s
	case *EdgeSpec:
		o.Edge = s
	}
	return o
}

// isIt reports whether a record is of what is called so.
func (o Object) isIt(r Record) bool { return r.Kind() == o.Kind() && r.ID == o.ID }
