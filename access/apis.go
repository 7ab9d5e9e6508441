package access

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"gatehouse/audit"
	"gatehouse/clock"
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
		if err := a.differs(all); err != nil {
			return err
		}
		if err := s.appointServers(ctx, g, a.Servers, nil); err != nil {
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
		return s.updateAPI(ctx, by, t, g, &a)
	})
	if err != nil {
		return API{}, err
	}
	return a, nil
}

func (s *Service) updateAPI(ctx context.Context, by audit.Actor, t *touched, g *giver, a *API) error {
	t.rules()
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	was, i, err := k.api(a.ID)
	if err != nil {
		return err
	}
	if err := a.differs(slices.Delete(slices.Clone(k.apis), i, i+1)); err != nil {
		return err
	}
	a.succeed(&was)
	if bound := k.scopeOf(a.ID); bound != "" && a.Delegation != ByScope {
		return inUse("api.in_use", fmt.Sprintf("The scope %s is bound to it.", bound))
	}
	if err := s.loosens(ctx, g, k, &was, a); err != nil {
		return err
	}
	if err := s.appointServers(ctx, g, a.Servers, was.Servers); err != nil {
		return err
	}
	before := k.rules
	k.apis = slices.Clone(k.apis)
	k.apis[i] = *a
	k = s.with(k, k.roles)
	if a.narrower(&was) {
		t.api(a.ID)
	} else if err := s.loseByGrowth(ctx, t, before, k.rules, clock.Now()); err != nil {
		return err
	}
	if err := s.stillNamed(ctx, k, a.ID); err != nil {
		return err
	}
	if err := s.Store.UpdateAPI(ctx, *a); err != nil {
		return err
	}
	a.Rev++
	return s.record(ctx, by, ActionAPIUpdate, KindAPI, a.ID, was.document(), a.document())
}

// succeed takes over what is not said anew.
func (a *API) succeed(was *API) {
	a.Created, a.Rev = was.Created, cmp.Or(a.Rev, was.Rev)
	a.Delegation = cmp.Or(a.Delegation, was.Delegation)
}

// DeleteAPI removes an API that no role, no scope and no grant which is not over
// names, neither by its permissions nor by its id. Faults: NotFound, Conflict "api.in_use".
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
			return inUse("api.in_use", fmt.Sprintf("The grant %s is of permissions of it. %s", grant, revokeFirst(grant)))
		}
		if err := s.unnamed(ctx, KindAPI, name); err != nil {
			return err
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
