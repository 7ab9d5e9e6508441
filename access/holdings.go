package access

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"gatehouse/id"
	"gatehouse/proof"
)

// Holding is a permission that somebody holds, is to hold, or would hold if nothing kept it
// from them, with every grant that is about it. A grant of which the clock only knows the end
// is among them for 90 days after that.
type Holding struct {
	Permission string
	Explanation
}

// Holdings asks what somebody holds.
type Holdings struct {
	Who   Subject
	Org   string    // within which organisation; "" for none
	At    time.Time // the moment; the grants are those of then, all else is as it is now
	After string    // the permission behind which the page begins
	Limit int
	// By narrows it to some grants, for who may see no others; nil: all. By those that are
	// not among them nothing is held, and nothing denied.
	By func(*Grant) bool
}

// Holdings returns a page of what somebody holds, in the order of the names of the
// permissions, having proved all that can be asked for; next is "" on the last page. It reads
// what concerns them alone, in one state of the store.
func (s *Service) Holdings(ctx context.Context, h Holdings) (found []Holding, next string, err error) {
	snapshot, err := s.concerning(ctx, h.Who, h.At, h.By)
	if err != nil {
		return nil, "", err
	}
	q := Question{Principal: h.Who, Org: h.Org, Now: h.At}
	q.provesAll()
	for _, name := range snapshot.mentioned(h.Who, h.After) {
		if len(found) == h.Limit {
			return found, found[len(found)-1].Permission, nil
		}
		if err := ctx.Err(); err != nil {
			return nil, "", fmt.Errorf("list what somebody holds: %w", err)
		}
		one := q
		one.Permission = name
		e, err := snapshot.Explain(&one)
		if err != nil {
			return nil, "", fmt.Errorf("list what somebody holds: %w", err)
		}
		e.Grants = slices.DeleteFunc(e.Grants, func(c Considered) bool { return c.Verdict == OtherPermission })
		snapshot.say(&e)
		found = append(found, Holding{name, e})
	}
	return found, "", nil
}

// ExplainTo is Explain by what concerns the principal of q alone, and by no other grants than
// those that by says yes to; nil: by all.
func (s *Service) ExplainTo(ctx context.Context, q *Question, by func(*Grant) bool) (Explanation, error) {
	snapshot, err := s.concerning(ctx, q.Principal, q.Now, by)
	if err != nil {
		return Explanation{}, err
	}
	e, err := snapshot.Explain(q)
	if err != nil {
		return Explanation{}, err
	}
	snapshot.say(&e)
	return e, nil
}

// surroundings are a policy about one who acts, with when and why their grants were given, and
// why there are locks.
type surroundings struct {
	*Snapshot
	grants map[id.Grant]occasion
	locks  map[LockTarget]string
}

// occasion is when and why a grant was given.
type occasion struct {
	reason string
	made   time.Time
}

// say is Service.Reasons.
func (c *surroundings) say(e *Explanation) {
	for i := range e.Locks {
		e.Locks[i].Reason = c.locks[e.Locks[i].On]
	}
	for i := range e.Grants {
		is := c.grants[e.Grants[i].Grant.ID]
		e.Grants[i].Reason, e.Grants[i].Made = is.reason, is.made
	}
}

// provesAll takes who asks to have proved just now whatever can be asked for.
func (q *Question) provesAll() {
	levels := proof.Levels()
	q.Level, q.AuthTime, q.proved = levels[len(levels)-1], q.Now, true
}

// concerning is the policy as Load has it, of one who acts, with the grants that by says yes to.
func (s *Service) concerning(ctx context.Context, who Subject, at time.Time, by func(*Grant) bool) (found *surroundings, err error) {
	err = s.Store.View(ctx, func(ctx context.Context) error {
		found, err = s.concern(ctx, who, at, by)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("read what concerns somebody: %w", err)
	}
	return found, nil
}

func (s *Service) concern(ctx context.Context, who Subject, at time.Time, by func(*Grant) bool) (*surroundings, error) {
	p, err := s.around(ctx, Subject{}, at)
	if err != nil {
		return nil, err
	}
	if p.Scopes, err = s.Store.Scopes(ctx); err != nil {
		return nil, err
	}
	disabled, err := s.Store.Disabled(ctx, who)
	if err != nil {
		return nil, err
	}
	p.Principals = []Principal{{Subject: who, Disabled: disabled}}
	c := &surroundings{grants: map[id.Grant]occasion{}, locks: map[LockTarget]string{}}
	for _, l := range p.Locks {
		c.locks[l.On] = l.Reason
	}
	err = s.upwards(ctx, who, &p, func(of Subject) error { return s.grantsThen(ctx, of, at, &p, c) })
	if err != nil {
		return nil, err
	}
	if by != nil {
		p.Grants = slices.DeleteFunc(p.Grants, func(g Grant) bool { return !by(&g) })
	}
	c.Snapshot = Compile(p)
	return c, nil
}

// grantsThen adds the grants of one subject that were there at a moment and had not been over
// for long.
func (s *Service) grantsThen(ctx context.Context, of Subject, at time.Time, p *Policy, c *surroundings) error {
	page := func(behind GrantCursor) ([]GrantRecord, error) { return s.Store.GrantsAfter(ctx, of, behind, loadPage) }
	for g, err := range grantsBehind(fromNow(at.Add(-told)), page) {
		if err != nil {
			return err
		}
		if !g.Created.After(at) {
			p.Grants = append(p.Grants, g.decided())
			c.grants[g.ID] = occasion{g.Reason, g.Created}
		}
	}
	return nil
}

// mentioned are the permissions behind one that any grant of who is about, in order.
func (s *Snapshot) mentioned(who Subject, after string) (names []string) {
	p := s.principal(who)
	if p == nil {
		return nil
	}
	has := newBits(len(s.rules.catalogue))
	add := func(grants []*grant) {
		for _, g := range grants {
			has.add(s.rules.means(g))
		}
	}
	add(p.grants)
	for _, path := range (explainer{s: s}).paths(p) {
		add(s.rules.grants[path[len(path)-1]])
	}
	for i := range has.all() {
		if name := s.rules.catalogue[i].id; name > after {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, strings.Compare)
	return names
}
