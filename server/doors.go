package server

import (
	"net/http"
	"time"

	"gatehouse/admin"
	"gatehouse/caller"
	"gatehouse/ephemeral"
	"gatehouse/flow"
	"gatehouse/house"
	"gatehouse/oauth"
	"gatehouse/pdp"
	"gatehouse/provider"
	"gatehouse/ui"
	"gatehouse/ui/brand"
	"gatehouse/ui/console"
	"gatehouse/ui/signin"
	"gatehouse/ui/static"
	"gatehouse/ui/view"
	"gatehouse/web"
)

// protection says what stands between the network and the handlers of a door.
type protection int

const (
	// programs lets requests of any site in: handlers authenticate each by itself
	// and never act on a cookie alone.
	programs protection = iota + 1
	// forms refuses what changes something unless it comes from our own pages
	// (decision 0008).
	forms
	// uploads is forms for whom the door admits, whose forms may have a file.
	uploads
	// raw is no protection and no outer layer: for what is not for the public, and
	// for hosts that bring a layer of their own.
	raw
)

// limits are those of a door's outer layer.
type limits struct {
	timeout time.Duration // of one request
	body    int64         // in bytes
}

var (
	usual = limits{timeout: requestTimeout, body: bodyLimit}
	small = limits{timeout: requestTimeout, body: web.FormLimit}
	// written is for forms in which somebody writes as much as the admin API takes.
	written = limits{timeout: requestTimeout, body: console.WrittenForm}
	asked   = limits{timeout: requestTimeout, body: pdp.MaxBody}
	steered = limits{timeout: requestTimeout, body: admin.MaxSet}
	files   = limits{timeout: requestTimeout, body: console.MaxUpload}
	picture = limits{timeout: requestTimeout, body: console.MaxPicture}
	// lasting is for connections that end by themselves.
	lasting = limits{timeout: pdp.FeedLife + requestTimeout, body: web.FormLimit}
	// patient is for answers that are as long as what there is.
	patient = limits{timeout: admin.LastingLife, body: web.FormLimit}
)

// door is a row of the table: which requests it takes, what stands before its
// handlers, and who brings them.
type door struct {
	name string
	// internal doors are on the internal listener, the others on the public one.
	internal bool
	// host takes whole hosts, before any path is looked at. nil: prefixes decide.
	host func(host string) bool
	// prefixes of paths, of which the longest in the table wins; one that does not
	// end in a slash is that path alone.
	prefixes []string
	protect  protection
	admits   func(r *http.Request) bool // whose files are read; of uploads alone
	refuse   web.Refuser                // how errors are told; may be nil where raw
	limits   limits                     // zero where raw
	// documents are answered ahead of everything else (decision 0011).
	documents map[string]web.Document
	// perAddress are paths, each with all below it, of which an address may ask for so
	// many (limits.address).
	perAddress []string
	// quiet doors leave a line in the log of what went wrong only.
	quiet bool
	// popups are what the window of an application's sign-in or sign-out passes
	// through, redirects and errors among it; see web.Outer.
	popups []string
	mount  func(m *web.Mux)

	mux     *web.Mux
	handler http.Handler // mux behind the door's layers
}

