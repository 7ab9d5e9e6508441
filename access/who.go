package access

import (
	"context"
	"time"

	"gatehouse/id"
)

// Holder is somebody who may do something, or may where the resource lets them.
type Holder struct {
	Principal Subject
	Grant     id.Grant
	Given     *Grant    // that one; it must not be changed
	Others    int       // how many grants besides give it to them now
	Path      []Subject // from the principal to the subject of the grant; empty: by name
	Where     Place     // on which resources
	Except    id.Grant  // a deny that is for some of them; "" for none
	Until     time.Time // when the clock alone ends that; zero: never
	Need      Requirement
}

// WhoCan lists who may use a permission at a moment, within an organisation ("": none),
// having proved all that can be asked for, in the order of their kinds and ids: of each one the grant by which
// they may on most resources. A permission that no catalogue has is an error,
// "permission.unknown".
//
// It ends with ctx: conditions may take long, of each one anew.
func (s *Snapshot) WhoCan(ctx context.Context, permission, org string, at time.Time) ([]Holder, error) {
	all, _, err := s.Holders(ctx, Reach{Permission: permission, Org: org, At: at})
	return all, err
}

// holder asks for one principal. Where nothing is known of the resource, a grant
// that depends on it may count, and a deny that depends on it leaves others.
func (s *Snapshot) holder(who Subject, r Reach) (Holder, bool, error) {
	q := &Question{Principal: who, Permission: r.Permission, Org: r.Org, Now: r.At, Resource: Resource{ID: r.Thing}}
	q.provesAll()
	d, err := s.Decide(q)
	if err != nil {
		return Holder{}, false, err
	}
	var except id.Grant
	if d.Reason == Denied {
		if d, except = s.elsewhere(q, d); except == "" {
			return Holder{}, false, nil
		}
	}
	if d.Outcome != Allowed && d.Reason != ResourceUnknown && d.Reason != TooCostly {
		return Holder{}, false, nil
	}
	e, err := s.Explain(q)
	if err != nil {
		return Holder{}, false, err
	}
	h := Holder{Principal: who, Grant: d.Grant, Where: Everywhere, Except: except, Until: e.Until}
	if except != "" { // e is about the deny
		h.Until = d.Until
	}
	for _, c := range e.Grants {
		if c.Grant.ID == d.Grant {
			h.Path, h.Where, h.Need, h.Given = c.Path, c.Grant.Where.Place, c.Grant.Requires, c.Grant
		} else if c.Grant.Effect == Allow && (c.Verdict == Counts || c.Verdict == NotKnown) {
			h.Others++
		}
	}
	if except == "" {
		h.Need = e.Requires
	}
	return h, true, nil
}

// elsewhere answers q for the resources that the deny of d is not for, and names the
// deny; there are none when it is for all.
func (s *Snapshot) elsewhere(q *Question, d Decision) (Decision, id.Grant) {
	now, permission := nanos(q.Now), s.rules.permissions[q.Permission]
	e := *s.rules.effective(s.principal(q.Principal), q.Org, now)
	if e.denying.by(permission) != nil {
		return d, ""
	}
	e.unless = nil
	rest, j := Decision{Version: d.Version}, judgement{rules: s.rules, q: q, permission: permission, now: now, e: &e}
	j.answer(&rest)
	return rest, d.Grant
}
