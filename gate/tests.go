package gate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/proof"
)

// TestSpec is what a file expects of the gate: somebody's request, and what becomes of
// it. The routes of a set are served once all of their tests hold.
type TestSpec struct {
	Name string `json:"name,omitempty"`
	As   AsSpec `json:"as,omitzero"`   // nobody, where it is left out
	Do   string `json:"do,omitempty"`  // GET /orders/1, at the first host of the route, or GET https://HOST/orders/1
	Raw  string `json:"raw,omitempty"` // the same, for a path that is spelled as it should not be
	// Resource is what the upstream would tell of the resource; left out: there is none.
	Resource map[string]any `json:"resource,omitempty"`
	IP       string         `json:"ip,omitempty"`
	At       string         `json:"at,omitempty"`    // when, such as 2027-01-31T12:00:00Z; default: now
	Route    string         `json:"route,omitempty"` // that takes it; default: any
	// Expect is allow, own, filter, deny, challenge, unauthenticated or public, or the status of a
	// request that no decision is made about: 400, 404, 405.
	Expect string `json:"expect"`
}

// AsSpec is somebody who does not exist: they have what is said here, by the roles and
// groups of the policy.
type AsSpec struct {
	ID            string   `json:"id,omitempty"`   // default: somebody
	Kind          string   `json:"kind,omitempty"` // user, service or client; default: user
	Role          string   `json:"role,omitempty"`
	Roles         []string `json:"roles,omitempty"`
	Permissions   []string `json:"permissions,omitempty"`   // of the API of the route, such as orders:read
	Own           []string `json:"own,omitempty"`           // roles or permissions, for what is their own alone
	Groups        []string `json:"groups,omitempty"`        // that they are in
	Organisations []string `json:"organisations,omitempty"` // that they are members of
	ACR           string   `json:"acr,omitempty"`           // default: aal1
	AMR           []string `json:"amr,omitempty"`
	Age           string   `json:"age,omitempty"`    // since they signed in; default: no time
	Client        string   `json:"client,omitempty"` // that asks for them
	Scopes        []string `json:"scopes,omitempty"` // of its token
}

// IsZero reports whether it is nobody.
func (s AsSpec) IsZero() bool {
	return s.ID == "" && s.Kind == "" && s.Role == "" && s.ACR == "" && s.Age == "" && s.Client == "" &&
		len(s.Roles)+len(s.Permissions)+len(s.Own)+len(s.Groups)+len(s.Organisations)+len(s.AMR)+len(s.Scopes) == 0
}

// Test is a compiled TestSpec.
type Test struct {
	Object, Index int // where it stands: the test of that number, of that object of the set
	Name          string
	As            *As // nil: nobody
	Method        string
	Host, Target  string // as they are sent
	Resource      map[string]any
	IP            string
	At            time.Time // zero: now
	Route, Expect string
}

// As is a compiled AsSpec.
type As struct {
	ID, Kind                                   string
	Roles, Permissions, Own, Groups, Organised []string
	Level                                      proof.Level
	AMR                                        []string
	Age                                        time.Duration
	Client                                     string
	Scopes                                     []string
}

// Bounds of tests. A set has maxTests of them.
const (
	maxTestsOfRoute = 100
	maxTests        = 2000
)

// Expectations are what a test can expect, besides a status.
var Expectations = []string{"allow", "own", "filter", "deny", "challenge", "unauthenticated", "public"}

var statuses = []string{"400", "404", "405"}

func (c *compiler) tests(r *Route, specs []TestSpec) {
	if len(specs) > maxTestsOfRoute {
		c.problem("spec.tests", "are more than %d", maxTestsOfRoute)
		return
	}
	if c.tested += len(specs); c.tested > maxTests {
		c.problem("spec.tests", "are more than %d, with those of the other routes", maxTests)
		return
	}
	for i := range specs {
		if t, ok := c.test(r, i, &specs[i]); ok {
			r.Tests = append(r.Tests, t)
		}
	}
}

func (c *compiler) test(r *Route, i int, spec *TestSpec) (t Test, ok bool) {
	before, at := len(c.bad), index("spec.tests", i)
	t = Test{Object: c.at, Index: i, Name: spec.Name, Resource: spec.Resource, IP: spec.IP, Route: spec.Route, Expect: spec.Expect}
	does, field := spec.Do, at+".do"
	if spec.Raw != "" {
		does, field = spec.Raw, at+".raw"
	}
	if (spec.Do == "") == (spec.Raw == "") {
		c.problem(at, "must have do or raw, and not both")
	} else if t.Method, t.Host, t.Target, ok = address(r, does); !ok {
		c.problem(field, "must be a method and a path or a URL, such as GET /orders/1")
	}
	if !slices.Contains(Expectations, spec.Expect) && !slices.Contains(statuses, spec.Expect) {
		c.problem(at+".expect", "must be one of %s, %s", strings.Join(Expectations, ", "), strings.Join(statuses, ", "))
	}
	if spec.At != "" {
		var err error
		if t.At, err = time.Parse(time.RFC3339, spec.At); err != nil {
			c.problem(at+".at", "must be a time such as 2027-01-31T12:00:00Z")
		}
	}
	if !spec.As.IsZero() {
		t.As = c.as(at+".as", &spec.As)
	}
	return t, len(c.bad) == before
}

// address reads what a test does. A star of the host is any name.
func address(r *Route, does string) (method, host, target string, ok bool) {
	method, target, ok = strings.Cut(does, " ")
	if !ok || method == "" || target == "" || len(does) > MaxPath {
		return "", "", "", false
	}
	if target[0] != '/' {
		scheme, rest, isURL := strings.Cut(target, "://")
		if !isURL || scheme != "https" && scheme != "http" {
			return "", "", "", false
		}
		host, target = rest, "/"
		if at := strings.IndexAny(rest, "/?"); at >= 0 {
			host, target = rest[:at], rest[at:]
		}
		if target[0] == '?' { // as ReadURL has it
			target = "/" + target
		}
		return method, host, target, true
	}
	if len(r.Hosts) > 0 {
		host = strings.Replace(r.Hosts[0], "*.", "any.", 1)
	}
	return method, host, target, true
}

func (c *compiler) as(field string, spec *AsSpec) *As {
	a := &As{
		ID: cmp.Or(spec.ID, "somebody"), Kind: cmp.Or(spec.Kind, "user"), Roles: spec.Roles, Permissions: spec.Permissions, Own: spec.Own,
		Groups: spec.Groups, Organised: spec.Organisations, AMR: spec.AMR, Client: spec.Client, Scopes: spec.Scopes,
	}
	if spec.Role != "" {
		a.Roles = append(slices.Clip(a.Roles), spec.Role)
	}
	if !slices.Contains([]string{"user", "service", "client"}, a.Kind) {
		c.problem(field+".kind", "must be user, service or client")
	}
	var err error
	if a.Level, err = proof.ParseLevel(cmp.Or(spec.ACR, proof.AAL1.String())); err != nil {
		c.problem(field+".acr", "must be aal1 or aal2")
	}
	if spec.Age != "" {
		a.Age = c.duration(field+".age", spec.Age, 0, maxSignedIn)
	}
	return a
}

// Says is what a test does, for whoever is told of it.
func (t *Test) Says() string {
	if t.Name != "" {
		return t.Name
	}
	return fmt.Sprintf("test %s (%s %s)", strconv.Itoa(t.Index+1), t.Method, t.Target)
}
