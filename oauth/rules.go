package oauth

import (
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/picture"
	"gatehouse/setting"
)

// MinAccessTokenTTL is the shortest life of an access token that a client may ask for.
const MinAccessTokenTTL = 10 * time.Second

// What a client may have at most.
const (
	maxName    = 100
	maxListed  = 50
	maxToken   = 255 // characters of a scope or an audience
	maxTheJWKS = 32 << 10
)

// problems collects what is wrong with a client.
type problems []fault.Field

func (p *problems) add(field, format string, args ...any) {
	*p = append(*p, fault.Field{Name: field, Problem: fmt.Sprintf(format, args...)})
}

func (p *problems) check(field string, err error) {
	if err != nil {
		p.add(field, "%s", err.Error())
	}
}

// validate holds the rules for every way by which a client comes in: command,
// interface, page, file. It returns nil or an Invalid fault "client.invalid"
// that names every field that is wrong.
func validate(c *Client, config Config) error {
	var p problems
	p.identity(c)
	p.logo(c)
	p.authentication(c)
	p.grants(c)
	p.addresses(c)
	p.names(c)
	p.tokens(c, config)
	p.told(&c.Told)
	if len(p) == 0 {
		return nil
	}
	return p.fault()
}

func (p *problems) identity(c *Client) {
	if !ValidClientID(c.ID) {
		p.add("id", "must be 1 to 128 characters out of letters, digits and . _ ~ -")
	} else if id.IsReserved(string(c.ID)) {
		p.add("id", "must not begin like the name of another kind of thing (usr_, ses_ and so on)")
	}
	switch n := utf8.RuneCountInString(c.Name); {
	case strings.TrimSpace(c.Name) == "":
		p.add("name", "must not be empty")
	case n > maxName:
		p.add("name", "must not be longer than %d characters", maxName)
	case !utf8.ValidString(c.Name) || strings.ContainsFunc(c.Name, invisible):
		p.add("name", "must not contain control or invisible characters")
	}
}

// logo is shown on pages of ours: nothing but a small picture that loads nothing.
func (p *problems) logo(c *Client) {
	if c.Logo != "" && !picture.IsIcon(c.Logo) {
		p.add("logo", "must be a PNG of at most %d pixels a side, as a data URL", picture.IconSide)
	}
}

// invisible characters could make one application's name look like another's,
// or turn the direction of the text around it.
func invisible(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }

// ValidClientID reports whether a client may have that id.
func ValidClientID(client id.Client) bool {
	if client == "" || client == "." || client == ".." || len(client) > 128 {
		return false
	}
	for _, b := range []byte(client) {
		if !isLetterOrDigit(b) && strings.IndexByte("._~-", b) < 0 {
			return false
		}
	}
	return true
}

func (p *problems) authentication(c *Client) {
	switch {
	case !slices.Contains([]string{"", PKCEAuto, PKCERequired, PKCEOff}, c.PKCE):
		p.add("pkce", "must be %s, %s or %s", PKCEAuto, PKCERequired, PKCEOff)
	case c.Public() && c.PKCE == PKCEOff:
		p.add("pkce", "is required of a public client")
	}
	switch c.AuthMethod {
	case AuthSecret, AuthBasic, AuthPost:
	case AuthNone:
		p.public(c)
	case AuthPrivateKey:
		p.check("jwks", checkJWKS(c.JWKS))
	default:
		p.add("auth_method", "must be %s, %s, %s, %s or %s", AuthSecret, AuthBasic, AuthPost, AuthPrivateKey, AuthNone)
	}
	if c.AuthMethod != AuthPrivateKey && c.JWKS != "" {
		p.add("jwks", "is for clients that authenticate by %s only", AuthPrivateKey)
	}
}

// public holds what a client that cannot keep a secret must not have.
func (p *problems) public(c *Client) {
	for field, has := range map[string]bool{"refresh": c.StaticRefresh, "introspect": c.Introspect} {
		if has {
			p.add(field, "is for confidential clients only")
		}
	}
	if slices.Contains(c.GrantTypes, GrantClient) {
		p.add("grant_types", "must not contain %s: a public client has nothing to prove itself with", GrantClient)
	}
}

func (p *problems) grants(c *Client) {
	p.list("grant_types", c.GrantTypes, func(g string) error {
		if g != GrantCode && g != GrantRefresh && g != GrantClient {
			return fmt.Errorf("must be %s, %s or %s", GrantCode, GrantRefresh, GrantClient)
		}
		return nil
	})
	code := slices.Contains(c.GrantTypes, GrantCode)
	switch {
	case len(c.GrantTypes) == 0:
		p.add("grant_types", "must name at least one grant")
	case !code && slices.Contains(c.GrantTypes, GrantRefresh):
		p.add("grant_types", "must contain %s when they contain %s", GrantCode, GrantRefresh)
	case code && len(c.RedirectURIs) == 0:
		p.add("redirect_uris", "must name at least one for %s", GrantCode)
	}
	if c.StaticRefresh && !slices.Contains(c.GrantTypes, GrantRefresh) {
		p.add("refresh", "needs the grant %s", GrantRefresh)
	}
}

