package admin

import (
	"cmp"
	"context"
	"net/http"
	"reflect"
	"slices"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"gatehouse/access"
	"gatehouse/audit"
	"gatehouse/caller"
)

// all adds the routes of every noun.
func (d *Door) all() {
	d.users()
	d.imports()
	d.groups()
	d.organisations()
	d.personalTokens()
	d.serviceAccounts()
	d.sets()
	d.clients()
	d.clientLooks()
	d.scopes()
	d.sessions()
	d.consents()
	d.signingKeys()
	d.grants()
	d.families()
	d.auditLog()
	d.verifications()
	d.figures()
	d.settings()
	d.filters()
	d.roles()
	d.apis()
	d.apiUses()
	d.locks()
	d.access()
	d.belongings()
	d.gate()
	d.gateLook()
}

// Route is one row of the table: what a request is for, and what it takes.
type Route struct {
	Method, Path string // below Base: "/users/{user}"
	ID           string // of the operation: "getUser"
	Summary      string
	// Permission is that of Gatehouse's own API, without its name: "users:read".
	Permission string
	// Kind is of what the path names, and Param the part of the path that names it;
	// empty where it names none.
	Kind  audit.Kind
	Param string
	// Org and Resource are the parts of the path that name the organisation, and the one
	// thing, for which the permission is enough.
	Org, Resource string
	// Filtered routes are for whoever has the permission within some organisation or for
	// some things too. Their handlers ask about each thing: a list leaves the rest out
	// (Call.Sees).
	Filtered bool
	// Guarded routes need If-Match.
	Guarded bool
	// Revised routes are for something with a revision, as all Guarded ones are: their
	// handlers ask Call.Matches, and so they take an If-Match.
	Revised bool
	// Creates routes put what need not be there yet: their handlers ask Call.fresh (seen.go), and
	// so they take an If-None-Match.
	Creates bool
	// Keyed routes are no posts, and yet another thing the second time: what was put comes back
	// after somebody took it away, and what was taken away goes once more after somebody put it
	// back. They take an Idempotency-Key as posts do.
	Keyed bool
	// Commits routes take longer than a transaction may, and keep the key of a request in that
	// which they make at the end: their handlers hand Call.keep to it.
	Commits bool
	// Secret answers have a secret: they are not kept, and not compressed.
	Secret bool
	// Idempotent posts do nothing more the second time, and take no Idempotency-Key.
	Idempotent bool
	// Large routes are about many things at once: their bodies and answers may be larger.
	Large bool
	// Heavy routes read all there is of something: few are answered at once. Lasting ones
	// are heavy too, may take LastingLife, and are behind a door of their own.
	Heavy, Lasting bool
	Status         int // of the answer where it is not 200
	// Sudo routes are dangerous: a person in a browser must have proved themselves within
	// SudoFor. The list is in sudo.go.
	Sudo bool

	look    looker // nil: there is nothing to look at first
	handler handler
	binding *binding
	answer  reflect.Type
	fields  []string // of an item of the answer, by its JSON names
}

// Answer returns the type of the answer's struct, of whose fields Body is sent.
func (rt *Route) Answer() reflect.Type { return rt.answer }

// takesTurn reports whether few of its requests are answered at once.
func (rt *Route) takesTurn() bool { return rt.Heavy || rt.Lasting }

// Parameters are the names of those of the query.
func (rt *Route) Parameters() (names []string) {
	for _, p := range rt.binding.params {
		if p.in == "query" {
			names = append(names, p.name)
		}
	}
	return names
}

// Changes reports whether a request may change something.
func (rt *Route) Changes() bool { return rt.Method != http.MethodGet }

// conditional reports whether a request may name the revision that its caller saw.
func (rt *Route) conditional() bool { return rt.Guarded || rt.Revised }

// Repeats reports whether a request that comes twice would do another thing the second
// time, so that it may bring an Idempotency-Key.
func (rt *Route) Repeats() bool { return rt.Method == http.MethodPost && !rt.Idempotent || rt.Keyed }

// maxBody bounds the body of a request, and maxAnswer that of its answer, in bytes.
func (rt *Route) maxBody() int {
	if rt.Large {
		return MaxSet
	}
	return MaxBody
}

func (rt *Route) maxAnswer() int {
	if rt.Large {
		return maxSetAnswer
	}
	return maxAnswer
}

// permission is the full name of the permission.
func (rt *Route) permission() string { return access.Gatehouse + "/" + rt.Permission }

// The scopes of access tokens for the API.
const (
	ScopeRead  = access.ScopeRead
	ScopeAdmin = access.ScopeAdmin
)

