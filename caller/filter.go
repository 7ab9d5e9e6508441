package caller

import "gatehouse/access"

// Filter says for which resources Decide would allow the caller what is asked. Its error is
// that of access.Snapshot.Filter, or a *Refusal for a personal token that is not for that.
func (c *Caller) Filter(a Asked) (access.Filter, error) {
	if c.Personal() && !c.Snapshot.Covers(c.limit, a.Permission) {
		return access.Filter{}, forbidden(a.Permission, errLimited)
	}
	q := c.question(a.Permission, On{Org: a.Org})
	q.Request = a.Request
	return c.Snapshot.Filter(q)
}
