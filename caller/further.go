package caller

import (
	"slices"

	"gatehouse/access"
	"gatehouse/proof"
)

// Decide answers what is asked, of whom q is about, by what they proved themselves
// with: the policy's answer, narrowed by what is asked for besides. Its error is that of
// access.Snapshot.Decide.
func Decide(s *access.Snapshot, q *access.Question, a *Asked, proved []string) (access.Decision, error) {
	q.Permission, q.Org, q.Resource, q.Request = a.Permission, a.Org, a.Resource, a.Request
	d, err := s.Decide(q)
	if err != nil {
		return d, err
	}
	s.Narrow(q, &a.Further, &d)
	if d.Outcome != access.Refused && q.Principal.Kind == access.User && !all(a.Methods, proved) {
		d.Outcome, d.Reason = access.Challenged, access.ProofInsufficient
		d.Need.Level = max(d.Need.Level, proof.AAL2) // a challenge names a level, and no method (RFC 9470)
	}
	return d, nil
}

// all reports whether each of what is asked for was proved.
func all(asked, proved []string) bool {
	return !slices.ContainsFunc(asked, func(m string) bool { return !slices.Contains(proved, m) })
}

// Methods are what the caller proved themselves with, as the amr claim has it.
func (c *Caller) Methods() []string {
	if c.browser != nil {
		return c.browser.Visitor.Methods
	}
	if c.token == nil {
		return nil
	}
	return c.token.Claims.AMR
}

// Delegated reports whether a token speaks for the caller, and Scopes returns its scopes.
func (c *Caller) Delegated() bool { return c.token != nil }

// Scopes returns the scopes of the caller's token, nil for who came with a key.
func (c *Caller) Scopes() []string {
	if c.token == nil {
		return nil
	}
	return c.token.Scopes()
}
