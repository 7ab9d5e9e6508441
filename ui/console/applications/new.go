package applications

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/docs"
	"gatehouse/fault"
	"gatehouse/oauth"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// kindsPage asks of which kind an application is.
type kindsPage struct {
	guard.Frame
	Products []docs.Client // of which the form can be filled in
	CanGate  bool          // the gate may be seen
}

func (p kindsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(say.ConsoleApplications.New)
}
func (p kindsPage) Body() templ.Component { return kindsBody(p) }

// choices are the kinds, each with where it leads.
func (p kindsPage) choices(say *words.Catalogue) (all []choiceOf) {
	a := &say.ConsoleApplications
	for _, k := range kinds {
		all = append(all, choiceOf{ID: string(k), Name: nameOf(say, k), Why: whyOf(say, k), Href: pathNew + "?kind=" + string(k)})
	}
	if p.CanGate {
		all = append(all, choiceOf{ID: "gate", Name: a.Gate, Why: a.GateWhy, Href: pathGate})
	}
	return all
}

type choiceOf struct{ ID, Name, Why, Href string }

// newPage is the form by which an application of a kind is connected.
type newPage struct {
	guard.Frame
	Kind  oauth.Kind
	Guide string           // of docs/clients.md, where it is for one
	Begun wire.ClientState // what the form has before anything is typed
	sheet sheet
	known known
}

func (p newPage) name(say *words.Catalogue) words.Title {
	what := nameOf(say, p.Kind)
	if c, ok := docs.ClientOf(p.Guide); ok {
		what = c.Title
	}
	return say.ConsoleApplications.NewOf.With(words.Name, what)
}

func (p newPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.name(say)))
}
func (p newPage) Body() templ.Component { return newBody(p) }

// newInputs are what is asked of a kind: those of the settings that it takes to begin with.
func newInputs(kind oauth.Kind) []input {
	wanted := []string{"client_name", "redirect_uris", "post_logout_redirect_uris", "scope", "audiences"}
	if kind == oauth.KindMachine {
		wanted = []string{"client_name", "scope", "audiences"}
	}
	var all []input
	for _, in := range sheets[0].inputs {
		if slices.Contains(wanted, in.name) {
			in.required = in.name == "client_name" || in.name == "redirect_uris"
			if in.name == "redirect_uris" && kind == oauth.KindNative {
				in.hint = func(a *words.ConsoleApplications) string { return a.NativeRedirectHint }
			}
			all = append(all, in)
		}
	}
	if kind == oauth.KindMachine {
		return all
	}
	for _, in := range sheets[1].inputs { // who may use it
		if in.name == "require_roles" || in.name == "require_groups" {
			in.folded = true
			all = append(all, in)
		}
	}
	return append(all, input{
		name: "refresh", kind: part.Tick, label: func(a *words.ConsoleApplications) string { return a.Refresh }, hint: func(a *words.ConsoleApplications) string { return a.RefreshHint },
		get: func(c *wire.ClientState) string { return yes(slices.Contains(c.GrantTypes, oauth.GrantRefresh)) },
	})
}

// begun is what the form has before anything is typed.
func begun(kind oauth.Kind, guide string) wire.ClientState {
	var c wire.ClientState
	if kind != oauth.KindMachine {
		c.Scope = "openid profile email"
	}
	if kind == oauth.KindNative {
		c.RedirectURIs = []string{"http://127.0.0.1/callback"}
	}
	if g, ok := docs.ClientOf(guide); ok {
		c.Name, c.RedirectURIs, c.PostLogoutRedirectURIs = g.Title, g.Flag("redirect-uri"), g.Flag("post-logout-redirect-uri")
		c.GrantTypes, c.Scope = g.Flag("grant"), strings.Join(g.Flag("scope"), " ")
	}
	return c
}

