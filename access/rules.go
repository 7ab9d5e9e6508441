package access

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"gatehouse/id"
)

// Bounds of what refers to itself. Whatever is nested deeper gives nothing.
const (
	MaxNesting     = 8  // groups within groups
	MaxInheritance = 16 // roles upon roles
)

// rules is the part of a snapshot that is the same for everybody. It does not
// change, except for what it remembers of patterns and of who was asked for. Whoever adds
// a field adds it to like, which copies them one by one.
type rules struct {
	stamp       uint64 // which no other rules of this process have
	builtIn     BuiltIn
	permissions map[string]uint32 // by full id
	index       index             // the same, for decisions
	catalogue   []entry           // by index
	everything  bits              // the whole catalogue,
	audiences   map[string]bits   // and the part of the API whose tokens are for an audience
	audienceOf  map[string]string // by API
	roles       map[string]*role
	scopes      map[string]bits    // that are bound, and to what
	bound       []string           // these scopes, in order,
	says        map[string]string  // and what people read of them
	over        map[Subject][]edge // what a group is a member of
	grants      map[Subject][]*grant
	locks       map[LockTarget]int64 // until when
	roleLocks   bool                 // whether one of them is on a role
	serves      map[string][]string  // by client: the APIs that it is a server of
	heard       map[string][]string  // and their audiences

	patterns sync.Map // naming → bits
	asked    atomic.Pointer[waysOf]
}

// naming is a pattern, as a grant of an effect reads it.
type naming struct {
	Pattern
	having bool
}

// entry is a permission of the catalogue.
type entry struct {
	id                    string // "shop/orders:read"
	api, resource, action string
	sensitive, byScope    bool
	owner                 string
	requires              Requirement
}

// role is a Role with what it gives while no lock is on any role.
type role struct {
	Role
	bits    bits    // what whoever has it has,
	denied  bits    // and who is denied it has not: what is sensitive by a wildcard, too
	closure []*role // itself, and those whose permissions it has too
}

// edge leads from a member to what it is a member of.
type edge struct {
	to Subject
	span
}

// grant is a Grant as decisions read it.
type grant struct {
	*Grant
	span
	condition *condition // where it is Condition
}

// compiled returns g as decisions read it.
func compiled(g *Grant) grant {
	c := grant{Grant: g, span: g.span()}
	if g.Where.Place == Condition {
		c.condition = conditionOf(g.Where.Expression)
	}
	return c
}

func compileRules(p Policy) *rules {
	r := p.compiled.bare()
	if r == nil {
		r = compileRoles(&p)
	}
	r.addScopes(p.Scopes)
	r.addLocks(p.Locks)
	return r
}

// compileRoles reads the APIs and the roles of a policy.
func compileRoles(p *Policy) *rules {
	r := &rules{
		stamp: stamps.Add(1), builtIn: p.BuiltIn, permissions: map[string]uint32{}, audiences: map[string]bits{}, audienceOf: map[string]string{}, roles: map[string]*role{},
	}
	r.clear()
	r.addAPIs(append(slices.Clone(p.APIs), p.BuiltIn.API()))
	r.addServers(p.APIs)
	for _, one := range append(slices.Clone(p.Roles), BuiltInRoles()...) {
		r.roles[one.ID] = &role{Role: one}
	}
	for _, one := range r.roles {
		r.compile(one)
	}
	return r
}

// clear takes away all but APIs and roles.
func (r *rules) clear() {
	r.scopes, r.says, r.bound = map[string]bits{}, map[string]string{}, nil
	r.over, r.grants = map[Subject][]edge{}, map[Subject][]*grant{}
	r.locks, r.roleLocks = map[LockTarget]int64{}, false
}

// bare is r anew, with nothing but its APIs and roles; nil of nil.
func (r *rules) bare() *rules {
	if r == nil {
		return nil
	}
	next := r.like()
	next.clear()
	return next
}

// compile finds what a role gives, with those whose permissions it has too.
func (r *rules) compile(one *role) {
	one.closure = r.unlocked(one.ID, nil, nil)
	one.bits = newBits(len(r.catalogue))
	one.denied = newBits(len(r.catalogue))
	for _, part := range one.closure {
		for _, p := range part.Permissions {
			one.bits.add(r.expand(p))
			one.denied.add(r.named(p, Deny))
		}
	}
}

// including is r with one role more, which no other has for a parent.
func (r *rules) including(one Role) *rules {
	next := r.like()
	next.roles = maps.Clone(r.roles)
	fresh := &role{Role: one}
	next.roles[one.ID] = fresh
	next.compile(fresh)
	return next
}

// reshaped is r with some of its roles as they are here.
func (r *rules) reshaped(some []Role) *rules {
	next := r.like()
	next.roles = make(map[string]*role, len(r.roles))
	for name, one := range r.roles {
		next.roles[name] = &role{Role: one.Role}
	}
	for _, one := range some {
		next.roles[one.ID] = &role{Role: one}
	}
	for _, one := range next.roles {
		next.compile(one)
	}
	return next
}

// like is r anew, for one to change of which nothing is remembered.
func (r *rules) like() *rules {
	return &rules{
		stamp: stamps.Add(1), builtIn: r.builtIn, permissions: r.permissions, index: r.index, catalogue: r.catalogue, everything: r.everything, audiences: r.audiences, audienceOf: r.audienceOf,
		roles: r.roles, scopes: r.scopes, bound: r.bound, says: r.says, over: r.over, grants: r.grants, locks: r.locks, roleLocks: r.roleLocks, serves: r.serves, heard: r.heard,
	}
}

