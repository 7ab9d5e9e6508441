package apply

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"gatehouse/access"
	"gatehouse/id"
	"gatehouse/oauth"
	"gatehouse/setting"
)

// The functions that follow are how things that are there are said in a file. What is
// the default is left out.

func ofGroup(g access.GroupRecord) *GroupSpec { return &GroupSpec{g.Description} }

func ofOrg(o access.OrgRecord) *GroupSpec { return &GroupSpec{o.Description} }

func ofAPI(a access.API) *APISpec {
	s := &APISpec{Audience: a.Audience, Owners: a.Owners, Servers: a.Servers, Delegation: string(a.Delegation)}
	for _, p := range a.Permissions {
		s.Permissions = append(s.Permissions, PermissionSpec{p.Resource + ":" + p.Action, p.Description, p.Sensitive, ofRequirement(p.Requires)})
	}
	return s
}

func ofRequirement(r access.Requirement) RequirementSpec {
	return RequirementSpec{r.Level.String(), lifetime(r.MaxAge)}
}

func ofRole(r access.Role) *RoleSpec {
	return &RoleSpec{Permissions: texts(r.Permissions), Parents: r.Parents, MaxGrant: lifetime(r.MaxGrant)}
}

func texts(patterns []access.Pattern) (all []string) {
	for _, p := range patterns {
		all = append(all, p.String())
	}
	return all
}

func ofScope(s access.Scope) *ScopeSpec { return &ScopeSpec{s.API, texts(s.Patterns), s.Description} }

func ofClient(c oauth.Client) *ClientSpec {
	s := &ClientSpec{
		Name: c.Name, HomeURL: c.HomeURL, Logo: c.Logo, Disabled: onlyTrue(c.Disabled), AuthMethod: c.AuthMethod, JWKS: c.JWKS, RedirectURIs: c.RedirectURIs,
		PostLogoutRedirectURIs: c.PostLogoutRedirectURIs, GrantTypes: c.GrantTypes, Scopes: append([]string{}, c.Scopes...), Audiences: c.Audiences, PKCE: unless(c.PKCE, oauth.PKCEAuto),
		Introspect: c.Introspect, AccessTokenTTL: lifetime(c.AccessTokenTTL), RefreshIdle: lifetime(c.RefreshIdle), RefreshAbsolute: lifetime(c.RefreshAbsolute),
		RequireACR: c.RequireLevel.String(), RequireRoles: c.RequireRoles, RequireGroups: c.RequireGroups, IDTokenAlg: c.IDTokenAlg, UserinfoAlg: c.UserinfoAlg, AccessTokenAlg: c.AccessTokenAlg,
		AccessTokenType: unless(c.AccessTokenType, oauth.TypeAccessToken), IDTokenClaims: c.IDTokenClaims, Permissions: unless(c.Permissions, oauth.PermissionsNone), AnyLocalhostPort: c.AnyLocalhostPort,
		Roles: ofListing(c.Told.Roles), Groups: ofListing(c.Told.Groups), Claims: c.Told.Claims,
	}
	if c.SkipConsent {
		no := false
		s.Consent = &no
	}
	if c.StaticRefresh {
		s.Refresh = "static"
	}
	return s
}

func ofListing(l oauth.Listing) ListingSpec {
	return ListingSpec{l.Claim, unless(l.Format, oauth.FormatList), l.Prefix, l.Only}
}

func ofAccount(a access.ServiceAccountRecord) *ServiceAccountSpec {
	return &ServiceAccountSpec{a.Description, onlyTrue(a.Disabled)}
}

// ofSubject needs the addresses of people by their ids. Of one who has none the id
// stands there, which names nobody.
func ofSubject(who access.Subject, emails map[id.User]string) (s SubjectSpec) {
	switch who.Kind {
	case access.User:
		if s.User = emails[id.User(who.ID)]; s.User == "" {
			s.User = who.ID
		}
	case access.ServiceAccount:
		s.Service = who.ID
	case access.Client:
		s.Client = who.ID
	case access.Group:
		s.Group = who.ID
	case access.Organisation:
		s.EveryoneIn = who.ID
	}
	return s
}

func ofMembership(m access.MembershipRecord, emails map[id.User]string) *MembershipSpec {
	s := &MembershipSpec{Group: m.Of.ID, Member: ofSubject(m.Member, emails), NotBefore: moment(m.NotBefore), ExpiresAt: moment(m.ExpiresAt), Reason: m.Reason}
	if m.Of.Kind == access.Organisation {
		s.Group, s.Organisation = "", m.Of.ID
	}
	return s
}

func ofGrant(g access.Grant, emails map[id.User]string) *GrantSpec {
	s := &GrantSpec{
		Subject: ofSubject(g.Subject, emails), Effect: unless(string(g.Effect), string(access.Allow)), Role: g.Role, Permission: g.Permission.String(), Organisation: g.Org,
		ResourceIDs: g.Where.IDs, Condition: g.Where.Expression, NotBefore: moment(g.NotBefore), ExpiresAt: moment(g.ExpiresAt), Requires: ofRequirement(g.Requires), Reason: g.Reason, Ticket: g.Ticket,
	}
	if g.Where.Place == access.Own {
		s.Where = string(access.Own)
	}
	return s
}

func lifetime(d time.Duration) string {
	if d == 0 {
		return ""
	}
	return setting.FormatDuration(d)
}

func moment(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// unless is text, "" where it is the usual one.
func unless(text, usual string) string {
	if text == usual {
		return ""
	}
	return text
}

func onlyTrue(b bool) *bool {
	if !b {
		return nil
	}
	return &b
}

// grantSays is how a grant is told of: as the files call it that made it.
func grantSays(g access.GrantRecord) string { return cmp.Or(g.Name, string(g.ID)) }

// membershipName is the name under which a membership is managed.
func membershipName(m access.Membership) string {
	return string(m.Of.Kind) + ":" + m.Of.ID + "/" + string(m.Member.Kind) + ":" + m.Member.ID
}

// membershipSays is how a membership is told of.
func membershipSays(s *MembershipSpec) string {
	of := slices.DeleteFunc([]string{s.Group, s.Organisation}, func(t string) bool { return t == "" })
	m := s.Member
	who := slices.DeleteFunc([]string{m.User, m.Service, m.Client, m.Group}, func(t string) bool { return t == "" })
	return strings.Join(of, "") + "/" + strings.Join(who, "")
}
