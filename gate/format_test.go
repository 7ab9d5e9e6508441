package gate

import (
	"errors"
	"strings"
	"testing"
	"time"

	"gatehouse/fault"
	"gatehouse/proof"
)

// condition is one of which only the source is known.
type condition string

func (c condition) String() string { return string(c) }

var reading = Compiler{Conditions: func(text string) (Condition, error) {
	if text == "no" {
		return nil, &fault.Error{Kind: fault.Invalid, Code: "grant.condition", Fields: []fault.Field{{Name: "where", Problem: "it says no"}}}
	}
	return condition(text), nil
}}

// full has all that a route may say.
func full() Object {
	return protected(func(r *RouteSpec) {
		r.Authorize.Requires = RequiresSpec{ACR: "aal2", AMR: []string{"otp"}, MaxAge: "10m", Member: true}
		r.Authorize.Condition = "true"
		r.Credentials, r.OnStale = "pass", "serve:30s"
		r.Headers.Pass = []string{"X-Client", "Cookie"}
		r.Response = ResponseSpec{Headers: map[string]string{"X-Frame-Options": "DENY"}, Remove: []string{"Server"}, Secret: true}
		r.Limits.Response = "10MiB"
		r.CORS = CORSSpec{Origins: []string{"https://www.example.com", "http://localhost:3000"}, Headers: []string{"Authorization"}, Credentials: true, MaxAge: "1m"}
		r.Tests = []TestSpec{
			{As: AsSpec{Role: "customer", Age: "5m"}, Do: "GET /orders/1", Expect: "allow"},
			{Do: "GET https://api.test/old/1?x=1", Expect: "unauthenticated"},
			{Raw: "GET /orders/%2e%2e", Expect: "400", At: "2027-01-31T12:00:00Z"},
		}
	})
}

func TestARouteSaysAllOfIt(t *testing.T) {
	t.Parallel()
	s, err := reading.Compile([]Object{full(), up})
	if err != nil {
		t.Fatal(err)
	}
	r := s.Routes()[0]
	if q := r.Requires; q.Level != proof.AAL2 || q.MaxAge != 10*time.Minute || !q.Member || len(q.AMR) != 1 || r.Condition.String() != "true" {
		t.Errorf("%+v %v", q, r.Condition)
	}
	if !r.PassAuthorization || r.OnStale != (Stale{Serve: 30 * time.Second}) || !r.Pass["x-client"] || !r.Pass["content-type"] || r.Pass["accept"] {
		t.Errorf("%+v", r)
	}
	if r.Response.Most != 10<<20 || !r.Response.Secret || r.Response.Set[0] != (Header{"X-Frame-Options", "DENY"}) {
		t.Errorf("%+v", r.Response)
	}
	if c := r.CORS; !c.Allows("http://localhost:3000") || c.Allows("https://www.example.com.evil.test") || c.Headers[0] != "authorization" || len(c.Methods) != 3 {
		t.Errorf("%+v", c)
	}
	if len(r.Tests) != 3 || r.Tests[0].Host != "api.test" || r.Tests[0].As.Roles[0] != "customer" || r.Tests[1].Target != "/old/1?x=1" || r.Tests[1].As != nil {
		t.Errorf("%+v", r.Tests)
	}
	if other, err := reading.Compile([]Object{up, full()}); err != nil || other.Hash() != s.Hash() || len(s.Hash()) != 32 {
		t.Errorf("%v, and the order changes the hash", err)
	}
}