// addAPIs numbers the permissions of all catalogues. It sorts the list.
func (r *rules) addAPIs(apis []API) {
	slices.SortFunc(apis, func(a, b API) int { return strings.Compare(a.ID, b.ID) })
	for _, a := range apis {
		for _, p := range a.Permissions {
			e := entry{
				id: a.ID + "/" + p.Resource + ":" + p.Action, api: a.ID, resource: p.Resource, action: p.Action,
				sensitive: p.Sensitive, byScope: a.Delegation != ByAudience, owner: a.Owners[p.Resource], requires: p.Requires,
			}
			r.permissions[e.id] = uint32(len(r.catalogue))
			r.catalogue = append(r.catalogue, e)
		}
	}
	r.index = newIndex(r.catalogue)
	r.everything = newBits(len(r.catalogue))
	for _, a := range apis {
		r.audienceOf[a.ID] = a.Audience
		if r.audiences[a.Audience] == nil {
			r.audiences[a.Audience] = newBits(len(r.catalogue))
		}
		for _, p := range a.Permissions {
			n := r.permissions[a.ID+"/"+p.Resource+":"+p.Action]
			r.everything.set(n)
			r.audiences[a.Audience].set(n)
		}
	}
}

func (r *rules) addScopes(scopes []Scope) {
	for _, s := range scopes {
		if r.scopes[s.Name] == nil {
			r.scopes[s.Name] = newBits(len(r.catalogue))
		}
		for _, pattern := range s.Patterns {
			r.scopes[s.Name].add(r.expand(pattern))
		}
		if s.Description != "" {
			r.says[s.Name] = s.Description
		}
	}
	r.bound = slices.Sorted(maps.Keys(r.scopes))
}

func (r *rules) addLocks(locks []Lock) {
	for _, l := range locks {
		until := ending(l.Ends)
		r.locks[l.On] = max(r.locks[l.On], until) // of two locks the longer one
		r.roleLocks = r.roleLocks || l.On.Kind == LockRole
	}
}

// expand returns the permissions that whoever has a pattern has. It must not be changed.
func (r *rules) expand(p Pattern) bits { return r.named(p, Allow) }

// named returns the permissions that a grant of a pattern gives or takes away: "no
// wildcard matches what is sensitive" protects from having it, and must not protect from
// being denied it. It must not be changed.
func (r *rules) named(p Pattern, effect Effect) bits {
	as := naming{p, effect == Allow}
	if b, ok := r.patterns.Load(as); ok {
		return b.(bits)
	}
	b := newBits(len(r.catalogue))
	for i := range r.catalogue {
		if e := &r.catalogue[i]; e.api == p.API && p.matches(e.resource, e.action, e.sensitive, as.having) {
			b.set(uint32(i))
		}
	}
	r.patterns.Store(as, b)
	return b
}

// gather adds to b what a role and its parents give. With a moment, roles that are
// locked at it give nothing, and next is lowered to where that changes.
func (r *rules) gather(name string, b bits, now, next *int64) {
	for _, one := range r.closure(name, now, next) {
		for _, p := range one.Permissions {
			b.add(r.expand(p))
		}
	}
}

// closure returns a role and those whose permissions it has too, each once. With a
// moment it leaves out those that are locked at it, with what only they lead to, and
// lowers next to where that changes. It must not be changed.
func (r *rules) closure(name string, now, next *int64) []*role {
	if now != nil && r.roleLocks {
		return r.unlocked(name, now, next)
	}
	if one := r.roles[name]; one != nil {
		return one.closure
	}
	return nil
}

func (r *rules) unlocked(name string, now, next *int64) (all []*role) {
	list, seen := []string{name}, map[string]bool{name: true}
	for depth, begin := 0, 0; depth <= MaxInheritance && begin < len(list); depth++ {
		end := len(list)
		for _, name := range list[begin:end] {
			one := r.roles[name]
			if one == nil || now != nil && r.locked(LockTarget{LockRole, name}, *now, next) {
				continue
			}
			all = append(all, one)
			for _, parent := range one.Parents {
				if !seen[parent] {
					seen[parent] = true
					list = append(list, parent)
				}
			}
		}
		begin = end
	}
	return all
}

// locked reports whether a lock is on t now, and lowers next to its end.
func (r *rules) locked(t LockTarget, now int64, next *int64) bool {
	if until, ok := r.locks[t]; ok && now < until {
		*next = min(*next, until)
		return true
	}
	return false
}

// gives returns what a grant gives or takes away now. It must not be changed.
func (r *rules) gives(g *grant, now int64, next *int64) bits {
	if g.Role == "" || g.Effect != Allow || !r.roleLocks || r.roles[g.Role] == nil {
		return r.means(g)
	}
	b := newBits(len(r.catalogue))
	r.gather(g.Role, b, &now, next)
	return b
}

// anyLocked reports whether a lock is on one of those who ask.
func (r *rules) anyLocked(q *Question, now int64, next *int64) bool {
	if len(r.locks) == 0 {
		return false
	}
	locked := r.locked(On(q.Principal), now, next)
	if q.Session != "" {
		locked = r.locked(LockTarget{LockSession, string(q.Session)}, now, next) || locked
	}
	if q.Client != "" {
		locked = r.locked(LockTarget{LockClient, string(q.Client)}, now, next) || locked
	}
	return locked
}

// client is the client that conditions are told of: the one that speaks for
// somebody, or the one that asks for itself.
func (q *Question) client() id.Client {
	if q.Client == "" && q.Principal.Kind == Client {
		return id.Client(q.Principal.ID)
	}
	return q.Client
}
