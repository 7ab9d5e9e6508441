package main

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"gatehouse/oauth"
	"gatehouse/picture"
	"gatehouse/proof"
	"gatehouse/setting"
	"gatehouse/wire"
)

// clientFlags are the flags that create and update share.
type clientFlags struct {
	name, homeURL, authMethod, jwksFile, logo       string
	redirects, postLogout, grants, scopes, audience []string
	requireRoles, requireGroups                     []string
	roles, groups                                   listingFlags
	claims                                          []string
	public, noConsent, introspect, disabled         bool
	refresh, requireACR, pkce                       string
	idTokenAlg, userinfoAlg, accessTokenAlg         string
	accessTokenType                                 string
	permissions                                     string
	idTokenClaims, anyLocalhostPort                 bool
	accessTokenTTL, refreshIdle, refreshAbsolute    durationFlag

	add, remove map[string]*[]string // by the flag of the list; of update only
}

// clientLists are the flags that hold lists.
var clientLists = []string{"redirect-uri", "post-logout-redirect-uri", "grant", "scope", "audience", "require-role", "require-group", "roles-filter", "groups-filter", "claim"}

// durationFlag is a flag that takes days too.
type durationFlag time.Duration

func (d *durationFlag) String() string { return wire.Lifetime(time.Duration(*d)) }
func (d *durationFlag) Type() string   { return "duration" }

func (d *durationFlag) Set(s string) error {
	v, err := setting.ParseDuration(s)
	if err != nil {
		return fmt.Errorf("it %w", err)
	}
	*d = durationFlag(v)
	return nil
}

func (f *clientFlags) bind(cmd *cobra.Command) {
	flags := cmd.Flags()
	flags.StringVar(&f.name, "name", "", "the `name` that people see")
	flags.StringVar(&f.homeURL, "home-url", "", "the `URL` where \"back to the application\" leads")
	flags.StringVar(&f.logo, "logo", "", "a `file` with the picture that people see beside the name, PNG or JPEG; \"\" for none")
	flags.StringArrayVar(&f.redirects, "redirect-uri", nil, "where sign-ins may return to, an exact `URI`; may be repeated")
	flags.StringArrayVar(&f.postLogout, "post-logout-redirect-uri", nil, "where sign-outs may return to, an exact `URI`; may be repeated")
	flags.StringArrayVar(&f.grants, "grant", nil, "a `grant` type: authorization_code, refresh_token or client_credentials; may be repeated")
	flags.StringArrayVar(&f.scopes, "scope", nil, "the `scopes` it may ask for, separated by spaces; may be repeated")
	flags.StringArrayVar(&f.audience, "audience", nil, "an `audience` of its access tokens instead of the issuer; may be repeated")
	flags.StringVar(&f.authMethod, "auth-method", "", "the `method` by which it proves itself: client_secret (by basic or post), client_secret_basic, client_secret_post, private_key_jwt or none")
	flags.BoolVar(&f.public, "public", false, "it cannot keep a secret; the same as --auth-method none")
	flags.StringVar(&f.jwksFile, "jwks-file", "", "a `file` with its public keys, for private_key_jwt; - for standard input")
	flags.BoolVar(&f.noConsent, "no-consent", false, "do not ask people whether it may have what it asks for; for applications of the house")
	flags.StringVar(&f.pkce, "pkce", oauth.PKCEAuto, "when it must use PKCE, a `mode`: required, off, or auto, for all but OpenID requests with a nonce of 10 characters or more")
	flags.BoolVar(&f.introspect, "introspect", false, "it may introspect (ask here about) tokens that are not meant for it")
	flags.StringVar(&f.refresh, "refresh", "rotate", "how refresh tokens are used, a `mode`: rotate, for a new one at each use, or static, for confidential applications")
	flags.Var(&f.accessTokenTTL, "access-token-ttl", "how long its access tokens live (0: as configured)")
	flags.Var(&f.refreshIdle, "refresh-idle", "how long its refresh tokens live without use (0: as configured)")
	flags.Var(&f.refreshAbsolute, "refresh-absolute", "how long its refresh tokens live at most (0: as configured)")
	flags.StringVar(&f.requireACR, "require-acr", "", "the `level` that its people must reach: aal1 (one factor) or aal2 (two)")
	flags.StringArrayVar(&f.requireRoles, "require-role", nil, "a `role` without which nobody is let in; may be repeated, and all are needed")
	flags.StringArrayVar(&f.requireGroups, "require-group", nil, "a `group` outside of which nobody is let in; may be repeated, and all are needed")
	f.roles.bind(cmd, "roles")
	f.groups.bind(cmd, "groups")
	flags.StringArrayVar(&f.claims, "claim", nil, "a claim more, as `NAME=SOURCE`: claims.NAME, role:ROLE, group:GROUP or const:VALUE; may be repeated")
	flags.StringVar(&f.idTokenAlg, "id-token-alg", "", "the algorithm (`alg`) of its ID tokens: RS256 (default), ES256 or EdDSA")
	flags.StringVar(&f.userinfoAlg, "userinfo-alg", "", "sign userinfo with this algorithm (`alg`); plain JSON by default")
	flags.StringVar(&f.accessTokenAlg, "access-token-alg", "", "the algorithm (`alg`) of its access tokens: ES256 (default), EdDSA or RS256")
	flags.StringVar(&f.accessTokenType, "access-token-type", oauth.TypeAccessToken, "the type (`typ`) of its access tokens: at+jwt, or JWT for resource servers that know no other")
	flags.BoolVar(&f.idTokenClaims, "id-token-claims", false, "its ID tokens hold the claims of the scopes too, not userinfo alone")
	flags.StringVar(&f.permissions, "permissions", oauth.PermissionsNone, "what its access tokens say of what people may do at their APIs, a `mode`: none, roles, or inline, for roles and permissions")
	flags.BoolVar(&f.anyLocalhostPort, "any-localhost-port", false, "its http://localhost redirect URIs match with any port, for development")
}