func (p newPage) form(say *words.Catalogue) part.Form {
	a, c := &say.ConsoleApplications, p.Begun
	form := part.Form{
		ID: "application", Action: pathNew, Cancel: pathNew, Do: []part.Button{{ID: "submit", Label: a.Create, Main: true}},
		Hidden: []part.Hidden{{Name: "kind", Value: string(p.Kind)}, {Name: "for", Value: p.Guide}},
	}
	for _, in := range p.sheet.inputs {
		f := in.field(a, &c, &p.known)
		if f.Kind == part.Ticks {
			f.Options = slices.DeleteFunc(f.Options, func(o part.Option) bool { return !p.takes(in.name, o.Value) })
			if len(f.Options) == 0 {
				continue
			}
		}
		f.Focus = in.name == "client_name" && p.Wrong == nil
		if in.folded {
			form.More = append(form.More, f)
		} else {
			form.Fields = append(form.Fields, f)
		}
	}
	return lined(say, &p.Frame, p.Draw(say, form))
}

// takes reports whether a value is offered to an application of the kind: a machine speaks for no
// person, and refresh tokens are a choice of their own.
func (p newPage) takes(name, value string) bool {
	if name != "scope" {
		return true
	}
	return value != oauth.ScopeOffline && (p.Kind != oauth.KindMachine || !slices.Contains(oauth.PersonScopes, value))
}

// steps are those by which an application is connected, with the one that is done now.
func steps(say *words.Catalogue, now int) (all []step) {
	a := &say.ConsoleApplications
	for i, label := range []string{a.KindIs, a.Basics, a.Connect} {
		all = append(all, step{Label: label, Current: i == now, Over: i < now})
	}
	return all
}

type step struct {
	Label         string
	Current, Over bool
}

func (d *Door) askNew(v *guard.Visit) error {
	if err := v.Ready("createClient", nil); err != nil {
		return err
	}
	kind := oauth.Kind(v.Query("kind"))
	if !slices.Contains(kinds, kind) {
		f := v.Frame()
		f.Command = guard.Command("client", "create", "--name", "NAME", "--redirect-uri", "ADDRESS")
		return v.Show(http.StatusOK, kindsPage{f, guidesOf("Products"), v.Can("getGate", nil)})
	}
	page, err := newPageOf(v, kind, v.Query("for"))
	if err != nil {
		return err
	}
	return v.Show(http.StatusOK, page)
}

func newPageOf(v *guard.Visit, kind oauth.Kind, guide string) (newPage, error) {
	if _, ok := docs.ClientOf(guide); !ok {
		guide = ""
	}
	k, err := knows(v, sheets[0])
	p := newPage{Frame: v.Frame(), Kind: kind, Guide: guide, Begun: begun(kind, guide), sheet: sheet{path: sheets[0].path, inputs: newInputs(kind)}, known: k}
	p.Command = p.same()
	return p, err
}

// create makes the application, and shows its secret for the only time. Where the form says that
// it is to be checked alone, it is, and nothing is made: script asks so while somebody types.
func (d *Door) create(v *guard.Visit) error {
	kind := oauth.Kind(v.Value("kind"))
	if !slices.Contains(kinds, kind) {
		return fault.New(fault.Malformed, "form.malformed", "The form could not be read.")
	}
	page, err := newPageOf(v, kind, v.Value("for"))
	if err != nil {
		return err
	}
	body := page.body(v)
	if v.Value("check") != "" {
		_, err = guard.Ask[admin.Nothing](v, "checkClient", admin.Input{Body: body})
	} else {
		var made *admin.Made[wire.NewClient]
		made, err = guard.Ask[admin.Made[wire.NewClient]](v, "createClient", admin.Input{Body: body})
		if err == nil {
			f := v.Frame()
			f.Command = guard.Command("client", "show", string(made.Body.ID))
			return v.Show(http.StatusCreated, madePage{Frame: f, Made: made.Body, Issuer: d.Issuer, At: addressesOf(d.Issuer), Guide: guideOf(kindOf(&made.Body.Client), page.Guide), CanTry: v.Can("beginTrial", guard.On("client", string(made.Body.ID)))})
		}
	}
	page.sheet = page.sheet.typed(v)
	page.Command = page.same()
	if err == nil {
		return v.Show(http.StatusOK, page)
	}
	status, ok := v.Reject(&page.Frame, err)
	if !ok {
		return err
	}
	return v.Show(status, page)
}

