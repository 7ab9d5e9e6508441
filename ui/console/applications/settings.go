package applications

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"gatehouse/admin"
	"gatehouse/oauth"
	"gatehouse/ui/console/guard"
	"gatehouse/ui/console/part"
	"gatehouse/ui/view"
	"gatehouse/ui/words"
	"gatehouse/wire"
)

// sheet is a part of the settings, which is a form of its own.
type sheet struct {
	path   string // below the application
	title  func(a *words.ConsoleApplications) string
	inputs []input
}

// input is a setting by the name of the operation's member, "roles.claim" for instance.
type input struct {
	name     string
	kind     part.Kind
	label    func(a *words.ConsoleApplications) string
	hint     func(a *words.ConsoleApplications) string // nil: none
	required bool
	folded   bool // of a new one it is seldom needed
	max      int
	options  func(a *words.ConsoleApplications, c *wire.ClientState, known *known) []part.Option
	// get is the value as it is typed; of a tick "true" is that it is set, of ticks the values
	// with spaces between them.
	get func(c *wire.ClientState) string
	// put makes the member's value of what was typed; nil leaves a text as it is.
	put func(typed []string) any
}

// known are things that there are, which an application may be given.
type known struct {
	Scopes, Audiences []part.Option
}

var sheets = []sheet{
	{path: "settings", title: func(a *words.ConsoleApplications) string { return a.General }, inputs: []input{
		{name: "client_name", label: func(a *words.ConsoleApplications) string { return a.Name }, hint: func(a *words.ConsoleApplications) string { return a.NameHint }, required: true, max: 100, get: func(c *wire.ClientState) string { return c.Name }},
		{name: "client_uri", label: func(a *words.ConsoleApplications) string { return a.Home }, hint: func(a *words.ConsoleApplications) string { return a.HomeHint }, max: 2000, get: func(c *wire.ClientState) string { return c.HomeURL }},
		{name: "redirect_uris", kind: part.Area, label: func(a *words.ConsoleApplications) string { return a.Redirects }, hint: func(a *words.ConsoleApplications) string { return a.RedirectHint }, get: func(c *wire.ClientState) string { return onLines(c.RedirectURIs) }, put: list},
		{name: "post_logout_redirect_uris", kind: part.Area, label: func(a *words.ConsoleApplications) string { return a.PostLogouts }, hint: func(a *words.ConsoleApplications) string { return a.PostLogoutHint }, get: func(c *wire.ClientState) string { return onLines(c.PostLogoutRedirectURIs) }, put: list},
		{name: "scope", kind: part.Ticks, label: func(a *words.ConsoleApplications) string { return a.Scopes }, hint: func(a *words.ConsoleApplications) string { return a.ScopeHint }, options: func(_ *words.ConsoleApplications, c *wire.ClientState, k *known) []part.Option {
			return among(k.Scopes, strings.Fields(c.Scope))
		}, get: func(c *wire.ClientState) string { return c.Scope }, put: func(typed []string) any { return strings.Join(typed, " ") }},
		{name: "audiences", kind: part.Ticks, label: func(a *words.ConsoleApplications) string { return a.Audiences }, hint: func(a *words.ConsoleApplications) string { return a.AudienceHint }, options: func(_ *words.ConsoleApplications, c *wire.ClientState, k *known) []part.Option {
			return among(k.Audiences, c.Audiences)
		}, get: func(c *wire.ClientState) string { return strings.Join(c.Audiences, " ") }, put: orNone},
	}},
	{path: "settings/sign-in", title: func(a *words.ConsoleApplications) string { return a.SignIn }, inputs: []input{
		{name: "token_endpoint_auth_method", kind: part.Choose, label: func(a *words.ConsoleApplications) string { return a.AuthMethod }, hint: func(a *words.ConsoleApplications) string { return a.AuthHint }, options: methods, get: func(c *wire.ClientState) string { return c.AuthMethod }},
		{name: "jwks", kind: part.Area, label: func(a *words.ConsoleApplications) string { return a.JWKS }, hint: func(a *words.ConsoleApplications) string { return a.JWKSHint }, get: func(c *wire.ClientState) string { return string(c.JWKS) }, put: keySet},
		{name: "pkce", kind: part.Choose, label: func(a *words.ConsoleApplications) string { return a.PKCE }, hint: func(a *words.ConsoleApplications) string { return a.PKCEHint }, options: choice(func(a *words.ConsoleApplications) []part.Option {
			return []part.Option{{Value: "auto", Label: a.PKCEAuto}, {Value: "required", Label: a.PKCERequired}, {Value: "off", Label: a.PKCEOff}}
		}), get: func(c *wire.ClientState) string { return c.PKCE }},
		{name: "grant_types", kind: part.Ticks, label: func(a *words.ConsoleApplications) string { return a.Grants }, options: func(a *words.ConsoleApplications, c *wire.ClientState, _ *known) []part.Option {
			return among([]part.Option{{Value: oauth.GrantCode, Label: a.GrantCode}, {Value: oauth.GrantRefresh, Label: a.GrantRefresh}, {Value: oauth.GrantClient, Label: a.GrantClient}}, c.GrantTypes)
		}, get: func(c *wire.ClientState) string { return strings.Join(c.GrantTypes, " ") }, put: orNone},
		{name: "require_acr", kind: part.Choose, label: func(a *words.ConsoleApplications) string { return a.RequireACR }, hint: func(a *words.ConsoleApplications) string { return a.ACRHint }, options: choice(func(a *words.ConsoleApplications) []part.Option {
			return []part.Option{{Label: a.ACRAny}, {Value: "aal1", Label: "aal1"}, {Value: "aal2", Label: "aal2"}}
		}), get: func(c *wire.ClientState) string { return c.RequireACR }},
		{name: "require_roles", kind: part.Area, label: func(a *words.ConsoleApplications) string { return a.RequireRoles }, hint: func(a *words.ConsoleApplications) string { return a.RolesHint }, get: func(c *wire.ClientState) string { return onLines(c.RequireRoles) }, put: list},
		{name: "require_groups", kind: part.Area, label: func(a *words.ConsoleApplications) string { return a.RequireGroups }, hint: func(a *words.ConsoleApplications) string { return a.GroupsHint }, get: func(c *wire.ClientState) string { return onLines(c.RequireGroups) }, put: list},
		{name: "consent", kind: part.Tick, label: func(a *words.ConsoleApplications) string { return a.ConsentAsked }, hint: func(a *words.ConsoleApplications) string { return a.ConsentHint }, get: func(c *wire.ClientState) string { return yes(c.Consent) }, put: ticked},
		{name: "any_localhost_port", kind: part.Tick, label: func(a *words.ConsoleApplications) string { return a.AnyPort }, hint: func(a *words.ConsoleApplications) string { return a.AnyPortHint }, get: func(c *wire.ClientState) string { return yes(c.AnyLocalhostPort) }, put: ticked},
	}},
	{path: "settings/tokens", title: func(a *words.ConsoleApplications) string { return a.Tokens }, inputs: []input{
		{name: "access_token_ttl", label: func(a *words.ConsoleApplications) string { return a.AccessTTL }, hint: func(a *words.ConsoleApplications) string { return a.TTLHint }, max: 32, get: func(c *wire.ClientState) string { return c.AccessTokenTTL }},
		{name: "refresh_idle", label: func(a *words.ConsoleApplications) string { return a.RefreshIdle }, max: 32, get: func(c *wire.ClientState) string { return c.RefreshIdle }},
		{name: "refresh_absolute", label: func(a *words.ConsoleApplications) string { return a.RefreshAbsolute }, max: 32, get: func(c *wire.ClientState) string { return c.RefreshAbsolute }},
		{name: "refresh", kind: part.Choose, label: func(a *words.ConsoleApplications) string { return a.RefreshMode }, options: choice(func(a *words.ConsoleApplications) []part.Option {
			return []part.Option{{Value: "rotate", Label: a.RefreshRotate}, {Value: "static", Label: a.RefreshStatic}}
		}), get: func(c *wire.ClientState) string { return c.Refresh }},
		{name: "id_token_claims", kind: part.Tick, label: func(a *words.ConsoleApplications) string { return a.IDClaims }, hint: func(a *words.ConsoleApplications) string { return a.IDClaimsHint }, get: func(c *wire.ClientState) string { return yes(c.IDTokenClaims) }, put: ticked},
		{name: "introspect", kind: part.Tick, label: func(a *words.ConsoleApplications) string { return a.Introspect }, hint: func(a *words.ConsoleApplications) string { return a.IntrospectHint }, get: func(c *wire.ClientState) string { return yes(c.Introspect) }, put: ticked},
		{name: "permissions", kind: part.Choose, label: func(a *words.ConsoleApplications) string { return a.Permissions }, hint: func(a *words.ConsoleApplications) string { return a.PermissionsHint }, options: choice(func(a *words.ConsoleApplications) []part.Option {
			return []part.Option{{Value: "none", Label: a.PermissionsNone}, {Value: "roles", Label: a.PermissionsRoles}, {Value: "inline", Label: a.PermissionsInline}}
		}), get: func(c *wire.ClientState) string { return c.Permissions }},
		{name: "id_token_signed_response_alg", kind: part.Choose, label: func(a *words.ConsoleApplications) string { return a.IDTokenAlg }, options: algorithms(func(a *words.ConsoleApplications) string { return a.AlgDefault }), get: func(c *wire.ClientState) string { return c.IDTokenAlg }},
		{name: "access_token_signed_response_alg", kind: part.Choose, label: func(a *words.ConsoleApplications) string { return a.AccessTokenAlg }, options: algorithms(func(a *words.ConsoleApplications) string { return a.AlgDefault }), get: func(c *wire.ClientState) string { return c.AccessTokenAlg }},
		{name: "userinfo_signed_response_alg", kind: part.Choose, label: func(a *words.ConsoleApplications) string { return a.UserinfoAlg }, options: algorithms(func(a *words.ConsoleApplications) string { return a.AlgPlain }), get: func(c *wire.ClientState) string { return c.UserinfoAlg }},
		{name: "access_token_type", kind: part.Choose, label: func(a *words.ConsoleApplications) string { return a.TokenType }, options: choice(func(*words.ConsoleApplications) []part.Option {
			return []part.Option{{Value: oauth.TypeAccessToken, Label: oauth.TypeAccessToken}, {Value: oauth.TypeJWT, Label: oauth.TypeJWT}}
		}), get: func(c *wire.ClientState) string { return c.AccessTokenType }},
	}},
	{path: "settings/told", title: func(a *words.ConsoleApplications) string { return a.Told }, inputs: slices.Concat(
		listing("roles", func(c *wire.ClientState) *wire.Listing { return c.Roles }, func(a *words.ConsoleApplications) [4]string {
			return [4]string{a.RolesClaim, a.RolesFormat, a.RolesPrefix, a.RolesFilter}
		}),
		listing("groups", func(c *wire.ClientState) *wire.Listing { return c.Groups }, func(a *words.ConsoleApplications) [4]string {
			return [4]string{a.GroupsClaim, a.GroupsFormat, a.GroupsPrefix, a.GroupsFilter}
		}),
		[]input{{name: "claims", kind: part.Area, label: func(a *words.ConsoleApplications) string { return a.Claims }, hint: func(a *words.ConsoleApplications) string { return a.ClaimsHint }, get: func(c *wire.ClientState) string { return onLines(c.Claims) }, put: list}},
	)},
}