// scopes are those of which a token must have one; the first is the least.
func (rt *Route) scopes() []string {
	if rt.Changes() {
		return []string{ScopeAdmin}
	}
	return []string{ScopeRead, ScopeAdmin}
}

// on is what a request is about, for the question whether it is permitted.
func (rt *Route) on(r *http.Request) (on caller.On) {
	if rt.Org != "" {
		on.Org = r.PathValue(rt.Org)
	}
	if rt.Resource != "" {
		on.Resource = r.PathValue(rt.Resource)
	}
	return on
}

// target is what a request is about, for the audit log: the API itself where the path
// names nothing, or what nothing can be called.
func (rt *Route) target(r *http.Request) audit.Target {
	name := r.PathValue(rt.Param)
	odd := strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r > '~' })
	if name == "" || len(name) > maxName || odd {
		return audit.Itself()
	}
	return audit.Target{Kind: rt.Kind, ID: name}
}

// maxName is as long as the id of anything that a path names may be, in bytes.
const maxName = 255

// statuses are the refusals that the route may answer with.
func (rt *Route) statuses() []int {
	all := []int{400, 401, 403, 422, 429, 500, 503}
	if strings.Contains(rt.Path, "{") {
		all = append(all, 404)
	}
	if rt.Changes() {
		all = append(all, 404, 409, 412)
	}
	if rt.Guarded {
		all = append(all, 428)
	}
	slices.Sort(all)
	return slices.Compact(all)
}

// operation describes the route in the document.
func (rt *Route) operation() huma.Operation {
	tag, _, _ := strings.Cut(strings.TrimPrefix(rt.Path, "/"), "/")
	op := huma.Operation{
		OperationID: rt.ID, Method: rt.Method, Path: Base + rt.Path, DefaultStatus: cmp.Or(rt.Status, http.StatusOK),
		Summary: rt.Summary, Description: "Needs the permission `" + rt.permission() + "`.", Tags: []string{tag}, Errors: rt.statuses(),
		Security:   []map[string][]string{{"bearer": {}}},
		Extensions: map[string]any{"x-permission": rt.permission()},
	}
	if rt.conditional() {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "If-Match", In: "header", Required: rt.Guarded, Schema: &huma.Schema{Type: huma.TypeString},
			Description: "The ETag with which it was seen; * for whatever it is.",
		})
	}
	if rt.Creates {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "If-None-Match", In: "header", Schema: &huma.Schema{Type: huma.TypeString},
			Description: "*: only where there is none yet.",
		})
	}
	if rt.Repeats() {
		op.Parameters = append(op.Parameters, &huma.Param{
			Name: "Idempotency-Key", In: "header", Schema: &huma.Schema{Type: huma.TypeString, MaxLength: new(maxKey)},
			Description: "The same for each attempt at one change: it is made once, and answered alike for 24 hours.",
		})
	}
	return op
}

// add adds a route with its handler. A handler may run twice, in a transaction that is
// tried again; what it answers with an error is undone.
func add[I, O any](d *Door, rt Route, h func(ctx context.Context, c *Call, in *I) (*O, error)) {
	d.route(&rt, reflect.TypeFor[I](), reflect.TypeFor[O](), func(ctx context.Context, c *Call, in reflect.Value) (reflect.Value, error) {
		out, err := h(ctx, c, in.Interface().(*I))
		return reflect.ValueOf(out), err
	})
}

// looker is what of a request takes long, and writes nothing; what it finds its handler gets.
type looker func(ctx context.Context, c *Call, in reflect.Value) (found any, err error)

// addLooked is add for a route whose requests take long to be looked at: look does so before the
// transaction of the handler begins (once), and writes nothing.
func addLooked[I, F, O any](d *Door, rt Route, look func(ctx context.Context, c *Call, in *I) (F, error), h func(ctx context.Context, c *Call, in *I, found F) (*O, error)) {
	rt.look = func(ctx context.Context, c *Call, in reflect.Value) (any, error) {
		return look(ctx, c, in.Interface().(*I))
	}
	add(d, rt, func(ctx context.Context, c *Call, in *I) (*O, error) { return h(ctx, c, in, c.looked.(F)) })
}

// route adds a row to the table, and to the document.
func (d *Door) route(rt *Route, in, out reflect.Type, h handler) {
	rt.handler, rt.answer, rt.Sudo = h, out, isSudo(rt.ID)
	if first := d.described[rt.ID]; first != nil {
		rt.fields, rt.binding = first.fields, first.binding
	} else {
		op := rt.operation()
		rt.fields, rt.binding = fieldsOf(out), bind(d.document.Components.Schemas, in, out, &op)
		d.document.AddOperation(&op)
	}
	d.routes, d.byID[rt.ID] = append(d.routes, rt), rt
}
