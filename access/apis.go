package access

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
)

// apiStore keeps APIs.
type apiStore interface {
	// InsertAPI and UpdateAPI answer Conflict "api.exists" when the id or the
	// audience is taken, UpdateAPI "access.changed" when Rev is another one.
	InsertAPI(ctx context.Context, a API) error
	UpdateAPI(ctx context.Context, a API) error
	DeleteAPI(ctx context.Context, name string) error
	APIs(ctx context.Context) ([]API, error)
}

// CreateAPI adds a resource server with its catalogue. Faults: Invalid
// "api.invalid" with the fields, Conflict "api.exists", "access.full".
func (s *Service) CreateAPI(ctx context.Context, by audit.Actor, a API) (API, error) {
	a.Created, a.Rev, a.Delegation = clock.Now(), 1, ByAudience
	a.Updated = a.Created
	if err := a.check(s.BuiltIn); err != nil {
		return API{}, err
	}
	err := s.alter(ctx, by, "create an API", func(ctx context.Context, t *touched, g *giver) error {
		t.rules()
		all, err := s.Store.APIs(ctx)
		if err != nil {
			return err
		}
		if len(all) >= MaxAPIs {
			return full("APIs", MaxAPIs)
		}
		if err := s.knownServers(ctx, a.Servers, nil); err != nil {
			return err
		}
		if err := s.serves(ctx, g, a.Servers, nil); err != nil {
			return err
		}
		if err := s.Store.InsertAPI(ctx, a); err != nil {
			return err
		}
		return s.record(ctx, by, ActionAPICreate, KindAPI, a.ID, nil, a.document())
	})
	if err != nil {
		return API{}, err
	}
	return a, nil
}

// UpdateAPI replaces audience, catalogue, owners, servers and, if it is set,
// Delegation. A permission that a role, a scope or a grant which is not over names is
// not removed, and an API to which scopes are bound goes by these: Conflict
// "api.in_use". Faults
// besides: as CreateAPI, NotFound, and Conflict "access.changed" when a.Rev is set
// and is not what the store has.
func (s *Service) UpdateAPI(ctx context.Context, by audit.Actor, a API) (API, error) {
	if isBuiltIn(a.ID) {
		return API{}, errBuiltIn(a.ID)
	}
	a.Updated = clock.Now()
	if err := a.check(s.BuiltIn); err != nil {
		return API{}, err
	}
	err := s.alter(ctx, by, "update an API", func(ctx context.Context, t *touched, g *giver) error {
		t.rules()
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		was, i, err := k.api(a.ID)
		if err != nil {
			return err
		}
		a.Created = was.Created
		if a.Rev == 0 {
			a.Rev = was.Rev
		}
		if a.Delegation == "" {
			a.Delegation = was.Delegation
		}
		if bound := k.scopeOf(a.ID); bound != "" && a.Delegation != ByScope {
			return inUse("api.in_use", fmt.Sprintf("The scope %s is bound to it.", bound))
		}
		if err := s.loosens(ctx, g, k, &was, &a); err != nil {
			return err
		}
		if a.narrower(&was) {
			t.api(a.ID)
		}
		k.apis[i] = a
		if err := s.knownServers(ctx, a.Servers, was.Servers); err != nil {
			return err
		}
		if err := s.serves(ctx, g, a.Servers, was.Servers); err != nil {
			return err
		}
		if err := s.stillNamed(ctx, k, a.ID); err != nil {
			return err
		}
		if err := s.Store.UpdateAPI(ctx, a); err != nil {
			return err
		}
		a.Rev++
		return s.record(ctx, by, ActionAPIUpdate, KindAPI, a.ID, was.document(), a.document())
	})
	if err != nil {
		return API{}, err
	}
	return a, nil
}

