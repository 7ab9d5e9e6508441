package gate

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/setting"
)

// The defaults and bounds of a route.
const (
	defaultBody    = 1 << 20
	maxBody        = 1 << 30
	defaultTimeout = 15 * time.Second
	maxTimeout     = 10 * time.Minute
	defaultFetch   = 200 * time.Millisecond
	maxFetch       = 5 * time.Second
	maxTargets     = 32
	maxFields      = 32
)

// noUpstream is said of files and of what the store keeps.
const noUpstream = "there is no upstream %q; add it first"

// Methods are those that a route may take. CONNECT and TRACE are none of them.
var Methods = []string{"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}

// Compiler makes sets.
type Compiler struct {
	// Conditions reads the conditions of routes. What is wrong with one it says as a fault
	// whose first field has the problem. Nil: no route may have one.
	Conditions func(text string) (Condition, error)
	// Reach is where all upstreams must lie.
	Reach Reach
}

// Compile is that of a Compiler who reads no conditions.
func Compile(objects []Object) (*Set, error) { return Compiler{}.Compile(objects) }

// Compile makes a set of objects. What is wrong is said at once, as a fault CodeRoutes
// (Invalid) whose fields are named by fault.Object.
func (k Compiler) Compile(objects []Object) (*Set, error) {
	c := compiler{Compiler: k, set: &Set{hosts: map[string]*node{}, stars: map[string]*node{}, browsers: map[string]bool{}}, upstreams: map[string]*Upstream{}, routes: map[string]bool{}, issuers: map[string]*Issuer{}, authorities: map[string]*ClientCA{}}
	for i, o := range objects {
		c.at = i
		if o.Upstream != nil {
			c.upstream(o.ID, o.Upstream)
		}
		if o.Edge != nil {
			c.edge(o.ID, o.Edge)
		}
		if o.Issuer != nil {
			c.issuer(o.ID, o.Issuer)
		}
		if o.ClientCA != nil {
			c.clientCA(o.ID, o.ClientCA)
		}
	}
	for i, o := range objects {
		c.at = i
		if o.Route != nil {
			c.route(o.ID, o.Route)
		}
	}
	c.edgesKnowRoutes(objects)
	c.edgesCan(objects)
	if len(c.bad) > 0 {
		return nil, &fault.Error{Kind: fault.Invalid, Code: CodeRoutes, Detail: "The routes of the gate cannot be used.", Fields: c.bad}
	}
	c.set.upstreams = slices.SortedFunc(maps.Values(c.upstreams), func(a, b *Upstream) int { return cmp.Compare(a.ID, b.ID) })
	c.set.issuers = slices.SortedFunc(maps.Values(c.issuers), func(a, b *Issuer) int { return cmp.Compare(a.ID, b.ID) })
	c.set.authorities = slices.SortedFunc(maps.Values(c.authorities), func(a, b *ClientCA) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(c.set.routes, func(a, b *Route) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(c.set.edges, func(a, b *Edge) int { return cmp.Compare(a.ID, b.ID) })
	c.set.hash = hashOf(objects)
	return c.set, nil
}

type compiler struct {
	Compiler
	set       *Set
	upstreams map[string]*Upstream
	routes    map[string]bool

	issuers     map[string]*Issuer
	authorities map[string]*ClientCA

	at     int
	tested int // how many tests there are
	bad    []fault.Field
}

func (c *compiler) problem(field, format string, args ...any) {
	c.bad = append(c.bad, fault.Field{Name: fault.Object(c.at, field), Problem: fmt.Sprintf(format, args...)})
}

// name says what is wrong with what an object is called, and reports whether no other one is called so:
// whatever else is wrong with it is said as well.
func (c *compiler) name(id string, taken bool) bool {
	if id == "" || len(id) > 64 || strings.Trim(id, "abcdefghijklmnopqrstuvwxyz0123456789-_.") != "" {
		c.problem("metadata.id", "must be between 1 and 64 small letters, digits, -, _ and dots")
	}
	if taken {
		c.problem("metadata.id", "is there twice")
	}
	return !taken
}

func (c *compiler) upstream(id string, spec *UpstreamSpec) {
	if !c.name(id, c.upstreams[id] != nil) {
		return
	}
	u := &Upstream{
		ID: id, Audience: cmp.Or(spec.Identity.Audience, id), H2C: spec.Protocol == "h2c", Filters: spec.Identity.Filters,
		Headers: c.identityHeaders(spec.Identity.Headers),
	}
	c.upstreams[id] = u
	if spec.Protocol != "" && spec.Protocol != "http" && !u.H2C {
		c.problem("spec.protocol", "must be http or h2c")
	}
	if n := len(spec.Targets); n == 0 || n > maxTargets {
		c.problem("spec.targets", "must be between 1 and %d addresses", maxTargets)
	}
	for i, text := range spec.Targets {
		t, ok := parseTarget(text)
		if !ok {
			c.problem(fmt.Sprintf("spec.targets[%d]", i), "must be http:// or https:// with a host and perhaps a port, and nothing after it")
		}
		if u.H2C && t.Scheme == "https" {
			c.problem(fmt.Sprintf("spec.targets[%d]", i), "has TLS, by which HTTP/2 is agreed on; h2c is for http://")
		}
		u.Targets = append(u.Targets, t)
	}
	c.manages(u, spec)
	c.reaches(u)
}

func parseTarget(text string) (t Target, ok bool) {
	t.Scheme, t.Host, ok = strings.Cut(text, "://")
	if !ok || t.Scheme != "http" && t.Scheme != "https" {
		return t, false
	}
	host, port, err := ParseHost(t.Host)
	if t.Host = host; port != 0 {
		t.Host += ":" + strconv.Itoa(port)
	}
	return t, err == nil
}

func (c *compiler) route(id string, spec *RouteSpec) {
	if !c.name(id, c.routes[id]) {
		return
	}
	c.routes[id] = true
	r := &Route{ID: id, Public: spec.Public, Mode: Mode(max(0, slices.Index(modes, spec.Mode)))}
	if spec.Mode != "" && !slices.Contains(modes, spec.Mode) {
		c.problem("spec.mode", "must be enforce, shadow or off")
	}
	c.matches(r, &spec.Match)
	c.authn(r, spec)
	c.authorizes(r, &spec.Authorize)
	if r.Upstream = c.upstreams[spec.Upstream]; spec.Upstream == "" {
		r.Upstream = c.behindEdge(id, spec)
	} else if r.Upstream == nil {
		c.problem("spec.upstream", noUpstream, spec.Upstream)
	}
	c.bounds(r, &spec.Limits)
	r.Stream = c.stream(r, &spec.Stream)
	c.filters(r, &spec.Authorize.Resource)
	c.mcp(r, spec.MCP)
	r.Sum = sumOf(id, spec.served(), r.upstreams(), r.trusted())
	c.requires(r, &spec.Authorize)
	if r.PassAuthorization = spec.Credentials == "pass"; spec.Credentials != "" && !r.PassAuthorization {
		c.problem("spec.credentials", "must be pass, or left out")
	}
	r.Pass, r.Response, r.CORS = c.passed(&spec.Headers), c.response(&spec.Response, spec.Limits.Response), c.cors(r, &spec.CORS)
	r.OnStale = c.stale(spec.OnStale)
	c.tests(r, spec.Tests)
	if len(c.bad) == 0 {
		c.place(r)
	}
}

func (c *compiler) matches(r *Route, spec *MatchSpec) {
	for i, host := range spec.Hosts {
		name, star := strings.CutPrefix(host, "*.")
		if canonical, port, err := ParseHost(name); err != nil || canonical != name || port != 0 || star && !strings.Contains(name, ".") {
			c.problem(fmt.Sprintf("spec.match.hosts[%d]", i), "must be a host in small letters without a port, or *. and a domain")
		}
		r.Hosts = append(r.Hosts, host)
	}
	for i, path := range spec.Paths {
		p, err := parsePattern(path)
		if err == nil && len(p.names()) > MaxCaptures {
			err = fmt.Errorf("has more than %d captures", MaxCaptures)
		}
		if err == nil && p.reserved() {
			err = fmt.Errorf("begins with /%s/, which is the gate's own", Reserved)
		}
		if err != nil {
			c.problem(fmt.Sprintf("spec.match.paths[%d]", i), "%s", err)
		}
		r.Paths = append(r.Paths, path)
	}
	for i, method := range spec.Methods {
		if !slices.Contains(Methods, method) {
			c.problem(fmt.Sprintf("spec.match.methods[%d]", i), "must be one of %s", strings.Join(Methods, ", "))
		}
		r.Methods = append(r.Methods, method)
	}
	if slices.Contains(r.Methods, "GET") && !slices.Contains(r.Methods, "HEAD") {
		r.Methods = append(r.Methods, "HEAD")
	}
	for _, list := range []struct {
		name string
		has  int
	}{{"hosts", len(spec.Hosts)}, {"paths", len(spec.Paths)}, {"methods", len(spec.Methods)}} {
		if list.has == 0 {
			c.problem("spec.match."+list.name, "is empty; a route says which %s it takes", list.name)
		}
	}
}

func (c *compiler) authorizes(r *Route, spec *AuthorizeSpec) {
	asks := spec.API != "" || spec.Permission != "" || len(spec.Permissions) > 0
	switch {
	case r.Public && asks:
		c.problem("spec.public", "is true, and spec.authorize asks for something; a route does one of the two")
	case !r.Public && spec.API == "":
		c.problem("spec.authorize.api", "is missing; a route that is not public names its API")
	case !r.Public && spec.Permission == "" && len(spec.Permissions) == 0:
		c.problem("spec.authorize.permission", "is missing; a route that is not public asks for a permission")
	case spec.Permission != "" && len(spec.Permissions) > 0:
		c.problem("spec.authorize.permissions", "is there beside spec.authorize.permission; a route has one of the two")
	}
	r.API, r.Asks = spec.API, map[string]string{}
	if !r.Public && (spec.Permission != "" || len(spec.Permissions) > 0) {
		c.permissions(r, spec)
	}
	r.Org, r.Resource = c.template(r, "organisation", spec.Organisation), c.template(r, "resource.id", spec.Resource.ID)
	if text := r.Org.text; text != "" && !id.IsName(text) {
		c.problem("spec.authorize.organisation", "must be the id of an organisation: a small letter, and then small letters, digits, - or _")
	}
	if f := &spec.Resource.Fetch; f.Upstream != "" || f.Path != "" || len(f.Fields) > 0 {
		r.Fetch = c.fetch(r, f)
	}
	if r.Defer = spec.Resource.Defer; r.Defer && r.Fetch != nil {
		c.problem("spec.authorize.resource.defer", "is true, and spec.authorize.resource.fetch is there; a route does one of the two")
	}
	if r.Public && (r.Defer || r.Fetch != nil) {
		c.problem("spec.authorize.resource", "is there, and spec.public is true; a public route asks nothing of a resource")
	}
}

// permissions gives each method of a route its permission. HEAD needs what GET needs.
func (c *compiler) permissions(r *Route, spec *AuthorizeSpec) {
	for method := range spec.Permissions {
		if !r.takes(method) {
			c.problem("spec.authorize.permissions."+method, "is for a method that the route does not take")
		}
	}
	for _, method := range r.Methods {
		permission := cmp.Or(spec.Permission, spec.Permissions[method])
		if method == "HEAD" {
			permission = cmp.Or(permission, spec.Permissions["GET"])
		}
		if permission == "" {
			c.problem("spec.authorize.permissions", "says nothing of %s; each method needs a permission", method)
		}
		r.Asks[method] = r.API + "/" + permission
	}
}

// template reads a text or a capture that all patterns of the route have.
func (c *compiler) template(r *Route, field, text string) Template {
	if !strings.ContainsAny(text, "{}") {
		return Template{text: text}
	}
	name, ok := captureIn(text)
	for _, path := range r.Paths {
		p, err := parsePattern(path)
		ok = ok && (err != nil || p.whole(name))
	}
	if !ok {
		c.problem("spec.authorize."+field, "must be a text, or a capture that every path of the route has, such as {id}")
	}
	return Template{capture: name}
}

func (c *compiler) fetch(r *Route, spec *FetchSpec) *Fetch {
	f := &Fetch{Upstream: c.upstreams[spec.Upstream], Fields: spec.Fields}
	if f.Upstream == nil {
		c.problem("spec.authorize.resource.fetch.upstream", noUpstream, spec.Upstream)
	}
	if n := len(spec.Fields); n == 0 || n > maxFields {
		c.problem("spec.authorize.resource.fetch.fields", "must name between 1 and %d fields", maxFields)
	}
	if r.Resource.IsZero() {
		c.problem("spec.authorize.resource.id", "is missing; what is fetched is of one thing")
	}
	p, err := parsePattern(spec.Path)
	if err != nil {
		c.problem("spec.authorize.resource.fetch.path", "%s", err)
	}
	for _, s := range p {
		if s.rest {
			c.problem("spec.authorize.resource.fetch.path", "has {%s...}; only whole segments are put in", s.capture)
		}
		if s.capture == "" {
			f.path = append(f.path, Template{text: s.text})
			continue
		}
		f.path = append(f.path, c.template(r, "resource.fetch.path", "{"+s.capture+"}"))
	}
	f.Timeout = c.duration("spec.authorize.resource.fetch.timeout", spec.Timeout, defaultFetch, maxFetch)
	return f
}

func (c *compiler) bounds(r *Route, spec *LimitsSpec) {
	r.Body = defaultBody
	if spec.Body != "" {
		n, err := parseSize(spec.Body)
		if err != nil || n > maxBody {
			c.problem("spec.limits.body", "must be a size up to 1GiB, such as 256KiB")
		}
		r.Body = n
	}
	r.Timeout = c.duration("spec.limits.timeout", spec.Timeout, defaultTimeout, maxTimeout)
	c.rates(r, spec.Rate)
}

func (c *compiler) duration(field, text string, usual, most time.Duration) time.Duration {
	if text == "" {
		return usual
	}
	d, err := setting.ParseDuration(text)
	if err != nil || d <= 0 || d > most {
		c.problem(field, "must be a duration up to %s", setting.FormatDuration(most))
	}
	return d
}

// parseSize reads a number of bytes, such as 512B, 256KiB, 1MiB or 1GiB.
func parseSize(text string) (int64, error) {
	digits := strings.TrimRight(text, "KMGiB")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil || n < 0 {
		return 0, fmt.Errorf("%q is no size", text)
	}
	for shift, unit := range []string{"B", "KiB", "MiB", "GiB"} {
		if text[len(digits):] == unit && n <= maxBody {
			return n << (10 * shift), nil
		}
	}
	return 0, fmt.Errorf("%q is no size", text)
}

// place puts a route at all its addresses.
func (c *compiler) place(r *Route) {
	c.set.routes = append(c.set.routes, r)
	if r.Mode == Off {
		return
	}
	for _, host := range r.Hosts {
		hosts := c.set.hosts
		name, star := strings.CutPrefix(host, "*.")
		if star {
			hosts = c.set.stars
		}
		if r.Accepts(BySession) {
			c.set.browsers[host] = true
		}
		if r.Accepts(ByCertificate) {
			c.certifies(host)
		}
		root := hosts[name]
		if root == nil {
			root = &node{}
			hosts[name] = root
		}
		for i, path := range r.Paths {
			p, _ := parsePattern(path) // looked at before
			if err := root.put(p, entry{r, p.names()}); err != nil {
				c.problem(fmt.Sprintf("spec.match.paths[%d]", i), "at %s: %s", host, err)
			}
		}
	}
}
