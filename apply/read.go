package apply

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/proof"
	"gatehouse/setting"
)

// reading turns the specification of an object into what the services take.
type reading struct {
	object int
	bad    *problems
	people map[string]id.User // by email, as identity.Canonical writes it
}

func (r reading) add(name, format string, args ...any) {
	r.bad.add(r.object, "spec."+name, format, args...)
}

func (r reading) duration(name, text string) time.Duration {
	if text == "" {
		return 0
	}
	d, err := setting.ParseDuration(text)
	if err != nil {
		r.add(name, "%s", err.Error())
	}
	return d
}

func (r reading) moment(name, text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		r.add(name, "must be a time such as 2027-01-31T12:00:00Z")
	}
	return t.UTC()
}

func (r reading) level(name, text string) proof.Level {
	l, err := proof.ParseLevel(text)
	if err != nil {
		r.add(name, "must be aal1 or aal2")
	}
	return l
}

func (r reading) requirement(name string, s RequirementSpec) access.Requirement {
	return access.Requirement{Level: r.level(name+".acr", s.ACR), MaxAge: r.duration(name+".max_age", s.MaxAge)}
}

func (r reading) patterns(name string, list []string) (all []access.Pattern) {
	for i, text := range list {
		p, err := access.ParsePattern(text)
		if err != nil {
			r.add(fmt.Sprintf("%s[%d]", name, i), "%s", said(err))
		}
		all = append(all, p)
	}
	return all
}

// said is what a service says of one value.
func said(err error) string {
	if f, ok := err.(*fault.Error); ok { //nolint:errorlint // it is made right there
		return strings.TrimSuffix(f.Detail, ".")
	}
	return err.Error()
}

func (r reading) api(name string, s *APISpec) access.API {
	a := access.API{ID: name, Audience: s.Audience, Owners: s.Owners, Servers: s.Servers, Delegation: access.Delegation(s.Delegation)}
	if a.Owners == nil {
		a.Owners = map[string]string{}
	}
	for i, one := range s.Permissions {
		at := fmt.Sprintf("permissions[%d]", i)
		resource, action, _ := strings.Cut(one.Permission, ":")
		a.Permissions = append(a.Permissions, access.Permission{
			Resource: resource, Action: action, Description: one.Description, Sensitive: one.Sensitive, Requires: r.requirement(at+".requires", one.Requires),
		})
	}
	return a
}

func (r reading) role(name string, s *RoleSpec) access.Role {
	return access.Role{ID: name, Permissions: r.patterns("permissions", s.Permissions), Parents: roles(s.Parents), MaxGrant: r.duration("max_grant", s.MaxGrant)}
}

func roles(names []string) (all []string) {
	for _, name := range names {
		all = append(all, access.RoleNamed(name))
	}
	return all
}

func (r reading) scope(name string, s *ScopeSpec) access.Scope {
	return access.Scope{Name: name, API: s.API, Patterns: r.patterns("permissions", s.Permissions), Description: s.Description}
}

func (r reading) client(name string, s *ClientSpec, disabled bool) oauth.Client {
	c := oauth.Client{
		ID: id.Client(name), Name: s.Name, HomeURL: s.HomeURL, Logo: s.Logo, Disabled: disabled, AuthMethod: cmp.Or(s.AuthMethod, oauth.AuthSecret), JWKS: strings.TrimSpace(s.JWKS),
		RedirectURIs: s.RedirectURIs, PostLogoutRedirectURIs: s.PostLogoutRedirectURIs, GrantTypes: s.GrantTypes, Scopes: s.Scopes, Audiences: s.Audiences,
		SkipConsent: s.Consent != nil && !*s.Consent, PKCE: s.PKCE, StaticRefresh: s.Refresh == "static", Introspect: s.Introspect,
		AccessTokenTTL: r.duration("access_token_ttl", s.AccessTokenTTL), RefreshIdle: r.duration("refresh_idle", s.RefreshIdle), RefreshAbsolute: r.duration("refresh_absolute", s.RefreshAbsolute),
		RequireLevel: r.level("require_acr", s.RequireACR), RequireRoles: roles(s.RequireRoles), RequireGroups: s.RequireGroups,
		IDTokenAlg: s.IDTokenAlg, UserinfoAlg: s.UserinfoAlg, AccessTokenAlg: s.AccessTokenAlg, AccessTokenType: s.AccessTokenType, IDTokenClaims: s.IDTokenClaims,
		Permissions: s.Permissions, AnyLocalhostPort: s.AnyLocalhostPort, Told: oauth.Told{Roles: s.Roles.listing(), Groups: s.Groups.listing(), Claims: s.Claims},
	}
	if s.Disabled != nil {
		c.Disabled = *s.Disabled
	}
	if len(c.GrantTypes) == 0 {
		c.GrantTypes = []string{oauth.GrantCode}
	}
	if s.Scopes == nil && slices.Contains(c.GrantTypes, oauth.GrantCode) {
		c.Scopes = []string{"openid", "profile", "email"}
	}
	if !slices.Contains([]string{"", "rotate", "static"}, s.Refresh) {
		r.add("refresh", "must be rotate or static")
	}
	return c
}