// listing are the inputs of how an application is told of roles, or of groups.
func listing(name string, of func(c *wire.ClientState) *wire.Listing, labels func(a *words.ConsoleApplications) [4]string) []input {
	label := func(i int) func(a *words.ConsoleApplications) string {
		return func(a *words.ConsoleApplications) string { return labels(a)[i] }
	}
	get := func(read func(l *wire.Listing) string) func(c *wire.ClientState) string {
		return func(c *wire.ClientState) string {
			if l := of(c); l != nil {
				return read(l)
			}
			return ""
		}
	}
	return []input{
		{name: name + ".claim", max: 128, label: label(0), hint: func(a *words.ConsoleApplications) string { return a.ClaimHint.With(words.Name, name) }, get: get(func(l *wire.Listing) string { return l.Claim })},
		{name: name + ".format", kind: part.Choose, label: label(1), options: choice(func(a *words.ConsoleApplications) []part.Option {
			return []part.Option{{Value: "list", Label: a.FormatList}, {Value: "string", Label: a.FormatString}, {Value: "object", Label: a.FormatObject}}
		}), get: get(func(l *wire.Listing) string { return l.Format })},
		{name: name + ".prefix", max: 128, label: label(2), get: get(func(l *wire.Listing) string { return l.Prefix })},
		{name: name + ".filter", kind: part.Area, label: label(3), hint: func(a *words.ConsoleApplications) string { return a.FilterHint }, get: get(func(l *wire.Listing) string { return onLines(l.Filter) }), put: list},
	}
}

