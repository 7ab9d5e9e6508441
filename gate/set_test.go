package gate

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"gatehouse/fault"
)

// route is an object of a public route.
func route(id, host, methods string, paths ...string) Object {
	return Object{ID: id, Route: &RouteSpec{
		Match: MatchSpec{Hosts: []string{host}, Paths: paths, Methods: strings.Fields(methods)}, Public: true, Upstream: "up",
	}}
}

var up = Object{ID: "up", Upstream: &UpstreamSpec{Targets: []string{"http://127.0.0.1:9"}}}

func compiled(t testing.TB, objects ...Object) *Set {
	t.Helper()
	s, err := Compile(append(objects, up))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func path(t testing.TB, raw string) Path {
	t.Helper()
	p, err := ParsePath(raw)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestTheMostSpecificRouteTakesARequest(t *testing.T) {
	t.Parallel()
	s := compiled(t,
		route("all", "api.test", "GET", "/{rest...}"),
		route("orders", "api.test", "GET POST", "/orders"),
		route("item", "api.test", "GET", "/orders/{id}"),
		route("cancel", "api.test", "DELETE", "/orders/{number}"),
		route("new", "api.test", "GET", "/orders/new"),
		route("refund", "api.test", "POST", "/orders/{id}/refund"),
		route("slash", "api.test", "GET", "/lists/"),
		route("files", "api.test", "GET", "/files/{name...}"),
		route("tenant", "*.api.test", "GET", "/{id}"),
	)
	for _, c := range []struct{ method, host, path, route, capture, value string }{
		{"GET", "api.test", "/orders", "orders", "", ""},
		{"HEAD", "api.test", "/orders", "orders", "", ""},
		{"GET", "api.test", "/orders/42", "item", "id", "42"},
		{"DELETE", "api.test", "/orders/42", "cancel", "number", "42"},
		{"GET", "api.test", "/orders/new", "new", "", ""},
		{"POST", "api.test", "/orders/new/refund", "refund", "id", "new"},
		{"POST", "api.test", "/orders/a%20b/refund", "refund", "id", "a b"},
		{"GET", "api.test", "/orders/42/", "all", "rest", "orders/42/"},
		{"GET", "api.test", "/orders/", "all", "rest", "orders/"},
		{"GET", "api.test", "/lists/", "slash", "", ""},
		{"GET", "api.test", "/lists", "all", "rest", "lists"},
		{"GET", "api.test", "/files/a/b", "files", "name", "a/b"},
		{"GET", "api.test", "/files/", "files", "name", ""},
		{"GET", "api.test", "/files", "all", "rest", "files"},
		{"GET", "api.test", "/Orders", "all", "rest", "Orders"},
		{"GET", "api.test", "/", "all", "rest", ""},
		{"GET", "one.api.test", "/42", "tenant", "id", "42"},
	} {
		m, err := s.Find(c.host, path(t, c.path), c.method)
		if err != nil || m.Route.ID != c.route || m.Capture(c.capture) != c.value {
			t.Errorf("%s %s%s: %+v %q, %v; want %s %q", c.method, c.host, c.path, m.Route, m.Capture(c.capture), err, c.route, c.value)
		}
		if m.Capture("nobody") != "" {
			t.Errorf("%s has a capture that it has not", c.path)
		}
	}
	for _, c := range []struct{ host, path string }{
		{"other.test", "/orders"}, {"", "/"}, {"test", "/orders"}, {"two.one.api.test", "/42"}, {"one.api.test", "/"}, {"one.api.test", "/a/b"}, {".api.test", "/42"}, {"..api.test", "/42"},
	} {
		if m, err := s.Find(c.host, path(t, c.path), "GET"); fault.CodeOf(err) != CodeRoute || !fault.Is(err, fault.NotFound) {
			t.Errorf("%s%s: %+v, %v", c.host, c.path, m.Route, err)
		}
	}
}

// A wider route is none for the methods that a narrower one does not name: what is public
// for all would otherwise let through what is protected.
func TestAMethodIsNotLookedForInAWiderRoute(t *testing.T) {
	t.Parallel()
	s := compiled(t, route("all", "api.test", "GET POST DELETE", "/{rest...}"), route("orders", "api.test", "GET", "/orders"), route("more", "api.test", "PUT", "/orders"))
	for _, method := range []string{"POST", "DELETE", "TRACE", "CONNECT", "get", "FOO", ""} {
		m, err := s.Find("api.test", path(t, "/orders"), method)
		refused, ok := errors.AsType[*MethodError](err)
		if !ok || !fault.Is(err, fault.NotAllowed) || fault.CodeOf(err) != CodeMethod || fmt.Sprint(refused.Allow) != "[GET HEAD PUT]" {
			t.Errorf("%s: %+v, %v", method, m.Route, err)
		}
	}
}

func TestARouteThatIsOffTakesNothing(t *testing.T) {
	t.Parallel()
	off := route("off", "api.test", "GET", "/orders")
	off.Route.Mode = "off"
	s := compiled(t, off)
	if _, err := s.Find("api.test", path(t, "/orders"), "GET"); fault.CodeOf(err) != CodeRoute {
		t.Error(err)
	}
	if len(s.Routes()) != 1 || s.Routes()[0].Mode != Off {
		t.Errorf("%+v", s.Routes())
	}
}

// protected is an object of a route that asks for something.
func protected(change func(*RouteSpec)) Object {
	o := route("item", "api.test", "GET DELETE", "/orders/{id}", "/old/{id}")
	o.Route.Public, o.Route.Authorize = false, AuthorizeSpec{
		API: "shop", Permissions: map[string]string{"GET": "orders:read", "DELETE": "orders:cancel"}, Organisation: "acme",
		Resource: ResourceSpec{ID: "{id}", Fetch: FetchSpec{Upstream: "up", Path: "/internal/orders/{id}", Fields: []string{"owner_id"}}},
	}
	if change != nil {
		change(o.Route)
	}
	return o
}

func TestARouteAsksEachMethodForItsPermission(t *testing.T) {
	t.Parallel()
	r := compiled(t, protected(nil)).Routes()[0]
	if fmt.Sprint(r.Asks) != "map[DELETE:shop/orders:cancel GET:shop/orders:read HEAD:shop/orders:read]" || r.Org.In(nil) != "acme" {
		t.Errorf("%+v", r)
	}
	m, err := compiled(t, protected(nil)).Find("api.test", path(t, "/orders/a%2Cb"), "GET")
	if err != nil || m.Route.Resource.In(&m) != "a,b" || m.Route.Fetch.Path(&m) != "/internal/orders/a,b" {
		t.Errorf("%q, %v", m.Route.Fetch.Path(&m), err)
	}
}

// A browser's cookie opens nothing where nobody wrote that it does.
func TestARouteTakesTokensUnlessItSaysOtherwise(t *testing.T) {
	t.Parallel()
	if r := compiled(t, protected(nil)).Routes()[0]; !r.Accepts(ByBearer) || r.Accepts(BySession) {
		t.Errorf("%v", r.Authn)
	}
	if r := compiled(t, protected(func(s *RouteSpec) { s.Authn = []string{BySession} })).Routes()[0]; r.Accepts(ByBearer) || !r.Accepts(BySession) {
		t.Errorf("%v", r.Authn)
	}
}

func TestBrowsersSignInWhereARouteTakesThem(t *testing.T) {
	t.Parallel()
	browsers := func(r *RouteSpec) { r.Match.Hosts, r.Authn = []string{"shop.test"}, []string{BySession} }
	off := protected(func(r *RouteSpec) { browsers(r); r.Match.Hosts, r.Mode = []string{"off.test"}, "off" })
	off.ID = "off"
	s := compiled(t, protected(browsers), off, route("a", "api.test", "GET", "/{rest...}"), route("b", "*.star.test", "GET", "/x"))
	for host, want := range map[string]bool{"shop.test": true, "off.test": false, "api.test": false, "a.star.test": false, "a.shop.test": false, "": false} {
		if s.TakesBrowsers(host) != want {
			t.Errorf("%s: %t", host, !want)
		}
	}
}

func TestTheGatesOwnPathsAreToldFromOthers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{"/.gatehouse/x": true, "/.gatehouse": true, "/.gatehouse/": true, "/%2egatehouse/x": true, "/.gatehousex": false, "/a/.gatehouse": false, "/.Gatehouse/x": false, "/": false} {
		if path(t, text).Reserved() != want {
			t.Errorf("%s: %t", text, !want)
		}
	}
}

func TestRoutesThatCannotBeUsedSayWhy(t *testing.T) {
	t.Parallel()
	fields := func(err error) string {
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != CodeRoutes {
			return fmt.Sprint(err)
		}
		var names []string
		for _, one := range f.Fields {
			names = append(names, one.Name)
		}
		return strings.Join(names, " ")
	}
	with := func(change func(*RouteSpec)) []Object { return []Object{protected(change), up} }
	target := func(text string) []Object {
		return []Object{{ID: "up", Upstream: &UpstreamSpec{Targets: []string{text}}}}
	}
	const spec = "objects[0].spec."
	for name, c := range map[string]struct {
		objects []Object
		want    string
	}{
		"two take the same":      {[]Object{route("a", "api.test", "GET", "/x/{a}"), route("b", "api.test", "POST GET", "/x/{b}"), up}, "objects[1].spec.match.paths[0]"},
		"the same by HEAD":       {[]Object{route("a", "api.test", "GET", "/x"), route("b", "api.test", "HEAD", "/x"), up}, "objects[1].spec.match.paths[0]"},
		"two rests":              {[]Object{route("a", "api.test", "GET", "/{a...}"), route("b", "api.test", "GET", "/{b...}"), up}, "objects[1].spec.match.paths[0]"},
		"the same id":            {[]Object{route("a", "api.test", "GET", "/x"), route("a", "api.test", "GET", "/y"), up}, "objects[1].metadata.id"},
		"an odd id":              {[]Object{route("A b", "api.test", "GET", "/x"), up}, "objects[0].metadata.id"},
		"no upstream":            {with(func(r *RouteSpec) { r.Upstream = "nobody" }), spec + "upstream"},
		"a mode":                 {with(func(r *RouteSpec) { r.Mode = "on" }), spec + "mode"},
		"no hosts":               {with(func(r *RouteSpec) { r.Match.Hosts = nil }), spec + "match.hosts"},
		"no methods":             {with(func(r *RouteSpec) { r.Match.Methods, r.Authorize.Permissions = nil, map[string]string{"GET": "a:b"} }), spec + "match.methods " + spec + "authorize.permissions.GET"},
		"a host with a port":     {with(func(r *RouteSpec) { r.Match.Hosts = []string{"api.test:80"} }), spec + "match.hosts[0]"},
		"a host in capitals":     {with(func(r *RouteSpec) { r.Match.Hosts = []string{"API.test"} }), spec + "match.hosts[0]"},
		"all hosts":              {with(func(r *RouteSpec) { r.Match.Hosts = []string{"*.test"} }), spec + "match.hosts[0]"},
		"a star":                 {with(func(r *RouteSpec) { r.Match.Hosts = []string{"*"} }), spec + "match.hosts[0]"},
		"a path without a slash": {[]Object{route("a", "api.test", "GET", "x"), up}, spec + "match.paths[0]"},
		"an escaped pattern":     {[]Object{route("a", "api.test", "GET", "/%41"), up}, spec + "match.paths[0]"},
		"a dot segment":          {[]Object{route("a", "api.test", "GET", "/a/../b"), up}, spec + "match.paths[0]"},
		"an empty segment":       {[]Object{route("a", "api.test", "GET", "/a//b"), up}, spec + "match.paths[0]"},
		"half a capture":         {[]Object{route("a", "api.test", "GET", "/a{id}"), up}, spec + "match.paths[0]"},
		"the same capture":       {[]Object{route("a", "api.test", "GET", "/{a}/{a}"), up}, spec + "match.paths[0]"},
		"a rest in between":      {[]Object{route("a", "api.test", "GET", "/{a...}/b"), up}, spec + "match.paths[0]"},
		"too many captures":      {[]Object{route("a", "api.test", "GET", "/{a}/{b}/{c}/{d}/{e}/{f}/{g}/{h}/{i}"), up}, spec + "match.paths[0]"},
		"a method":               {[]Object{route("a", "api.test", "get", "/a"), up}, spec + "match.methods[0]"},
		"CONNECT":                {[]Object{route("a", "api.test", "CONNECT", "/a"), up}, spec + "match.methods[0]"},
		"public and asking":      {with(func(r *RouteSpec) { r.Public, r.Authorize.Resource = true, ResourceSpec{} }), spec + "public"},
		"asking for nothing":     {with(func(r *RouteSpec) { r.Authorize.Permissions = nil }), spec + "authorize.permission"},
		"asking nobody":          {with(func(r *RouteSpec) { r.Authorize.API = "" }), spec + "authorize.api"},
		"asking in two ways":     {with(func(r *RouteSpec) { r.Authorize.Permission = "a:b" }), spec + "authorize.permissions"},
		"one method for nothing": {with(func(r *RouteSpec) { delete(r.Authorize.Permissions, "DELETE") }), spec + "authorize.permissions"},
		"a method that is not":   {with(func(r *RouteSpec) { r.Authorize.Permissions["POST"] = "a:b" }), spec + "authorize.permissions.POST"},
		"a capture that is not":  {with(func(r *RouteSpec) { r.Authorize.Organisation = "{org}" }), spec + "authorize.organisation"},
		"a capture of one path":  {with(func(r *RouteSpec) { r.Match.Paths = []string{"/orders/{id}", "/x"} }), spec + "authorize.resource.id " + spec + "authorize.resource.fetch.path"},
		"a rest as a segment":    {with(func(r *RouteSpec) { r.Match.Paths = []string{"/{id...}"} }), spec + "authorize.resource.id " + spec + "authorize.resource.fetch.path"},
		"half a template":        {with(func(r *RouteSpec) { r.Authorize.Resource.ID = "x{id}" }), spec + "authorize.resource.id"},
		"fetching from nobody":   {with(func(r *RouteSpec) { r.Authorize.Resource.Fetch.Upstream = "x" }), spec + "authorize.resource.fetch.upstream"},
		"fetching nothing":       {with(func(r *RouteSpec) { r.Authorize.Resource.Fetch.Fields = nil }), spec + "authorize.resource.fetch.fields"},
		"fetching of nothing":    {with(func(r *RouteSpec) { r.Authorize.Resource.ID = "" }), spec + "authorize.resource.id"},
		"fetching for ever":      {with(func(r *RouteSpec) { r.Authorize.Resource.Fetch.Timeout = "1h" }), spec + "authorize.resource.fetch.timeout"},
		"fetching and deferring": {with(func(r *RouteSpec) { r.Authorize.Resource.Defer = true }), spec + "authorize.resource.defer"},
		"public and fetching":    {with(func(r *RouteSpec) { r.Public, r.Authorize.API, r.Authorize.Permissions = true, "", nil }), spec + "authorize.resource"},
		"the gate's own path":    {[]Object{route("a", "api.test", "GET", "/.gatehouse/x"), up}, spec + "match.paths[0]"},
		"the gate's own paths":   {[]Object{route("a", "api.test", "GET", "/.gatehouse/{rest...}"), up}, spec + "match.paths[0]"},
		"browsers at a star": {with(func(r *RouteSpec) {
			r.Match.Hosts, r.Authn = []string{"a.test", "*.api.test"}, []string{"bearer", "session"}
		}), spec + "match.hosts[1]"},
		"an odd way to sign in":   {with(func(r *RouteSpec) { r.Authn = []string{"cookie"} }), spec + "authn"},
		"one way twice":           {with(func(r *RouteSpec) { r.Authn = []string{"session", "session"} }), spec + "authn"},
		"public for browsers":     {[]Object{{ID: "a", Route: &RouteSpec{Match: MatchSpec{Hosts: []string{"a.test"}, Paths: []string{"/"}, Methods: []string{"GET"}}, Public: true, Authn: []string{"session"}, Upstream: "up"}}, up}, spec + "authn"},
		"an odd size":             {with(func(r *RouteSpec) { r.Limits.Body = "1MB" }), spec + "limits.body"},
		"too large":               {with(func(r *RouteSpec) { r.Limits.Body = "2GiB" }), spec + "limits.body"},
		"too long":                {with(func(r *RouteSpec) { r.Limits.Timeout = "1h" }), spec + "limits.timeout"},
		"no targets":              {[]Object{{ID: "up", Upstream: &UpstreamSpec{}}}, spec + "targets"},
		"a target without scheme": {target("127.0.0.1:80"), spec + "targets[0]"},
		"a target with a path":    {target("http://a.test/x"), spec + "targets[0]"},
		"a target of another":     {target("ftp://a.test"), spec + "targets[0]"},
		"a target with a user":    {target("http://u@a.test"), spec + "targets[0]"},
	} {
		if _, err := Compile(c.objects); fields(err) != c.want {
			t.Errorf("%s: %s; want %s", name, fields(err), c.want)
		}
	}
}

func BenchmarkFind(b *testing.B) {
	var objects []Object
	for i := range 1000 {
		objects = append(objects, route(fmt.Sprintf("r%d", i), "api.test", "GET", fmt.Sprintf("/v1/thing%d/{id}/part/{part}", i)))
	}
	s := compiled(b, objects...)
	b.ReportAllocs()
	for b.Loop() {
		p, err := ParsePath("/v1/thing500/42/part/7")
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.Find("api.test", p, "GET"); err != nil {
			b.Fatal(err)
		}
	}
}
