package access

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"gatehouse/clock"
	"gatehouse/fault"
)

func (a *API) check(b BuiltIn) error {
	var p problems
	p.id("id", a.ID, Gatehouse)
	if !isAudience(a.Audience) {
		p.add("audience", "must be an absolute URI without a fragment, such as https://shop.example.com, of at most %d characters", maxAudience)
	}
	if !slices.Contains([]Delegation{"", ByAudience, ByScope}, a.Delegation) {
		p.add("delegation", "must be %s or %s", ByAudience, ByScope)
	}
	if b.Audience != "" && a.Audience == b.Audience {
		p.add("audience", "is that of Gatehouse itself")
	}
	if resources := a.checkCatalogue(&p); resources != nil {
		a.checkServers(&p)
		a.checkOwners(&p, resources)
	}
	return p.err("api.invalid", "The API cannot be used so.")
}

// checkCatalogue returns the resources, nil where there are too many permissions to look.
func (a *API) checkCatalogue(p *problems) (resources map[string]bool) {
	if len(a.Permissions) == 0 || len(a.Permissions) > MaxPermissions {
		p.add("permissions", "must be between 1 and %d", MaxPermissions)
		return nil
	}
	resources = map[string]bool{}
	seen := map[string]bool{}
	for i, one := range a.Permissions {
		name, full := fmt.Sprintf("permissions[%d]", i), one.Resource+":"+one.Action
		switch {
		case one.Resource == Any || one.Action == Any || !isSide(one.Resource) || !isSide(one.Action):
			p.add(name, "must be RESOURCE:ACTION in small letters, such as orders:read, each of at most %d words with dots between", maxSegments)
		case seen[full]:
			p.add(name, "is there twice")
		}
		seen[full], resources[one.Resource] = true, true
		p.text(name, one.Description, maxDescription)
		p.requirement(name, one.Requires)
	}
	return resources
}

func (a *API) checkOwners(p *problems, resources map[string]bool) {
	for resource, attribute := range a.Owners {
		name := "owners." + short(resource)
		if !resources[resource] {
			p.add(name, "is no resource of the catalogue")
		}
		if attribute == "" {
			p.add(name, "names no attribute")
		}
		p.text(name, attribute, maxAttribute)
	}
}

func (a *API) checkServers(p *problems) {
	if len(a.Servers) > MaxServers {
		p.add("servers", "must be at most %d", MaxServers)
		return
	}
	for i, name := range a.Servers {
		field := fmt.Sprintf("servers[%d]", i)
		if name == "" || slices.Contains(a.Servers[:i], name) {
			p.add(field, "is there twice, or names nobody")
		}
		p.text(field, name, maxClientID)
	}
}

// isAudience reports whether an application can be given the audience too: an
// absolute URI (RFC 8707 section 2) of visible ASCII.
func isAudience(text string) bool {
	u, err := url.Parse(text)
	return err == nil && len(text) <= maxAudience && u.IsAbs() && (u.Host != "" || u.Opaque != "") && u.Fragment == "" &&
		!strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune(`#"\\`, r) })
}

// loosens puts before the giver what a change of a catalogue gives to whoever has
// something of it: what was sensitive, asked for a better sign-in, needed a scope, or
// was somebody else's by another attribute. What is new nobody can hold, so it must not be matched by
// a wildcard that somebody was given.
func (s *Service) loosens(ctx context.Context, g *giver, k known, was, is *API) error {
	if g.spared(ctx) {
		return nil
	}
	looser := newBits(len(k.catalogue))
	for _, p := range is.Permissions {
		name := Pattern{is.ID, p.Resource, p.Action}
		number, there := k.permissions[name.String()]
		if !there {
			if err := s.unmatched(ctx, g, k, name, p.Sensitive); err != nil {
				return err
			}
			continue
		}
		e := &k.catalogue[number]
		if was.Delegation == ByScope && is.Delegation != ByScope || e.sensitive && !p.Sensitive || e.requires.with(p.Requires) != p.Requires || was.Owners[p.Resource] != is.Owners[p.Resource] {
			looser.set(number)
		}
	}
	return g.hands(ctx, handed{bits: looser})
}

// unmatched refuses a new permission that a wildcard of a role or of a grant matches.
func (s *Service) unmatched(ctx context.Context, g *giver, k known, name Pattern, sensitive bool) error {
	matches := func(p Pattern) bool {
		return p.API == name.API && p.matches(name.Resource, name.Action, sensitive, true)
	}
	for _, r := range k.roles {
		if slices.ContainsFunc(r.Permissions, matches) {
			return g.escalates(ctx, fmt.Sprintf("Whoever has the role %s would have %s, which nobody holds yet.", r.ID, name))
		}
	}
	return s.eachLiving(ctx, Likeness{API: name.API}, g.now, func(one *GrantRecord) error {
		if matches(one.Permission) {
			return g.escalates(ctx, fmt.Sprintf("By the grant %s somebody would have %s, which nobody holds yet.", one.ID, name))
		}
		return nil
	})
}

// stillNamed refuses a catalogue of which a role or a grant would name what is not
// in it any more.
func (s *Service) stillNamed(ctx context.Context, k known, api string) error {
	for _, r := range k.roles {
		for _, p := range r.Permissions {
			if p.API == api && k.checkPattern(p, Allow) != nil {
				return inUse("api.in_use", fmt.Sprintf("The role %s has %s.", r.ID, p))
			}
		}
	}
	for i := range k.scopes {
		if k.scopes[i].API == api && k.checkScope(&k.scopes[i]) != nil {
			return inUse("api.in_use", fmt.Sprintf("The scope %s is bound to it.", k.scopes[i].Name))
		}
	}
	return s.eachLiving(ctx, Likeness{API: api}, clock.Now(), func(g *GrantRecord) error {
		if k.checkPattern(g.Permission, g.Effect) != nil {
			return inUse("api.in_use", fmt.Sprintf("The grant %s is of %s. %s", g.ID, g.Permission, revokeFirst(g.ID)))
		}
		return nil
	})
}

// differs refuses the id and the audience of another API, and says which of the two it
// is, and whose.
func (a *API) differs(others []API) error {
	for i := range others {
		switch o := &others[i]; {
		case o.ID == a.ID:
			return &fault.Error{
				Kind: fault.Conflict, Code: "api.exists", Detail: fmt.Sprintf("The id is taken: there is an API %q already.", o.ID),
				Fields: []fault.Field{{Name: "id", Problem: "is taken"}},
			}
		case o.Audience == a.Audience:
			whose := fmt.Sprintf("is that of the API %q", o.ID)
			return &fault.Error{
				Kind: fault.Conflict, Code: "api.exists", Detail: fmt.Sprintf("The audience %s %s already.", a.Audience, whose),
				Fields: []fault.Field{{Name: "audience", Problem: whose}},
			}
		}
	}
	return nil
}