func choice(of func(a *words.ConsoleApplications) []part.Option) func(*words.ConsoleApplications, *wire.ClientState, *known) []part.Option {
	return func(a *words.ConsoleApplications, _ *wire.ClientState, _ *known) []part.Option { return of(a) }
}

func algorithms(none func(a *words.ConsoleApplications) string) func(*words.ConsoleApplications, *wire.ClientState, *known) []part.Option {
	return choice(func(a *words.ConsoleApplications) []part.Option {
		all := []part.Option{{Label: none(a)}}
		for _, alg := range []string{"RS256", "ES256", "EdDSA"} {
			all = append(all, part.Option{Value: alg, Label: alg})
		}
		return all
	})
}

func methods(a *words.ConsoleApplications, _ *wire.ClientState, _ *known) []part.Option {
	return []part.Option{
		{Value: oauth.AuthSecret, Label: a.AuthAny},
		{Value: oauth.AuthBasic, Label: a.AuthBasic},
		{Value: oauth.AuthPost, Label: a.AuthPost},
		{Value: oauth.AuthPrivateKey, Label: a.AuthKey},
		{Value: oauth.AuthNone, Label: a.AuthNone},
	}
}

func methodName(say *words.Catalogue, method string) string {
	for _, o := range methods(&say.ConsoleApplications, nil, nil) {
		if o.Value == method {
			return o.Label
		}
	}
	return method
}

