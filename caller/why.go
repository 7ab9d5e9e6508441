package caller

import (
	"time"

	"gatehouse/access"
	"gatehouse/web"
)

// Why says to the caller why a permission was refused, as far as it is about themselves:
// they learn nothing of others, and not who gave or took what.
func (c *Caller) Why(a Asked) (all []web.GateReason) {
	q := c.question(a.Permission, On{Org: a.Org})
	q.Resource, q.Request = a.Resource, a.Request
	e, err := c.Snapshot.Explain(q)
	if err != nil {
		return nil
	}
	if e.Reason == access.Denied {
		return []web.GateReason{{Kind: web.GateDenied}}
	}
	seen := map[web.GateReason]bool{}
	for _, g := range e.Grants {
		r, about := reasonOf(&g)
		if about && !seen[r] {
			seen[r], all = true, append(all, r)
		}
	}
	if len(all) > maxReasons {
		all = all[:maxReasons]
	}
	return all
}

// maxReasons bounds how many are told.
const maxReasons = 3

func reasonOf(g *access.Considered) (r web.GateReason, about bool) {
	if g.Grant.Effect != access.Allow {
		return r, false
	}
	switch g.Verdict {
	case access.Ended:
		return web.GateReason{Kind: web.GateEnded, At: g.Since.Truncate(time.Second)}, true
	case access.NotYet:
		return web.GateReason{Kind: web.GateNotYet, At: g.Since.Truncate(time.Second)}, true
	case access.OtherResource, access.NotKnown:
		return web.GateReason{Kind: web.GateElsewhere}, true
	case access.OtherOrg, access.NotMember:
		return web.GateReason{Kind: web.GateOutside}, true
	case access.Suspended:
		return web.GateReason{Kind: web.GateSuspended}, true
	}
	return r, false
}