// knownServers refuses clients that are not there, but for those that stood in the list
// before. It holds the others until the transaction ends, so that none is deleted
// meanwhile: a name in the list is that of the client which was meant.
func (s *Service) knownServers(ctx context.Context, now, before []string) error {
	for i, name := range now {
		if slices.Contains(before, name) {
			continue
		}
		err := s.People.Known(ctx, Subject{Client, name})
		if fault.Is(err, fault.NotFound) {
			var p problems
			p.add(fmt.Sprintf("servers[%d]", i), "is no application that is registered")
			return p.err("api.invalid", "The API cannot be used so.")
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// dropServer takes a client that is deleted out of the lists of servers, and returns of
// how many: one of the same name is another client.
func (s *Service) dropServer(ctx context.Context, who Subject) (int64, error) {
	if who.Kind != Client {
		return 0, nil
	}
	all, err := s.Store.APIs(ctx)
	if err != nil {
		return 0, err
	}
	n := int64(0)
	for _, a := range all {
		at := slices.Index(a.Servers, who.ID)
		if at < 0 {
			continue
		}
		a.Servers, a.Updated = slices.Delete(a.Servers, at, at+1), clock.Now()
		if err := s.Store.UpdateAPI(ctx, a); err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// loosens puts before the giver what a change of a catalogue gives to whoever has
// something of it: what was sensitive, asked for a better sign-in, needed a scope, or
// was somebody else's by another attribute. What is new nobody can hold, so it must not be matched by
// a wildcard that somebody was given.
func (s *Service) loosens(ctx context.Context, g *giver, k known, was, is *API) error {
	if g.free {
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

// serves puts before the giver what a client gets that is listed as a server of an API:
// it may ask who may do what there.
func (s *Service) serves(ctx context.Context, g *giver, now, before []string) error {
	if !slices.ContainsFunc(now, func(name string) bool { return !slices.Contains(before, name) }) || g.free {
		return nil
	}
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	return g.hands(ctx, handed{bits: k.expand(Pattern{Gatehouse, "decisions", "read"})})
}

// unmatched refuses a new permission that a wildcard of a role or of a grant matches.
func (s *Service) unmatched(ctx context.Context, g *giver, k known, name Pattern, sensitive bool) error {
	matches := func(p Pattern) bool { return p.API == name.API && p.matches(name.Resource, name.Action, sensitive) }
	for _, r := range k.roles {
		if slices.ContainsFunc(r.Permissions, matches) {
			return g.escalates(ctx, fmt.Sprintf("Whoever has the role %s would have %s, which nobody holds yet.", r.ID, name))
		}
	}
	return s.eachLiving(ctx, g.now, func(one *GrantRecord) error {
		if one.Role == "" && matches(one.Permission) {
			return g.escalates(ctx, fmt.Sprintf("By the grant %s somebody would have %s, which nobody holds yet.", one.ID, name))
		}
		return nil
	})
}

// stillNamed refuses a catalogue of which a role or a grant would name what is not
// in it any more.
func (s *Service) stillNamed(ctx context.Context, k known, api string) error {
	k.rules = compileRules(Policy{APIs: k.apis, Roles: k.roles, BuiltIn: s.BuiltIn})
	for _, r := range k.roles {
		for _, p := range r.Permissions {
			if p.API == api && k.checkPattern(p) != nil {
				return inUse("api.in_use", fmt.Sprintf("The role %s has %s.", r.ID, p))
			}
		}
	}
	for i := range k.scopes {
		if k.scopes[i].API == api && k.checkScope(&k.scopes[i]) != nil {
			return inUse("api.in_use", fmt.Sprintf("The scope %s is bound to it.", k.scopes[i].Name))
		}
	}
	return s.eachLiving(ctx, clock.Now(), func(g *GrantRecord) error {
		if g.Permission.API == api && k.checkPattern(g.Permission) != nil {
			return inUse("api.in_use", fmt.Sprintf("The grant %s is of %s.", g.ID, g.Permission))
		}
		return nil
	})
}

// eachLiving calls f for every grant that is not over at now, until it returns an
// error.
func (s *Service) eachLiving(ctx context.Context, now time.Time, f func(g *GrantRecord) error) error {
	for at := fromNow(now); ; {
		page, err := s.Store.GrantsAfter(ctx, Subject{}, at, loadPage)
		if err != nil {
			return err
		}
		for i := range page {
			if err := f(&page[i]); err != nil {
				return err
			}
		}
		if len(page) < loadPage {
			return nil
		}
		last := &page[len(page)-1]
		at = GrantCursor{last.Ends(), last.ID}
	}
}

// fromNow is the place in the list of grants behind which nothing is over at now.
func fromNow(now time.Time) GrantCursor {
	return GrantCursor{Ends: clock.Cut(now).Add(time.Microsecond)}
}

// DeleteAPI removes an API that no role, no scope and no grant which is not over
// names.
// Faults: NotFound, Conflict "api.in_use".
func (s *Service) DeleteAPI(ctx context.Context, by audit.Actor, name string) error {
	return s.alter(ctx, by, "delete an API", func(ctx context.Context, t *touched, _ *giver) error {
		t.rules() // nobody had anything there any more
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		was, _, err := k.api(name)
		if err != nil {
			return err
		}
		for _, r := range k.roles {
			if slices.ContainsFunc(r.Permissions, func(p Pattern) bool { return p.API == name }) {
				return inUse("api.in_use", "The role "+r.ID+" has permissions of it.")
			}
		}
		if bound := k.scopeOf(name); bound != "" {
			return inUse("api.in_use", fmt.Sprintf("The scope %s is bound to it.", bound))
		}
		grant, err := s.Store.GrantOfAPI(ctx, name, clock.Now())
		if err != nil {
			return err
		}
		if grant != "" {
			return inUse("api.in_use", fmt.Sprintf("The grant %s is of permissions of it.", grant))
		}
		if err := s.Store.DeleteAPI(ctx, name); err != nil {
			return err
		}
		return s.record(ctx, by, ActionAPIDelete, KindAPI, name, was.document(), nil)
	})
}

// API returns one of them; NotFound fault "api.not_found".
func (s *Service) API(ctx context.Context, name string) (API, error) {
	if name == Gatehouse {
		return s.BuiltIn.API(), nil
	}
	all, err := s.Store.APIs(ctx)
	if err != nil {
		return API{}, fmt.Errorf("read an API: %w", err)
	}
	a, _, err := known{apis: all}.api(name)
	return a, err
}

// APIs returns all of them, that of Gatehouse too, in the order of their ids.
func (s *Service) APIs(ctx context.Context) ([]API, error) {
	all, err := s.Store.APIs(ctx)
	all = append(all, s.BuiltIn.API())
	slices.SortFunc(all, func(a, b API) int { return strings.Compare(a.ID, b.ID) })
	return all, err
}

// Serves reports whether a client is a server of one of the APIs.
func (s *Service) Serves(ctx context.Context, client string) (bool, error) {
	all, err := s.Store.APIs(ctx)
	if err != nil {
		return false, fmt.Errorf("read whom the APIs have: %w", err)
	}
	return slices.ContainsFunc(all, func(a API) bool { return slices.Contains(a.Servers, client) }), nil
}

func full(things string, most int) error {
	return fault.New(fault.Conflict, "access.full", fmt.Sprintf("There are %d %s, and there can be no more.", most, things))
}

func inUse(code, by string) error {
	return fault.New(fault.Conflict, code, by)
}

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
	if len(a.Permissions) == 0 || len(a.Permissions) > MaxPermissions {
		p.add("permissions", "must be between 1 and %d", MaxPermissions)
		return p.err("api.invalid", "The API cannot be used so.")
	}
	seen, resources := map[string]bool{}, map[string]bool{}
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
	a.checkServers(&p)
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
	return p.err("api.invalid", "The API cannot be used so.")
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
