package admin

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/danielgtaylor/huma/v2"

	"gatehouse/access"
	"gatehouse/apply"
	"gatehouse/audit"
	"gatehouse/caller"
	"gatehouse/gate"
	"gatehouse/identity"
	"gatehouse/identity/intake"
	"gatehouse/keys"
	"gatehouse/oauth"
	"gatehouse/saved"
	"gatehouse/session"
	"gatehouse/settings"
	"gatehouse/web"
)

// The paths, below the issuer.
const (
	Root = "/api/"
	Base = "/api/v1"
)

// MaxBody bounds the body of a request, in bytes, and maxAnswer that of an answer.
const (
	MaxBody   = 256 << 10
	maxAnswer = 4 << 20
)

// Callers knows who calls; *caller.Desk does.
type Callers interface {
	Authenticate(r *http.Request) (*caller.Caller, error)
	// Again returns the same caller as it is now, be it one of Ask's; a refusal is that it may not
	// come any more.
	Again(ctx context.Context, c *caller.Caller) (*caller.Caller, error)
}

// Refusals remembers who was refused what for want of a permission.
type Refusals interface {
	// Refused says so, in a transaction of its own. An error is for the log: the caller
	// is refused all the same.
	Refused(ctx context.Context, by audit.Actor, permission string, on audit.Target, why error) error
}

// Services are what the routes ask and change.
type Services struct {
	Identity *identity.Service
	Intake   *intake.Service
	Sessions *session.Manager
	Access   *access.Service
	Applies  *apply.Service
	Gate     *gate.Service
	Gateway  Gateway
	OAuth    *oauth.Service
	Keys     *keys.Ring
	Clock    Clock
	Trail    *audit.Trail
	Sealer   *audit.Sealer
	Proofs   Proofs
	Checks   *audit.Verifications
	Things   Things
	Audited  audit.Catalogue // all that may be recorded
	Figures  Figures
	Settings *settings.Service
	Saved    *saved.Service
}

// Door answers the API. All exported fields but Refusals and Rate must be set; call Open
// once before Mount.
type Door struct {
	Issuer   string
	Callers  Callers
	Rate     Rate
	Requests Requests
	Refusals Refusals // nil: nobody remembers them
	// Key is that of cursors and of what is remembered of requests, 32 bytes.
	Key []byte
	// Log takes what cannot be answered any more.
	Log *slog.Logger
	Services

	heavy  turns
	routes []*Route
	byID   map[string]*Route
	// described are the routes of another house, whose types say the same; nil in the first.
	described map[string]*Route
	document  *huma.OpenAPI
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
		{"Requests", d.Requests == nil},
		{"Key", len(d.Key) != 32},
		{"Identity", d.Identity == nil},
		{"Intake", d.Intake == nil},
		{"Sessions", d.Sessions == nil},
		{"Access", d.Access == nil},
		{"Applies", d.Applies == nil},
		{"Gate", d.Gate == nil},
		{"Gateway", d.Gateway == nil},
		{"OAuth", d.OAuth == nil},
		{"Keys", d.Keys == nil},
		{"Clock", d.Clock == nil},
		{"Trail", d.Trail == nil},
		{"Sealer", d.Sealer == nil},
		{"Proofs", d.Proofs == nil},
		{"Checks", d.Checks == nil},
		{"Audited", d.Audited == nil},
		{"Figures", d.Figures == nil},
		{"Settings", d.Settings == nil},
		{"Saved", d.Saved == nil},
		{"Log", d.Log == nil},
	} {
		if field.missing {
			return fmt.Errorf("open the admin API: %s is not set", field.name)
		}
	}
	d.begin()
	return nil
}

// Mount registers the routes but for those that last, and what answers everything else
// below Root.
func (d *Door) Mount(m *web.Mux) {
	d.mount(m, false)
	// Written when somebody asks: it takes half as long as all else that a start does.
	m.Route("GET "+PathDocument, (&file{"application/json", sync.OnceValues(d.text)}).ServeHTTP)
	m.Route("GET "+PathPage, (&file{"text/html; charset=utf-8", sync.OnceValues(func() (string, error) { return d.browse(), nil })}).ServeHTTP)
	m.Route("GET "+pathStyle, (&file{"text/css; charset=utf-8", func() (string, error) { return style, nil }}).ServeHTTP)
	m.Route(Root, d.lost(m))
}

// MountLasting registers the routes that last, whose paths are LastingPaths.
func (d *Door) MountLasting(m *web.Mux) { d.mount(m, true) }

// LastingPaths are the paths of the routes that last: each is that path alone, or where its end
// names something, all below it.
func (d *Door) LastingPaths() (paths []string) {
	for _, rt := range d.routes {
		path, _, _ := strings.Cut(Base+rt.Path, "{")
		if rt.Lasting && !slices.Contains(paths, path) {
			paths = append(paths, path)
		}
	}
	return paths
}

func (d *Door) mount(m *web.Mux, lasting bool) {
	for _, rt := range d.routes {
		if rt.Lasting == lasting {
			m.Route(rt.Method+" "+Base+rt.Path, d.serve(rt))
		}
	}
}

// Routes returns all of them, so that a rule can be tested on each.
func (d *Door) Routes() []*Route { return d.routes }
