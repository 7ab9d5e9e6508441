package draft

import (
	"context"
	"time"

	"gatehouse/access"
)

// PolicyGrants implements access.Store: those of the draft, and of the store what was over
// when the draft was read.
func (p Policy) PolicyGrants(ctx context.Context, since, by time.Time, each func(*access.Grant)) error {
	err := p.Store.PolicyGrants(ctx, since, by, func(g *access.Grant) {
		if _, here := p.d.grants.all[g.ID]; !here {
			each(g)
		}
	})
	for _, one := range p.d.grants.all {
		each(&one.Grant)
	}
	return err
}

// PolicyMemberships implements access.Store.
func (p Policy) PolicyMemberships(_ context.Context, each func(*access.Membership)) error {
	for _, in := range p.d.memberships.in {
		for _, m := range in.all() {
			each(&m.Membership)
		}
	}
	return nil
}