func (l ListingSpec) listing() oauth.Listing {
	return oauth.Listing{Claim: l.Claim, Format: l.Format, Prefix: l.Prefix, Only: l.Filter}
}

// subject returns the one that s names; ok is false where it names nobody.
func (r reading) subject(name string, s SubjectSpec) (who access.Subject, ok bool) {
	n := 0
	for _, one := range []struct {
		kind access.Kind
		id   string
	}{{access.User, s.User}, {access.ServiceAccount, s.Service}, {access.Client, s.Client}, {access.Group, s.Group}, {access.Organisation, s.EveryoneIn}} {
		if one.id != "" {
			who, n = access.Subject{Kind: one.kind, ID: one.id}, n+1
		}
	}
	if n != 1 {
		r.add(name, "must name one user, service, client or group")
		return who, false
	}
	if who.Kind == access.User {
		user, known := r.people[canonical(s.User)]
		if !known {
			r.add(name+".user", "nobody has the address %s", short(s.User))
			return who, false
		}
		who.ID = string(user)
	}
	return who, true
}

func (r reading) membership(s *MembershipSpec) (m access.MembershipRecord, ok bool) {
	m.Of = access.Subject{Kind: access.Group, ID: s.Group}
	if s.Organisation != "" {
		m.Of = access.Subject{Kind: access.Organisation, ID: s.Organisation}
	}
	if (s.Group == "") == (s.Organisation == "") {
		r.add("group", "must be a group or an organisation, and not both")
		return m, false
	}
	m.Window, m.Reason = r.window(s.NotBefore, s.ExpiresAt), s.Reason
	m.Member, ok = r.subject("member", s.Member)
	return m, ok
}

func (r reading) window(from, until string) access.Window {
	return access.Window{NotBefore: r.moment("not_before", from), ExpiresAt: r.moment("expires_at", until)}
}

func (r reading) grant(name string, s *GrantSpec) (g access.Grant, ok bool) {
	g = access.Grant{
		ID: GrantID(name), Effect: access.Effect(cmp.Or(s.Effect, string(access.Allow))), Role: access.RoleNamed(s.Role), Org: s.Organisation,
		Where:  access.Where{Place: access.Place(s.Where), IDs: s.ResourceIDs, Expression: s.Condition},
		Window: r.window(s.NotBefore, s.ExpiresAt), Requires: r.requirement("requires", s.Requires), Reason: s.Reason, Ticket: s.Ticket,
	}
	switch {
	case g.Where.Place != "":
	case len(s.ResourceIDs) > 0:
		g.Where.Place = access.Listed
	case s.Condition != "":
		g.Where.Place = access.Condition
	default:
		g.Where.Place = access.Everywhere
	}
	if s.Permission != "" {
		p, err := access.ParsePattern(s.Permission)
		if err != nil {
			r.add("permission", "%s", said(err))
		}
		g.Permission = p
	}
	g.Subject, ok = r.subject("subject", s.Subject)
	return g, ok
}

func short(text string) string {
	if len(text) > 80 {
		return text[:80] + "…"
	}
	return text
}