// body is what the form asks of the operation: what was typed, and what the kind comes to.
func (p newPage) body(v *guard.Visit) map[string]any {
	body := map[string]any{}
	if g, ok := docs.ClientOf(p.Guide); ok {
		guided(g, body)
	}
	for _, in := range p.sheet.inputs {
		switch typed := v.R.PostForm[in.name]; {
		case in.put != nil:
			body[in.name] = in.put(typed)
		case in.name != "refresh":
			body[in.name] = v.Value(in.name)
		}
	}
	grants, scope := []string{oauth.GrantCode}, body["scope"].(string)
	switch {
	case p.Kind == oauth.KindMachine:
		grants = []string{oauth.GrantClient}
	case v.Value("refresh") != "":
		grants, scope = append(grants, oauth.GrantRefresh), strings.TrimSpace(scope+" "+oauth.ScopeOffline)
	}
	body["grant_types"], body["scope"] = grants, scope
	if p.Kind == oauth.KindBrowser || p.Kind == oauth.KindNative {
		body["token_endpoint_auth_method"] = oauth.AuthNone
	}
	if uri, ok := body["redirect_uris"].([]string); ok && len(uri) > 0 {
		if home := originOf(uri[0]); home != "" {
			body["client_uri"] = home
		}
	}
	return body
}

// guided puts in what the section of docs/clients.md asks for besides what is typed.
func guided(g docs.Client, body map[string]any) {
	if g.Has("id-token-claims") {
		body["id_token_claims"] = true
	}
	for _, kind := range []string{"roles", "groups"} {
		if claim := g.Flag(kind + "-claim"); len(claim) > 0 {
			listing := map[string]any{"claim": claim[0], "format": "list", "filter": orNone(g.Flag(kind + "-filter"))}
			body[kind] = listing
		}
	}
	for flag, member := range map[string]string{"pkce": "pkce", "require-acr": "require_acr", "userinfo-alg": "userinfo_signed_response_alg", "id-token-alg": "id_token_signed_response_alg", "auth-method": "token_endpoint_auth_method"} {
		if value := g.Flag(flag); len(value) > 0 {
			body[member] = value[0]
		}
	}
}

// originOf is where the application of a redirect URI is, "" for none that people can open.
func originOf(uri string) string {
	u, err := url.Parse(uri)
	if err != nil || u.Host == "" || u.Scheme != "https" && (u.Scheme != "http" || u.Hostname() != "localhost") || u.Hostname() == "127.0.0.1" || u.Hostname() == "::1" {
		return "" // of a URI that is refused nobody hears twice
	}
	return u.Scheme + "://" + u.Host
}

// madePage shows an application that was just made, and its secret for the only time.
type madePage struct {
	guard.Frame
	Made   wire.NewClient
	Issuer string
	At     addresses
	Guide  docs.Client
	CanTry bool
}

func (p madePage) name(say *words.Catalogue) words.Title {
	return say.ConsoleApplications.Made.With(words.Name, p.Made.Name)
}

func (p madePage) Head(say *words.Catalogue) view.Head {
	if p.Made.Secret != "" {
		return part.HeadOnce(p.name(say))
	}
	return part.Head(p.name(say))
}
func (p madePage) Body() templ.Component { return madeBody(p) }

// tries reports whether its sign-in can be tried.
func (p madePage) tries() bool { return p.CanTry && len(p.Made.RedirectURIs) > 0 }

// once is the secret, with the lines of an .env file.
func (p madePage) once(say *words.Catalogue) part.Secret {
	return part.Secret{
		ID: "client-secret", Label: say.ConsoleApplications.Env, Value: string(p.Made.Secret), File: fileOf(&p.Made.Client),
		Env: env(p.Issuer, &p.Made.Client, string(p.Made.Secret)), Stored: pathOf(string(p.Made.ID)),
	}
}

// fileOf is the name of an .env file for an application.
func fileOf(c *wire.Client) string { return string(c.ID) + ".env" }

// env is what an application needs to know, as lines of an .env file.
func env(issuer string, c *wire.Client, secret string) string {
	lines := []string{"OIDC_ISSUER=" + issuer, "OIDC_CLIENT_ID=" + string(c.ID)}
	if secret != "" {
		lines = append(lines, "OIDC_CLIENT_SECRET="+secret)
	}
	if len(c.RedirectURIs) > 0 {
		lines = append(lines, "OIDC_REDIRECT_URI="+c.RedirectURIs[0])
	}
	return strings.Join(append(lines, `OIDC_SCOPE="`+c.Scope+`"`), "\n") + "\n"
}