// among are the options, and whatever else is chosen already, each with whether it is.
func among(options []part.Option, chosen []string) []part.Option {
	all := slices.Clone(options)
	for _, value := range chosen {
		if !slices.ContainsFunc(all, func(o part.Option) bool { return o.Value == value }) {
			all = append(all, part.Option{Value: value, Label: value})
		}
	}
	for i := range all {
		all[i].On = slices.Contains(chosen, all[i].Value)
	}
	return all
}

func onLines(all []string) string { return strings.Join(all, "\n") }

// list reads an entry of each line that has one.
func list(typed []string) any {
	all := []string{}
	for _, text := range typed {
		for line := range strings.Lines(text) {
			if line = strings.TrimSpace(line); line != "" {
				all = append(all, line)
			}
		}
	}
	return all
}

func orNone(typed []string) any {
	if typed == nil {
		return []string{}
	}
	return typed
}

func yes(on bool) string {
	if on {
		return "true"
	}
	return ""
}

func ticked(typed []string) any { return len(typed) > 0 && typed[0] != "" }

// keySet is what was typed as JSON, if it is that; text that is none is refused as a key set.
func keySet(typed []string) any {
	text := strings.TrimSpace(strings.Join(typed, ""))
	if text == "" {
		return nil
	}
	if json.Valid([]byte(text)) {
		return json.RawMessage(text)
	}
	return text
}

