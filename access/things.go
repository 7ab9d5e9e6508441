package access

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"gatehouse/audit"
	"gatehouse/clock"
)

// A grant of Gatehouse's own permissions may be for single things, such as the group desk.
// People choose the ids of these, so another one may have the same some day: while a
// grant that names a thing is not over, the thing stays, and nobody has by it what comes
// later under its name (docs/decisions/0049). People, sessions and signing keys are not
// among them: their ids are random, and never given twice.

// OfThings is the resource of the permissions that can be for one thing of a kind, by
// what the thing is called.
var OfThings = map[audit.Kind][]string{
	KindGroup:        {"groups", "memberships", "grants"},
	KindRole:         {"roles"},
	KindAPI:          {"apis"},
	KindScope:        {"scopes"},
	KindService:      {"services"},
	audit.KindClient: {"clients"},
}

// namedBy is the code of what is named by a grant that is not over.
var namedBy = map[audit.Kind]string{
	KindGroup: "group.in_use", KindRole: "role.in_use", KindAPI: "api.in_use", KindScope: "scope.in_use",
	KindService: "service.in_use", audit.KindClient: "client.in_use",
	KindOrg: "org.in_use",
}

// unnamed refuses to delete a thing that a grant names which is not over, or for which its
// condition asks: Conflict, such as "group.in_use". What the thing itself was granted is not among them: it ends with it.
func (s *Service) unnamed(ctx context.Context, kind audit.Kind, name string) error {
	if err := s.unasked(ctx, kind, name); err != nil || OfThings[kind] == nil {
		return err
	}
	k, err := s.known(ctx)
	if err != nil {
		return err
	}
	now, itself, about := clock.Now(), Subject{Kind(kind), name}, k.aboutThings(kind)
	names := func(g *GrantRecord) error {
		if g.Subject == itself || !g.names(name) || !k.means(&grant{Grant: &g.Grant}).meets(about) {
			return nil
		}
		return inUse(namedBy[kind], fmt.Sprintf("The grant %s is for it by its id, and would be for the next one of this name. %s", g.ID, revokeFirst(g.ID)))
	}
	if err := s.eachLiving(ctx, Likeness{API: Gatehouse}, now, names); err != nil {
		return err
	}
	for _, role := range slices.Sorted(maps.Keys(k.rules.roles)) {
		if !k.rules.roles[role].denied.meets(about) {
			continue
		}
		if err := s.eachLiving(ctx, Likeness{Role: role}, now, names); err != nil {
			return err
		}
	}
	return nil
}

// aboutThings are the permissions that can be for one thing of a kind.
func (k known) aboutThings(kind audit.Kind) bits {
	b := newBits(len(k.catalogue))
	for i := range k.catalogue {
		if e := &k.catalogue[i]; e.api == Gatehouse && slices.Contains(OfThings[kind], e.resource) {
			b.set(uint32(i))
		}
	}
	return b
}

// names reports whether the grant is for a thing by its id: in the list, or in an expression.
func (g *Grant) names(id string) bool {
	if c := conditionIn(g); c != nil {
		return c.about(asksThing, id, g.Effect)
	}
	return slices.Contains(g.Where.IDs, id)
}

// askedBy are what of a question is the id of a thing of a kind, whatever is asked for.
var askedBy = map[audit.Kind][]string{
	KindOrg:          {asksOrg},
	KindGroup:        {asksGroups},
	KindService:      {asksPrincipal, asksClient},
	audit.KindClient: {asksPrincipal, asksClient},
}

// unasked refuses to delete what the condition of a grant that is not over asks for by its
// id, for whatever permission: Conflict, such as "org.in_use".
func (s *Service) unasked(ctx context.Context, kind audit.Kind, name string) error {
	what, itself := askedBy[kind], Subject{Kind(kind), name}
	if len(what) == 0 {
		return nil
	}
	return s.eachLiving(ctx, Likeness{Condition: true}, clock.Now(), func(g *GrantRecord) error {
		c := conditionIn(&g.Grant)
		if g.Subject == itself || !slices.ContainsFunc(what, func(one string) bool { return c.about(one, name, g.Effect) }) {
			return nil
		}
		return inUse(namedBy[kind], fmt.Sprintf("The condition of the grant %s may ask for it, and would ask for the next one of this name. %s", g.ID, revokeFirst(g.ID)))
	})
}
