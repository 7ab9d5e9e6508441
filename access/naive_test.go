package access_test

import (
	"slices"
	"strings"
	"time"

	. "gatehouse/access"
)

// naive answers a question by reading the policy from top to bottom, as slowly
// as it is written. It shares no code with the engine.
type naive struct {
	p Policy
	q Question
}

// reading adds to a policy what is built in.
func reading(p Policy, q Question) naive {
	p.APIs = append(slices.Clone(p.APIs), p.BuiltIn.API())
	p.Roles = append(slices.Clone(p.Roles), BuiltInRoles()...)
	return naive{p, q}
}

func (n naive) decide() (Outcome, Reason) {
	api, resource, action := cut(n.q.Permission)
	a, entry := n.entry(api, resource, action)
	for _, l := range n.p.Locks {
		if n.alive(Window{ExpiresAt: l.Ends}) && n.isAsking(l.On) {
			return Refused, Locked
		}
	}
	for _, p := range n.p.Principals {
		if p.Subject == n.q.Principal && p.Disabled {
			return Refused, Inactive
		}
	}
	if n.q.Delegated && a.Delegation != ByAudience && !n.scoped(api, entry) {
		return Refused, OutOfScope
	}
	for _, g := range n.p.Grants {
		if g.Effect != Allow && n.applies(g, api, entry) && n.place(g, a) != "no" {
			return Refused, Denied
		}
	}
	challenged, unknown := false, false
	for _, g := range n.p.Grants {
		if g.Effect != Allow || !n.applies(g, api, entry) || n.lockedAs(LockGrant, string(g.ID)) {
			continue
		}
		switch n.place(g, a) {
		case "yes":
			if n.proved(g.Requires) && n.proved(entry.Requires) {
				return Allowed, Granted
			}
			challenged = true
		case "unknown":
			unknown = true
		}
	}
	switch {
	case challenged:
		return Challenged, ProofInsufficient
	case unknown:
		return Refused, ResourceUnknown
	}
	return Refused, NoGrant
}

func cut(full string) (api, resource, action string) {
	api, rest, _ := strings.Cut(full, "/")
	resource, action, _ = strings.Cut(rest, ":")
	return api, resource, action
}

func (n naive) entry(api, resource, action string) (API, Permission) {
	for _, a := range n.p.APIs {
		for _, p := range a.Permissions {
			if a.ID == api && p.Resource == resource && p.Action == action {
				return a, p
			}
		}
	}
	panic("the test asks for what is not there")
}

func (n naive) alive(w Window) bool {
	return !n.q.Now.Before(w.NotBefore) && (w.ExpiresAt.IsZero() || n.q.Now.Before(w.ExpiresAt))
}

func (n naive) isAsking(t LockTarget) bool {
	switch t.Kind {
	case LockUser, LockService:
		return n.q.Principal == Subject{Kind(t.Kind), t.ID}
	case LockSession:
		return t.ID == string(n.q.Session) && t.ID != ""
	case LockClient:
		return t.ID == string(n.q.Client) && t.ID != "" || n.q.Principal == Subject{Client, t.ID}
	}
	return false
}

func (n naive) lockedAs(kind LockKind, name string) bool {
	return slices.ContainsFunc(n.p.Locks, func(l Lock) bool {
		return l.On == LockTarget{kind, name} && n.alive(Window{ExpiresAt: l.Ends})
	})
}

func matches(pattern Pattern, api string, e Permission, effect Effect) bool {
	if pattern.API != api {
		return false
	}
	if pattern.Resource == e.Resource && pattern.Action == e.Action {
		return true
	}
	return (effect != Allow || !e.Sensitive) && (pattern.Resource == "*" || pattern.Resource == e.Resource) && (pattern.Action == "*" || pattern.Action == e.Action)
}

func (n naive) scoped(api string, e Permission) bool {
	for _, s := range n.p.Scopes {
		if slices.Contains(n.q.Scopes, s.Name) && slices.ContainsFunc(s.Patterns, func(p Pattern) bool { return matches(p, api, e, Allow) }) {
			return true
		}
	}
	return false
}

func (n naive) applies(g Grant, api string, e Permission) bool {
	if !n.alive(g.Window) || !n.isIn(n.q.Principal, g.Subject, MaxNesting) {
		return false
	}
	if g.Org != "" && (g.Org != n.q.Org || !n.isIn(n.q.Principal, Subject{Organisation, g.Org}, MaxNesting)) {
		return false
	}
	if g.Role == "" {
		return matches(g.Permission, api, e, g.Effect)
	}
	return n.roleGives(g.Role, api, e, g.Effect, g.Effect == Allow, MaxInheritance)
}

// isIn reports whether who is what, or a member of it over so many steps.
func (n naive) isIn(who, what Subject, steps int) bool {
	if who == what {
		return true
	}
	if steps == 0 {
		return false
	}
	return slices.ContainsFunc(n.p.Memberships, func(m Membership) bool {
		return m.Member == who && n.alive(m.Window) && n.isIn(m.Of, what, steps-1)
	})
}

func (n naive) roleGives(name, api string, e Permission, effect Effect, unlessLocked bool, deeper int) bool {
	if unlessLocked && n.lockedAs(LockRole, name) {
		return false
	}
	for _, r := range n.p.Roles {
		if r.ID != name {
			continue
		}
		if slices.ContainsFunc(r.Permissions, func(p Pattern) bool { return matches(p, api, e, effect) }) {
			return true
		}
		for _, parent := range r.Parents {
			if deeper > 0 && n.roleGives(parent, api, e, effect, unlessLocked, deeper-1) {
				return true
			}
		}
	}
	return false
}

func (n naive) place(g Grant, a API) string {
	switch g.Where.Place {
	case Everywhere:
		return "yes"
	case Own:
		_, resource, _ := cut(n.q.Permission)
		owner, _ := n.q.Resource.Attrs[a.Owners[resource]].(string)
		return three(owner != "", owner == n.q.Principal.ID)
	case Listed:
		return three(n.q.Resource.ID != "", slices.Contains(g.Where.IDs, n.q.Resource.ID))
	case Condition:
		return conditions[g.Where.Expression](n.q)
	}
	return "unknown"
}

func three(known, holds bool) string {
	switch {
	case !known:
		return "unknown"
	case holds:
		return "yes"
	}
	return "no"
}

// conditions are expressions, and what they mean in Go.
var conditions = map[string]func(Question) string{
	`resource.total <= 500.0`: func(q Question) string {
		total, known := q.Resource.Attrs["total"].(float64)
		return three(known, total <= 500)
	},
	`resource.id == "r1" || request.method == "GET"`: func(q Question) string {
		if q.Request.Method == "GET" {
			return "yes"
		}
		return three(q.Resource.ID != "", q.Resource.ID == "r1")
	},
	`localHour("Europe/Berlin") >= 9 && session.acr == "aal2"`: func(q Question) string {
		berlin, err := time.LoadLocation("Europe/Berlin")
		if err != nil {
			return "unknown"
		}
		return three(true, q.Now.In(berlin).Hour() >= 9 && q.Level.String() == "aal2")
	},
	`nonsense(`: func(Question) string { return "unknown" },
}

func (n naive) proved(r Requirement) bool {
	if n.q.Principal.Kind != User {
		return true
	}
	age := n.q.Now.Sub(n.q.AuthTime)
	return n.q.Level >= r.Level && (r.MaxAge == 0 || !n.q.AuthTime.IsZero() && age < r.MaxAge && age >= -time.Second)
}