// settingsPage is a form of settings.
type settingsPage struct {
	clientFrame
	sheet sheet
	known known
	names []string // of the protocol, which are the same in each language
}

// protocolNames are those that the options of the settings have.
var protocolNames = []string{"aal1", "aal2", "RS256", "ES256", "EdDSA", oauth.TypeAccessToken, oauth.TypeJWT}

func (p settingsPage) Head(say *words.Catalogue) view.Head {
	return part.Head(p.Form.Title(say, p.title(p.sheet.title(&say.ConsoleApplications))))
}
func (p settingsPage) Body() templ.Component { return settingsBody(p) }

// parts lead to the forms.
func (p settingsPage) parts(say *words.Catalogue) (all []part.Tab) {
	for _, s := range sheets {
		all = append(all, part.Tab{Label: s.title(&say.ConsoleApplications), Href: p.path() + "/" + s.path, Current: s.path == p.sheet.path})
	}
	return all
}

func (p settingsPage) form(say *words.Catalogue) part.Form {
	a := &say.ConsoleApplications
	form := part.Form{
		ID: "settings", Action: p.path() + "/" + p.sheet.path, Cancel: p.path(), Hidden: []part.Hidden{{Name: "etag", Value: p.ETag}},
		Do: []part.Button{{ID: "submit", Label: a.Save, Main: true}},
	}
	for _, in := range p.shown() {
		form.Fields = append(form.Fields, in.field(a, &p.Client, &p.known))
	}
	return lined(say, &p.Frame, p.Draw(say, form))
}

// shown are the inputs of the form: where there is nothing to choose from, nothing is asked.
func (p settingsPage) shown() []input {
	return slices.DeleteFunc(slices.Clone(p.sheet.inputs), func(in input) bool {
		return in.kind == part.Ticks && len(in.options(&words.ConsoleApplications{}, &p.Client, &p.known)) == 0
	})
}

// field is the input as it is shown.
func (in input) field(a *words.ConsoleApplications, c *wire.ClientState, k *known) part.Field {
	f := part.Field{ID: in.name, Label: in.label(a), Kind: in.kind, Value: in.get(c), Optional: !in.required, Max: in.max, Complete: "off", Literal: in.name != "client_name"}
	if in.hint != nil {
		f.Hint = in.hint(a)
	}
	if in.options != nil {
		f.Options = in.options(a, c, k)
	}
	if in.kind == part.Tick {
		f.On, f.Value = f.Value != "", ""
	}
	return f
}

// body is what a form that was sent asks of the operation.
func (p settingsPage) body(v *guard.Visit) map[string]any {
	body := map[string]any{}
	for _, in := range p.shown() {
		typed := v.R.PostForm[in.name]
		var value any = v.Value(in.name)
		if in.put != nil {
			value = in.put(typed)
		}
		if name, member, nested := strings.Cut(in.name, "."); nested {
			if body[name] == nil {
				body[name] = map[string]any{}
			}
			body[name].(map[string]any)[member] = value
		} else if in.name != "jwks" || value != nil {
			body[in.name] = value
		}
	}
	for _, name := range []string{"roles", "groups"} {
		if how, ok := body[name].(map[string]any); ok && how["claim"] == "" { // it is not told, in no format
			body[name] = map[string]any{"claim": "", "format": ""}
		}
	}
	return body
}

