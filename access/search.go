package access

import (
	"cmp"
	"maps"
	"math"
	"slices"
)

// Actions lists what can be done with a resource of an API, in order. An empty list is
// that no catalogue has such a resource.
func (s *Snapshot) Actions(api, resource string) []string {
	var all []string
	for i := range s.rules.catalogue {
		if e := &s.rules.catalogue[i]; e.api == api && e.resource == resource {
			all = append(all, e.action)
		}
	}
	slices.Sort(all)
	return all
}

// Subjects lists those of a kind that the policy names or puts into a group, behind
// after, in the order of their ids. Others may do nothing.
func (s *Snapshot) Subjects(kind Kind, after string) []string {
	var all []string
	for who := range s.all {
		if who.Kind == kind && who.ID > after {
			all = append(all, who.ID)
		}
	}
	slices.SortFunc(all, cmp.Compare[string])
	return all
}

// Listing is which resources grants name. Whether somebody may use one of them is still
// to be asked: something may deny it.
type Listing struct {
	IDs []string // in order
	// More says on which other resources the principal may do it, which nobody can list
	// here: Everywhere, Own or Condition, in this order.
	More []Place
}

// Listing lists the resources for which q's principal was given q's permission by their
// ids. A permission that no catalogue has is an error, "permission.unknown".
func (s *Snapshot) Listing(q *Question) (Listing, error) {
	permission, ok := s.rules.permissions[q.Permission]
	now, ignored := nanos(q.Now), int64(never)
	if !ok || !q.Principal.Kind.acts() || now == math.MinInt64 {
		return Listing{}, s.misspelt(q, ok)
	}
	p := s.principal(q.Principal)
	if p == nil || p.disabled || s.rules.anyLocked(q, now, &ignored) || !s.rules.inScope(q, permission) {
		return Listing{}, nil
	}
	e := s.rules.effective(p, q.Org, now)
	if e.denying.by(permission) != nil {
		return Listing{}, nil
	}
	return e.listing(permission), nil
}

func (e *effective) listing(permission uint32) Listing {
	ids, places := map[string]bool{}, map[Place]bool{Everywhere: e.allowing.by(permission) != nil}
	for _, g := range e.maybe {
		if !g.bits.has(permission) {
			continue
		}
		places[g.Where.Place] = true
		if g.Where.Place == Listed {
			for _, name := range g.Where.IDs {
				ids[name] = true
			}
		}
	}
	l := Listing{IDs: slices.Sorted(maps.Keys(ids))}
	for _, place := range []Place{Everywhere, Own, Condition} {
		if places[place] {
			l.More = append(l.More, place)
		}
	}
	return l
}

// Serves lists the APIs, by their ids and in order, of which a client is a server.
func (s *Snapshot) Serves(client string) []string { return s.rules.serves[client] }

// Audience returns what the tokens for an API have as their audience; false: there is no
// such API.
func (s *Snapshot) Audience(api string) (audience string, ok bool) {
	audience, ok = s.rules.audienceOf[api]
	return audience, ok
}

// OwnerAttribute returns the attribute of a resource that names its owner, for a
// permission, "" where its API has none.
func (s *Snapshot) OwnerAttribute(permission string) string {
	if n, ok := s.rules.index.find(permission); ok {
		return s.rules.catalogue[n].owner
	}
	return ""
}

// ServesAudience reports whether a client is a server of an API that one of the
// audiences is of.
func (s *Snapshot) ServesAudience(client string, audiences []string) bool {
	return slices.ContainsFunc(s.rules.heard[client], func(a string) bool { return slices.Contains(audiences, a) })
}

// HasPermission reports whether the catalogue of some API has a permission, by its full name.
func (s *Snapshot) HasPermission(name string) bool {
	_, ok := s.rules.permissions[name]
	return ok
}