func TestWhatARouteSaysWrongIsSaidAtItsField(t *testing.T) {
	t.Parallel()
	for want, change := range map[string]func(r *RouteSpec, u *UpstreamSpec){
		"spec.authorize.requires.acr":     func(r *RouteSpec, _ *UpstreamSpec) { r.Authorize.Requires.ACR = "aal3" },
		"spec.authorize.requires.amr":     func(r *RouteSpec, _ *UpstreamSpec) { r.Authorize.Requires.AMR = []string{"face"} },
		"spec.authorize.requires.max_age": func(r *RouteSpec, _ *UpstreamSpec) { r.Authorize.Requires.MaxAge = "0s" },
		"spec.authorize.requires.member": func(r *RouteSpec, _ *UpstreamSpec) {
			r.Authorize.Requires.Member, r.Authorize.Organisation = true, ""
		},
		"spec.authorize.condition": func(r *RouteSpec, _ *UpstreamSpec) { r.Authorize.Condition = "no" },
		"spec.authorize": func(r *RouteSpec, _ *UpstreamSpec) {
			r.Public, r.Authorize = true, AuthorizeSpec{Condition: "true"}
		},
		"spec.credentials":              func(r *RouteSpec, _ *UpstreamSpec) { r.Credentials = "keep" },
		"spec.on_stale":                 func(r *RouteSpec, _ *UpstreamSpec) { r.OnStale = "serve:2m" },
		"spec.headers.pass[0]":          func(r *RouteSpec, _ *UpstreamSpec) { r.Headers.Pass = []string{"Authorization"} },
		"spec.response.headers.X_Frame": func(r *RouteSpec, _ *UpstreamSpec) { r.Response.Headers = map[string]string{"X_Frame": "x"} },
		"spec.response.headers.X-Frame": func(r *RouteSpec, _ *UpstreamSpec) { r.Response.Headers = map[string]string{"X-Frame": "x\ny"} },
		"spec.response.remove[0]":       func(r *RouteSpec, _ *UpstreamSpec) { r.Response.Remove = []string{"Content-Length"} },
		"spec.limits.response":          func(r *RouteSpec, _ *UpstreamSpec) { r.Limits.Response = "0B" },
		"spec.cors.origins":             func(r *RouteSpec, _ *UpstreamSpec) { r.CORS.Methods = []string{"GET"} },
		"spec.cors.origins[0]":          func(r *RouteSpec, _ *UpstreamSpec) { r.CORS = CORSSpec{Origins: []string{"*"}, Credentials: true} },
		"spec.cors.origins[1]":          func(r *RouteSpec, _ *UpstreamSpec) { r.CORS.Origins = []string{"https://a.test", "*"} },
		"spec.cors.methods[0]": func(r *RouteSpec, _ *UpstreamSpec) {
			r.CORS = CORSSpec{Origins: []string{"*"}, Methods: []string{"POST"}}
		},
		"spec.cors.headers[0]": func(r *RouteSpec, _ *UpstreamSpec) { r.CORS = CORSSpec{Origins: []string{"*"}, Headers: []string{"*"}} },
		"spec.tests[0]":        func(r *RouteSpec, _ *UpstreamSpec) { r.Tests = []TestSpec{{Expect: "allow"}} },
		"spec.tests[0].do":     func(r *RouteSpec, _ *UpstreamSpec) { r.Tests = []TestSpec{{Do: "/orders", Expect: "allow"}} },
		"spec.tests[0].expect": func(r *RouteSpec, _ *UpstreamSpec) { r.Tests = []TestSpec{{Do: "GET /", Expect: "200"}} },
		"spec.tests[0].at":     func(r *RouteSpec, _ *UpstreamSpec) { r.Tests = []TestSpec{{Do: "GET /", At: "noon", Expect: "deny"}} },
		"spec.tests[0].as.acr": func(r *RouteSpec, _ *UpstreamSpec) {
			r.Tests = []TestSpec{{Do: "GET /", As: AsSpec{ACR: "x"}, Expect: "deny"}}
		},
		"spec.identity.headers.X_User": func(_ *RouteSpec, u *UpstreamSpec) { u.Identity.Headers = map[string]string{"X_User": "subject"} },
		"spec.identity.headers.X-Gatehouse-User": func(_ *RouteSpec, u *UpstreamSpec) {
			u.Identity.Headers = map[string]string{"X-Gatehouse-User": "subject"}
		},
		"spec.identity.headers.Gatehouse-User": func(_ *RouteSpec, u *UpstreamSpec) {
			u.Identity.Headers = map[string]string{"Gatehouse-User": "subject"}
		},
		"spec.identity.headers.X-User": func(_ *RouteSpec, u *UpstreamSpec) { u.Identity.Headers = map[string]string{"X-User": "password"} },
		"spec.identity.headers.X-Gatehouse-Jwt": func(_ *RouteSpec, u *UpstreamSpec) {
			u.Identity.Headers = map[string]string{"X-Gatehouse-Jwt": "subject"}
		},
		"spec.identity.headers.X-Forwarded-For": func(_ *RouteSpec, u *UpstreamSpec) {
			u.Identity.Headers = map[string]string{"X-Forwarded-For": "subject"}
		},
		"spec.identity.headers.Transfer-Encoding": func(_ *RouteSpec, u *UpstreamSpec) {
			u.Identity.Headers = map[string]string{"Transfer-Encoding": "subject"}
		},
	} {
		o, u := protected(func(*RouteSpec) {}), UpstreamSpec{Targets: up.Upstream.Targets}
		change(o.Route, &u)
		_, err := reading.Compile([]Object{o, {ID: "up", Upstream: &u}})
		f, ok := errors.AsType[*fault.Error](err)
		if !ok || f.Code != CodeRoutes {
			t.Errorf("%s: %v", want, err)
			continue
		}
		found := false
		for _, one := range f.Fields {
			_, name, _ := strings.Cut(one.Name, "].")
			found = found || name == want && one.Problem != ""
		}
		if !found {
			t.Errorf("%s: %+v", want, f.Fields)
		}
	}
	if _, err := Compile([]Object{full(), up}); err == nil {
		t.Error("a condition that nobody reads is taken")
	}
}

// What servers or people take for one another is refused where it is written.
func TestLookAlikesAreRefused(t *testing.T) {
	t.Parallel()
	for name, objects := range map[string][]Object{
		"capitals":         {route("a", "api.test", "GET", "/orders/{id}"), route("b", "api.test", "GET", "/Orders/new")},
		"one letter":       {route("a", "api.test", "GET", "/s"), route("b", "api.test", "GET", "/S")},
		"two scripts":      {route("a", "api.test", "GET", "/%D0%BErders")},
		"greek beside":     {route("a", "api.test", "GET", "/pri%CF%83e")},
		"headers' hyphens": {{ID: "two", Upstream: &UpstreamSpec{Targets: up.Upstream.Targets, Identity: IdentitySpec{Headers: map[string]string{"X-User": "subject", "XUser": "client"}}}}},
	} {
		if _, err := Compile(append(objects, up)); fault.CodeOf(err) != CodeRoutes {
			t.Errorf("%s: %v", name, err)
		}
	}
	compiled(t, route("a", "api.test", "GET", "/orders"), route("b", "b.test", "GET", "/Orders"), route("c", "api.test", "GET", "/%D0%B7%D0%B0%D0%BA%D0%B0%D0%B7%D1%8B"))
}

// What a test does is read as a URL is: a query behind a host is not a path.
func TestATestOfAHostWithAQueryAsksForItsFirstPage(t *testing.T) {
	t.Parallel()
	for does, want := range map[string]string{"GET https://a.test?x=1": "/?x=1", "GET https://a.test": "/", "GET https://a.test/y?x=1": "/y?x=1"} {
		if method, host, target, ok := address(&Route{}, does); !ok || method != "GET" || host != "a.test" || target != want {
			t.Errorf("%s is %s %s %s, %t", does, method, host, target, ok)
		}
	}
}
