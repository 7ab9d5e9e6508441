package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/audit"
	"gatehouse/clock"
	"gatehouse/fault"
	"gatehouse/id"
)

// scopeStore keeps scopes that are bound.
type scopeStore interface {
	// InsertScope answers Conflict "scope.exists", UpdateScope "access.changed".
	InsertScope(ctx context.Context, s Scope) error
	UpdateScope(ctx context.Context, s Scope) error
	DeleteScope(ctx context.Context, name string) error
	Scopes(ctx context.Context) ([]Scope, error)
}

// Scope binds an OAuth scope to permissions of an API: a token with the scope may be
// used for these, as far as the person behind it has them.
type Scope struct {
	Name        string // as applications ask for it
	API         string
	Patterns    []Pattern
	Description string // what people are told that it allows

	Created, Updated time.Time
	Rev              int64 // counts the changes; the first is 1
}

// Applications tells which applications there are.
type Applications interface {
	// WithScope returns one that may ask for the scope, "" for none.
	WithScope(ctx context.Context, scope string) (id.Client, error)
	// Requiring returns one that requires the role, or the group, of who signs in, or is
	// told whether they have it; "" for none.
	Requiring(ctx context.Context, role, group string) (id.Client, error)
}

// CreateScope binds a scope that is bound to nothing. The first one of an API makes
// it go by scopes: from then on a token is good for what its scopes are bound to, and
// no more. Faults: Invalid "scope.invalid" with the fields, "permission.unknown",
// NotFound for the API, Conflict "scope.exists", "access.full".
func (s *Service) CreateScope(ctx context.Context, by audit.Actor, one Scope) (Scope, error) {
	one.Created, one.Rev = clock.Now(), 1
	one.Updated = one.Created
	if err := one.check(); err != nil {
		return Scope{}, err
	}
	err := s.alter(ctx, by, "create a scope", func(ctx context.Context, t *touched, g *giver) error {
		t.rules()
		k, err := s.known(ctx)
		if err != nil {
			return err
		}
		if len(k.scopes) >= MaxScopes {
			return full("scopes", MaxScopes)
		}
		if err := k.checkScope(&one); err != nil {
			return err
		}
		if err := g.hands(ctx, handed{bits: k.scopeBits(&one)}); err != nil {
			return err
		}
		if err := s.Store.InsertScope(ctx, one); err != nil {
			return err
		}
		t.api(one.API) // a token may have it from when anybody could give it
		if err := s.goByScopes(ctx, by, k, one.API); err != nil {
			return err
		}
		return s.record(ctx, by, ActionScopeCreate, KindScope, one.Name, nil, one.document())
	})
	if err != nil {
		return Scope{}, err
	}
	return one, nil
}

// goByScopes makes tokens for the API need scopes, unless they do already.
func (s *Service) goByScopes(ctx context.Context, by audit.Actor, k known, api string) error {
	was, _, err := k.api(api)
	if err != nil || was.Delegation == ByScope {
		return err
	}
	is := was
	is.Delegation, is.Updated = ByScope, clock.Now()
	if err := s.Store.UpdateAPI(ctx, is); err != nil {
		return err
	}
	return s.record(ctx, by, ActionAPIUpdate, KindAPI, api, was.document(), is.document())
}

// UpdateScope replaces permissions and description; the API stays. Faults: as
// CreateScope, and Conflict "access.changed" when one.Rev is set and is not what the
// store has.
func (s *Service) UpdateScope(ctx context.Context, by audit.Actor, one Scope) (Scope, error) {
	one.Updated = clock.Now()
	if err := one.check(); err != nil {
		return Scope{}, err
	}
	err := s.alter(ctx, by, "update a scope", func(ctx context.Context, t *touched, g *giver) error {
		return s.updateScope(ctx, by, t, g, &one)
	})
	if err != nil {
		return Scope{}, err
	}
	return one, nil
}

func (s *Service) updateScope(ctx context.Context, by audit.Actor, t *touched, g *giver, one *Scope) error {
	t.rules()
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	was, err := k.scope(one.Name)
	if err != nil {
		return err
	}
	if one.API != was.API {
		return problems{{Name: "api", Problem: "is another one than it was bound to"}}.err("scope.invalid", "The scope cannot be bound so.")
	}
	one.Created, one.Rev = was.Created, cmp.Or(one.Rev, was.Rev)
	if err := k.checkScope(one); err != nil {
		return err
	}
	before, after := k.scopeBits(&was), k.scopeBits(one)
	if err := g.hands(ctx, handed{bits: after.without(before)}); err != nil {
		return err
	}
	if !before.within(after) {
		t.api(one.API)
	}
	if err := s.Store.UpdateScope(ctx, *one); err != nil {
		return err
	}
	one.Rev++
	return s.record(ctx, by, ActionScopeUpdate, KindScope, one.Name, was.document(), one.document())
}

