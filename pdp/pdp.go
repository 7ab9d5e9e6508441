// Package pdp is the policy decision point's door: the OpenID AuthZEN Authorization
// API 1.0, by which a program that enforces decisions asks for them, and two endpoints of
// our own: one tells why, and one for which of many resources the answer is yes. Each request is read once, its caller is known by package
// caller, and one snapshot of the policy answers all of it: nothing is asked of the
// store, but for what an explanation shows of people and of other times.
//
// The rules are access's. What is here is how a question is written: strictly, so that
// no two readers understand it in two ways, and within bounds. Beside it stands the
// Feed, by which resource servers that decide by themselves hear what was taken back.
package pdp

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"gatehouse/access"
	"gatehouse/caller"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/web"
)

// The paths of the endpoints, below the issuer (Authorization API 1.0 section 10.1).
const (
	PathEvaluation     = "/access/v1/evaluation"
	PathEvaluations    = "/access/v1/evaluations"
	PathSearchSubject  = "/access/v1/search/subject"
	PathSearchResource = "/access/v1/search/resource"
	PathSearchAction   = "/access/v1/search/action"
	PathExplain        = "/access/v1/explain" // our own, as
	PathFilter         = "/access/v1/filter"
	PathMetadata       = "/.well-known/authzen-configuration"
)

// MaxBody bounds the body of a request, in bytes.
const MaxBody = 256 << 10

// Callers knows who calls; *caller.Desk does.
type Callers interface {
	Authenticate(r *http.Request) (*caller.Caller, error)
	// Refused records an answer that says what right a caller lacks.
	Refused(r *http.Request, c *caller.Caller, err error)
}

// History knows what a policy in memory does not; *access.Service does.
type History interface {
	// Explain explains by the grants of another moment, with their reasons.
	Explain(ctx context.Context, q *access.Question) (access.Explanation, error)
	// Reasons says of the grants of an explanation why they were given.
	Reasons(ctx context.Context, e *access.Explanation) error
}

// People knows the addresses of people.
type People interface {
	// Email returns the address of a person, "" where there is none.
	Email(ctx context.Context, user id.User) (string, error)
}

// Metrics counts decisions; outcomes are from a closed set.
type Metrics interface {
	Decided(outcome string)
}

// Door answers the endpoints. All fields must be set; call Open once before Mount.
type Door struct {
	Issuer  string
	Callers Callers
	History History
	People  People
	Metrics Metrics
	Key     []byte // of page tokens, 32 bytes; the same on all replicas

	metadata *web.Static
	heavy    chan struct{}
}

// Open prepares the door, and reports at the start what it would miss at the first
// request.
func (d *Door) Open() error {
	for _, field := range []struct {
		name    string
		missing bool
	}{
		{"Issuer", d.Issuer == ""},
		{"Callers", d.Callers == nil},
		{"History", d.History == nil},
		{"People", d.People == nil},
		{"Metrics", d.Metrics == nil},
		{"Key", len(d.Key) != 32},
	} {
		if field.missing {
			return fmt.Errorf("open the decision point: %s is not set", field.name)
		}
	}
	d.heavy = make(chan struct{}, maxHeavy)
	return d.openMetadata()
}

// Mount registers the endpoints.
func (d *Door) Mount(api *web.Mux) {
	api.Route("POST "+PathEvaluation, challenging(d.answer(d.evaluation)))
	api.Route("POST "+PathEvaluations, challenging(d.answer(d.evaluations)))
	api.Route("POST "+PathSearchSubject, challenging(d.answer(d.searchSubject)))
	api.Route("POST "+PathSearchResource, challenging(d.answer(d.searchResource)))
	api.Route("POST "+PathSearchAction, challenging(d.answer(d.searchAction)))
	api.Route("POST "+PathExplain, challenging(d.answer(d.explain)))
	api.Route("POST "+PathFilter, challenging(d.answer(d.filter)))
	for path, document := range d.Documents() {
		api.HandleFunc("GET "+path, document.Handler.ServeHTTP)
	}
}

// call is one request, as its handler sees it.
type call struct {
	context.Context
	*caller.Caller
	path string
	key  []byte // of page tokens
	body object
	now  time.Time
	// meter counts what the conditions behind all questions of the request took.
	meter access.Meter
}

// answer serves an endpoint: who calls is known before anything of the body is read.
func (d *Door) answer(h func(c *call) (any, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		if err := echo(w, r); err != nil {
			return err
		}
		c, err := d.enter(r)
		if err != nil {
			return err
		}
		value, err := h(c)
		if err != nil {
			d.Callers.Refused(r, c.Caller, err)
			return plain(err)
		}
		return web.JSON(w, http.StatusOK, value)
	}
}

// challenging tells who is refused what would be right.
func challenging(h web.Handler) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		err := h(w, r)
		caller.SetChallenge(w.Header(), err)
		return err
	}
}

func (d *Door) enter(r *http.Request) (*call, error) {
	who, err := d.Callers.Authenticate(r)
	if err != nil {
		return nil, err
	}
	body, err := readBody(r)
	if err != nil {
		return nil, err
	}
	return &call{Context: r.Context(), Caller: who, path: r.URL.Path, key: d.Key, body: body, now: time.Now()}, nil
}

// maxRequestID bounds the request id of a caller, in bytes.
const maxRequestID = 200

// echo gives a caller its own request id back (Authorization API 1.0 section 10.1.3).
// Our own stays in the log beside it, and in the answer to a refused request.
func echo(w http.ResponseWriter, r *http.Request) error {
	name := r.Header.Get("X-Request-ID")
	if name == "" {
		return nil
	}
	if len(name) > maxRequestID {
		return unreadable(fmt.Sprintf("The X-Request-ID is longer than %d characters.", maxRequestID))
	}
	w.Header().Set("X-Request-ID", name)
	web.InfoOf(r.Context()).Theirs = name
	return nil
}

// plain is err as this API tells it: what breaks a rule of ours is a bad request there
// (Authorization API 1.0 section 10.1.2).
func plain(err error) error {
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Kind != fault.Invalid {
		return err
	}
	bad := *f
	bad.Kind = fault.Malformed
	return &bad
}

// maxHeavy is how many requests at a time may be about everybody, or about another
// time: each of them looks at the whole policy.
const maxHeavy = 2

// heavily runs f when it is its turn.
func (d *Door) heavily(ctx context.Context, f func() error) error {
	select {
	case d.heavy <- struct{}{}:
		defer func() { <-d.heavy }()
		return f()
	case <-ctx.Done():
		return busy(ctx.Err())
	}
}

// costly is the answer to a question for which the conditions behind those before it in
// the same request left nothing.
func costly() error {
	return fault.New(fault.TooMany, "evaluation.costly", "The conditions behind these questions take too long to be asked in one request: ask fewer.")
}

// busy says that a search, or many evaluations, took too long or did not begin.
func busy(err error) error {
	return &fault.Error{Kind: fault.Unavailable, Code: "search.busy", Detail: "There is too much to look at just now.", RetryAfter: time.Second, Err: err}
}