func (p *problems) addresses(c *Client) {
	p.list("redirect_uris", c.RedirectURIs, ValidateRedirectURI)
	p.list("post_logout_redirect_uris", c.PostLogoutRedirectURIs, ValidatePostLogoutURI)
	if c.HomeURL != "" {
		p.check("home_url", validateHomeURL(c.HomeURL))
	}
}

func (p *problems) names(c *Client) {
	p.list("scopes", c.Scopes, checkScope)
	if c.SkipConsent && slices.ContainsFunc(c.Scopes, ownScope) {
		p.add("scopes", "must have none that begins with %s while consent is skipped: a person is asked before an application steers Gatehouse in their name", ownScopes)
	}
	p.list("audiences", c.Audiences, checkAudience)
	p.list("require_roles", c.RequireRoles, checkName)
	p.list("require_groups", c.RequireGroups, checkName)
}

// list checks every entry of a list, its length, and that nothing comes twice.
func (p *problems) list(field string, list []string, check func(string) error) {
	if len(list) > maxListed {
		p.add(field, "must not have more than %d entries", maxListed)
		return
	}
	for i, entry := range list {
		name := fmt.Sprintf("%s[%d]", field, i)
		p.check(name, check(entry))
		if slices.Contains(list[:i], entry) {
			p.add(name, "comes twice")
		}
	}
}

// checkScope holds RFC 6749 section 3.3: scope-token.
func checkScope(scope string) error {
	if scope == "" || len(scope) > maxToken {
		return fmt.Errorf("must have between 1 and %d characters", maxToken)
	}
	for _, c := range []byte(scope) {
		if c <= ' ' || c == '"' || c == '\\' || c >= 0x7f {
			return errors.New(`must be printable ASCII without spaces, " and \`)
		}
	}
	return nil
}

// checkName lets nothing through that could not be the name of a role or a group.
func checkName(name string) error {
	if name == "" || len(name) > maxToken || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r >= 0x7f }) {
		return fmt.Errorf("must be the id of one, between 1 and %d characters", maxToken)
	}
	return nil
}

// checkAudience accepts an absolute URI (RFC 8707 section 2) or a plain name.
func checkAudience(audience string) error {
	if err := checkScope(audience); err != nil {
		return err
	}
	if !strings.ContainsAny(audience, ":#?/") {
		return nil
	}
	u, err := url.Parse(audience)
	if err != nil || u.Scheme == "" || strings.Contains(audience, "#") || u.Host == "" && u.Opaque == "" {
		return errors.New("must be a plain name, or an absolute URI without a fragment")
	}
	return nil
}

func (p *problems) tokens(c *Client, config Config) {
	for field, alg := range map[string]string{"id_token_alg": c.IDTokenAlg, "userinfo_alg": c.UserinfoAlg, "access_token_alg": c.AccessTokenAlg} {
		if !slices.Contains([]string{"", "RS256", "ES256", "EdDSA"}, alg) {
			p.add(field, "must be RS256, ES256 or EdDSA")
		}
	}
	if !slices.Contains([]string{"", TypeAccessToken, TypeJWT}, c.AccessTokenType) {
		p.add("access_token_type", "must be %s or %s", TypeAccessToken, TypeJWT)
	}
	if !slices.Contains([]string{"", PermissionsNone, PermissionsRoles, PermissionsInline}, c.Permissions) {
		p.add("permissions", "must be %s, %s or %s", PermissionsNone, PermissionsRoles, PermissionsInline)
	}
	if c.TokenType() == TypeJWT && slices.Contains(c.Audiences, string(c.ID)) {
		p.add("audiences", "must not name the client itself when its access tokens have the type %s: they could pass for ID tokens", TypeJWT)
	}
	if !c.RequireLevel.Known() {
		p.add("require_acr", "must be aal1 or aal2")
	}
	p.within("access_token_ttl", c.AccessTokenTTL, MinAccessTokenTTL, MaxAccessTokenTTL)
	p.within("refresh_idle", c.RefreshIdle, MinRefreshIdle, MaxRefreshIdle)
	p.within("refresh_absolute", c.RefreshAbsolute, MinRefreshIdle, MaxRefreshAbsolute)
	if c.RefreshIdle == 0 && c.RefreshAbsolute == 0 {
		return // the server's own are checked where they are configured
	}
	idle, absolute := cmp.Or(c.RefreshIdle, config.RefreshIdle), cmp.Or(c.RefreshAbsolute, config.RefreshAbsolute)
	if c.RefreshIdle != 0 && idle > absolute {
		p.add("refresh_idle", "must not be longer than the absolute lifetime, which is %s", setting.FormatDuration(absolute))
	}
}

func (p *problems) within(field string, d, least, most time.Duration) {
	if d != 0 && (d < least || d > most) {
		p.add(field, "must lie between %s and %s, or be 0 for the server's default", setting.FormatDuration(least), setting.FormatDuration(most))
	}
}