// DeleteScope removes a scope that no application may ask for: to one that may, it
// would be a name that anybody can give. Nor does a grant name it that is not over. The API goes on going by scopes. Faults:
// NotFound, Conflict "scope.in_use".
func (s *Service) DeleteScope(ctx context.Context, by audit.Actor, name string) error {
	return s.alter(ctx, by, "delete a scope", func(ctx context.Context, t *touched, _ *giver) error {
		t.rules()
		was, err := s.Scope(ctx, name)
		if err != nil {
			return err
		}
		t.api(was.API) // nobody can ask for it any more, but a token may have it
		client, err := s.Clients.WithScope(ctx, name)
		if err != nil {
			return err
		}
		if client != "" {
			return inUse("scope.in_use", fmt.Sprintf("The application %s may ask for it.", client))
		}
		if err := s.unnamed(ctx, KindScope, name); err != nil {
			return err
		}
		if err := s.Store.DeleteScope(ctx, name); err != nil {
			return err
		}
		return s.record(ctx, by, ActionScopeDelete, KindScope, name, was.document(), nil)
	})
}

// Scope returns one of them; NotFound fault "scope.not_found".
func (s *Service) Scope(ctx context.Context, name string) (Scope, error) {
	all, err := s.Store.Scopes(ctx)
	if err != nil {
		return Scope{}, fmt.Errorf("read a scope: %w", err)
	}
	return known{scopes: all}.scope(name)
}

// Scopes returns all of them, in the order of their names.
func (s *Service) Scopes(ctx context.Context) ([]Scope, error) {
	all, err := s.Store.Scopes(ctx)
	slices.SortFunc(all, func(a, b Scope) int { return strings.Compare(a.Name, b.Name) })
	return all, err
}

// standardScopes speak of the person and belong to no API (OpenID Connect Core 5.4
// and 11).
var standardScopes = []string{"openid", "profile", "email", "address", "phone", "offline_access"}

func (s *Scope) check() error {
	var p problems
	switch {
	case s.Name == "" || len(s.Name) > maxScopeName || strings.ContainsFunc(s.Name, func(r rune) bool { return r <= ' ' || r > '~' || r == '"' || r == '\\' }):
		p.add("name", "must have between 1 and %d characters, without spaces, \" and \\", maxScopeName) // RFC 6749 section 3.3
	case slices.Contains(standardScopes, s.Name):
		p.add("name", "has a meaning of its own")
	case s.Name == "gatehouse" || strings.HasPrefix(s.Name, "gatehouse."):
		p.add("name", "is a name that Gatehouse keeps for itself")
	}
	if len(s.Patterns) == 0 || len(s.Patterns) > MaxScopeParts {
		p.add("permissions", "must be between 1 and %d", MaxScopeParts)
	}
	for i, pattern := range s.Patterns {
		if pattern.API != s.API {
			p.add(fmt.Sprintf("permissions[%d]", i), "is of another API than %s", short(s.API))
		}
	}
	p.text("description", s.Description, maxDescription)
	return p.err("scope.invalid", "The scope cannot be bound so.")
}

// checkScope looks whether one names what there is.
func (k known) checkScope(one *Scope) error {
	if _, _, err := k.api(one.API); err != nil {
		return missingFor(err, "api", one.API)
	}
	var p problems
	return p.errOr(k.checkPatterns("permissions", one.Patterns, &p), "scope.invalid", "")
}

// scope returns the scope of that name; NotFound for none.
func (k known) scope(name string) (Scope, error) {
	i := slices.IndexFunc(k.scopes, func(s Scope) bool { return s.Name == name })
	if i < 0 {
		return Scope{}, fault.Missing("scope")
	}
	return k.scopes[i], nil
}

// scopeBits are the permissions that a scope is bound to.
func (k known) scopeBits(s *Scope) bits {
	b := newBits(len(k.catalogue))
	for _, p := range s.Patterns {
		b.add(k.expand(p))
	}
	return b
}

// scopeOf returns a scope that is bound to the API, "" for none.
func (k known) scopeOf(api string) string {
	i := slices.IndexFunc(k.scopes, func(s Scope) bool { return s.API == api })
	if i < 0 {
		return ""
	}
	return k.scopes[i].Name
}