// bindChanges adds a flag that adds to each list, and one that removes from it.
func (f *clientFlags) bindChanges(cmd *cobra.Command) {
	f.add, f.remove = map[string]*[]string{}, map[string]*[]string{}
	for _, name := range clientLists {
		f.add[name] = cmd.Flags().StringArray("add-"+name, nil, "one `value` more for --"+name+", beside those it has; may be repeated")
		f.remove[name] = cmd.Flags().StringArray("remove-"+name, nil, "one `value` of --"+name+" less; may be repeated")
		cmd.MarkFlagsMutuallyExclusive(name, "add-"+name)
		cmd.MarkFlagsMutuallyExclusive(name, "remove-"+name)
	}
}

// apply puts the flags that were given into c.
func (f *clientFlags) apply(a *app, cmd *cobra.Command, c *oauth.Client) error {
	changed := cmd.Flags().Changed
	if f.public && f.authMethod != "" && f.authMethod != oauth.AuthNone {
		return usagef("--public and --auth-method %s contradict each other", f.authMethod)
	}
	if f.refresh != "rotate" && f.refresh != "static" {
		return usagef("--refresh must be rotate or static")
	}
	level, err := proof.ParseLevel(f.requireACR)
	if err != nil {
		return usagef("--require-acr must be aal1 or aal2")
	}
	if changed("require-acr") {
		c.RequireLevel = level
	}
	if f.jwksFile != "" {
		if err := f.readJWKS(a, c); err != nil {
			return err
		}
	}
	if changed("logo") {
		if err := f.readLogo(c); err != nil {
			return err
		}
	}
	f.applyMethod(changed, c)
	f.applyTexts(changed, c)
	f.roles.apply(changed, "roles", &c.Told.Roles)
	f.groups.apply(changed, "groups", &c.Told.Groups)
	if err := f.applyLists(changed, c); err != nil {
		return err
	}
	f.applySwitches(changed, c)
	if f.anyLocalhostPort {
		fmt.Fprintln(a.stderr, "Warning: whatever listens on any port of what is called localhost can take this application's codes. It is for development.")
	}
	return nil
}

func (f *clientFlags) readJWKS(a *app, c *oauth.Client) error {
	b, err := a.read(f.jwksFile)
	if err != nil {
		return fmt.Errorf("read the keys: %w", err)
	}
	if !json.Valid(b) {
		return usagef("%s is not JSON; a JSON Web Key Set (RFC 7517) is expected", inputName(f.jwksFile))
	}
	c.JWKS = strings.TrimSpace(string(b))
	return nil
}

// readLogo keeps the picture itself: nobody's browser asks the application for it.
func (f *clientFlags) readLogo(c *oauth.Client) error {
	if c.Logo = ""; f.logo == "" {
		return nil
	}
	content, err := picture.ReadFile(f.logo)
	if err != nil {
		return err
	}
	c.Logo, err = picture.Icon(content)
	return err
}

func (f *clientFlags) applyMethod(changed func(string) bool, c *oauth.Client) {
	switch {
	case f.public:
		c.AuthMethod = oauth.AuthNone
	case changed("auth-method"):
		c.AuthMethod = f.authMethod
	case f.jwksFile != "":
		c.AuthMethod = oauth.AuthPrivateKey
	}
}

