package access

import (
	"context"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
	"gatehouse/setting"
)

// grantUseStore tells which grants stand in the way, and whom they are for.
type grantUseStore interface {
	// GrantOfRole, GrantOfAPI and GrantInOrg, of what is given within an organisation,
	// return one that is not over at now, "" for none.
	GrantOfRole(ctx context.Context, role string, now time.Time) (id.Grant, error)
	GrantOfAPI(ctx context.Context, api string, now time.Time) (id.Grant, error)
	GrantInOrg(ctx context.Context, org string, now time.Time) (id.Grant, error)
	// GranteesOfRole returns for whom the grants of a role are that are not over.
	GranteesOfRole(ctx context.Context, role string, now time.Time, limit int) ([]RoleGrantee, error)
	// SomeGrantsAfter is GrantsAfter of everybody's that are like that.
	SomeGrantsAfter(ctx context.Context, like Likeness, after GrantCursor, limit int) ([]GrantRecord, error)
}

// Likeness is what some grants have in common, so that the store need not look at the
// others: exactly one of the fields is set.
type Likeness struct {
	Role      string // they are of this role, and not of one that has it for a parent,
	API       string // or of permissions of this API, and not of roles,
	Org       string // or count within this organisation,
	Denies    bool   // or deny,
	Condition bool   // or are under a condition
}

// Has reports whether a grant is like that.
func (l Likeness) Has(g *Grant) bool {
	switch {
	case l.Role != "":
		return g.Role == l.Role
	case l.API != "":
		return g.Permission.API == l.API
	case l.Org != "":
		return g.Org == l.Org
	case l.Denies:
		return g.Effect != Allow
	}
	return l.Condition && g.Where.Place == Condition
}

// check looks at a new grant by itself.
func (r *GrantRecord) check(now time.Time) error {
	var p problems
	if k := r.Subject.Kind; !k.acts() && k != Group && k != Organisation {
		p.add("subject", "must be a person, an application, a service account, a group or an organisation")
	}
	if (r.Role == "") == (r.Permission == Pattern{}) {
		p.add("role", "must be a role or a permission, and not both")
	}
	if r.Effect != Allow && r.Effect != Deny {
		p.add("effect", "must be allow or deny")
	}
	if r.Effect == Deny && r.Requires != (Requirement{}) {
		p.add("requires", "is for what allows: nothing lifts a deny")
	}
	p.reason(r.Reason)
	p.text("ticket", r.Ticket, maxTicket)
	p.requirement("requires", r.Requires)
	p.window(r.Window, now)
	r.Where.check(&p)
	if err := p.err("grant.invalid", "The grant cannot be made so."); err != nil {
		return err
	}
	if r.Where.Place == Condition {
		return CheckExpression(r.Where.Expression)
	}
	return nil
}

func (w *Where) check(p *problems) {
	switch w.Place {
	case Everywhere, Own, Condition:
	case Listed:
		if len(w.IDs) == 0 || len(w.IDs) > MaxResourceIDs {
			p.add("resource_ids", "must be between 1 and %d", MaxResourceIDs)
		}
	default:
		p.add("where", "must be any, own, ids or cel")
	}
	if (len(w.IDs) > 0) != (w.Place == Listed) || (w.Expression != "") != (w.Place == Condition) {
		p.add("where", "must be one of any, own, ids and cel, with what that needs")
	}
	for _, name := range w.IDs[:min(len(w.IDs), MaxResourceIDs)] {
		if name == "" {
			p.add("resource_ids", "has an empty one")
		}
		p.text("resource_ids", name, maxResourceID)
	}
}

// checkGrant looks whether r fits the roles and catalogues, and ends it with the
// longest that its role lets it last where it has no end.
func (k known) checkGrant(r *GrantRecord, now time.Time) error {
	if r.Role == "" {
		if err := k.checkPattern(r.Permission, r.Effect); err != nil {
			return missingFor(err, "permission", r.Permission.String())
		}
	} else if k.rules.roles[r.Role] == nil {
		return missingFor(fault.Missing("role"), "role", r.Role)
	}
	gives := k.means(&grant{Grant: &r.Grant})
	var p problems
	k.checkDeny(r, gives, &p)
	if r.Where.Place == Own && !k.owned(gives) {
		p.add("where", "cannot be own: no API says which attribute names the owner (--owner)")
	}
	if most := k.maxGrant(r.Role); most > 0 && r.Effect == Allow && r.ExpiresAt.IsZero() {
		r.ExpiresAt = r.begin(now).Add(most)
	}
	k.checkLength(r, now, &p)
	return p.err("grant.invalid", "The grant cannot be made so.")
}

// handedBy is what a grant gives, or denies, as something to hand on.
func (k known) handedBy(r *GrantRecord) handed {
	return handed{k.means(&grant{Grant: &r.Grant}), r.Org, r.ExpiresAt}
}

// checkDeny complains about a deny of what is of Gatehouse itself that is not for one
// who acts, and by a pattern or a built-in role. So one statement tells who is denied
// any of it (access.Store, Administered), and nobody is by a detour. Nor is it within an
// organisation: whoever manages that would keep somebody out of the whole house by it.
func (k known) checkDeny(r *GrantRecord, gives bits, p *problems) {
	if r.Effect == Allow || !k.administers(gives) {
		return
	}
	if r.Org != "" {
		p.add("org", "must be absent: what is of Gatehouse itself is denied everywhere, by who may write grants everywhere")
	}
	switch {
	case !r.Subject.Kind.acts():
		p.add("subject", "must be one person, service account or application: what is of Gatehouse itself is denied to nobody else")
	case r.Role != "" && !isBuiltIn(r.Role):
		p.add("role", "has permissions of Gatehouse itself: deny these by name, or deny a built-in role")
	}
}

// administers reports whether one of the permissions is of Gatehouse itself.
func (r *rules) administers(some bits) bool {
	for i := range r.catalogue {
		if r.catalogue[i].api == Gatehouse && some.has(uint32(i)) {
			return true
		}
	}
	return false
}

// owned reports whether one of the permissions is about something with an owner.
func (k known) owned(gives bits) bool {
	for i := range k.catalogue {
		if gives.has(uint32(i)) && k.catalogue[i].owner != "" {
			return true
		}
	}
	return false
}

// checkLength complains about a grant that lasts longer than its role lets it.
func (k known) checkLength(r *GrantRecord, now time.Time, p *problems) {
	most := k.maxGrant(r.Role)
	if latest := r.begin(now).Add(most); most > 0 && r.Effect == Allow && r.ExpiresAt.After(latest) {
		p.add("expires_at", "must be %s at the latest: a grant of the role %s lasts %s at most", latest.Format(time.RFC3339), r.Role, setting.FormatDuration(most))
	}
}