// table lists the doors. A new one is a row here.
func (s *Server) table() ([]*door, error) {
	h := s.house
	pages, err := s.pages()
	if err != nil {
		return nil, err
	}
	page, people := web.RefuseWithPage(pages), s.people(pages)
	protocol, err := s.provider(pages, people.SignIn())
	if err != nil {
		return nil, err
	}
	desk, err := s.desk()
	if err != nil {
		return nil, err
	}
	decisions, err := s.decisions(desk)
	if err != nil {
		return nil, err
	}
	api, err := s.api(desk)
	if err != nil {
		return nil, err
	}
	s.steered = api
	steering, err := s.console(api, pages)
	if err != nil {
		return nil, err
	}
	s.feed = &pdp.Feed{Issuer: h.Config.Issuer, Policy: h.Policy, Revoked: h.Registry, Signer: h.Keys, Caller: pdp.HearBy(desk)}
	return []*door{
		{
			name: "protocol", prefixes: []string{"/oauth2/", "/.well-known/"}, protect: programs, refuse: page, limits: usual,
			documents: protocol.Documents(), mount: protocol.Mount, popups: []string{provider.PathAuthorize, provider.PathLogout},
			perAddress: []string{provider.PathAuthorize, provider.PathLogout},
		},
		{
			name: "decisions", prefixes: []string{"/access/v1/", pdp.PathMetadata}, protect: programs, refuse: web.RefuseWithProblem(h.Config.Issuer), limits: asked,
			documents: decisions.Documents(), mount: decisions.Mount,
		},
		{name: "feed", prefixes: []string{pdp.PathFeed}, protect: programs, refuse: web.RefuseWithProblem(h.Config.Issuer), limits: lasting, mount: s.feed.Mount},
		{
			name: "admin API", prefixes: []string{admin.Root}, protect: programs, refuse: admin.Refuse(h.Config.Issuer), limits: steered, mount: api.Mount,
		},
		{
			name: "admin API, at length", prefixes: api.LastingPaths(), protect: programs, refuse: admin.Refuse(h.Config.Issuer), limits: patient, mount: api.MountLasting,
		},
		{
			name: "console", prefixes: []string{console.Root, console.Root + "/"}, protect: forms, refuse: page, limits: small, mount: steering.Mount,
			perAddress: []string{console.Root},
		},
		{
			name: "console, long forms", prefixes: console.WrittenPaths(), protect: forms, refuse: page, limits: written, mount: steering.MountWritten,
			perAddress: []string{console.Root},
		},
		{
			name: "console, at length", prefixes: console.LastingPaths(), protect: forms, refuse: page, limits: patient, mount: steering.MountLasting,
			perAddress: []string{console.Root},
		},
		{
			name: "console, files", prefixes: console.UploadPaths(), protect: uploads, admits: steering.AdmitsUpload, refuse: page, limits: files, mount: steering.MountUploads,
			perAddress: []string{console.Root},
		},
		{
			name: "console, pictures", prefixes: console.PicturePaths(), protect: uploads, admits: steering.AdmitsPicture, refuse: page, limits: picture, mount: steering.MountPictures,
			perAddress: []string{console.Root},
		},
		{name: "static files", prefixes: []string{"/static/"}, protect: programs, refuse: page, limits: usual, quiet: true, mount: func(m *web.Mux) { static.Mount(m, s.look.Files) }},
		{
			name: "pages", prefixes: []string{"/", "/.well-known/change-password"}, protect: forms, refuse: page, limits: small,
			mount: func(m *web.Mux) { ui.Mount(m, people) }, popups: append(signin.Popups(), web.PathGate),
			perAddress: []string{"/"},
		},
		{name: "health and metrics", internal: true, prefixes: []string{"/"}, protect: raw, mount: s.mountInternal},
	}, nil
}

// pages are what shows people something, in the look of the house.
func (s *Server) pages() (*view.Pages, error) {
	h := s.house
	look, err := brand.Open(h.Now().Brand)
	if err != nil {
		return nil, err
	}
	s.look.Put(look)
	s.looks = h.Now().Brand
	h.OnSettings(s.lookAnew)
	pages := view.NewPages(h.Config.Issuer)
	pages.Brand, pages.ScopeSays = &s.look, h.ScopeSays()
	pages.FormToken = func(r *http.Request) string { return s.cookies.FormToken(s.cookies.Browser(r)) }
	return pages, nil
}