// knows asks what there is that an application may be given, as far as the visitor may see it.
func knows(v *guard.Visit, s sheet) (k known, err error) {
	if s.path != sheets[0].path {
		return k, nil
	}
	for _, scope := range oauth.PersonScopes {
		k.Scopes = append(k.Scopes, part.Option{Value: scope, Label: scope})
	}
	if v.Can("listScopes", nil) {
		found, err := guard.Ask[admin.Page[wire.Scope]](v, "listScopes", admin.Input{Query: map[string][]string{"limit": {"200"}}})
		if err != nil {
			return k, err
		}
		for _, one := range found.Body.Items {
			k.Scopes = append(k.Scopes, part.Option{Value: one.Name, Label: one.Name, Hint: one.Description})
		}
	}
	if v.Can("listAPIs", nil) {
		found, err := guard.Ask[admin.Page[wire.API]](v, "listAPIs", admin.Input{Query: map[string][]string{"limit": {"200"}}})
		if err != nil {
			return k, err
		}
		for _, one := range found.Body.Items {
			if !one.BuiltIn {
				k.Audiences = append(k.Audiences, part.Option{Value: one.Audience, Label: one.ID, Hint: one.Audience})
			}
		}
	}
	return k, nil
}

func (d *Door) settingsPage(v *guard.Visit, s sheet) (settingsPage, error) {
	if err := v.Ready("updateClient", on(v)); err != nil {
		return settingsPage{}, err
	}
	f, err := d.read(v)
	if err != nil {
		return settingsPage{}, err
	}
	k, err := knows(v, s)
	page := settingsPage{clientFrame: f, sheet: s, known: k, names: protocolNames}
	page.Command = page.command()
	return page, err
}

// take puts what was typed in the place of what there is.
func (p *settingsPage) take(v *guard.Visit) {
	p.sheet = p.sheet.typed(v)
	p.Command = p.command()
}

func (d *Door) askSettings(s sheet) guard.Handler {
	return func(v *guard.Visit) error {
		page, err := d.settingsPage(v, s)
		if err != nil {
			return err
		}
		return v.Show(http.StatusOK, page)
	}
}

func (d *Door) saveSettings(s sheet) guard.Handler {
	return func(v *guard.Visit) error {
		page, err := d.settingsPage(v, s)
		if err != nil {
			return err
		}
		page.Fresh = page.form
		check := v.Value("check") != "" // script asks so while somebody types
		if check {
			err = page.check(v)
		} else {
			_, err = guard.Ask[admin.One[wire.Client]](v, "updateClient", admin.Input{Path: on(v), IfMatch: v.Value("etag"), Body: page.body(v)})
		}
		if err == nil && check {
			page.take(v)
			return v.Show(http.StatusOK, page)
		}
		if err == nil {
			return v.Done(page.path()+"/"+s.path, "settings")
		}
		status, ok := v.Reject(&page.Frame, err)
		if !ok {
			return err
		}
		page.take(v)
		return v.Show(status, page)
	}
}

// check asks whether the addresses that were typed can be used.
func (p settingsPage) check(v *guard.Visit) error {
	body, typed := map[string]any{"client_name": p.Client.Name}, p.body(v)
	for _, name := range []string{"redirect_uris", "post_logout_redirect_uris"} {
		if uris, ok := typed[name].([]string); ok {
			body[name] = uris
		}
	}
	_, err := guard.Ask[admin.Nothing](v, "checkClient", admin.Input{Body: body})
	return err
}

// typed is the sheet with what was typed in the place of what there is.
func (s sheet) typed(v *guard.Visit) sheet {
	s.inputs = slices.Clone(s.inputs)
	for i, in := range s.inputs {
		typed := v.R.PostForm[in.name]
		s.inputs[i].get = func(*wire.ClientState) string { return strings.Join(typed, " ") }
		if in.kind == part.Ticks {
			options := in.options
			s.inputs[i].options = func(a *words.ConsoleApplications, c *wire.ClientState, k *known) []part.Option {
				return among(options(a, c, k), typed)
			}
		}
	}
	return s
}