func (f *clientFlags) applyTexts(changed func(string) bool, c *oauth.Client) {
	for name, v := range map[string]struct{ to, from *string }{
		"name":             {&c.Name, &f.name},
		"pkce":             {&c.PKCE, &f.pkce},
		"home-url":         {&c.HomeURL, &f.homeURL},
		"id-token-alg":     {&c.IDTokenAlg, &f.idTokenAlg},
		"userinfo-alg":     {&c.UserinfoAlg, &f.userinfoAlg},
		"access-token-alg": {&c.AccessTokenAlg, &f.accessTokenAlg},

		"access-token-type": {&c.AccessTokenType, &f.accessTokenType},
		"permissions":       {&c.Permissions, &f.permissions},
	} {
		if changed(name) {
			*v.to = *v.from
		}
	}
	for name, v := range map[string]struct {
		to   *time.Duration
		from durationFlag
	}{
		"access-token-ttl": {&c.AccessTokenTTL, f.accessTokenTTL},
		"refresh-idle":     {&c.RefreshIdle, f.refreshIdle},
		"refresh-absolute": {&c.RefreshAbsolute, f.refreshAbsolute},
	} {
		if changed(name) {
			*v.to = time.Duration(v.from)
		}
	}
}

// lists are the lists of c by their flags.
func lists(c *oauth.Client) map[string]*[]string {
	return map[string]*[]string{
		"redirect-uri": &c.RedirectURIs, "post-logout-redirect-uri": &c.PostLogoutRedirectURIs,
		"grant": &c.GrantTypes, "scope": &c.Scopes, "audience": &c.Audiences,
		"require-role": &c.RequireRoles, "require-group": &c.RequireGroups,
		"roles-filter": &c.Told.Roles.Only, "groups-filter": &c.Told.Groups.Only, "claim": &c.Told.Claims,
	}
}

// applyLists replaces the lists that were given, or changes them. One empty value
// empties a list.
func (f *clientFlags) applyLists(changed func(string) bool, c *oauth.Client) error {
	given := map[string][]string{
		"redirect-uri": f.redirects, "post-logout-redirect-uri": f.postLogout, "grant": f.grants, "scope": words(f.scopes), "audience": f.audience,
		"require-role": rolesNamed(f.requireRoles), "require-group": f.requireGroups,
		"roles-filter": f.roles.only, "groups-filter": f.groups.only, "claim": f.claims,
	}
	all := lists(c)
	for _, name := range clientLists {
		list := all[name]
		if changed(name) {
			if *list = given[name]; len(*list) == 1 && (*list)[0] == "" {
				*list = nil
			}
		}
		if f.add == nil {
			continue
		}
		if err := edit(list, f.values(f.add, name), f.values(f.remove, name), name); err != nil {
			return err
		}
	}
	return nil
}

// values are those of an --add or --remove flag. Scopes may come several at once.
func (f *clientFlags) values(of map[string]*[]string, name string) []string {
	switch name {
	case "scope":
		return words(*of[name])
	case "require-role":
		return rolesNamed(*of[name])
	}
	return *of[name]
}

// edit adds and removes; what is there already is not added again, and what is
// not there cannot be removed.
func edit(list *[]string, add, remove []string, name string) error {
	changed := slices.Clone(*list)
	for _, v := range remove {
		i := slices.Index(changed, v)
		if i < 0 {
			return failed("value.not_there", "--remove-%s %q is not there; there is %s", name, brief(v), orNothing(strings.Join(*list, " ")))
		}
		changed = slices.Delete(changed, i, i+1)
	}
	for _, v := range add {
		if !slices.Contains(changed, v) {
			changed = append(changed, v)
		}
	}
	*list = changed
	return nil
}

func orNothing(s string) string {
	if s == "" {
		return "nothing"
	}
	return s
}

// flagOf tells a field of c as its flag, and an entry of a list by its value.
func flagOf(c *oauth.Client) spoken {
	return func(field string) (string, string) {
		name, i := cutIndex(field)
		flag := clientFlagOf[name]
		if list := lists(c)[strings.TrimPrefix(flag, "--")]; list != nil && i >= 0 && i < len(*list) {
			return flag, brief((*list)[i])
		}
		return flag, ""
	}
}

func (f *clientFlags) applySwitches(changed func(string) bool, c *oauth.Client) {
	for name, v := range map[string]struct {
		to   *bool
		from bool
	}{
		"no-consent":         {&c.SkipConsent, f.noConsent},
		"introspect":         {&c.Introspect, f.introspect},
		"refresh":            {&c.StaticRefresh, f.refresh == "static"},
		"id-token-claims":    {&c.IDTokenClaims, f.idTokenClaims},
		"any-localhost-port": {&c.AnyLocalhostPort, f.anyLocalhostPort},
		"disabled":           {&c.Disabled, f.disabled},
	} {
		if changed(name) {
			*v.to = v.from
		}
	}
}

func words(list []string) []string {
	return strings.Fields(strings.Join(list, " "))
}