// people is what the doors for people ask.
func (s *Server) people(pages *view.Pages) ui.Deps {
	h := s.house
	return ui.Deps{
		Issuer: h.Config.Issuer, Flow: h.Flow, Identity: h.Identity, Sessions: h.Sessions, OAuth: h.OAuth, Registry: h.Registry, Turns: h.Turns, Administrators: h,
		Cookies: s.cookies, Pages: pages, Next: goesOn, Again: beginsAnew, Entrances: h.Gates,
		Fresh:       func() time.Duration { return h.Now().SignIn.Fresh },
		MinPassword: func() int { return h.Now().Identity.Password.MinLength },
		Help: func() signin.Help {
			c := h.Now().SignIn
			return signin.Help{Text: c.HelpText, URL: c.HelpURL}
		},
		Console: house.ConsoleClient,
	}
}

// provider returns the door for applications.
func (s *Server) provider(pages web.Pages, people *signin.Door) (*provider.Provider, error) {
	h := s.house
	limiter, err := h.Limiters.New("client", h.Config.Limits.Bad)
	if err != nil {
		return nil, err
	}
	p := &provider.Provider{
		Issuer: h.Config.Issuer, Registry: h.Registry, Protocol: h.OAuth, Flow: h.Flow, Sessions: h.Sessions,
		People: house.Subjects{Identity: h.Identity}, Signer: h.Keys, Tokens: h.Tokens,
		Cookies: s.cookies, Pages: pages, Next: goesOn, Show: people.Show, Limiter: limiter, Scopes: h.BoundScopes, Metrics: s.metrics, Log: h.Log,
		Notes: h.OAuth.Notes, Trials: h.OAuth.Trials,
	}
	return p, p.Open()
}

// desk knows which program calls a door for programs.
func (s *Server) desk() (*caller.Desk, error) {
	h := s.house
	limiter, err := h.Limiters.New("caller", h.Config.Limits.Bad)
	if err != nil {
		return nil, err
	}
	return &caller.Desk{
		Audience: oauth.OwnAPI(h.Config.Issuer), Tokens: h.Tokens, Keys: h.Keyring, Policy: h.Policy, Browsers: h.Gates, Flood: web.Flood{Limiter: limiter, Log: h.Log}, Refusals: h.Refusals,
	}, nil
}

// decisions returns the door for programs that ask who may do what.
func (s *Server) decisions(desk *caller.Desk) (*pdp.Door, error) {
	h := s.house
	d := &pdp.Door{
		Issuer: h.Config.Issuer, History: h.Access, People: house.Subjects{Identity: h.Identity}, Metrics: s.metrics, Callers: desk,
		Key: h.Keeper.Key("decisions"),
	}
	return d, d.Open()
}

// api returns the door for programs that steer this Gatehouse.
func (s *Server) api(desk *caller.Desk) (*admin.Door, error) {
	h := s.house
	c := h.Config.Limits.API
	limiter, err := h.Limiters.New("api", ephemeral.Config(c))
	if err != nil {
		return nil, err
	}
	if !c.Enabled {
		c.Burst = 0 // nobody is told of a limit that is none
	}
	d := &admin.Door{
		Issuer: h.Config.Issuer, Callers: desk, Refusals: h.Refusals, Requests: h.Store, Key: h.Keeper.Key("admin-api"), Log: h.Log,
		Rate: admin.Rate{Flood: web.Flood{Limiter: limiter, Log: h.Log}, Burst: c.Burst, Every: ephemeral.Config(c).Every()},
		Services: admin.Services{
			Identity: h.Identity, Intake: h.Intake, Sessions: h.Sessions, Access: h.Access, Applies: h.Applies, Gate: h.Gate, Gateway: h, OAuth: h.OAuth, Keys: h.Keys, Clock: h.Clock,
			Trail: h.Trail, Sealer: h.Sealer, Proofs: h, Checks: h.Verifications, Things: h, Audited: house.Audited(), Figures: &figures{h, s.health, s.options.Version, time.Now()}, Settings: h.Settings, Saved: h.Saved,
		},
	}
	return d, d.Open()
}

// goesOn leads the doors' sign-ins from one to the other.
func goesOn(e flow.Entry) string { return signin.Next(e, provider.PathAuthorize) }

// beginsAnew leads to where a sign-in began.
func beginsAnew(e flow.Entry) string { return signin.Again(e, provider.PathAuthorize) }
