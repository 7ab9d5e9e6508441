package gate

import (
	"errors"
	"testing"

	"gatehouse/fault"
)

// about names the one field that is wrong.
func about(err error) string {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || len(f.Fields) == 0 {
		return "nothing"
	}
	return f.Fields[0].Name
}

func TestAListIsNarrowedByAnUpstreamThatSaysItDoesSo(t *testing.T) {
	t.Parallel()
	list := func(change ...func(*RouteSpec, *UpstreamSpec)) []Object {
		r := &RouteSpec{
			Match:     MatchSpec{Hosts: []string{"api.test"}, Paths: []string{"/orders", "/{id}/orders"}, Methods: []string{"GET"}},
			Authorize: AuthorizeSpec{API: "shop", Permission: "orders:read", Resource: ResourceSpec{Filter: "assertion"}}, Upstream: "up",
		}
		u := &UpstreamSpec{Targets: []string{"http://127.0.0.1:9000"}, Identity: IdentitySpec{Filters: true}}
		for _, f := range change {
			f(r, u)
		}
		return []Object{{ID: "list", Route: r}, {ID: "up", Upstream: u}}
	}
	set, err := Compile(list())
	if err != nil || !set.Routes()[0].Filter {
		t.Fatal(err)
	}
	const field = "objects[0].spec.authorize.resource.filter"
	for name, c := range map[string]struct {
		change func(*RouteSpec, *UpstreamSpec)
		want   string
	}{
		"in another way":      {func(r *RouteSpec, _ *UpstreamSpec) { r.Authorize.Resource.Filter = "header" }, field},
		"an unaware upstream": {func(_ *RouteSpec, u *UpstreamSpec) { u.Identity.Filters = false }, field},
		"and deferring":       {func(r *RouteSpec, _ *UpstreamSpec) { r.Authorize.Resource.Defer = true }, field},
		"of one thing":        {func(r *RouteSpec, _ *UpstreamSpec) { r.Authorize.Resource.ID = "x" }, field},
		"changing something":  {func(r *RouteSpec, _ *UpstreamSpec) { r.Match.Methods = append(r.Match.Methods, "POST") }, field},
		"going on":            {func(r *RouteSpec, _ *UpstreamSpec) { r.Stream.SSE = true }, field},
		"for everybody":       {func(r *RouteSpec, _ *UpstreamSpec) { r.Public, r.Authorize.API, r.Authorize.Permission = true, "", "" }, field},
	} {
		if _, err := Compile(list(c.change)); about(err) != c.want {
			t.Errorf("%s: %s, want %s", name, about(err), c.want)
		}
	}
}
