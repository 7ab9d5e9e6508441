package access

import (
	"context"
	"fmt"
	"time"

	"gatehouse/fault"
	"gatehouse/id"
)

// RoleReach asks who has a role.
type RoleReach struct {
	Role  string
	After Subject // behind whom the page begins
	Limit int
}

// RoleHolder is somebody who has a role now: by name, by what they are in, or by another role
// that has its permissions too.
type RoleHolder struct {
	Principal Subject
	Role      string // of which the grant is
	Grant     id.Grant
	Path      []Subject // from the principal to the subject of the grant; empty: by name
	Org       string    // within which it counts; "": everywhere
	Where     Place     // on which resources
	Until     time.Time // when the clock alone ends that; zero: never
	Others    int       // how many more grants give it to them
}

// RoleHolders returns a page of those who have a role, in the order of their kinds and ids:
// of each one the grant that lasts longest. next is the zero Subject on the last page. What
// somebody is denied besides is not looked at. NotFound for no role. It ends with ctx.
func (s *Service) RoleHolders(ctx context.Context, r RoleReach) (found []RoleHolder, next Subject, err error) {
	if _, err := s.Role(ctx, r.Role); err != nil {
		return nil, Subject{}, err
	}
	snapshot, err := s.present(ctx)
	if err != nil {
		return nil, Subject{}, err
	}
	if !snapshot.HasRole(r.Role) {
		return nil, Subject{}, fault.Missing("role")
	}
	return snapshot.roleHolders(ctx, r, time.Now())
}

func (s *Snapshot) roleHolders(ctx context.Context, r RoleReach, at time.Time) (found []RoleHolder, next Subject, err error) {
	x := explainer{s: s.Apart(), now: nanos(at)}
	for who := range x.s.by(s.rules.waysToRole(r.Role), nil, r.After) {
		if err := ctx.Err(); err != nil {
			return nil, Subject{}, fmt.Errorf("list who has a role: %w", err)
		}
		p := x.s.principal(who)
		if p == nil || p.disabled {
			continue
		}
		h, ok := x.roleHolder(who, p, r.Role)
		if !ok {
			continue
		}
		if r.Limit > 0 && len(found) == r.Limit {
			return found, found[len(found)-1].Principal, nil
		}
		found = append(found, h)
	}
	return found, Subject{}, nil
}

// roleHolder tells how one principal has a role.
func (x explainer) roleHolder(who Subject, p *principal, name string) (best RoleHolder, ok bool) {
	longest, ignored := int64(0), int64(never)
	look := func(grants []*grant, path []Subject, until int64) {
		for _, g := range grants {
			if g.Effect != Allow || g.Role == "" || !g.at(x.now, &ignored) {
				continue
			}
			if of := x.s.rules.roles[g.Role]; of == nil || !of.has(name) {
				continue
			}
			best.Others++
			if end := min(until, g.until); end > longest {
				longest = end
				best = RoleHolder{Principal: who, Role: g.Role, Grant: g.ID, Path: path, Org: g.Org, Where: g.Where.Place, Until: moment(end), Others: best.Others}
			}
		}
	}
	look(p.grants, nil, never)
	for _, path := range x.paths(p) {
		if until, living := x.lasts(p, path); living {
			look(x.s.rules.grants[path[len(path)-1]], path, until)
		}
	}
	best.Others--
	return best, longest > 0
}

// lasts returns until when all memberships of a path hold, and whether they hold now.
func (x explainer) lasts(p *principal, path []Subject) (until int64, living bool) {
	until = never
	edges, ignored := p.member, int64(never)
	for _, of := range path {
		end := int64(0)
		for _, e := range edges {
			if e.to == of && e.at(x.now, &ignored) {
				end = max(end, e.until)
			}
		}
		if until = min(until, end); until == 0 {
			return 0, false
		}
		edges = x.s.rules.over[of]
	}
	return until, true
}
